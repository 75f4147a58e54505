"""The formulas of progress, one definition each.

Everything is per node, at the node's own data day t: the last day with data of those that are due as of a day.
Undefined is NaN: without a target there is no completion, and nothing is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, day_at, divide
from service.domain.catalog import SUMMED, Kind, Target
from service.domain.coverage import coverage_on
from service.domain.goals import Goals
from service.domain.lastyear import same_day_before, shape_of, start_before
from service.domain.layout import Layout
from service.domain.timeline import Timeline
from service.domain.workdays import WorkCalendar

RECENT_DAYS = 28
# The last 28 days *covered by reports* are looked for in this many days.
RECENT_SPAN = 92


@dataclass(frozen=True)
class Progress:
    """Progress of every node as of a day; arrays are (nodes,), values in the indicator's unit.

    goals        the targets that count
    start        index of the period's first day on the panel's axis
    end          index of the last day that is due, -1 where none is: as-of itself, or the last report day before
    data         index of the data day on the panel's axis, -1 where there is none in the period
    stale        True where the figure lags what is due by more than the indicator allows, or there is none
    incomplete   True where fewer than `min_coverage` of the nodes below reported on the data day
    to_date      sum (flow, incidence), mean (mean) or latest (stock, ratio)
    lag          expected − completion (completion − expected under a ceiling), positive when behind
    """

    as_of: date
    first: date
    goals: Goals
    start: Ints
    end: Ints
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

    @property
    def target_of(self) -> tuple[Target | None, ...]:
        """The target that counts, None where none was set."""
        return self.goals.targets

    @property
    def period_start(self) -> tuple[date, ...]:
        return self.goals.period_start

    @property
    def period_end(self) -> tuple[date, ...]:
        return self.goals.period_end

    def data_day(self, row: int) -> date | None:
        """The day the node's figure speaks for."""
        return day_at(self.first, self.data[row]) if self.data[row] >= 0 else None


def progress_of(timeline: Timeline, goals: Goals, as_of: date, end: Ints, workdays: WorkCalendar) -> Progress:
    """Every figure of every node as of a day of the timeline; nothing later is looked at.

    end  (nodes,) index of the last day that is due
    """
    layout, first = timeline.layout, timeline.first
    kinds = _Kinds(layout)
    window = _window(timeline, goals, end)
    data, total, counted, left = window.data, window.total, window.counted, window.left
    to_date = kinds.pick(total, divide(total, counted), window.value, data >= 0)
    target = goals.value
    expected = _expected(timeline, goals, data, workdays)
    completion = _completion(goals, kinds, to_date)
    last_year = _last_year(timeline, goals, data, kinds)
    recent = _recent_rate(timeline, data, end)
    # Where nothing has been reported in the period, what is owed today.
    owing = np.where(data >= 0, data, end)
    covered, declared = coverage_on(layout, timeline.leaves, first, timeline.running, timeline.rhythm, owing)
    return Progress(
        as_of=as_of,
        first=first,
        goals=goals,
        start=window.start,
        end=end,
        data=data,
        stale=np.asarray((data < 0) | ((end - data) > layout.stale_after)),
        incomplete=covered < layout.min_coverage * declared,
        covered=np.where(data >= 0, covered, 0),
        declared=declared,
        value=window.value,
        to_date=to_date,
        target=target,
        completion=completion,
        expected=np.where(np.isnan(completion), np.nan, expected),
        lag=_lag(goals, kinds, completion, expected),
        shortfall=np.where(kinds.flow, target * expected - to_date, np.nan),
        to_target=np.where(kinds.flow, target - to_date, np.nan),
        required_rate=np.where(kinds.flow, divide(target - to_date, left), np.nan),
        allowed_mean=np.where(kinds.mean, divide(target * (counted + left) - total, left), np.nan),
        mean_rate=np.where(kinds.summed, divide(total, window.elapsed), np.nan),
        recent_rate=np.where(kinds.summed, recent, np.nan),
        last_year=last_year,
        year_on_year=np.where(layout.ranks, np.nan, divide(to_date, last_year) - 1),
        projected=np.where(kinds.flow, to_date + left * recent, np.nan),
        days_left=left.astype(np.int64),
        met=goals.met(to_date),
    )


@dataclass(frozen=True)
class _Window:
    """Each node's period up to its data day; arrays are (nodes,).

    value            the figure of the data day
    total, counted   sum of the days with data (of a mean, each times the days it covers), and days covered
    elapsed, left    days of the period up to the data day, and after it
    """

    start: Ints
    data: Ints
    value: Floats
    total: Floats
    counted: Floats
    elapsed: Floats
    left: Floats


