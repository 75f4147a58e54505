"""jump 存疑待核实: a report its own history makes implausible, and a sensor that tells the same for days."""

from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, day_at, known, last_with_data
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures, Side
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import Jump, Rule

# What makes the median of distances the standard deviation of a normal spread.
NORMAL = 1.4826
# The last `history` reported days are looked for in this many times as many days.
SPARSE = 4


def judge_jump(frame: Frame, rule: Rule, check: Jump) -> Verdicts:
    """Only what is reported is doubted; a roll-up is as good as what it is made of."""
    rows = selected(frame, rule)
    rows = rows[_heard(frame.layout, _series(frame.layout, check))[rows]]
    return _repeats(frame, rows, check) if check.of == "repeats" else _deviation(frame, rows, check)


def _series(layout: Layout, check: Jump) -> Bools:
    """(series,) True where the series is of one of the sources, and of a kind of report that can be doubted.

    A sum that stands still is no sensor that hangs.
    """
    catalog = layout.catalog
    codes = {s.code for s in catalog.sources if any(fnmatchcase(s.code, glob) for glob in check.sources)}
    taken = np.array([s.source in codes for s in layout.series], dtype=bool)
    return taken & ~layout.cumulative if check.of == "repeats" else taken


def _heard(layout: Layout, series: Bools) -> Bools:
    """(nodes,) True where one of the series reports the node."""
    heard = np.zeros(len(layout.nodes), dtype=bool)
    heard[layout.series_row[series]] = True
    return heard


# Deviation


def _deviation(frame: Frame, rows: Ints, check: Jump) -> Verdicts:
    """Distance of the data day's figure from the median of the reported days before it, in usual spreads."""
    value = frame.progress.value[rows]
    before = _before(frame, rows, check.history)
    sample = (~np.isnan(before)).sum(axis=1)
    usual = _median(before)
    spread = np.maximum(NORMAL * _median(np.abs(before - usual[:, None])), check.floor)
    # A spread of nothing (no floor, and always the same figure) makes whatever differs a jump without end.
    apart = np.abs(value - usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(apart > 0, apart / spread, np.where(np.isnan(apart), np.nan, 0.0))
    times[sample < max(check.least, 1)] = np.nan

    def figures(at: int) -> Figures:
        return frame.figures(
            int(rows[at]),
            value=known(value[at]),
            usual=known(usual[at]),
            spread=known(spread[at]),
            sample=int(sample[at]),
        )

    return graded(frame, rows, check.bounds, times, figures)


def _before(frame: Frame, rows: Ints, count: int) -> Floats:
    """(rows, count) the last reported figures before the data day, NaN where there were no more."""
    days = frame.daily.values.shape[1]
    low = max(0, days - SPARSE * count - 1)
    figures = frame.daily.values[rows, low:]
    has = ~np.isnan(figures) & (np.arange(low, days) < frame.progress.data[rows][:, None])
    back = np.cumsum(has[:, ::-1], axis=1, dtype=np.int32)[:, ::-1]
    row, day = np.nonzero(has & (back <= count))
    found = np.full((len(rows), count), np.nan)
    found[row, count - back[row, day]] = figures[row, day]
    return found


def _median(values: Floats) -> Floats:
    """(rows,) median of what is known; NaN where nothing is. One sort; numpy's own goes through masked arrays."""
    ordered = np.sort(values, axis=1)  # what isn't known comes last
    count = (~np.isnan(values)).sum(axis=1)
    row = np.arange(len(values))
    return np.asarray((ordered[row, np.maximum(count - 1, 0) // 2] + ordered[row, count // 2]) / 2)


# Repeats


def _repeats(frame: Frame, rows: Ints, check: Jump) -> Verdicts:
    """Reported days in a row, up to the last, with the same figure; zero is nobody's defect."""
    layout = frame.layout
    place = np.full(len(layout.nodes), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    series = np.flatnonzero(_series(layout, check) & (place[layout.series_row] >= 0))
    at = place[layout.series_row[series]]
    runs, first, last, value = _runs(frame.panel.values[series])
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
            window_first=day_at(frame.panel.first, first[of]),
            window_last=day_at(frame.panel.first, last[of]),
        )

    return graded(frame, rows, check.bounds, longest.astype(float), figures)


def _runs(reported: Floats) -> tuple[Ints, Ints, Ints, Floats]:
    """(series,) length of the last run of one figure in reported days, its first and last day, and the figure.

    Days without a report neither count nor break it.
    """
    has = ~np.isnan(reported)
    last = last_with_data(has)
    value = reported[np.arange(len(last)), last] if reported.shape[1] else np.full(len(last), np.nan)
    other = last_with_data(has & (reported != value[:, None]))
    run = has & (np.arange(reported.shape[1]) > other[:, None])
    length = np.where(value != 0, run.sum(axis=1), 0)
    first = np.argmax(run, axis=1) if reported.shape[1] else last
    return length.astype(np.int64), first.astype(np.int64), last, value
