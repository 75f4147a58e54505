"""discrepancy 市区比对: two sources tell different figures of one node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from service.domain.arrays import (
    Arrays,
    Bools,
    Columns,
    Floats,
    Ints,
    column_type,
    day_at,
    divide,
    known,
    running_last,
)
from service.domain.catalog import Kind
from service.domain.checks.verdicts import Verdicts, chosen, graded
from service.domain.facts import Figures, Side
from service.domain.frame import Frame
from service.domain.rules import Discrepancy, Rule
from service.domain.sources import Pair, SourceFigures, pairs


@dataclass(frozen=True)
class _Compared:
    """Nodes of a pair of sources; arrays are (nodes,), days on the frame's axis.

    last   last day both speak for, -1 where there is none
    due    last day of which reports of both are due
    since  first day of the difference that stands on it, after `last` where they agree
    """

    pair: Pair
    mine: Ints
    last: Ints
    due: Ints
    since: Ints

    @property
    def rows(self) -> Ints:
        return self.pair.rows[self.mine]


def judge_discrepancy(frame: Frame, rule: Rule, check: Discrepancy) -> Verdicts:
    """Days, both ends counted, since two sources came to differ and did on every day both spoke for.

    They are compared on days for which both have a complete figure and both are due: a source that reports by
    the month is not behind one that reports by the day.
    """
    taken = chosen(frame.layout, rule.select)
    compared = [
        _compare(frame, rule, pair, np.flatnonzero(taken[pair.rows]), check)
        for pair in pairs(frame.layout, check.sources)
    ]
    place = [(each, at) for each in compared for at in range(len(each.mine))]
    last, since = _joined([c.last for c in compared]), _joined([c.since for c in compared])
    old = _joined([c.due for c in compared]) - last > check.within

    def figures(position: int) -> Figures:
        each, at = place[position]
        return _figures(frame, check, each, at)

    return graded(
        frame,
        _joined([c.rows for c in compared]),
        check.bounds,
        (last - since + 1).astype(float),
        figures,
        unjudged=(last < 0) | old,
    )


def _compare(frame: Frame, rule: Rule, pair: Pair, mine: Ints, check: Discrepancy) -> _Compared:
    left, right = _sides(frame, pair, mine)
    offset = (left.first - frame.timeline.first).days

    def make(at: Ints) -> Arrays:
        (one, one_told), (other, other_told) = left.only(at).to_date(), right.only(at).to_date()
        both = one_told & other_told
        apart = both & _beyond(one, other, check)
        return running_last(both), running_last(both & ~apart), _next(apart)

    shared, agreed, apart = frame.told.table(
        ("discrepancy", rule.select, check, pair.sources, left.first),
        pair.rows[mine],
        make,
        of="reports",
        given=left.start,
    )
    at, evening = np.arange(len(mine)), np.minimum(left.evening(frame), right.evening(frame))
    last = shared[at, evening].astype(np.int64)
    first_apart = apart[at, agreed[at, evening].astype(np.int64) + 1].astype(np.int64)
    since = np.where(first_apart < evening, first_apart, last + 1)
    last = np.where(last < 0, -1, last + offset)
    return _Compared(pair, mine, last, evening - 1 + offset, since + offset)


@dataclass(frozen=True)
class _Side:
    """What one source tells of some nodes.

    rows   in the source's own layout
    start  index of the period's first day on the source's axis
    """

    source: SourceFigures
    rows: Ints
    start: Ints

    @property
    def first(self) -> date:
        return self.source.first

    def only(self, at: Ints) -> _Side:
        return _Side(self.source, self.rows[at], self.start[at])

    def evening(self, frame: Frame) -> Ints:
        """(rows,) column of the source's running arrays up to which its reports are due."""
        evenings = np.maximum(0, frame.evenings - (self.first - frame.timeline.first).days)
        return evenings[self.source.timeline.rhythm.slowest(evenings)[self.rows]]

    def to_date(self) -> tuple[Floats, Bools]:
        """(rows, days) the source's figure of the period up to each day, and whether it speaks for that day."""
        layout, timeline = self.source.layout, self.source.timeline
        inside = np.arange(timeline.days) >= self.start[:, None]
        total, counted = timeline.running.since(self.rows, self.start)
        summed = layout.kinds(Kind.FLOW, Kind.INCIDENCE)[self.rows][:, None]
        mean = layout.kinds(Kind.MEAN)[self.rows][:, None]
        latest = timeline.values[self.rows]
        figure = np.where(summed, total, np.where(mean, divide(total, counted.astype(float)), latest))
        return figure, inside & timeline.complete(self.rows)

    def on(self, day: int) -> float:
        """The figure of the only node on a day of the source's axis; NaN on none."""
        return float(self.to_date()[0][0, day]) if day >= 0 else np.nan


def _sides(frame: Frame, pair: Pair, mine: Ints) -> tuple[_Side, _Side]:
    one, other = (frame.of_source(source) for source in pair.sources)
    start = frame.progress.start[pair.rows[mine]] - (one.first - frame.timeline.first).days
    return _Side(one, pair.left[mine], start), _Side(other, pair.right[mine], start)


def _beyond(left: Floats, right: Floats, check: Discrepancy) -> Bools:
    apart = np.abs(left - right)
    larger = np.maximum(np.abs(left), np.abs(right))
    # Two sums of the same figures in another order are the same figure.
    same = 1e-9 * np.maximum(1.0, larger)
    return np.asarray((apart > check.absolute + same) & (apart > check.relative * larger + same))


def _next(true: Bools) -> Columns:
    """(rows, days + 1) index of the first True from each column on, the number of days where there is none."""
    days = true.shape[1]
    found = np.full((len(true), days + 1), days, dtype=column_type(days))
    index = np.where(true, np.arange(days, dtype=found.dtype), found.dtype.type(days))
    found[:, :days] = np.minimum.accumulate(index[:, ::-1], axis=1)[:, ::-1]
    return found


def _figures(frame: Frame, check: Discrepancy, each: _Compared, at: int) -> Figures:
    sides = _sides(frame, each.pair, each.mine[[at]])
    left, right = (side.on(int(each.last[at]) - (side.first - frame.timeline.first).days) for side in sides)
    return frame.figures(
        int(each.rows[at]),
        value=known(abs(left - right)),
        bound=known(max(check.absolute, check.relative * max(abs(left), abs(right)))),
        window_first=day_at(frame.timeline.first, each.since[at]),
        window_last=day_at(frame.timeline.first, each.last[at]),
        sides=(Side(each.pair.sources[0], left), Side(each.pair.sources[1], right)),
    )


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
