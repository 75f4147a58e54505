"""What a template says of a figure: of which days it is, and between which bounds."""

from __future__ import annotations

from datetime import date

from service.domain.catalog import Indicator, Kind, Reporting, SeriesKey
from service.domain.cycles import Cycle
from service.domain.units import UNITS
from service.words import dates

SPANS = {Cycle.DAILY: "日", Cycle.WEEKLY: "周", Cycle.MONTHLY: "月"}
_THIS = {Cycle.DAILY: "当日", Cycle.WEEKLY: "本周", Cycle.MONTHLY: "本月"}
_LAST = {Cycle.DAILY: "当日", Cycle.WEEKLY: "周末", Cycle.MONTHLY: "月末"}


def counted(indicator: Indicator, series: SeriesKey, day: date) -> str:
    """当日数, 本周数, 本年累计数, 月均值, 月末数: which days a report of a day is of."""
    if series.reporting_on(day) is Reporting.CUMULATIVE:
        return "本年累计数"
    match indicator.kind:
        case Kind.FLOW | Kind.INCIDENCE:
            return f"{_THIS[series.cycle]}数"
        case Kind.MEAN:
            return f"{_THIS[series.cycle]}均值"
        case Kind.STOCK | Kind.RATIO:
            return f"{_LAST[series.cycle]}数"


def bounds(indicator: Indicator) -> str:
    """应在 0 至 200000 平方米之间; empty where nothing is refused."""
    low, high, unit = indicator.minimum, indicator.maximum, UNITS[indicator.unit]
    if low is not None and high is not None:
        return f"应在 {number(low)} 至 {number(high)} {unit}之间".replace(" 之间", "之间")
    if low is not None:
        return f"不能小于 {number(low)} {unit}".rstrip()
    return f"不能大于 {number(high)} {unit}".rstrip() if high is not None else ""


def last_told(told: tuple[date, float], indicator: Indicator, year: int) -> str:
    """8月30日 5个."""
    return f"{dates.day(told[0], year)} {number(told[1])}{UNITS[indicator.unit]}"


def number(value: float) -> str:
    """A figure with all the digits it has."""
    return f"{value:.15g}"


def definition(indicator: Indicator, day: date) -> str:
    """口径 as it holds on a day."""
    notes = [(one.from_day, one.note) for one in indicator.definitions if one.from_day <= day]
    return max(notes)[1] if notes else ""
