"""Coverage k/n: how many of the reported nodes below a figure have spoken."""

from __future__ import annotations

import numpy as np

from service.domain.arrays import Bools, Ints
from service.domain.catalog import Kind
from service.domain.layout import Layout
from service.domain.rollup import Daily


def coverage_on(layout: Layout, daily: Daily, at: Ints) -> tuple[Ints, Ints]:
    """(nodes,) reported nodes below each node that had a figure on its day, and those that owed one.

    at  (nodes,) index of each node's day; the last day where it is -1
    """
    covered = np.zeros(len(layout.nodes), dtype=np.int64)
    declared = covered.copy()
    leaves = layout.leaves
    if not len(leaves.parents):
        return covered, declared
    sizes = np.diff(np.append(leaves.starts, len(leaves.children)))
    day = np.repeat(np.where(at < 0, daily.values.shape[1] - 1, at)[leaves.parents], sizes)
    spoken = _spoken(layout, daily, leaves.children, day)
    owed = layout.first_day[leaves.children] <= day + daily.first.toordinal()
    covered[leaves.parents] = np.add.reduceat(spoken, leaves.starts, dtype=np.int64)
    declared[leaves.parents] = np.add.reduceat(owed, leaves.starts, dtype=np.int64)
    return covered, declared


def leaves_of(layout: Layout, row: int) -> Ints:
    """Rows of the reported nodes a node's figure is made of."""
    leaves = layout.leaves
    ends = np.append(leaves.starts[1:], len(leaves.children))
    below = [leaves.children[leaves.starts[n] : ends[n]] for n in np.flatnonzero(leaves.parents == row)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *below])


def silent_below(layout: Layout, daily: Daily, row: int, at: int) -> Ints:
    """Rows of the reported nodes below a node that owed a figure on a day and had none."""
    rows = leaves_of(layout, row)
    spoken = _spoken(layout, daily, rows, np.full(len(rows), at, dtype=np.int64))
    owed = layout.first_day[rows] <= at + daily.first.toordinal()
    return rows[owed & ~spoken]


def _spoken(layout: Layout, daily: Daily, rows: Ints, day: Ints) -> Bools:
    """(rows,) whether each had a figure on its day; a stock, whether its latest level still stands."""
    spoken = ~np.isnan(daily.values[rows, day])
    stock = layout.kinds(Kind.STOCK)[rows]
    if stock.any():
        axis = np.arange(daily.values.shape[1])
        oldest = (day - layout.stale_after[rows])[stock]
        standing = (axis <= day[stock][:, None]) & (axis >= oldest[:, None])
        spoken[stock] = (standing & ~np.isnan(daily.values[rows[stock]])).any(axis=1)
    return np.asarray(spoken)


def complete_days(layout: Layout, daily: Daily, rows: Ints) -> Bools:
    """(rows, days) True on days with a figure to which enough of the nodes below have reported."""
    complete = ~np.isnan(daily.values[rows])
    leaves = layout.leaves
    ends = np.append(leaves.starts[1:], len(leaves.children))
    place = {int(parent): at for at, parent in enumerate(leaves.parents)}
    axis = np.arange(daily.values.shape[1]) + daily.first.toordinal()
    for index in np.flatnonzero(~layout.reported[rows]):
        at = place.get(int(rows[index]))
        if at is None:
            continue
        below = leaves.children[leaves.starts[at] : ends[at]]
        spoken = (~np.isnan(daily.values[below])).sum(axis=0)
        owed = (layout.first_day[below][:, None] <= axis).sum(axis=0)
        complete[index] &= spoken >= layout.min_coverage[rows[index]] * owed
    return np.asarray(complete)
