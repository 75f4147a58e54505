"""From rows to readings that may be stored: every row is held against the catalogue and the feed."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.catalog.publish import Published
from service.domain.catalog import ADDED_UP, Catalog, Feed, Indicator, Reporting, SeriesKey
from service.domain.cycles import Cycle
from service.domain.units import UNITS, accepted, conversion, convert, is_whole, unit_code
from service.errors import Fault
from service.ingest.names import Names
from service.ingest.rows import NOT_FINITE, SPANS, Broken, Row
from service.sheets.cells import read_day
from service.store.staging import Columns
from service.texts import shown

_LEAST = -sys.float_info.max


@dataclass(frozen=True, slots=True)
class Usual:
    """What a reading of a series has to be for it to be sound at a glance.

    first, last  days
    low, high    of its value, in the indicator's unit
    whole        whether it is counted whole
    """

    series: int
    unit: str
    first: date
    last: date
    low: float
    high: float
    whole: bool

    def covers(self, row: Row) -> bool:
        """Whether nothing can be wrong; one that is not covered needs a closer look."""
        return (
            self.first <= row.day <= self.last
            and (row.value is None or self.low <= row.value <= self.high)
            and (not self.whole or row.value is None or row.value.is_integer())
            and (row.unit is None or row.unit == self.unit)
            and row.source is None
            and row.reporting is None
        )


@dataclass(frozen=True)
class Desk:
    """What one feed may report, and until when: everything a row is checked against.

    today  the last day a figure can speak for
    """

    published: Published
    feed: Feed
    today: date

    @property
    def catalog(self) -> Catalog:
        return self.published.catalog

    @property
    def series_id(self) -> dict[tuple[str, str, str], int]:
        """Number of every series the feed owes, by indicator, region and scope."""
        return self.published.series_of.get(self.feed.code, {})

    @cached_property
    def named(self) -> dict[int, tuple[str, str, str]]:
        """Indicator, region and scope of every series the feed owes, by its number."""
        return {number: key for key, number in self.series_id.items()}

    @cached_property
    def _usual(self) -> dict[tuple[str, str, str], Usual]:
        return {}

    def usual(self, key: tuple[str, str, str]) -> Usual | None:
        """What is usual for a series by its indicator, region and scope; None where the feed owes no such one."""
        known = self._usual.get(key)
        if known is None and (series := self.series_id.get(key)) is not None:
            known = self._usual[key] = self._make_usual(key, series)
        return known

    def _make_usual(self, key: tuple[str, str, str], series: int) -> Usual:
        indicator, region = self.catalog.indicator[key[0]], self.catalog.region[key[1]]
        first, last = region.valid_from or date.min, region.valid_to or date.max
        if self.feed.cycle is not Cycle.DAILY:
            last = date.min  # only some days carry a report: each is looked at
        return Usual(
            series,
            indicator.unit,
            first=max(self.feed.first_day, first),
            last=min(self.today, last),
            low=_LEAST if indicator.minimum is None else indicator.minimum,
            high=-_LEAST if indicator.maximum is None else indicator.maximum,
            whole=indicator.kind in ADDED_UP and not is_whole(0.5, indicator.unit),
        )

    @cached_property
    def names(self) -> Names:
        """Words as this feed may use them."""
        return Names(self.catalog, self.published.names, self.series_id, self.series)

    def series(self, key: tuple[str, str, str]) -> SeriesKey:
        """A series the feed owes, by indicator, region and scope."""
        return self.published.series_key[self.series_id[key]]


@dataclass(frozen=True, slots=True)
class Checked:
    """Readings to store, and the rows that have a fault."""

    columns: Columns
    broken: list[Broken]


def validate(rows: list[Row], desk: Desk) -> Checked:
    """Check every row for itself."""
    columns = Columns([], [], [], [], [], [], [])
    broken: list[Broken] = []
    for row in rows:
        usual = desk.usual((row.indicator, row.region, row.scope))
        if usual is not None and usual.covers(row):
            _add(columns, usual.series, row, None if row.value is None else row.value + 0.0)
            continue
        series = desk.series_id.get((row.indicator, row.region, row.scope))
        faults = tuple(_faults(row, series, desk))
        if faults or series is None:
            broken.append(Broken(row.where, row.said(), faults))
        else:
            _add(columns, series, row, _value(row, desk.catalog.indicator[row.indicator]))
    return Checked(columns, broken)


def reading_of(said: Mapping[str, object], desk: Desk) -> tuple[int, date] | None:
    """Series and day a broken row is about, where neither is in doubt, whatever is wrong with its figure."""
    indicator, region, scope = (str(said.get(name) or "") for name in ("indicator", "region", "scope"))
    scopes = desk.names.scopes(indicator, region)
    series = desk.series_id.get((indicator, region, scopes[0] if len(scopes) == 1 and not scope else scope))
    day = read_day(str(said.get("day") or ""))
    if series is None or not isinstance(day, date):
        return None
    doubts = _day_faults(Row("", day, indicator, region, None), desk)
    return None if any(doubts) else (series, day)


def _add(columns: Columns, series: int, row: Row, value: float | None) -> None:
    converted = row.value != value
    columns.place.append(row.where)
    columns.series_id.append(series)
    columns.day.append(row.day)
    columns.value.append(value)
    columns.figure.append(repr(row.value) if converted else None)
    columns.unit.append(row.unit if converted else None)
    columns.notes.append(row.note)


def _value(row: Row, indicator: Indicator) -> float | None:
    """The figure in the indicator's unit; -0.0 is 0, and what float64 cannot hold is infinite."""
    if row.value is None:
        return None
    if row.unit is None or row.unit == indicator.unit:
        return row.value + 0.0
    factor = conversion(unit_code(row.unit) or "", indicator.unit)
    assert factor is not None  # `_unit_faults` has looked
    try:
        return convert(row.value, factor) + 0.0
    except (OverflowError, ValueError):  # too large once converted, or infinite as it came
        return math.inf


