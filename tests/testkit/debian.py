"""Debian's own programs for tests, unpacked and not installed."""

from __future__ import annotations

from pathlib import Path

from service.charts.fonts import locate_font
from service.embedded.fetch import unpack_packages
from service.errors import Unavailable


def prometheus_bin(cache: Path) -> Path:
    """The folder with `prometheus` and `promtool`; fetched into `cache` once.

    They are Go programs that need nothing but the C library every machine has.
    """
    root = unpack_packages(cache / "prometheus", ["prometheus"], suite=None, dependencies="none")
    return root / "usr/bin"


def chart_font(cache: Path) -> Path:
    """The font of charts: the system's, else Debian's, fetched into `cache` once."""
    try:
        return locate_font()
    except Unavailable:
        root = unpack_packages(cache / "font", ["fonts-wqy-microhei"], suite=None, dependencies="none")
        return root / "usr/share/fonts/truetype/wqy/wqy-microhei.ttc"


def alertmanager_root(cache: Path) -> Path:
    """The folder Alertmanager's package is unpacked to, fetched into `cache` once."""
    return unpack_packages(
        cache / "alertmanager", ["prometheus-alertmanager"], suite=None, dependencies="none"
    )
