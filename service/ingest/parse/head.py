"""What the header of a table comes to: its columns, and what is said above them for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from service.errors import Fault
from service.ingest.parse.subheads import Part, Subhead


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures and what its header says of them; None is said elsewhere.

    subhead  what the figures are of their indicator, where a sub-header says so (当日, 累计, 排名)
    """

    at: int
    indicator: str | None = None
    scope: str | None = None
    region: str | None = None
    day: date | None = None
    unit: str | None = None
    subhead: Subhead | None = None

    @property
    def ranks(self) -> bool:
        return self.subhead is not None and self.subhead.part is Part.RANK

    def of(self) -> tuple[object, ...]:
        """What its figures are of: 当日 and 累计 of one indicator are two ways to say the same."""
        return self.indicator, self.scope, self.region, self.day, self.ranks

    def said(self) -> tuple[object, ...]:
        return *self.of(), self.subhead


@dataclass(frozen=True, slots=True)
class Title:
    """What is said above the table, for all of it; None is not said.

    year  of days that are written without one
    unit  of figures that have none of their own, where it can be converted
    """

    indicator: str | None = None
    region: str | None = None
    day: date | None = None
    year: int | None = None
    unit: str | None = None


@dataclass(slots=True)
class Head:
    """A table's header: its rows, the columns of keys by field, the columns of figures, what is left out.

    left_out  columns of what is worked out or planned, never reported (完成率, 任务, 同比)
    """

    first: int
    last: int
    keys: dict[str, list[int]] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    title: Title = field(default_factory=Title)
    faults: list[Fault] = field(default_factory=list)

    def says(self, key: str) -> bool:
        """Whether a key stands in a column of its own or in the headers of all figures."""
        return key in self.keys or all(getattr(column, key) is not None for column in self.columns)
