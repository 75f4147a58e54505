"""Daily figures that meet published sums: how a year is spread over days, and a day over sub-districts.

All arithmetic is on whole numbers, so every machine invents the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd

import numpy as np

from service.domain.arrays import Ints

# Shares of Monday … Sunday, and of January … December.
_WEEKDAYS = np.array([10, 11, 11, 11, 10, 7, 5], dtype=np.int64)
_MONTHS = np.array([9, 9, 11, 11, 11, 11, 10, 10, 11, 11, 10, 8], dtype=np.int64)
# Spring Festival and National Day: work goes on at less than half.
_HOLIDAYS = (
    (date(2016, 2, 7), date(2016, 2, 13)),
    (date(2016, 10, 1), date(2016, 10, 7)),
    (date(2017, 1, 27), date(2017, 2, 2)),
    (date(2017, 10, 1), date(2017, 10, 8)),
    (date(2018, 2, 15), date(2018, 2, 21)),
    (date(2018, 10, 1), date(2018, 10, 7)),
)
# PM2.5 is high in winter; over it runs haze that gathers for days until the wind comes (per cent).
_HAZE_MONTHS = np.array([76, 72, 66, 52, 44, 36, 37, 36, 42, 52, 64, 72], dtype=np.int64)
_HAZE = np.array([60, 85, 115, 150, 90, 55, 70, 100, 135, 170, 190, 75, 50, 65, 95, 125, 80], dtype=np.int64)

Pins = tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """How a district's figures of an indicator run.

    feed          the department's feed
    townships     per cent of it that falls to townships; the rest falls to streets
    history       sums of 2016 and 2017, invented
    published     (day, sum since 1 January) as the documents state it for 2018
    pins          (day, sum since 1 January) between them, invented
    target        the year's; the day that reaches it is cut, and zeros follow
    stands_still  whether nothing comes after the last published day
    """

    indicator: str
    feed: str
    townships: int
    history: tuple[int, int]
    published: Pins
    pins: Pins = ()
    target: int | None = None
    scope: str = ""
    stands_still: bool = False


def days_of(year: int) -> tuple[date, ...]:
    """Every day of a year."""
    first = date(year, 1, 1)
    return tuple(first + timedelta(days=at) for at in range((date(year + 1, 1, 1) - first).days))


def flow_year(flow: Flow, year: int, salt: int) -> Ints:
    """(days,) what the district reports of it on each day of a year; `salt` tells indicators apart."""
    days = days_of(year)
    weights = _working(days, salt)
    if year < 2018:
        return spread(flow.history[year - 2016], weights)
    return _cut(_through(_pinned(flow), days, weights), flow.target)


def haze_days(days: tuple[date, ...], total: int) -> Ints:
    """(days,) PM2.5 in whole µg/m³, winter-high, that sum to the total."""
    ordinals, months = _calendar(days)
    weights = _HAZE_MONTHS[months] * _HAZE[ordinals % len(_HAZE)] * _unrest(ordinals, 0)
    return spread(total, weights)


def spread(total: int, weights: Ints) -> Ints:
    """(days,) whole numbers in proportion to positive weights; they sum to the total exactly."""
    reached = total * np.cumsum(weights) // int(weights.sum())
    return np.diff(reached, prepend=0)


def split(daily: Ints, weights: Ints) -> Ints:
    """(parts, days) each day's figure over parts by fixed weights; every day sums exactly.

    Whole shares go out first. The few that are left go round by a fixed sequence that carries on
    from day to day, so small figures reach every part in proportion too, not only the largest.
    """
    whole = int(weights.sum())
    parts = daily[:, None] * weights // whole
    left = daily - parts.sum(axis=1)
    at = np.arange(int(left.sum()), dtype=np.int64) * _stride(whole) % whole
    part = np.searchsorted(np.cumsum(weights), at, side="right")
    np.add.at(parts, (np.repeat(np.arange(len(daily)), left), part), 1)
    return np.ascontiguousarray(parts.T)


def _stride(whole: int) -> int:
    """A step near the golden section that visits all places of a ring before it repeats one."""
    step = max(1, whole * 618 // 1000)
    while gcd(step, whole) != 1:
        step += 1
    return step


def _working(days: tuple[date, ...], salt: int) -> Ints:
    """(days,) weights of a flow: lower at weekends, in winter and on holidays, a little uneven."""
    ordinals, months = _calendar(days)
    rest = np.array([any(first <= day <= last for first, last in _HOLIDAYS) for day in days])
    return _WEEKDAYS[(ordinals + 6) % 7] * _MONTHS[months] * np.where(rest, 4, 10) * _unrest(ordinals, salt)


def _calendar(days: tuple[date, ...]) -> tuple[Ints, Ints]:
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    return ordinals, np.array([day.month - 1 for day in days], dtype=np.int64)


def _unrest(ordinals: Ints, salt: int) -> Ints:
    """85 … 115 per cent, without a pattern the eye would find."""
    return 85 + (ordinals * ordinals * 7 + ordinals * (13 + 4 * salt) + 5 * salt) % 31


def _pinned(flow: Flow) -> Pins:
    """Sums the year runs through: the known ones, then on at the mean rate up to the last known day.

    It is held to that rate at every month's end, and at every day where it is below one a day.
    """
    last, reached = flow.published[-1]
    known = tuple(sorted((*flow.pins, *flow.published)))
    if flow.stands_still:
        return known
    after = [day for day in days_of(2018) if day > last]
    elapsed = _day_number(last)
    if reached >= elapsed:
        after = [day for day in after if (day + timedelta(days=1)).day == 1]
    return known + tuple((day, reached * _day_number(day) // elapsed) for day in after)


def _day_number(day: date) -> int:
    return day.timetuple().tm_yday


def _through(pins: Pins, days: tuple[date, ...], weights: Ints) -> Ints:
    """(days,) figures whose sums meet every pin; zero after the last."""
    figures = np.zeros(len(days), dtype=np.int64)
    start = reached = 0
    for day, total in pins:
        end = _day_number(day)
        figures[start:end] = spread(total - reached, weights[start:end])
        start, reached = end, total
    return figures


def _cut(figures: Ints, target: int | None) -> Ints:
    """The same until the target is reached exactly; zeros after."""
    if target is None:
        return figures
    return np.diff(np.minimum(np.cumsum(figures), target), prepend=0)
