"""jump 存疑待核实: a report its own history makes implausible, and a sensor that tells the same for days."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

import numpy as np

from service.domain.arrays import (
    Arrays,
    Bools,
    Floats,
    Ints,
    day_at,
    in_blocks,
    known,
    running_count,
    running_last,
)
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures, Side
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import Jump, Rule

# What makes the median of distances the standard deviation of a normal spread.
NORMAL = 1.4826
# The last `history` reports are looked for in the days of this many times as many.
SPARSE = 4
# Days a report covers at most, by the position of its cycle.
_LONGEST: Ints = np.array([1, 7, 31])


def judge_jump(frame: Frame, rule: Rule, check: Jump) -> Verdicts:
    """Only what is reported is doubted; a roll-up is as good as what it is made of."""
    rows = selected(frame, rule)
    rows = rows[_heard(frame.layout, _series(frame.layout, check))[rows]]
    return (
        _repeats(frame, rule, rows, check) if check.of == "repeats" else _deviation(frame, rule, rows, check)
    )


@lru_cache(maxsize=64)
def _series(layout: Layout, check: Jump) -> Bools:
    """(series,) True where the series is of one of the sources, and of a kind of report that can be doubted.

    A sum that stands still is no sensor that hangs: what only ever reports sums is left out.
    """
    catalog = layout.catalog
    codes = {s.code for s in catalog.sources if any(fnmatchcase(s.code, glob) for glob in check.sources)}
    taken = np.array([s.source in codes for s in layout.series], dtype=bool)
    return taken & (~layout.meaning.cumulative | layout.meaning.switched) if check.of == "repeats" else taken


def _heard(layout: Layout, series: Bools) -> Bools:
    """(nodes,) True where one of the series reports the node."""
    heard = np.zeros(len(layout.nodes), dtype=bool)
    heard[layout.series_row[series]] = True
    return heard


# Deviation


def _deviation(frame: Frame, rule: Rule, rows: Ints, check: Jump) -> Verdicts:
    """Distance of the data day's figure from the median of the reports before it, in usual spreads."""
    value = frame.progress.value[rows]
    _, _, sample = _window(frame, rows, check)
    summed = frame.source[rows] < 0
    times = np.where(summed | np.isnan(value) | (sample < max(check.least, 1)), np.nan, 0.0)
    loud = np.flatnonzero(~np.isnan(times) & _may_reach(frame, rule, rows, check))
    (times[loud],) = in_blocks(loud, SPARSE * check.history, lambda at: (_times(frame, rows[at], check),))

    def figures(at: int) -> Figures:
        usual, spread = _usual(frame, rows[[at]], check)
        return frame.figures(
            int(rows[at]),
            value=known(value[at]),
            usual=known(usual[0]),
            spread=known(spread[0]),
            sample=int(sample[at]),
        )

    return graded(frame, rows, check.bounds, times, figures)


def _may_reach(frame: Frame, rule: Rule, rows: Ints, check: Jump) -> Bools:
    """(rows,) False where no figure there ever was lies far enough from another to reach the mildest level.

    A spread is never below the floor, so most rows need no median.
    """
    timeline = frame.told

    def make(at: Ints) -> Arrays:
        daily = timeline.values[rows[at]]
        highest = np.where(np.isnan(daily), -np.inf, daily).max(axis=1, initial=-np.inf)
        return (highest - np.where(np.isnan(daily), np.inf, daily).min(axis=1, initial=np.inf),)

    (widest,) = timeline.table(("jump", rule.select, check), rows, make)
    mildest = min((bound for _, bound in check.bounds.each), default=np.inf) - check.bounds.clear
    # A hair's breadth less, since bounds are reached by what is one rounding error short of them.
    return np.asarray(check.bounds.below | (widest >= mildest * check.floor * (1 - 1e-9)))


def _times(frame: Frame, rows: Ints, check: Jump) -> Floats:
    """(rows,) distance of the data day's figure from the usual one, in usual spreads."""
    usual, spread = _usual(frame, rows, check)
    # A spread of nothing (no floor, and always the same figure) makes whatever differs a jump without end.
    apart = np.abs(frame.progress.value[rows] - usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart > 0, apart / spread, np.where(np.isnan(apart), np.nan, 0.0))


def _usual(frame: Frame, rows: Ints, check: Jump) -> tuple[Floats, Floats]:
    """(rows,) median of the reported days before the data day, and how far they usually lie from it."""
    before = _before(frame, rows, check)
    usual = _median(before)
    return usual, np.maximum(NORMAL * _median(np.abs(before - usual[:, None])), check.floor)


