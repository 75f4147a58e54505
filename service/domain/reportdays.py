"""Report days on a day axis: which days carry a report of a cycle, how many days it covers, what came before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from service.domain.arrays import Bools, Ints
from service.domain.catalog import Catalog
from service.domain.cycles import CYCLES, Deadlines
from service.domain.layout import Layout

# By the cycles a figure is made of, as bits: the one that reports most often. Nothing reported counts as daily.
_FINEST: Ints = np.array([0, *((bits & -bits).bit_length() - 1 for bits in range(1, 1 << len(CYCLES)))])


@dataclass(frozen=True, eq=False)
class ReportDays:
    """What stands on each day of an axis; arrays are (cycles, days), cycles in the order of `CYCLES`.

    covered      days a report stamped with the day covers, 0 on days that carry none
    latest       index of the last report day up to the day, negative where that is before the axis
    year_before  index of the day a year before that its figure is compared with, negative likewise
    """

    covered: Ints
    latest: Ints
    year_before: Ints


@lru_cache(maxsize=64)
def report_days(first: date, days: int) -> ReportDays:
    """The report days of an axis."""
    axis = [first + timedelta(days=at) for at in range(days)]
    shape = len(CYCLES), days
    covered, latest, before = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for at, cycle in enumerate(CYCLES):
        covered[at] = [cycle.days(day) if cycle.last(day) == day else 0 for day in axis]
        latest[at] = [(cycle.latest(day) - first).days for day in axis]
        before[at] = [(cycle.year_before(day) - first).days for day in axis]
    return ReportDays(covered, latest, before)


@dataclass(frozen=True, eq=False)
class Rhythm:
    """How often the figure of each node comes.

    bits  (nodes,) the cycles of the series it is made of, one bit each
    """

    bits: Ints
    days: ReportDays

    @property
    def cycle(self) -> Ints:
        """(nodes,) position in `CYCLES` of the cycle that reports most often: a week's sum has days with others in it."""
        return _FINEST[self.bits]

    @property
    def daily(self) -> bool:
        """Whether every figure comes by the day."""
        return int(self.bits.max(initial=0)) <= 1

    def covered(self, rows: Ints, low: int = 0) -> Ints:
        """(rows, days) days that each day's figure stands for, from a day on."""
        return self.days.covered[self.cycle[rows], low:]

    def latest(self, rows: Ints, day: Ints) -> Ints:
        """(rows,) index of the last report day up to each row's day; the day itself where that is before the axis."""
        if self.daily:
            return day
        return np.where(day >= 0, self.days.latest[self.cycle[rows], np.maximum(day, 0)], day)

    def slowest(self, ends: Ints) -> Ints:
        """(nodes,) of the cycles a figure is made of, the position of the one whose reports are due up to the earliest day.

        ends  (cycles,) index of the last day that is due
        """
        table = np.zeros(1 << len(CYCLES), dtype=np.int64)
        for bits in range(1, len(table)):
            among = [at for at in range(len(CYCLES)) if bits >> at & 1]
            table[bits] = min(among, key=lambda at: int(ends[at]))
        return table[self.bits]


def bits_of(layout: Layout, source: Ints) -> Ints:
    """(nodes,) cycles of the series each node's figure is made of, as bits.

    source  (nodes,) the series each node is taken from, -1 where it is rolled up
    """
    bits = np.zeros(len(layout.nodes), dtype=np.int64)
    taken = np.flatnonzero(source >= 0)
    bits[taken] = 1 << layout.cycle_of[source[taken]]
    if not layout.daily:
        for tier in layout.tiers:
            rolled_up = source[tier.parents] < 0
            below = np.bitwise_or.reduceat(bits[tier.children], tier.starts)
            bits[tier.parents[rolled_up]] |= below[rolled_up]
    return bits


def last_due(layout: Layout, deadlines: Deadlines, as_of: date) -> tuple[date, ...]:
    """The last report day of each cycle that is due as of a day; of a cycle nobody reports by, the day itself."""
    return tuple(deadlines.last_due(cycle, as_of) if cycle in layout.by_cycle else as_of for cycle in CYCLES)


def reporting(catalog: Catalog, first: date, days: int) -> Bools:
    """(series, days) True on days that carry a report of the series."""
    position = [CYCLES.index(series.cycle) for series in catalog.series]
    return np.asarray(report_days(first, days).covered[np.array(position, dtype=np.int64)] > 0)