def _faults(row: Row, series: int | None, desk: Desk) -> Iterator[Fault]:
    if series is None:
        yield from _unknown_series(row, desk)
    if row.source is not None and row.source != desk.feed.source:
        zh = f"本报送渠道的来源应为“{desk.feed.source}”，也可不填。"
        yield Fault(
            "wrong_source",
            row.at("source"),
            shown(row.source),
            zh,
            f"this feed reports as {desk.feed.source!r}.",
        )
    yield from _day_faults(row, desk)
    if series is not None:
        key = desk.published.series_key[series]
        if row.reporting is not None:
            yield from _reporting_faults(row, key)
        yield from _value_faults(row, desk.catalog.indicator[row.indicator], key)


def _unknown_series(row: Row, desk: Desk) -> Iterator[Fault]:
    """Why there is no such series: an unknown word, or one this feed does not cover."""
    catalog = desk.catalog
    if row.indicator not in catalog.indicator:
        yield desk.names.unknown("indicator", row.indicator).at(row.at("indicator"))
    if row.region not in catalog.region:
        yield desk.names.unknown("region", row.region).at(row.at("region"))
    if row.indicator in catalog.indicator and row.region in catalog.region:
        zh = "本令牌的报送范围不含这一指标、区域和范围的组合，请核对，或联系区疏整促办。"
        en = "this token's feed does not cover that indicator, region and scope."
        text = " ".join(part for part in (row.indicator, row.region, row.scope) if part)
        yield Fault("not_covered", row.where, shown(text), zh, en)


def _day_faults(row: Row, desk: Desk) -> Iterator[Fault]:
    where = row.at("day")
    if row.day > desk.today:
        zh, en = (
            f"日期晚于今天（{desk.today}），未到的日子不能报数。",
            f"the day is in the future (today is {desk.today}).",
        )
        yield Fault("future_day", where, row.day.isoformat(), zh, en)
    elif row.day < desk.feed.first_day:
        zh = f"早于本报送渠道的起报日 {desk.feed.first_day}。"
        yield Fault(
            "before_first_day",
            where,
            row.day.isoformat(),
            zh,
            f"before the feed's first day, {desk.feed.first_day}.",
        )
    elif desk.feed.cycle.last(row.day) != row.day:
        yield _no_report_day(row, desk.feed.cycle)
    elif (region := desk.catalog.region.get(row.region)) and not region.valid_on(row.day):
        zh, en = "该区域在这一天尚未设立或已撤销。", "the region did not exist on that day."
        yield Fault("region_not_valid", where, row.day.isoformat(), zh, en)


