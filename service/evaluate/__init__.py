"""From stored readings to progress and findings: rule files, the panel, one day after another."""
