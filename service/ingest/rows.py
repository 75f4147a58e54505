"""A row of a body, whatever format it came in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from service.errors import Fault

SHOWN = 80  # characters of an offending text that a fault repeats
# PostgreSQL keeps no NUL, and UTF-8 knows no half of a surrogate pair; JSON can escape both.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One reading as reported.

    where  place in the body, of no other row: `readings[3]`, `line 12`, `Sheet1!C7`
    value  None takes the reading back (撤回)
    unit   as written; None means the indicator's own
    reporting  how the row says its figure is meant, `daily` or `cumulative`; None says nothing
    place  where a field of the row stands, if not in `where`
    """

    where: str
    day: date
    indicator: str
    region: str
    value: float | None
    scope: str = ""
    unit: str | None = None
    source: str | None = None
    note: str | None = None
    reporting: str | None = None
    place: Callable[[str], str] | None = field(default=None, compare=False, repr=False)

    def at(self, field: str) -> str:
        """Where a field of this row stands."""
        return f"{self.where}.{field}" if self.place is None else self.place(field)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body holds: its sound rows, the faults of the others, and how many rows there were.

    notices  what whoever sent it should know of how it was read, though nothing is wrong
    """

    rows: list[Row]
    faults: list[Fault]
    count: int
    note: str = ""
    notices: tuple[Fault, ...] = ()


def storable(text: str) -> bool:
    """Whether the database can keep this text."""
    return _UNSTORABLE.search(text) is None


def shown(value: object) -> str:
    """An offending value, short enough to be repeated, and fit to be stored with the fault."""
    text = value if isinstance(value, str) else repr(value)
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text if len(text) <= SHOWN else text[:SHOWN] + "…")
