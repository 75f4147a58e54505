"""Where a ledger has both the figure of a day (当日) and the sum so far (累计): whether they agree. One of them is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from service.domain.catalog import Indicator, Reporting, SeriesKey
from service.errors import Fault
from service.ingest.parse.totals import agree, figure_of
from service.ingest.rows import Row


@dataclass(slots=True)
class Sums:
    """Figures of a table by series and day, as what they are said to be; each of a row of one series."""

    _told: dict[tuple[str, str, str], dict[date, dict[Reporting, Row]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    _series: dict[tuple[str, str, str], SeriesKey] = field(default_factory=dict)

    def add(self, row: Row, meant: Reporting, series: SeriesKey) -> None:
        """One figure, whether it is stored or left out."""
        key = (row.indicator, row.region, row.scope)
        self._series[key] = series
        self._told[key][row.day].setdefault(meant, row)

    def compare(self, indicators: Mapping[str, Indicator]) -> Iterator[Fault]:
        """A notice for every sum that is at odds with the figure of its day, as far as the table tells."""
        for key, days in self._told.items():
            indicator, before = indicators[key[0]], None
            for day in sorted(days):
                told = days[day]
                if len(told) == 2:
                    previous = _previous(self._series[key], day)
                    begins = previous is None or previous.year < day.year
                    last = days[previous].get(Reporting.CUMULATIVE) if previous in days else None
                    yield from _differs(told, None if begins else last, begins, indicator)


def _previous(series: SeriesKey, day: date) -> date | None:
    """The report day before one; None where the series has none."""
    begin = series.cycle.first(day)
    before = begin - timedelta(days=1)
    return before if before >= series.first_day else None
