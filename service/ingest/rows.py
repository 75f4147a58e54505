"""A row of a body, whatever format it came in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from service.domain.cycles import Cycle
from service.errors import Fault

# What a report is of, by cycle, in Chinese and English.
SPANS = {Cycle.DAILY: ("日", "day"), Cycle.WEEKLY: ("周", "week"), Cycle.MONTHLY: ("月", "month")}
# Broken rows that are kept for correction. A body with more of them is the wrong file, not a file with mistakes.
KEPT_BROKEN = 10_000
# What is said of NaN, infinities and numbers beyond all measure.
NOT_FINITE = (
    "数值为 NaN、无穷大或大到无法表示，请改填实际数字。",
    "the value is NaN, infinite or too large to be a number: give the figure.",
)


# Never changed, but not frozen: that would make one take five times as long to make, and there are millions.
@dataclass(slots=True)
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

    def said(self) -> dict[str, object]:
        """What was reported, field by field; what was left out is left out."""
        fields = {"day": self.day.isoformat(), "indicator": self.indicator, "region": self.region}
        texts = ("scope", "unit", "source", "note", "reporting")
        value = None if self.value is None or math.isfinite(self.value) else repr(self.value)
        given = {name: text for name in texts if (text := getattr(self, name))}
        return {**fields, "value": self.value if value is None else value, **given}


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be stored as it stands.

    where  place in the body
    said   what it said, field by field, as far as it could be read
    """

    where: str
    said: Mapping[str, object]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class TableAt:
    """Where the tables of a sheet lie: first and last rows of their headers from 0 on, and how many columns there are."""

    sheet: str
    heads: tuple[tuple[int, int], ...]
    width: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body, or a piece of one, holds: its sound rows, the broken ones, and how many rows there were.

    faults   of the body as a whole: nothing in it can be trusted
    notices  what whoever sent it should know of how it was read, though nothing is wrong
    tables   those that were read, where the body holds any
    """

    rows: list[Row]
    faults: list[Fault]
    count: int
    note: str = ""
    notices: tuple[Fault, ...] = ()
    broken: tuple[Broken, ...] = ()
    tables: tuple[TableAt, ...] = ()
