"""Debian's own programs for tests, unpacked and not installed."""

from __future__ import annotations

from pathlib import Path

from service.embedded.fetch import unpack_packages


def prometheus_bin(cache: Path) -> Path:
    """The folder with `prometheus` and `promtool`; fetched into `cache` once.

    They are Go programs that need nothing but the C library every machine has.
    """
    root = unpack_packages(cache / "prometheus", ["prometheus"], suite=None, dependencies="none")
    return root / "usr/bin"


def alertmanager_root(cache: Path) -> Path:
    """The folder Alertmanager's package is unpacked to, fetched into `cache` once."""
    return unpack_packages(
        cache / "alertmanager", ["prometheus-alertmanager"], suite=None, dependencies="none"
    )
