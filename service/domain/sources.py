"""One source by itself: the catalogue as if nobody else reported, rolled up by the same formulas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from service.domain.arrays import Ints
from service.domain.catalog import Feed, NodeKey
from service.domain.cycles import CYCLES
from service.domain.layout import Layout, lay_out
from service.domain.rollup import Panel
from service.domain.timeline import Timeline


class SourceFigures:
    """What one source tells, on rows of its own: only indicators that another source reports too.

    layout    its rows
    timeline  its figures, and those of the nodes rolled up from them, on the days from `first` on
    """

    def __init__(self, layout: Layout, panel: Panel, source: str, begin: date) -> None:
        self.layout, self._series = _own_layout(layout, source)
        self._whole = panel.since(begin)
        self.timeline = Timeline(self.layout, Panel(self._whole.first, self._whole.values[self._series]))
        # One source alone has no rival: which days are due makes no difference to what it is taken from.
        self.timeline.choose_sources(np.full(len(CYCLES), self.timeline.days))

    @property
    def first(self) -> date:
        return self.timeline.first

    def learn(self, series: Ints, day: date) -> None:
        """The readings of these series of the whole panel have changed, from a day on."""
        at = np.flatnonzero(np.isin(self._series, series))
        self.timeline.panel.values[at] = self._whole.values[self._series[at]]
        self.timeline.learn(at, day)


def source_figures(layout: Layout, panel: Panel, source: str, begin: date) -> SourceFigures:
    """What a source tells from a day on, a new year's day unless the panel begins later; kept with the panel."""
    key = layout, source, begin
    held = panel.made.get(key)
    if not isinstance(held, SourceFigures):
        panel.made[key] = held = SourceFigures(layout, panel, source, begin)
    return held


@dataclass(frozen=True)
class Pair:
    """Nodes two sources can be compared on, preferred source first; rows are (nodes,).

    rows    in the whole layout; left, right  in each source's own
    """

    sources: tuple[str, str]
    rows: Ints
    left: Ints
    right: Ints


@lru_cache(maxsize=64)
def pairs(layout: Layout, sources: tuple[str, ...] = ()) -> tuple[Pair, ...]:
    """Nodes by the two sources that are compared on them; without a choice, each node's two preferred ones.

    A sum of forty-three regions says nothing about one of forty-two: rolled up, two sources are compared only
    where they speak for the same regions. Who reports a region speaks for all below it. Worked out once per layout.
    """
    ranked = sorted(layout.catalog.sources, key=lambda source: source.rank)
    named = [source.code for source in ranked if not sources or source.code in sources]
    own = {code: _own_layout(layout, code)[0] for code in named}
    found: dict[tuple[str, str], list[NodeKey]] = {}
    for node in layout.nodes:
        telling = [code for code in named if node in own[code].row][:2]
        if len(telling) == 2 and len({_spoken_for(layout, own[code], node) for code in telling}) == 1:
            found.setdefault((telling[0], telling[1]), []).append(node)
    return tuple(
        Pair(both, _rows(layout, nodes), _rows(own[both[0]], nodes), _rows(own[both[1]], nodes))
        for both, nodes in found.items()
    )


@lru_cache(maxsize=64)
def _own_layout(layout: Layout, source: str) -> tuple[Layout, Ints]:
    """A source's own layout, and (series,) the rows of its series in the panel."""
    catalog = layout.catalog
    by: dict[str, set[str]] = {}
    for series in catalog.series:
        by.setdefault(series.node.indicator, set()).add(series.source)
    shared = {code for code, telling in by.items() if len(telling) > 1}
    feeds = tuple(only_of(feed, shared) for feed in catalog.feeds if feed.source == source)
    own = lay_out(replace(catalog, feeds=feeds, targets=()))
    row = {(s.node, s.source): at for at, s in enumerate(layout.series)}
    return own, np.array([row[s.node, source] for s in own.series], dtype=np.int64)


def only_of(feed: Feed, indicators: set[str]) -> Feed:
    """A feed with what it owes of some indicators."""
    covers = (replace(c, indicators=tuple(i for i in c.indicators if i in indicators)) for c in feed.covers)
    return replace(feed, covers=tuple(covers))


def _spoken_for(layout: Layout, own: Layout, node: NodeKey) -> frozenset[int]:
    """Rows of the lowest reported nodes a source speaks for in a node, itself or by what is below it."""
    lowest, telling = _made_of(layout, layout.lowest.tobytes()), _made_of(own, own.reported.tobytes())
    return frozenset(
        low for row in telling.get(own.row[node], ()) for low in lowest[layout.row[own.nodes[row]]]
    )


@lru_cache(maxsize=64)
def _made_of(layout: Layout, own: bytes) -> dict[int, list[int]]:
    """Rows of the reported nodes each node is made of, where those of `own` (a mask) are made of nothing else."""
    leaves = layout.leaves(np.frombuffer(own, dtype=bool))
    groups = np.split(leaves.children, leaves.starts[1:])
    return {int(parent): rows.tolist() for parent, rows in zip(leaves.parents.tolist(), groups, strict=True)}


def _rows(layout: Layout, nodes: list[NodeKey]) -> Ints:
    return np.array([layout.row[node] for node in nodes], dtype=np.int64)
