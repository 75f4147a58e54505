"""Where a ledger has both the figure of a day (当日) and the sum so far (累计): whether they agree. One of them is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from service.domain.catalog import Indicator, Reporting, SeriesKey
from service.domain.units import is_whole
from service.errors import Fault
from service.ingest.parse.totals import decimals_off, figure_of
from service.ingest.rows import Row

Told = dict[Reporting, Row]


@dataclass(slots=True)
class Sums:
    """Figures of a table by series and day, by what they are said to be."""

    _told: dict[tuple[str, str, str], dict[date, Told]] = field(default_factory=dict)
    _series: dict[tuple[str, str, str], SeriesKey] = field(default_factory=dict)

    def add(self, row: Row, meant: Reporting, series: SeriesKey) -> None:
        """One figure, whether it is stored or left out."""
        key = (row.indicator, row.region, row.scope)
        self._series[key] = series
        self._told.setdefault(key, {}).setdefault(row.day, {}).setdefault(meant, row)

    def compare(self, indicators: Mapping[str, Indicator]) -> Iterator[Fault]:
        """A notice for every sum that is at odds with the figure of its day, as far as the table tells."""
        for key, days in self._told.items():
            for told in days.values():
                if len(told) == 2 and (fault := _look(told, days, self._series[key], indicators[key[0]])):
                    yield fault


def _look(told: Told, days: Mapping[date, Told], series: SeriesKey, indicator: Indicator) -> Fault | None:
    """The sum against the one before it and the day's figure; alone, it is no less than the figure."""
    sum_, row = told[Reporting.CUMULATIVE], told[Reporting.DAILY]
    total, figure = figure_of(sum_, indicator), figure_of(row, indicator)
    if total is None or figure is None:
        return None
    off = _off(sum_, indicator) + _off(row, indicator)
    before = series.cycle.first(row.day) - timedelta(days=1)
    if before.year < row.day.year:
        return None if abs(total - figure) <= off else _differs(sum_, row, Fraction(0), indicator)
    if (last := days.get(before, {}).get(Reporting.CUMULATIVE)) is not None:
        earlier = figure_of(last, indicator)
        off += _off(last, indicator)
        if earlier is not None and abs(earlier + figure - total) > off:
            return _differs(sum_, row, earlier, indicator)
    elif figure > total + off and figure > 0 <= total:
        return _differs(sum_, row, None, indicator)
    return None


def _off(row: Row, indicator: Indicator) -> Fraction:
    """How far a figure may be off for its decimals; what is counted one by one is not rounded."""
    off = decimals_off(row, indicator)
    return off if is_whole(float(off), indicator.unit) else Fraction(0)


def _differs(sum_: Row, row: Row, before: Fraction | None, indicator: Indicator) -> Fault:
    total, figure = f"{sum_.value:.15g}{sum_.unit or ''}", f"{row.value:.15g}{row.unit or ''}"
    if before is None:
        zh = f"“{indicator.name}”累计（{total}）小于当期（{figure}），请核对。"
        en = f"the sum so far ({total}) is less than the figure of the day itself ({figure}): check them."
    else:
        was = f"{float(before):.15g}"
        zh = f"“{indicator.name}”累计为 {total}，上期累计 {was} 加当期 {figure} 与之不符，请核对。"
        en = f"the sum so far is {total}, but the one before ({was}) and the figure of the day ({figure}) don't add up to it."
    return Fault("sums_differ", sum_.where, total, zh, en)