def _window(timeline: Timeline, goals: Goals, end: Ints) -> _Window:
    rows = np.arange(len(timeline.layout.nodes))
    start = goals.start - timeline.first.toordinal()
    data = timeline.running.last[rows, end + 1].astype(np.int64)
    data = np.where(data >= start, data, -1)
    elapsed = np.where(data >= 0, data - start + 1, 0)
    return _Window(
        start=start,
        data=data,
        value=_at(timeline, rows, data),
        total=timeline.running.sums(rows, start, data),
        counted=timeline.running.counts(rows, start, data).astype(float),
        elapsed=elapsed.astype(float),
        left=(goals.end - goals.start + 1 - elapsed).astype(float),
    )


def _at(timeline: Timeline, rows: Ints, day: Ints) -> Floats:
    """(rows,) the figures of a day each, NaN where there is none."""
    if not timeline.days:
        return np.full(len(rows), np.nan)
    return np.where(day >= 0, timeline.values[rows, day], np.nan)


class _Kinds:
    """Masks of the indicator kinds, (nodes,)."""

    def __init__(self, layout: Layout) -> None:
        self.flow = layout.kinds(Kind.FLOW)
        self.summed = layout.kinds(*SUMMED)
        self.mean = layout.kinds(Kind.MEAN)
        self.rank = layout.ranks

    def pick(self, total: Floats, mean: Floats, latest: Floats, any_data: Bools) -> Floats:
        """The figure to date by kind; NaN where the period has no data."""
        figure = np.where(self.summed, total, np.where(self.mean, mean, latest))
        return np.where(any_data, figure, np.nan)


def _expected(timeline: Timeline, goals: Goals, data: Ints, workdays: WorkCalendar) -> Floats:
    """(nodes,) share of the target due by each node's data day: by the dates of its plan, or by last year's figures."""
    expected, rows = goals.expected(data, timeline.first, workdays), goals.by_last_year
    if len(rows):
        share = shape_of(timeline, goals, rows, data[rows]).share
        expected[rows] = np.where((data[rows] >= 0) & ~np.isnan(share), share, expected[rows])
    return expected


def _completion(goals: Goals, kinds: _Kinds, to_date: Floats) -> Floats:
    """C = figure ÷ target, from the baseline where there is one; none for a mean, an incidence or a rank."""
    none = kinds.mean | (kinds.summed & ~kinds.flow) | kinds.rank
    return np.where(none, np.nan, divide(to_date - goals.baseline, goals.value - goals.baseline))


def _lag(goals: Goals, kinds: _Kinds, completion: Floats, expected: Floats) -> Floats:
    """Behind the plan: E − C; what a flow has used up of its ceiling too early: C − E.

    A level goes from its baseline to its target, up or down; without a baseline it has no way to be behind on.
    """
    lag = np.where(goals.ceiling & kinds.flow, completion - expected, expected - completion)
    return np.where(kinds.flow | goals.based, lag, np.nan)


def recent_from(timeline: Timeline, rows: Ints, data: Ints, end: Ints) -> Ints:
    """(rows,) index of the day from which on the last 28 covered days are counted, up to the data day."""
    first = timeline.running.nth_last(rows, data, RECENT_DAYS)
    if not timeline.rhythm.daily:
        # All of what is covered by the first of the reports: other figures in it are part of the same days.
        first = np.minimum(first, timeline.rhythm.latest(rows, first - 1) + 1)
    return np.maximum(first, end + 1 - RECENT_SPAN)


def _recent_rate(timeline: Timeline, data: Ints, end: Ints) -> Floats:
    """Mean per day of the last 28 days covered by reports."""
    rows = np.arange(len(data))
    first = recent_from(timeline, rows, data, end)
    counted = timeline.running.counts(rows, first, data)
    return divide(timeline.running.sums(rows, first, data), counted.astype(float))


def _last_year(timeline: Timeline, goals: Goals, data: Ints, kinds: _Kinds) -> Floats:
    """The figure of the same days a year before: from the period's start to the data day's date.

    Of who reports by the week, that of as many weeks.
    """
    rows, running = np.arange(len(data)), timeline.running
    first = start_before(timeline, goals)
    end = same_day_before(timeline, rows, data)
    counted = running.counts(rows, first, end).astype(float)
    total = running.sums(rows, first, end)
    last = running.last[rows, np.maximum(end + 1, 0)].astype(np.int64)
    # A year whose first days are not in the panel cannot be compared with.
    complete = (last >= np.maximum(first, 0)) & (first >= 0)
    latest = _at(timeline, rows, last)
    return kinds.pick(total, divide(total, counted), latest, complete)
