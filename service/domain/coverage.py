"""Coverage k/n: how many of the reported nodes below a figure have spoken."""

from __future__ import annotations

from datetime import date

import numpy as np

from service.domain.arrays import Bools, Floats, Ints
from service.domain.catalog import Kind
from service.domain.layout import Layout, Tier
from service.domain.reportdays import Rhythm
from service.domain.running import Running


def coverage_on(
    layout: Layout, leaves: Tier, first: date, running: Running, rhythm: Rhythm, at: Ints
) -> tuple[Ints, Ints]:
    """(nodes,) reported nodes each node's figure is made of that had one on its day, and those that owed one.

    Who reports by the week or the month has a figure by the last report day up to then.
    leaves  the reported nodes each figure is made of
    at      (nodes,) index of each node's day from `first` on
    """
    covered = np.zeros(len(layout.nodes), dtype=np.int64)
    declared = covered.copy()
    if not len(leaves.parents):
        return covered, declared
    day = rhythm.latest(leaves.children, np.repeat(at[leaves.parents], leaves.sizes))
    spoken = _spoken(layout, running, leaves.children, day)
    owed = layout.first_day[leaves.children] <= day + first.toordinal()
    covered[leaves.parents] = np.add.reduceat(spoken, leaves.starts, dtype=np.int64)
    declared[leaves.parents] = np.add.reduceat(owed, leaves.starts, dtype=np.int64)
    return covered, declared


def leaves_of(leaves: Tier, row: int) -> Ints:
    """Rows of the reported nodes a node's figure is made of."""
    return leaves.only(np.flatnonzero(leaves.parents == row)).children


def silent_below(
    layout: Layout, leaves: Tier, first: date, running: Running, rhythm: Rhythm, row: int, at: int
) -> Ints:
    """Rows of the reported nodes below a node that owed a figure on a day (index from `first` on) and had none."""
    rows = leaves_of(leaves, row)
    day = rhythm.latest(rows, np.full(len(rows), at, dtype=np.int64))
    spoken = _spoken(layout, running, rows, day)
    owed = layout.first_day[rows] <= day + first.toordinal()
    return rows[owed & ~spoken]


def _spoken(layout: Layout, running: Running, rows: Ints, day: Ints) -> Bools:
    """(rows,) whether each had a figure on its report day; a stock, whether its latest level still stands."""
    last = running.last[rows, day + 1]
    lag = np.where(layout.kinds(Kind.STOCK), layout.stale_after, 0)[rows]
    return np.asarray((last >= 0) & (last >= day - lag))


def complete_days(
    layout: Layout,
    leaves: Tier,
    first: date,
    values: Floats,
    rhythm: Rhythm,
    rows: Ints,
    low: int = 0,
    share: Floats | None = None,
) -> Bools:
    """(rows, days from `low` on) True on days with a figure to which enough of the nodes below have reported.

    leaves  the reported nodes each figure is made of
    values  (nodes, days) daily figures from `first` on
    share   (nodes,) how many are enough, of all that owe; `min_coverage` where it isn't given
    """
    enough = layout.min_coverage if share is None else share
    complete = ~np.isnan(values[rows, low:])
    place = np.full(len(layout.nodes), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    itself = leaves.children[leaves.starts] == leaves.parents
    rolled_up = np.flatnonzero((place[leaves.parents] >= 0) & ~itself)
    axis, weighted = np.arange(low, values.shape[1]) + first.toordinal(), not rhythm.daily
    for part in leaves.only(rolled_up).blocks(len(axis)):
        has, day = ~np.isnan(values[part.children, 0 if weighted else low :]), axis
        if weighted:
            latest = rhythm.days.latest[rhythm.cycle[part.children], low:]
            has = np.take_along_axis(has, np.maximum(latest, 0), axis=1) & (latest >= 0)
            day = latest + first.toordinal()
        spoken = np.add.reduceat(has, part.starts, axis=0, dtype=np.int32)
        begun = layout.first_day[part.children][:, None] <= day
        owed = np.add.reduceat(begun, part.starts, axis=0, dtype=np.int32)
        complete[place[part.parents]] &= spoken >= enough[part.parents][:, None] * owed
    return complete
