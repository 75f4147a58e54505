"""A panel that grows wiser: what is kept with it is what a fresh one would give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.catalog import Kind, Reporting
from service.domain.fold import fold_day
from service.domain.frame import frame_as_of
from service.domain.rollup import Panel
from tests.testkit.worlds import TOWN, World, feed, indicator, listed, world
from tests.unit.domain.test_properties import DAYS, FIRST, RULES, WORLD, panels, progress_by_node


def reported_otherwise(code: str, **how: Any) -> World:
    """The small world, with one feed that reports in another way."""
    feeds = tuple(
        replace(f, covers=tuple(replace(c, **how) for c in f.covers)) if f.code == code else f
        for f in WORLD.catalog.feeds
    )
    return World(replace(WORLD.catalog, feeds=feeds))


SUMS = reported_otherwise("city", reporting=Reporting.CUMULATIVE)
SWITCHED = reported_otherwise("towns", switched=(FIRST + timedelta(days=20), FIRST + timedelta(days=45)))


@settings(max_examples=25, deadline=None)
@given(panels(), st.data())
def test_what_is_learnt_leaves_the_frames_of_a_fresh_panel(panel: Panel, data: st.DataObject) -> None:
    """Late, corrected and taken-back figures, days asked for in any order, sources that take turns."""
    of = data.draw(st.sampled_from([WORLD, SUMS, SWITCHED]))
    for _ in range(data.draw(st.integers(1, 4))):
        as_of = FIRST + timedelta(days=data.draw(st.integers(0, DAYS - 1)))
        kept = frame_as_of(of.layout, panel, as_of, china())
        told = fold_day(kept, RULES, {})
        fresh = frame_as_of(of.layout, Panel(FIRST, panel.values.copy()), as_of, china())
        assert progress_by_node(kept) == progress_by_node(fresh)
        assert np.array_equal(kept.daily.values, fresh.daily.values, equal_nan=True)
        assert told == fold_day(fresh, RULES, {})
        cells = st.tuples(st.integers(0, len(panel.values) - 1), st.integers(0, DAYS - 1))
        changed = data.draw(st.lists(cells, max_size=6))
        for row, column in changed:
            panel.values[row, column] = data.draw(st.sampled_from([np.nan, 0.0, 3.0]))
        if changed:
            first = FIRST + timedelta(days=min(column for _, column in changed))
            panel.learn(np.unique([row for row, _ in changed]), first)


def test_a_frame_ends_when_its_panel_learns() -> None:
    w = world(indicator("works"))
    panel = w.panel({("works", TOWN): listed("2018-01-01", 1, 2, 3)}, date(2017, 1, 1), date(2018, 1, 3))
    frame = frame_as_of(w.layout, panel, date(2018, 1, 3), china())
    panel.values[0, -1] = 9
    panel.learn(np.array([0]), date(2018, 1, 3))
    with pytest.raises(RuntimeError, match="2018-01-03 has ended"):
        _ = frame.daily
    assert frame_as_of(w.layout, panel, date(2018, 1, 3), china()).progress.to_date.tolist() == [12, 12]


def test_a_day_beyond_the_panel_is_silent_and_changes_nothing_kept() -> None:
    w = world(
        indicator("works"), indicator("people", Kind.STOCK), feeds=[feed("f", ["works", "people"], [TOWN])]
    )
    panel = w.panel({("works", TOWN): listed("2018-01-01", 1, 2)}, date(2017, 1, 1), date(2018, 1, 2))
    row = w.row("works", TOWN)
    for as_of, stale in ((date(2018, 1, 2), False), (date(2018, 1, 9), True), (date(2018, 1, 2), False)):
        progress = frame_as_of(w.layout, panel, as_of, china()).progress
        assert (progress.to_date[row], bool(progress.stale[row])) == (3, stale)