def _no_report_day(row: Row, cycle: Cycle) -> Fault:
    """A week's or a month's report on another day: it says which day was meant."""
    stamp = cycle.last(row.day)
    zh_day, en_day = ("周日", "Sunday") if cycle is Cycle.WEEKLY else ("月末日", "last day")
    zh_span, en_span = SPANS[cycle]
    zh = f"本报送渠道按{zh_span}报送，日期应填该{zh_span}的{zh_day}（{stamp}）。"
    en = f"this feed reports by the {en_span}: give the {en_day} of the {en_span}, {stamp}."
    return Fault("not_report_day", row.at("day"), row.day.isoformat(), zh, en)


def _reporting_faults(row: Row, series: SeriesKey) -> Iterator[Fault]:
    """A row that says it is meant in another way than the catalogue declares for its day."""
    declared = series.reporting_on(row.day)
    if row.reporting == declared:
        return
    zh_span, en_span = SPANS[series.cycle]
    zh_names = {Reporting.DAILY: f"当{zh_span}数", Reporting.CUMULATIVE: "本年累计数"}
    en_names = {
        Reporting.DAILY: f"the figure of the {en_span}",
        Reporting.CUMULATIVE: "the sum since 1 January",
    }
    since = max((day for day in series.switched if day <= row.day), default=None)
    until = min((day for day in series.switched if day > row.day), default=None)
    zh_when, en_when = "", ""
    if since:
        zh_when, en_when = f"自{since}起", f" from {since} on"
    elif until:
        zh_when, en_when = f"在{until}以前", f" before {until}"
    said = declared.other
    zh = f"本指标{zh_when}按{zh_names[declared]}报送，此行标为{zh_names[said]}：请改填{zh_names[declared]}，或核对日期。"
    en = (
        f"this series reports {en_names[declared]}{en_when}, and the row says it is {en_names[said]}: "
        f"give {en_names[declared]}, or check the day."
    )
    yield Fault("wrong_reporting", row.at("reporting"), shown(row.reporting), zh, en)


def _value_faults(row: Row, indicator: Indicator, series: SeriesKey) -> Iterator[Fault]:
    if row.value is None:
        return
    if row.unit is not None and row.unit != indicator.unit:
        given = unit_code(row.unit)
        if given is None or conversion(given, indicator.unit) is None:
            names = "、".join(accepted(indicator.unit))
            zh, en = f"单位不符，可用：{names}。", f"the unit does not fit; accepted are {names}."
            yield Fault("wrong_unit", row.at("unit"), shown(row.unit), zh, en)
            return
    value = _value(row, indicator)
    if value is None or not math.isfinite(value):
        zh, en = NOT_FINITE
        yield Fault("not_finite", row.at("value"), shown(row.value), zh, en)
        return
    # A mean or a share of what is counted may be a fraction.
    if indicator.kind in ADDED_UP and not is_whole(value, indicator.unit):
        unit = UNITS[indicator.unit]
        zh = f"“{indicator.name}”按{unit}计数，应为整数，请核对数值和单位。"
        en = f"{indicator.name_en} is counted whole: there is no part of one; check the figure and its unit."
        yield Fault("not_whole", row.at("value"), shown(row.value), zh, en)
        return
    yield from _bound_faults(row, value, indicator, series)


def _bound_faults(row: Row, value: float, indicator: Indicator, series: SeriesKey) -> Iterator[Fault]:
    """The bounds are those of a day's figure: a sum has none, but that what cannot be negative adds up to nothing negative."""
    low, high = indicator.minimum, indicator.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return
    zh_what, en_what = "单日数值", "the figure of a day"
    if series.reporting_on(row.day) is Reporting.CUMULATIVE:
        if low is None or low < 0 or value >= 0:
            return
        low, zh_what, en_what = 0.0, "累计数值", "the sum since 1 January"
    below = low is not None and value < low
    bound, zh_way, en_way = (low, "不能小于", "lie below") if below else (high, "不能大于", "exceed")
    zh = f"“{indicator.name}”{zh_what}{zh_way} {bound:g}{UNITS[indicator.unit]}，请核对数值和单位。"
    en = f"{en_what} cannot {en_way} {bound:g} {indicator.unit}: check the figure and its unit."
    yield Fault("out_of_bounds", row.at("value"), shown(row.value), zh, en)
