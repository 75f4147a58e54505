"""Figures as plain data, and back: an event stores exactly what it said."""

from __future__ import annotations

from typing import Any

import msgspec

from service.domain.facts import Figures


def to_plain(figures: Figures) -> dict[str, Any]:
    """JSON-ready; what is not known is left out."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(figures))
    return {name: value for name, value in plain.items() if value not in (None, [])}


def from_plain(plain: dict[str, Any]) -> Figures:
    """The figures an event stored."""
    return msgspec.convert(plain, Figures, strict=False)
