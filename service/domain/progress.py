"""The formulas of progress, one definition each.

Everything is per node, at the node's own data day t: the last day with data not after as-of.
Undefined is NaN: without a target there is no completion, and nothing is invented.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, between, day_at, divide, last_with_data
from service.domain.catalog import Kind, NodeKey, Target
from service.domain.coverage import coverage_on
from service.domain.layout import Layout
from service.domain.plans import expected_share
from service.domain.rollup import Daily
from service.domain.workdays import WorkCalendar

RECENT_DAYS = 28
# The last 28 days *with data* are looked for in this many days.
RECENT_SPAN = 92


@dataclass(frozen=True)
class Progress:
    """Progress of every node as of a day; arrays are (nodes,), values in the indicator's unit.

    target_of    the target that counts, None where none was set
    data         index of the data day on the panel's axis, -1 where there is none in the period
    stale        True where the figure lags as-of by more than the cycle allows, or there is none
    incomplete   True where fewer than `min_coverage` of the nodes below reported on the data day
    to_date      sum (flow, incidence), mean (mean) or latest (stock, ratio)
    lag          expected − completion (completion − expected under a ceiling), positive when behind
    """

    as_of: date
    first: date
    target_of: tuple[Target | None, ...]
    period_start: tuple[date, ...]
    period_end: tuple[date, ...]
    start: Ints
    data: Ints
    stale: Bools
    incomplete: Bools
    covered: Ints
    declared: Ints
    value: Floats
    to_date: Floats
    target: Floats
    completion: Floats
    expected: Floats
    lag: Floats
    shortfall: Floats
    to_target: Floats
    required_rate: Floats
    allowed_mean: Floats
    mean_rate: Floats
    recent_rate: Floats
    last_year: Floats
    year_on_year: Floats
    projected: Floats
    days_left: Ints
    met: Bools

    def data_day(self, row: int) -> date | None:
        """The day the node's figure speaks for."""
        return day_at(self.first, self.data[row]) if self.data[row] >= 0 else None


def progress_of(layout: Layout, daily: Daily, as_of: date, workdays: WorkCalendar) -> Progress:
    """Every figure of every node as of a day; `daily` holds nothing later."""
    targets = _targets(layout, as_of)
    kinds = _Kinds(layout)
    window = _window(daily, targets, as_of)
    total, counted, left = window.total, window.counted, window.left
    to_date = kinds.pick(total, window.mean, window.value, counted > 0)
    target = _array([t.value if t else None for t in targets])
    expected = _expected(targets, window.data, daily.first, workdays)
    completion = _completion(targets, kinds, to_date, target)
    last_year = _last_year(daily, window, kinds)
    recent = _recent_rate(daily, window.data)
    covered, declared = coverage_on(layout, daily, window.data)
    return Progress(
        as_of=as_of,
        first=daily.first,
        target_of=targets,
        period_start=window.starts,
        period_end=window.ends,
        start=window.start,
        data=window.data,
        stale=_stale(layout, window.data, daily.values.shape[1]),
        incomplete=covered < layout.min_coverage * declared,
        covered=np.where(window.data >= 0, covered, 0),
        declared=declared,
        value=window.value,
        to_date=to_date,
        target=target,
        completion=completion,
        expected=np.where(np.isnan(completion), np.nan, expected),
        lag=_lag(targets, kinds, completion, expected),
        shortfall=np.where(kinds.flow, target * expected - to_date, np.nan),
        to_target=np.where(kinds.flow, target - to_date, np.nan),
        required_rate=np.where(kinds.flow, divide(target - to_date, left), np.nan),
        allowed_mean=np.where(kinds.mean, divide(target * (counted + left) - total, left), np.nan),
        mean_rate=np.where(kinds.summed, divide(total, window.elapsed), np.nan),
        recent_rate=np.where(kinds.summed, recent, np.nan),
        last_year=last_year,
        year_on_year=divide(to_date, last_year) - 1,
        projected=np.where(kinds.flow, to_date + left * recent, np.nan),
        days_left=left.astype(np.int64),
        met=_met(targets, to_date, target),
    )


@dataclass(frozen=True)
class _Window:
    """Each node's period up to its data day; arrays are (nodes,).

    total, counted   sum of the days with data, and how many they are
    elapsed, left    days of the period up to the data day, and after it
    """

    starts: tuple[date, ...]
    ends: tuple[date, ...]
    start: Ints
    data: Ints
    value: Floats
    total: Floats
    counted: Floats
    elapsed: Floats
    left: Floats

    @property
    def mean(self) -> Floats:
        return divide(self.total, self.counted)


def _window(daily: Daily, targets: tuple[Target | None, ...], as_of: date) -> _Window:
    """The target's period, or the calendar year where there is none."""
    starts = tuple(t.period_start if t else date(as_of.year, 1, 1) for t in targets)
    ends = tuple(t.period_end if t else date(as_of.year, 12, 31) for t in targets)
    start = np.array([(day - daily.first).days for day in starts], dtype=np.int64)
    length = np.array([(b - a).days + 1 for a, b in zip(starts, ends, strict=True)], dtype=np.int64)
    data = last_with_data(~np.isnan(daily.values))
    data = np.where(data >= start, data, -1)
    total, counted = _sums(daily, start, data)
    elapsed = np.where(data >= 0, data - start + 1, 0)
    return _Window(
        starts=starts,
        ends=ends,
        start=start,
        data=data,
        value=np.where(data >= 0, daily.values[np.arange(len(data)), data], np.nan),
        total=total,
        counted=counted,
        elapsed=elapsed.astype(float),
        left=(length - elapsed).astype(float),
    )


