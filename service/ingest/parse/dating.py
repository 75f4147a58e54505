"""Which day a sheet's figures are of, as its titles say, and of which year and month its days are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.domain.cycles import Cycle
from service.domain.names import plain
from service.sheets.cells import Cell, Problem, days_in, months_in, read_day, read_month, years_in

# Texts above a table, with their places.
Texts = list[tuple[str, str]]
# When a table was filled in, which is often the morning after.
_FILED = re.compile(r"(?:填报|填表|制表|报送|上报|报出|打印)(?:日期|时间):?")
_FILED_ON = re.compile(rf"{_FILED.pattern}\s*[\d年月日号./-]+")


@dataclass(frozen=True, slots=True)
class Dating:
    """What days are of that are written in part; None is not said.

    by_month  whether 2018年8月 names a report: that of its last day
    """

    year: int | None = None
    month: int | None = None
    by_month: bool = False

    def day(self, cell: Cell) -> date | Problem:
        """The day a cell names."""
        day = read_day(cell, self.year, self.month)
        if isinstance(day, Problem) and self.by_month:
            return read_month(cell, self.year) or day
        return day


def dating(texts: Iterable[str], cycle: Cycle | None) -> Dating:
    """The one year, and the one month, that is named."""
    texts = list(texts)
    days = {day for text in texts for day in days_in(text)}
    years = {year for text in texts for year in years_in(text)} | {day.year for day in days}
    if len(years) != 1:
        return Dating(by_month=cycle is Cycle.MONTHLY)
    (year,) = years
    months = {month for text in texts for of, month in months_in(text) if of == year}
    months |= {m.month for text in texts if (m := read_month(text, year)) is not None}
    return Dating(year, months.pop() if len(months) == 1 else None, cycle is Cycle.MONTHLY)


def days_of(texts: Texts, of: Dating, cycle: Cycle | None) -> tuple[set[date], set[date]]:
    """Days that titles say the figures are of, and days on which they were filled in.

    From the first to the last day of a week or month that is reported is its report.
    """
    days: set[date] = set()
    filed: set[date] = set()
    before = ""
    for _, text in texts:
        whole = set(days_in(text, of.year))
        if _FILED.fullmatch(plain(before)):
            filed |= whole
        else:
            said = set(days_in(_FILED_ON.sub(" ", _narrow(text)), of.year))
            days |= said
            filed |= whole - said
        before = text
    if not days and of.by_month and of.year and of.month:
        return {Cycle.MONTHLY.last(date(of.year, of.month, 1))}, filed
    if cycle is not None and len(days) == 2 and cycle.last(min(days)) == max(days) == cycle.last(max(days)):
        days = {max(days)} if cycle.first(max(days)) == min(days) else days
    return days, filed


def _narrow(text: str) -> str:
    return text.replace("：", ":")
