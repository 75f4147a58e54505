"""From what was reported to the daily figures of every node."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from service.domain.arrays import Bools, Columns, Floats, Ints, divide
from service.domain.catalog import Kind
from service.domain.layout import Layout, Tier


class Learner(Protocol):
    """What is made of a panel and kept with it."""

    def learn(self, series: Ints, day: date) -> None:
        """The readings of these series have changed, from a day on."""


@dataclass(frozen=True)
class Panel:
    """Readings as known, series by day.

    first   the day of column 0
    values  (series, days) as reported, NaN where nothing is; rows in the layout's order
    made    what has been worked out from it, kept for the next who asks
    """

    first: date
    values: Floats
    made: dict[Hashable, Learner] = field(default_factory=dict, compare=False, repr=False)

    def learn(self, series: Ints, day: date) -> None:
        """Tell what is kept with the panel that the array has changed: these series, from a day on."""
        for learner in self.made.values():
            learner.learn(series, day)

    def until(self, day: date) -> Panel:
        """The panel as of a day, its last column that day: nothing later is in it, silence is NaN."""
        days = max(0, (day - self.first).days + 1)
        known = self.values[:, :days]
        if known.shape[1] == days:
            return Panel(self.first, known)
        silent = np.full((len(known), days - known.shape[1]), np.nan)
        return Panel(self.first, np.hstack([known, silent]))

    def since(self, day: date) -> Panel:
        """The panel from a day on, or all of it where it begins later."""
        skipped = max(0, (day - self.first).days)
        return Panel(self.first + timedelta(days=skipped), self.values[:, skipped:])


@dataclass(frozen=True)
class Daily:
    """Daily figures of every node: values (nodes, days), NaN where nothing was reported."""

    first: date
    values: Floats


def official(layout: Layout, last_report: Columns, evening: Ints) -> Ints:
    """(nodes,) the series each node's figures are taken from, -1 where it is rolled up.

    The source of highest precedence that is fresh on its last day, for the whole of it, never
    spliced by day. A source is fresh as long as it lags the last day it may be known of by no more than the
    indicator's `stale_after`; where none is, the one that reported last counts. A roll-up is as
    fresh as the freshest that is reported below, and has the precedence of the best source there.

    last_report  (series, days + 1) index of each series' last report before each column, -1 for none
    evening      (series,) the column at which each stands: days up to the last that is due
    """
    source = np.full(len(layout.nodes), -1, dtype=np.int64)
    source[layout.series_row] = np.arange(len(layout.series))
    rivals, below = layout.rivals, layout.reported_below
    if not len(rivals):
        return source
    nodes, taken, rank = layout.series_row[rivals], rivals, layout.rank[rivals]
    recency = _recency(layout, last_report, rivals, evening)
    if len(below.parents):
        newest = _recency(layout, last_report, below.children, evening)
        best = np.minimum.reduceat(layout.rank[below.children], below.starts)
        nodes = np.concatenate([below.parents, nodes])
        taken = np.concatenate([np.full(len(below.parents), -1), taken])
        rank = np.concatenate([best, rank])
        recency = np.concatenate([np.maximum.reduceat(newest, below.starts), recency])
    # Written from the least to the most preferred, so the last one written to a node is its official source.
    order = np.lexsort((-rank, recency))
    source[nodes[order]] = taken[order]
    return source


def _recency(layout: Layout, last_report: Columns, series: Ints, evening: Ints) -> Ints:
    """(series,) the last report of each of some series that is due, all that are fresh alike."""
    last = last_report[series, evening[series]].astype(np.int64)
    stale_after = layout.stale_after[layout.series_row[series]]
    fresh = (last >= 0) & ((evening[series] - 1 - last) <= stale_after)
    return np.where(fresh, last_report.shape[1], last)


def roll_up(
    layout: Layout, values: Floats, series: Floats, source: Ints, nodes: Bools, low: int = 0
) -> Bools:
    """Make the figures of these nodes anew, from a day on, and of all that are rolled up from them; in place.

    Day by day from what was reported up to it, so that the first days of a longer panel come out the same.

    values   (nodes, days), made
    series   (series, days) daily figures
    source   (nodes,) the series each node is taken from, -1 where it is rolled up
    nodes    (nodes,) True where a node is to be made anew
    returns  (nodes,) True where a node was
    """
    made = nodes.copy()
    taken = np.flatnonzero(nodes & (source >= 0))
    values[taken, low:] = series[source[taken], low:]
    averaged, stock = layout.kinds(Kind.MEAN, Kind.RATIO), layout.kinds(Kind.STOCK)
    for tier in layout.tiers:
        touched = np.logical_or.reduceat(made[tier.children], tier.starts) | nodes[tier.parents]
        groups = np.flatnonzero(touched & (source[tier.parents] < 0))
        for part in tier.only(groups).blocks(values.shape[1] - low):
            _add_up(part, values, low, averaged, stock)
        made[tier.parents[groups]] = True
    return made


def _add_up(tier: Tier, values: Floats, low: int, averaged: Bools, stock: Bools) -> None:
    """Parents' figures from their children's: sums, or means for the mean kind; in place."""
    below = values[tier.children, low:]
    has = ~np.isnan(below)
    # A day on which nobody below reports has no figure, even where stocks stand.
    spoken = np.logical_or.reduceat(has, tier.starts, axis=0)
    carried = stock[tier.children]
    if carried.any():
        below[carried] = _carry_forward(values[tier.children[carried]])[:, low:]
        has = ~np.isnan(below)
    figure = np.add.reduceat(np.where(has, below, 0.0), tier.starts, axis=0)
    mean = averaged[tier.parents]
    if mean.any():
        counted = np.add.reduceat(has, tier.starts, axis=0, dtype=np.int64)
        figure[mean] = divide(figure[mean], counted[mean].astype(float))
    values[tier.parents, low:] = np.where(spoken, figure, np.nan)


def _carry_forward(values: Floats) -> Floats:
    """A stock stands at its latest level until the next report."""
    index = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    np.maximum.accumulate(index, axis=1, out=index)
    return np.take_along_axis(values, index, axis=1)
