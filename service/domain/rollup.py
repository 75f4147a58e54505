"""From what was reported to the daily figures of every node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, divide, last_with_data
from service.domain.catalog import Kind
from service.domain.layout import Layout, Tier


@dataclass(frozen=True)
class Panel:
    """Readings as known, series by day.

    first   the day of column 0
    values  (series, days) as reported, NaN where nothing is; rows in the layout's order
    """

    first: date
    values: Floats

    @property
    def new_years(self) -> Bools:
        """(days,) True on days at which cumulative reports begin again from zero."""
        days = (self.first + timedelta(days=i) for i in range(self.values.shape[1]))
        return np.array([day.month == 1 and day.day == 1 for day in days], dtype=bool)

    def until(self, day: date) -> Panel:
        """The panel as of a day, its last column that day: nothing later is in it, silence is NaN."""
        days = max(0, (day - self.first).days + 1)
        known = self.values[:, :days]
        if known.shape[1] == days:
            return Panel(self.first, known)
        silent = np.full((len(known), days - known.shape[1]), np.nan)
        return Panel(self.first, np.hstack([known, silent]))


@dataclass(frozen=True)
class Daily:
    """Daily figures of every node: values (nodes, days), NaN where nothing was reported."""

    first: date
    values: Floats


def daily_figures(layout: Layout, panel: Panel, year_starts: Bools) -> Daily:
    """The official daily figures, rolled up day by day to the root.

    year_starts  (days,) True on days at which cumulative reports begin again from zero
    """
    series = derived(layout, panel, year_starts)
    return Daily(panel.first, rolled_up(layout, series, official(layout, series)))


def derived(layout: Layout, panel: Panel, year_starts: Bools) -> Floats:
    """(series, days) what was reported as daily figures; a day's depends on nothing after it."""
    return _from_cumulative(panel.values, layout.cumulative, year_starts)


def rolled_up(layout: Layout, series: Floats, source: Ints) -> Floats:
    """(nodes, days) figures of every node, given the series each reported one is taken from.

    Day by day from what was reported up to it, so that the first days of a longer panel come out the same.
    """
    values = np.full((len(layout.nodes), series.shape[1]), np.nan)
    taken = source >= 0
    values[taken] = series[source[taken]]
    for tier in layout.tiers:
        _add_up(tier, values, layout.kinds(Kind.MEAN, Kind.RATIO), layout.kinds(Kind.STOCK))
    return values


def _from_cumulative(reported: Floats, cumulative: Bools, year_starts: Bools) -> Floats:
    """Cumulative reports as daily figures: the difference to the report before.

    The first report of a period counts from zero; gap days carry no figure; a fall is negative.
    """
    if not cumulative.any():
        return reported
    sums = reported[cumulative]
    days = np.arange(sums.shape[1])
    at = np.maximum.accumulate(np.where(np.isnan(sums), -1, days), axis=1)
    before = np.concatenate([np.full((len(sums), 1), -1), at[:, :-1]], axis=1)
    period = np.cumsum(year_starts)
    same = (before >= 0) & (period[before] == period)
    figures = reported.copy()
    figures[cumulative] = sums - np.where(same, np.take_along_axis(sums, before, axis=1), 0.0)
    return figures


def official(layout: Layout, series: Floats) -> Ints:
    """(nodes,) the series each node's figures are taken from, -1 where none reports it.

    The source of highest precedence that is fresh on the last day, for the whole of it, never
    spliced by day. A source is fresh as long as it lags the last day by no more than the
    indicator's `stale_after`; where none is, the one that reported last counts.
    """
    source = np.full(len(layout.nodes), -1, dtype=np.int64)
    source[layout.series_row] = np.arange(len(layout.series))
    rivals = layout.rivals
    if not len(rivals):
        return source
    nodes, days = layout.series_row[rivals], series.shape[1]
    last = last_with_data(~np.isnan(series[rivals]))
    fresh = (last >= 0) & ((days - 1 - last) <= layout.stale_after[nodes])
    # Written from the least to the most preferred, so the last one written to a node is its official source.
    order = np.lexsort((-layout.rank[rivals], np.where(fresh, days, last)))
    source[nodes[order]] = rivals[order]
    return source


def _add_up(tier: Tier, values: Floats, averaged: Bools, stock: Bools) -> None:
    """Parents' figures from their children's: sums, or means for the mean kind; in place."""
    below = values[tier.children]
    # A day on which nobody below reports has no figure, even where stocks stand.
    spoken = np.logical_or.reduceat(~np.isnan(below), tier.starts, axis=0)
    carried = stock[tier.children]
    if carried.any():
        below[carried] = _carry_forward(below[carried])
    figure = np.add.reduceat(np.nan_to_num(below), tier.starts, axis=0)
    mean = averaged[tier.parents]
    if mean.any():
        counted = np.add.reduceat(~np.isnan(below), tier.starts, axis=0, dtype=np.int64)
        figure[mean] = divide(figure[mean], counted[mean].astype(float))
    values[tier.parents] = np.where(spoken, figure, np.nan)


def _carry_forward(values: Floats) -> Floats:
    """A stock stands at its latest level until the next report."""
    index = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    np.maximum.accumulate(index, axis=1, out=index)
    return np.take_along_axis(values, index, axis=1)
