"""Rows and their order: how series feed nodes, and nodes feed the regions above them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from service.domain.arrays import BLOCK, Bools, Floats, Ints
from service.domain.catalog import Catalog, Kind, NodeKey, SeriesKey
from service.domain.cycles import CYCLES, Cycle
from service.domain.meaning import Meaning, meaning_of


@dataclass(frozen=True)
class Tier:
    """Parents, and the child rows that make them up, grouped by parent; no group is empty."""

    parents: Ints
    children: Ints
    starts: Ints

    @cached_property
    def sizes(self) -> Ints:
        """(parents,) how many children each has."""
        return np.diff(np.append(self.starts, len(self.children)))

    def only(self, groups: Ints) -> Tier:
        """Some of the parents, by their position, with their children."""
        sizes = self.sizes[groups]
        starts = np.cumsum(sizes) - sizes
        inside = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
        return Tier(
            self.parents[groups], self.children[inside + np.repeat(self.starts[groups], sizes)], starts
        )

    def blocks(self, width: int) -> Iterator[Tier]:
        """The tier in parts whose children, that many cells each, are few enough to be worked on at once."""
        part = (np.cumsum(self.sizes) - 1) * max(width, 1) // BLOCK
        for number in np.unique(part).tolist():
            yield self.only(np.flatnonzero(part == number))


@dataclass(frozen=True, eq=False)
class Layout:
    """The catalogue as row numbers.

    row          row of each node
    series_row   (series,) node row each series reports
    rank         (series,) precedence of its source, lower first
    meaning      how the reports of each series are meant
    reported     (nodes,) True where a source reports the node itself
    tiers        roll-ups, deepest first, those of groups last; of nodes that are reported too, when they are
                 reported below by others
    """

    catalog: Catalog
    nodes: tuple[NodeKey, ...]
    series: tuple[SeriesKey, ...]
    row: dict[NodeKey, int]
    series_row: Ints
    rank: Ints
    meaning: Meaning
    reported: Bools
    tiers: tuple[Tier, ...]

    @cached_property
    def indicator_of(self) -> Ints:
        """(nodes,) position of each node's indicator in the catalogue."""
        position = {i.code: at for at, i in enumerate(self.catalog.indicators)}
        return np.array([position[node.indicator] for node in self.nodes], dtype=np.int64)

    def kinds(self, *kinds: Kind) -> Bools:
        """(nodes,) True where the node's indicator is of one of these kinds."""
        return np.array([i.kind in kinds for i in self.catalog.indicators], dtype=bool)[self.indicator_of]

    @cached_property
    def ranks(self) -> Bools:
        """(nodes,) True where the node's figure is a place in a ranking."""
        return np.array([i.is_rank for i in self.catalog.indicators], dtype=bool)[self.indicator_of]

    @cached_property
    def rolled_up(self) -> Bools:
        """(nodes,) True where the node can be rolled up from those below it."""
        made = np.zeros(len(self.nodes), dtype=bool)
        for tier in self.tiers:
            made[tier.parents] = True
        return made

    @cached_property
    def lowest(self) -> Bools:
        """(nodes,) True where the node is reported, and nothing below it is."""
        return self.reported & ~self.rolled_up

    @cached_property
    def rivals(self) -> Ints:
        """Series of the nodes that have figures from elsewhere too: another source's, or a roll-up."""
        figures = np.bincount(self.series_row, minlength=len(self.nodes)) + self.rolled_up
        return np.flatnonzero(figures[self.series_row] > 1)

    @cached_property
    def reported_below(self) -> Tier:
        """The nodes that are both reported and rolled up, and the series of all that is reported below each."""
        found: dict[int, list[int]] = {int(row): [] for row in np.flatnonzero(self.reported & self.rolled_up)}
        for at, series in enumerate(self.series if found else ()):
            for row in _above(self.catalog, self.row, series.node):
                if row in found:
                    found[row].append(at)
        return _tier(found)

    @cached_property
    def cycle_of(self) -> Ints:
        """(series,) position of the cycle each series is reported by, in `CYCLES`."""
        return np.array([CYCLES.index(s.cycle) for s in self.series], dtype=np.int64)

    @cached_property
    def by_cycle(self) -> dict[Cycle, Ints]:
        """Series of each cycle that there is."""
        rows = {cycle: np.flatnonzero(self.cycle_of == at) for at, cycle in enumerate(CYCLES)}
        return {cycle: of for cycle, of in rows.items() if len(of)}

    @property
    def daily(self) -> bool:
        """Whether everything is reported by the day."""
        return set(self.by_cycle) <= {Cycle.DAILY}

    @cached_property
    def first_owed(self) -> Ints:
        """(series,) ordinal of the first day each series owes: its feed's, or its region's where that is later."""
        begun = (self.catalog.region[s.node.region].valid_from or date.min for s in self.series)
        days = [max(s.first_day, day).toordinal() for s, day in zip(self.series, begun, strict=True)]
        return np.array(days, dtype=np.int64)

    @cached_property
    def last_owed(self) -> Ints:
        """(series,) ordinal of the last day each series can owe: that of its region, the last of all days for most."""
        ends = (self.catalog.region[s.node.region].valid_to or date.max for s in self.series)
        return np.array([day.toordinal() for day in ends], dtype=np.int64)

    @cached_property
    def feed_of(self) -> Ints:
        """(series,) position of each series' feed in the catalogue."""
        position = {feed.code: at for at, feed in enumerate(self.catalog.feeds)}
        return np.array([position[s.feed] for s in self.series], dtype=np.int64)

    @cached_property
    def first_day(self) -> Ints:
        """(nodes,) ordinal of the first day each reported node owes, by any source; 0 for roll-ups."""
        days = np.zeros(len(self.nodes), dtype=np.int64)
        days[self.series_row] = np.iinfo(np.int64).max
        np.minimum.at(days, self.series_row, self.first_owed)
        return days

    def leaves(self, own: Bools) -> Tier:
        """The reported nodes each node's figure is made of: itself, or those it is rolled up from.

        own  (nodes,) True where the figure is what is reported of the node itself
        """
        rows = np.flatnonzero(own)
        parents, leaves = [rows], rows
        count: Ints = own.astype(np.int64)
        begin: Ints = np.cumsum(count) - count
        for tier in self.tiers:
            rolled = tier.only(np.flatnonzero(~own[tier.parents]))
            sizes = count[rolled.children]
            inside = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            below = leaves[inside + np.repeat(begin[rolled.children], sizes)]
            total = np.add.reduceat(sizes, rolled.starts) if len(rolled.starts) else rolled.starts
            begin[rolled.parents] = len(leaves) + np.cumsum(total) - total
            count[rolled.parents] = total
            parents.append(rolled.parents)
            leaves = np.concatenate([leaves, below])
        speaking = np.concatenate(parents)
        speaking = speaking[count[speaking] > 0]
        return Tier(speaking, leaves, begin[speaking])

    @cached_property
    def stale_after(self) -> Ints:
        """(nodes,) days a figure may lag the as-of day."""
        return np.array([i.stale_after for i in self.catalog.indicators], dtype=np.int64)[self.indicator_of]

    @cached_property
    def min_coverage(self) -> Floats:
        """(nodes,) share of the nodes below that must have reported."""
        return np.array([i.min_coverage for i in self.catalog.indicators])[self.indicator_of]


