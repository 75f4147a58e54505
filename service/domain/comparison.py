"""What each of two sources tells of the same nodes: a region's total beside the sum of those below it.

A roll-up goes with its coverage k/n. What has not been reported yet may be all that is missing to the other
figure: as long as k < n, a sum that falls short contradicts nobody, and a mean is of other regions.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

import numpy as np

from service.domain.arrays import Arrays, Bools, Floats, Ints, divide, running_last
from service.domain.catalog import SUMMED, Kind
from service.domain.coverage import complete_days, coverage_on
from service.domain.frame import Frame
from service.domain.sources import Pair, SourceFigures, pairs


@dataclass(frozen=True)
class Told:
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

    @property
    def averaged(self) -> Bools:
        """(rows,) True where figures of more regions are no larger for it."""
        return self.source.layout.kinds(Kind.MEAN, Kind.RATIO)[self.rows]

    def only(self, at: Ints) -> Told:
        return Told(self.source, self.rows[at], self.start[at])

    def evening(self, frame: Frame) -> Ints:
        """(rows,) column of the source's running arrays up to which its reports are due."""
        evenings = np.maximum(0, frame.evenings - (self.first - frame.timeline.first).days)
        return evenings[self.source.timeline.rhythm.slowest(evenings)[self.rows]]

    def to_date(self) -> tuple[Floats, Bools]:
        """(rows, days) the source's figure of the period up to each day, and whether it speaks for that day."""
        timeline = self.source.timeline
        inside = np.arange(timeline.days) >= self.start[:, None]
        total, counted = timeline.running.since(self.rows, self.start)
        figure = self._picked(total, counted, timeline.values[self.rows])
        return figure, inside & timeline.complete(self.rows)

    def on(self, day: Ints) -> Floats:
        """(rows,) the source's figure of the period up to a day of its axis each; NaN where that is -1."""
        timeline, at = self.source.timeline, np.maximum(day, 0)
        if not timeline.days:
            return np.full(len(self.rows), np.nan)
        total = timeline.running.sums(self.rows, self.start, at)[:, None]
        counted = timeline.running.counts(self.rows, self.start, at)[:, None]
        latest = timeline.values[self.rows, at][:, None]
        return np.where(day >= 0, self._picked(total, counted, latest)[:, 0], np.nan)

    def _picked(self, total: Floats, counted: Ints, latest: Floats) -> Floats:
        layout = self.source.layout
        summed = layout.kinds(*SUMMED)[self.rows][:, None]
        mean = layout.kinds(Kind.MEAN)[self.rows][:, None]
        return np.where(summed, total, np.where(mean, divide(total, counted.astype(float)), latest))

    def whole(self) -> Bools:
        """(rows, days) True on days to which everybody below has reported."""
        layout, timeline = self.source.layout, self.source.timeline
        everybody = np.ones(len(layout.nodes))
        return complete_days(
            layout,
            timeline.leaves,
            self.first,
            timeline.values,
            timeline.rhythm,
            self.rows,
            share=everybody,
        )

    def coverage(self, day: Ints) -> tuple[Ints, Ints]:
        """(rows,) who below had a figure on a day each, and who owed one; 0 and 0 of what is reported itself."""
        layout, timeline = self.source.layout, self.source.timeline
        at = np.full(len(layout.nodes), -1, dtype=np.int64)
        at[self.rows] = day
        covered, declared = coverage_on(
            layout, timeline.leaves, self.first, timeline.running, timeline.rhythm, at
        )
        rolled_up = (day >= 0) & ~layout.reported[self.rows]
        return np.where(rolled_up, covered[self.rows], 0), np.where(rolled_up, declared[self.rows], 0)


def both_told(frame: Frame, pair: Pair, mine: Ints) -> tuple[Told, Told]:
    """What the two sources of a pair tell of some of its nodes, by their position."""
    one, other = (frame.of_source(source) for source in pair.sources)
    start = frame.progress.start[pair.rows[mine]] - (one.first - frame.timeline.first).days
    return Told(one, pair.left[mine], start), Told(other, pair.right[mine], start)


def unsettled(left: Floats, right: Floats, one: Told, other: Told) -> Bools:
    """(rows, days) True where what is not reported yet may be all that lies between the two figures."""
    averaged = one.averaged[:, None]
    return np.asarray(
        (~one.whole() & (averaged | (left < right))) | (~other.whole() & (averaged | (right < left)))
    )


@dataclass(frozen=True)
class Comparison:
    """Two sources' figures of the nodes that both tell, as of a day; arrays are (nodes,).

    rows   nodes in the layout
    day    ordinal of the last day both speak for
    left, right        their figures of the period up to it
    covered, declared  (2, nodes) of a roll-up, regions that have reported and all that owe; 0 and 0 otherwise
    settled  whether a difference is one, and not what some have yet to report
    """

    sources: tuple[str, str]
    rows: Ints
    day: Ints
    left: Floats
    right: Floats
    covered: Ints
    declared: Ints
    settled: Bools


def comparisons(frame: Frame) -> tuple[Comparison, ...]:
    """What the two preferred sources tell of every node that both tell, on the last day both speak for."""
    found = (_compared(frame, pair) for pair in pairs(frame.layout))
    return tuple(one for one in found if len(one.rows))


def _compared(frame: Frame, pair: Pair) -> Comparison:
    one, other = both_told(frame, pair, np.arange(len(pair.rows)))

    def make(at: Ints) -> Arrays:
        return (running_last(one.only(at).to_date()[1] & other.only(at).to_date()[1]),)

    key: Hashable = ("comparison", pair.sources, one.first)
    (shared,) = frame.told.table(key, pair.rows, make, of="reports", given=one.start)
    evening = np.minimum(one.evening(frame), other.evening(frame))
    last = shared[np.arange(len(pair.rows)), evening].astype(np.int64)
    told = np.flatnonzero(last >= 0)
    one, other, day = one.only(told), other.only(told), last[told]
    left, right = one.on(day), other.on(day)
    (covered, declared), (other_covered, other_declared) = one.coverage(day), other.coverage(day)
    short = (covered < declared) & (one.averaged | (left < right))
    other_short = (other_covered < other_declared) & (one.averaged | (right < left))
    return Comparison(
        pair.sources,
        pair.rows[told],
        day + one.first.toordinal(),
        left,
        right,
        np.stack([covered, other_covered]),
        np.stack([declared, other_declared]),
        ~(short | other_short),
    )
