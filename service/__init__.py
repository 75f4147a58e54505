"""biaochi 标尺: city indicators, their targets, and the alerts that keep them honest."""

__version__ = "0.1.0"