def _window(frame: Frame, rows: Ints, check: Jump) -> tuple[Ints, Ints, Ints]:
    """(rows,) first and last of the days before the data day that say what is usual, and how many have data."""
    timeline, last = frame.told, frame.progress.data[rows] - 1
    running, counting = timeline.running.by_report, np.maximum(last, -1)
    span = SPARSE * check.history * _LONGEST[timeline.rhythm.cycle[rows]]
    first = np.maximum(running.nth_last(rows, counting, check.history), last + 1 - span)
    return first, last, running.counts(rows, first, counting)


def _before(frame: Frame, rows: Ints, check: Jump) -> Floats:
    """(rows, days) the reported figures that say what is usual, NaN where there are no more."""
    first, last, _ = _window(frame, rows, check)
    day = first[:, None] + np.arange(int((last - first).max(initial=-1)) + 1)
    inside = day <= last[:, None]
    values = frame.told.values
    return np.where(inside, values[rows[:, None], np.where(inside, day, 0)], np.nan)


def _median(values: Floats) -> Floats:
    """(rows,) median of what is known; NaN where nothing is. One sort; numpy's own goes through masked arrays."""
    if not values.size:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)  # what isn't known comes last
    count = (~np.isnan(values)).sum(axis=1)
    row = np.arange(len(values))
    return np.asarray((ordered[row, np.maximum(count - 1, 0) // 2] + ordered[row, count // 2]) / 2)


# Repeats


def _repeats(frame: Frame, rule: Rule, rows: Ints, check: Jump) -> Verdicts:
    """Reports in a row, up to the last, with the same figure; zero is nobody's defect."""
    layout = frame.layout
    place = np.full(len(layout.nodes), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    series = np.flatnonzero(_series(layout, check) & (place[layout.series_row] >= 0))
    at = place[layout.series_row[series]]
    runs, first, last, value = _runs(frame, rule, series)
    longest = np.zeros(len(rows), dtype=np.int64)
    np.maximum.at(longest, at, runs)
    worst = np.full(len(rows), -1, dtype=np.int64)
    worst[at[runs == longest[at]]] = np.flatnonzero(runs == longest[at])

    def figures(position: int) -> Figures:
        of = int(worst[position])
        return frame.figures(
            int(rows[position]),
            value=known(value[of]),
            times=int(runs[of]),
            sides=(Side(layout.series[series[of]].source, float(value[of])),),
            window_first=day_at(frame.timeline.first, first[of]),
            window_last=day_at(frame.timeline.first, last[of]),
        )

    return graded(frame, rows, check.bounds, longest.astype(float), figures)


def _runs(frame: Frame, rule: Rule, series: Ints) -> tuple[Ints, Ints, Ints, Floats]:
    """(series,) length of the last run of one figure in reports, its first and last day, and the figure.

    Days without a report neither count nor break it.
    """
    timeline, evening = frame.told, frame.evening_of_series[series]
    meaning = frame.layout.meaning
    nodes, each = frame.layout.series_row[series], np.arange(len(series))

    def make(at: Ints) -> Arrays:
        reported = timeline.panel.values[series[at]]
        if meaning.switched[series[at]].any():
            sums = meaning.of(series[at]).sums(timeline.first, timeline.days)
            return _began(~np.isnan(reported), np.where(sums, np.nan, reported))
        return _began(~np.isnan(reported), reported)

    began, counted = timeline.table(
        ("repeats", rule.select, rule.check), nodes, make, given=series, of="reports"
    )
    first, last = began[each, evening].astype(np.int64), frame.last_report[series]
    length = counted[each, evening].astype(np.int64) - counted[each, np.maximum(first, 0)]
    value = timeline.panel.values[series, last] if frame.days else np.full(len(series), np.nan)
    counts = (value != 0) & ~meaning.of(series).sum_on(timeline.first.toordinal() + last)
    return np.where(counts, length, 0), first, last, value


def _began(has: Bools, figures: Floats) -> Arrays:
    """(series, days + 1) first day of the run of one figure that stands before each column, and reported days before it.

    has      (series, days) True where something was reported
    figures  (series, days) NaN also where that is a sum, which is no repetition of anything
    """
    before = running_last(has)[:, :-1].astype(np.int64)
    known_ = np.take_along_axis(figures, np.maximum(before, 0), axis=1) if figures.size else figures
    return running_last(has & ((before < 0) | (figures != known_))), running_count(has)
