"""Figures that are taken and doubted (存疑待核实): out of the usual, or sums that fell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from service.domain.catalog import SUMMED, Catalog, Indicator, Reporting, SeriesKey
from service.domain.units import UNITS
from service.errors import Fault
from service.ingest.validate import Desk
from service.store.flags import FALL, IMPLAUSIBLE, Judged, Meant, flag
from service.store.past import Merged
from service.store.pool import Connection


def doubt(
    conn: Connection, submission_id: str, merged: Merged, desk: Desk, series: Iterable[int]
) -> list[Judged]:
    """What a submission that has just been merged has made doubtful; kept with the readings.

    series  numbers of those it may have written
    """
    if merged.first_day is None or merged.last_day is None:
        return []  # it wrote nothing
    meant = meant_by(desk, series)
    if not meant.series_id:
        return []
    return flag(conn, submission_id, (merged.first_day, merged.last_day), desk.feed.cycle.value, meant)


def meant_by(desk: Desk, series: Iterable[int]) -> Meant:
    """How reports of these series are meant; only of those that can be doubted at all."""
    meant = Meant([], [], [], [], [], [], [])
    for number in series:
        key = desk.published.series_key[number]
        indicator = desk.catalog.indicator[key.node.indicator]
        low, high = indicator.usual_minimum, indicator.usual_maximum
        for first, last, reporting in _spans(key):
            cumulative = reporting is Reporting.CUMULATIVE
            if cumulative or low is not None or high is not None:
                _add(meant, (number, first, last, cumulative, indicator.kind in SUMMED, low, high))
    return meant


def _add(meant: Meant, row: tuple[object, ...]) -> None:
    for name, value in zip(meant.__slots__, row, strict=True):
        getattr(meant, name).append(value)


def _spans(key: SeriesKey) -> Iterator[tuple[date, date, Reporting]]:
    """Days between switches of reporting, and how reports are meant in them."""
    firsts = (date.min, *key.switched)
    lasts = (*(day - timedelta(days=1) for day in key.switched), date.max)
    for first, last in zip(firsts, lasts, strict=True):
        yield first, last, key.reporting_on(first)


def told(judged: Iterable[Judged], desk: Desk) -> Iterator[Fault]:
    """A sentence on each doubt, for the receipt."""
    for one in judged:
        indicator_code, region, _ = desk.named[one.series_id]
        what = _What(desk.catalog, indicator_code, region, one)
        for code in one.codes():
            zh, en = _SENTENCES[code](what)
            yield Fault(code, one.place or one.day.isoformat(), f"{one.value:g}", zh, en)


class _What:
    """The words a sentence is made of."""

    def __init__(self, catalog: Catalog, indicator: str, region: str, judged: Judged) -> None:
        self.indicator: Indicator = catalog.indicator[indicator]
        self.region = catalog.region[region].name
        self.judged = judged
        self.unit = UNITS[self.indicator.unit]

    def number(self, value: float | None) -> str:
        return f"{value:.12g}{self.unit}"


def _implausible(what: _What) -> tuple[str, str]:
    one = what.judged
    low, high = one.low, one.high
    above = high is not None and (one.of_a_day or 0.0) > high
    zh_bound = f"高于通常的每日上限{what.number(high)}" if above else f"低于通常的每日下限{what.number(low)}"
    en_bound = f"above the usual {high:g} a day" if above else f"below the usual {low:g} a day"
    zh = (
        f"{what.region}{one.day}“{what.indicator.name}”为{what.number(one.value)}，{zh_bound}："
        "已入库，存疑待核实。请核对数值和单位，有误请更正。"
    )
    en = f"{en_bound}: stored, and marked as doubtful. Check the figure and its unit, and correct it if it is wrong."
    return zh, en


def _fall(what: _What) -> tuple[str, str]:
    one = what.judged
    zh = (
        f"{what.region}{one.day}“{what.indicator.name}”累计数{what.number(one.value)}，"
        f"小于{one.before_day}的{what.number(one.before_value)}：已入库，存疑待核实。请核对；确属核减的请在备注中说明。"
    )
    en = (
        f"a sum that is less than that of {one.before_day} ({one.before_value:g}): stored, and marked as doubtful. "
        "Check both; if figures were struck off, say so in a note."
    )
    return zh, en


_SENTENCES = {IMPLAUSIBLE: _implausible, FALL: _fall}