def above(layout: Layout, nodes: Bools) -> Bools:
    """(nodes,) these nodes, and all that can be rolled up from them."""
    found = nodes.copy()
    for tier in layout.tiers:
        found[tier.parents] |= np.logical_or.reduceat(found[tier.children], tier.starts)
    return found


def at_or_below(layout: Layout, row: int) -> Bools:
    """(nodes,) a node, and all that it can be rolled up from."""
    found = np.zeros(len(layout.nodes), dtype=bool)
    found[row] = True
    for tier in reversed(layout.tiers):
        found[tier.children[np.repeat(found[tier.parents], tier.sizes)]] = True
    return found


def lay_out(catalog: Catalog) -> Layout:
    """Rows for everything the catalogue declares."""
    nodes, series = catalog.nodes, catalog.series
    row = {node: index for index, node in enumerate(nodes)}
    reported = np.zeros(len(nodes), dtype=bool)
    series_row = np.array([row[s.node] for s in series], dtype=np.int64)
    reported[series_row] = True
    return Layout(
        catalog=catalog,
        nodes=nodes,
        series=series,
        row=row,
        series_row=series_row,
        rank=np.array([catalog.source[s.source].rank for s in series], dtype=np.int64),
        meaning=meaning_of(series),
        reported=reported,
        tiers=_tiers(catalog, nodes, row, reported),
    )


def _tiers(
    catalog: Catalog, nodes: tuple[NodeKey, ...], row: dict[NodeKey, int], reported: Bools
) -> tuple[Tier, ...]:
    families: dict[int, dict[int, list[int]]] = {}
    groups: dict[int, list[int]] = {}
    told_below = {above for index in np.flatnonzero(reported) for above in _above(catalog, row, nodes[index])}
    for index, node in enumerate(nodes):
        for group in catalog.groups_over(node):
            groups.setdefault(row[group], []).append(index)
        above = catalog.above(node)
        if not above:
            continue
        parent = row[above[0]]
        # What a region reports itself stands: a target set below it must not roll up over it.
        if not reported[parent] or parent in told_below:
            families.setdefault(len(above), {}).setdefault(parent, []).append(index)
    ordered = [families[depth] for depth in sorted(families, reverse=True)]
    # Groups come last: a member may itself be rolled up, and no group feeds another region.
    return tuple(_tier(family) for family in (*ordered, groups) if family)


def _above(catalog: Catalog, row: dict[NodeKey, int], node: NodeKey) -> list[int]:
    """Rows of a node's figures in the regions above its own."""
    return [row[above] for above in catalog.above(node)]


def _tier(family: dict[int, list[int]]) -> Tier:
    sizes = [len(children) for children in family.values()]
    return Tier(
        parents=np.array(list(family), dtype=np.int64),
        children=np.array([child for children in family.values() for child in children], dtype=np.int64),
        starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
    )
