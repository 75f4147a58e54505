"""Last year's shape: what share of its figure a period had come to by the same date a year before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, divide
from service.domain.cycles import CYCLES, WEEKS_OF_A_YEAR, Cycle
from service.domain.goals import Goals
from service.domain.timeline import Timeline


def start_before(timeline: Timeline, goals: Goals) -> Ints:
    """(nodes,) index of the day a year before each period's start."""
    return _before(timeline, goals.start, goals.start_before)


def end_before(timeline: Timeline, goals: Goals) -> Ints:
    """(nodes,) index of the day a year before each period's end."""
    return _before(timeline, goals.end, goals.end_before)


def _before(timeline: Timeline, day: Ints, before: Ints) -> Ints:
    """Of who reports by the week, as many weeks."""
    if not timeline.rhythm.daily:
        weekly = timeline.rhythm.cycle == CYCLES.index(Cycle.WEEKLY)
        before = np.where(weekly, day - WEEKS_OF_A_YEAR.days, before)
    return before - timeline.first.toordinal()


def same_day_before(timeline: Timeline, rows: Ints, day: Ints) -> Ints:
    """(rows,) index of the day a year before that each row's day is compared with, -1 where it has none."""
    if not timeline.days:
        return day
    return np.where(day >= 0, timeline.rhythm.days.year_before[timeline.rhythm.cycle[rows], day], -1)


@dataclass(frozen=True)
class Shape:
    """The year before of some nodes' periods; arrays are (rows,), NaN where last year cannot say.

    part   sum from the period's first day to the data day, a year before, within 0 and the whole
    whole  sum of all of the period, a year before
    """

    part: Floats
    whole: Floats

    @property
    def share(self) -> Floats:
        return divide(self.part, self.whole)


def shape_of(timeline: Timeline, goals: Goals, rows: Ints, data: Ints) -> Shape:
    """Last year's shape of the periods of some nodes, as the official source tells it now.

    It cannot say where fewer than `min_coverage` of the reports of that year are there, or they come to nothing.

    data  (rows,) index of each row's data day, -1 where there is none
    """
    first, last = start_before(timeline, goals)[rows], end_before(timeline, goals)[rows]
    by = np.where(data >= 0, same_day_before(timeline, rows, data), first - 1)
    whole = timeline.running.sums(rows, first, last)
    tells = (first >= 0) & (whole > 0) & _covered(timeline, rows, first, last)
    part = np.clip(timeline.running.sums(rows, first, by), 0.0, whole, where=tells)
    return Shape(np.where(tells, part, np.nan), np.where(tells, whole, np.nan))


def _covered(timeline: Timeline, rows: Ints, first: Ints, last: Ints) -> Bools:
    """(rows,) whether enough of the days of all the nodes below were reported."""
    layout, leaves = timeline.layout, timeline.leaves
    place = np.full(len(layout.nodes), -1, dtype=np.int64)
    place[leaves.parents] = np.arange(len(leaves.parents))
    enough = np.zeros(len(rows), dtype=bool)
    told = np.flatnonzero(place[rows] >= 0)
    if not len(told):
        return enough
    below = leaves.only(place[rows[told]])
    begin, end = (np.repeat(day[told], below.sizes) for day in (first, last))
    reported = np.add.reduceat(timeline.running.counts(below.children, begin, end), below.starts)
    owed = below.sizes * (last - first + 1)[told]
    enough[told] = reported >= layout.min_coverage[rows[told]] * owed
    return enough
