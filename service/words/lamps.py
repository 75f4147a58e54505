"""The lamps' colours on paper and screen. A lamp is always named too: nobody has to tell colours apart."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from service.domain.catalog import Level


@dataclass(frozen=True, slots=True)
class Colours:
    """A field of a lamp's colour, and what is written on it (contrast 4.5 at least)."""

    field: str
    ink: str


LAMPS = MappingProxyType(
    {
        Level.RED: Colours("#c62828", "#ffffff"),
        Level.ORANGE: Colours("#b85000", "#ffffff"),
        Level.YELLOW: Colours("#f5c400", "#1f1f1f"),
        Level.NOTICE: Colours("#2b6cb0", "#ffffff"),
        Level.NONE: Colours("#2e7d32", "#ffffff"),
    }
)