def _sums(daily: Daily, first: Ints, last: Ints) -> tuple[Floats, Floats]:
    """(nodes,) sum and number of the days with data from first to last; only the days any node needs are read."""
    low, high = max(0, int(first.min(initial=0))), int(last.max(initial=-1)) + 1
    figures = daily.values[:, low:high]
    window = between(figures.shape[1], first - low, last - low) & ~np.isnan(figures)
    return np.where(window, figures, 0.0).sum(axis=1), window.sum(axis=1).astype(float)


class _Kinds:
    """Masks of the indicator kinds, (nodes,)."""

    def __init__(self, layout: Layout) -> None:
        self.flow = layout.kinds(Kind.FLOW)
        self.summed = layout.kinds(Kind.FLOW, Kind.INCIDENCE)
        self.mean = layout.kinds(Kind.MEAN)

    def pick(self, total: Floats, mean: Floats, latest: Floats, any_data: Bools) -> Floats:
        """The figure to date by kind; NaN where the period has no data."""
        figure = np.where(self.summed, total, np.where(self.mean, mean, latest))
        return np.where(any_data, figure, np.nan)


def _array(values: list[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _targets(layout: Layout, as_of: date) -> tuple[Target | None, ...]:
    """The target that counts for each node; 确保 goes before 力争."""
    found: dict[NodeKey, Target] = {}
    for target in layout.catalog.targets:
        node = NodeKey(target.indicator, target.region, target.scope)
        begun = target.valid_from is None or target.valid_from <= as_of
        if (
            begun
            and target.period_start <= as_of <= target.period_end
            and (node not in found or target.ambition == "确保")
        ):
            found[node] = target
    return tuple(found.get(node) for node in layout.nodes)


def _expected(targets: tuple[Target | None, ...], data: Ints, first: date, workdays: WorkCalendar) -> Floats:
    expected = np.full(len(targets), np.nan)
    for row, target in enumerate(targets):
        if target and data[row] >= 0:
            share = expected_share(target, day_at(first, data[row]), workdays)
            expected[row] = np.nan if share is None else share
    return expected


def _stale(layout: Layout, data: Ints, days: int) -> Bools:
    return np.asarray((data < 0) | ((days - 1 - data) > layout.stale_after))


def _completion(targets: tuple[Target | None, ...], kinds: _Kinds, to_date: Floats, target: Floats) -> Floats:
    """C = figure ÷ target, from the baseline where there is one; none for a mean or an incidence."""
    baseline = _array([(t.baseline or 0.0) if t else None for t in targets])
    none = kinds.mean | (kinds.summed & ~kinds.flow)
    return np.where(none, np.nan, divide(to_date - baseline, target - baseline))


def _lag(targets: tuple[Target | None, ...], kinds: _Kinds, completion: Floats, expected: Floats) -> Floats:
    """Behind the plan: E − C; what a flow has used up of its ceiling too early: C − E.

    A level goes from its baseline to its target, up or down; without a baseline it has no way to be behind on.
    """
    ceiling = np.array([t is not None and t.comparator in ("<=", "<") for t in targets], dtype=bool)
    based = np.array([t is not None and t.baseline is not None for t in targets], dtype=bool)
    lag = np.where(ceiling & kinds.flow, completion - expected, expected - completion)
    return np.where(kinds.flow | based, lag, np.nan)


def _met(targets: tuple[Target | None, ...], to_date: Floats, target: Floats) -> Bools:
    """Decided on the stored value, never on a rounded ratio."""
    compared = {
        ">=": to_date >= target,
        "<=": to_date <= target,
        ">": to_date > target,
        "<": to_date < target,
    }
    return np.array(
        [t is not None and bool(compared[t.comparator][row]) for row, t in enumerate(targets)], dtype=bool
    )


def _recent_rate(daily: Daily, data: Ints) -> Floats:
    """Mean of the last 28 days with data, up to the data day."""
    low = max(0, daily.values.shape[1] - RECENT_SPAN)
    recent = daily.values[:, low:]
    has = ~np.isnan(recent) & (np.arange(low, daily.values.shape[1]) <= data[:, None])
    back = np.cumsum(has[:, ::-1], axis=1)[:, ::-1]
    taken = has & (back <= RECENT_DAYS)
    return divide(np.where(taken, recent, 0.0).sum(axis=1), taken.sum(axis=1).astype(float))


def _last_year(daily: Daily, window: _Window, kinds: _Kinds) -> Floats:
    """The figure of the same days a year before: from the period's start to the data day's date."""
    data = window.data
    began = {day: (year_before(day) - daily.first).days for day in set(window.starts)}
    ended = {at: (year_before(day_at(daily.first, at)) - daily.first).days for at in set(data.tolist())}
    first = np.array([began[day] for day in window.starts], dtype=np.int64)
    end = np.array([ended[at] if at >= 0 else -1 for at in data.tolist()], dtype=np.int64)
    total, counted = _sums(daily, first, end)
    # A year whose first days are not in the panel cannot be compared with.
    complete = (counted > 0) & (first >= 0)
    latest = np.full(len(data), np.nan)
    level = np.flatnonzero(~kinds.summed & ~kinds.mean & complete)
    if len(level):
        figures = daily.values[level]
        last = last_with_data(between(figures.shape[1], first[level], end[level]) & ~np.isnan(figures))
        latest[level] = figures[np.arange(len(level)), last]
    return kinds.pick(total, divide(total, counted), latest, complete)


def year_before(day: date) -> date:
    """The same date a year before; 28 February for a 29th."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))
