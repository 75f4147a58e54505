"""What a panel says of every node on every day, worked out once; any as-of day is then a matter of looking up.

Daily figures, their running sums and the tables of the checks never look ahead: what stands in
column d is made of the days before and of nothing later, so that one timeline serves every as-of day
in it, in any order. Only the choice of a node's official source may change from day to day; the
nodes it touches are then made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from service.domain.arrays import (
    Arrays,
    Bools,
    Floats,
    Ints,
    in_blocks,
    running_last,
)
from service.domain.catalog import Kind
from service.domain.coverage import complete_days
from service.domain.layout import Layout, Tier, above
from service.domain.meaning import derived
from service.domain.reportdays import Rhythm, bits_of, report_days
from service.domain.rollup import Panel, official, roll_up
from service.domain.running import Running, Weights, no_sums, run

# What a table is made of: the figures of nodes (whichever source is official), or what any source reported of them.
Of = Literal["figures", "reports"]


NOTHING: Ints = np.zeros(0, dtype=np.int64)


@dataclass
class _Table:
    """Arrays by node that no as-of day changes, and the nodes whose part of them no longer holds."""

    rows: Ints
    given: Ints
    arrays: Arrays
    of: Of
    outdated: Bools


class Timeline:
    """A layout's figures over all days of a panel.

    panel        (series, days) readings; what changes in the array is told by `learn`
    values       (nodes, days) daily figures, rolled up
    running      (nodes, days + 1) their running sums
    last_report  (series, days + 1) index of each series' last report before each column
    rhythm       how often each node's figure comes, by the sources that are official
    edition      goes up whenever something is made anew: what was taken from an earlier one no longer holds
    """

    def __init__(self, layout: Layout, panel: Panel) -> None:
        nodes, (series, days) = len(layout.nodes), panel.values.shape
        self.layout = layout
        self.panel = panel
        self.edition = 0
        self.values: Floats = np.full((nodes, days), np.nan)
        self.running: Running = no_sums(nodes, days, weighted=not layout.daily)
        (self.last_report,) = in_blocks(np.arange(series), days, self._reported)
        self._series = derived(panel.values, layout.meaning, panel.first)
        self._source: Ints | None = None
        self._leaves: Tier | None = None
        self.rhythm = Rhythm(np.zeros(nodes, dtype=np.int64), report_days(self.first, days))
        self._complete: Bools | None = None  # until a check asks
        self._tables: dict[Hashable, _Table] = {}

    @property
    def first(self) -> date:
        """The day of column 0."""
        return self.panel.first

    @property
    def days(self) -> int:
        return int(self.panel.values.shape[1])

    @property
    def source(self) -> Ints:
        """(nodes,) the series that is official for each node, -1 where it is rolled up."""
        assert self._source is not None  # chosen before anything is asked
        return self._source

    @property
    def leaves(self) -> Tier:
        """The reported nodes each node's figure is made of."""
        assert self._leaves is not None  # likewise
        return self._leaves

    def evenings(self, due: Sequence[date]) -> Ints:
        """(cycles,) the columns that hold all that is due, and nothing later; (cycles,) `due` is its last day."""
        ends = [(day - self.first).days + 1 for day in due]
        return np.clip(np.array(ends, dtype=np.int64), 0, self.days)

    def choose_sources(self, evenings: Ints) -> None:
        """Take every node from the source that is official at the end of what is due, a column by cycle."""
        if self._source is not None and not len(self.layout.rivals):
            return
        source = official(self.layout, self.last_report, evenings[self.layout.cycle_of])
        before = self._source
        changed = self.layout.reported if before is None else source != before
        self._source = source
        if before is None or ((source < 0) != (before < 0)).any():
            self._leaves = self.layout.leaves(source >= 0)
        if changed.any():
            self.rhythm = Rhythm(bits_of(self.layout, source), self.rhythm.days)
            self._make(changed, 0)

    def learn(self, series: Ints, day: date) -> None:
        """The readings of these series have changed in the panel, from a day on."""
        low = max(0, (day - self.first).days)
        if low >= self.days or not len(series):
            return
        (self.last_report[series],) = in_blocks(series, self.days, self._reported)
        if self._series is not self.panel.values:
            meaning = self.layout.meaning.of(series)
            self._series[series] = derived(self.panel.values[series], meaning, self.first)
        nodes = np.zeros(len(self.layout.nodes), dtype=bool)
        nodes[self.layout.series_row[series]] = True
        self._outdate("reports", above(self.layout, nodes))
        if self._source is not None:
            self._make(nodes & np.isin(self._source, series), low)
        self.panel.learn(series, day)
        self.edition += 1

    def table(
        self,
        key: Hashable,
        rows: Ints,
        make: Callable[[Ints], Arrays],
        *,
        of: Of = "figures",
        given: Ints = NOTHING,
    ) -> Arrays:
        """Arrays by row that no as-of day changes, made when first asked for and kept up with what is learnt.

        key    whose table it is
        rows   the node each row is about
        make   makes the arrays of some of the rows, given by position
        given  what they are made from besides; where it or the rows are others, the table is another
        """
        table = self._tables.get(key)
        if table is None or not (np.array_equal(table.rows, rows) and np.array_equal(table.given, given)):
            arrays = in_blocks(np.arange(len(rows)), self.days, make)
            table = _Table(rows, given, arrays, of, np.zeros(len(self.layout.nodes), dtype=bool))
            self._tables[key] = table
        elif len(at := np.flatnonzero(table.outdated[rows])):
            for kept, new in zip(table.arrays, in_blocks(at, self.days, make), strict=True):
                kept[at] = new
        table.outdated[:] = False
        return table.arrays

    def complete(self, rows: Ints) -> Bools:
        """(rows, days) True on days with a figure to which enough of the nodes below have reported."""
        if self._complete is None:
            self._complete = self._completed(np.arange(len(self.layout.nodes)), 0)
        return np.asarray(self._complete[rows])

    def covering(self, rows: Ints) -> Bools | Ints:
        """(rows, days) days that each complete day's figure stands for, 0 on the others."""
        complete = self.complete(rows)
        return complete if self.rhythm.daily else complete * self.rhythm.covered(rows)

    def _make(self, nodes: Bools, low: int) -> None:
        """Make some nodes anew from a day on, and all above them."""
        made = roll_up(self.layout, self.values, self._series, self.source, nodes, low)
        rows = np.flatnonzero(made)
        weights = None if self.layout.daily else Weights(self.rhythm, self.layout.kinds(Kind.MEAN))
        run(self.running, self.values, rows, low, weights)
        if self._complete is not None:
            self._complete[rows, low:] = self._completed(rows, low)
        self._outdate("figures", made)
        self.edition += 1

    def _completed(self, rows: Ints, low: int) -> Bools:
        return complete_days(self.layout, self.leaves, self.first, self.values, self.rhythm, rows, low)

    def _outdate(self, of: Of, nodes: Bools) -> None:
        for table in self._tables.values():
            if table.of == of:
                table.outdated |= nodes

    def _reported(self, series: Ints) -> Arrays:
        return (running_last(~np.isnan(self.panel.values[series])),)


def timeline_of(layout: Layout, panel: Panel, origin: date, until: date) -> Timeline:
    """The panel's timeline from the first day formulas look at to at least a day; kept with the panel, one per layout."""
    held = panel.made.get(layout)
    first = max(panel.first, origin)
    if isinstance(held, Timeline) and held.first == first and (until - first).days < held.days:
        return held
    if (until - panel.first).days < panel.values.shape[1]:
        panel.made[layout] = made = Timeline(layout, panel.since(origin))
        return made
    # Days the panel knows nothing of are silent: not worth keeping.
    return Timeline(layout, panel.until(until).since(origin))
