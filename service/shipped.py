"""Where the files that come with biaochi are: inside the wheel, or in the checkout beside the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """A folder of the top level: `migrations`, `alert_rules` or `grafana`."""
    packed = _PACKAGE / "_shipped" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


def shipped_catalog(name: str = "chaoyang_2018") -> Path:
    """A catalogue that comes with biaochi."""
    return _PACKAGE / "catalog" / "shipped" / name


def shipped_roster(name: str = "chaoyang_2018") -> Path:
    """The units of a catalogue that comes with biaochi, without people."""
    return shipped_catalog(name) / "roster" / "units.yaml"
