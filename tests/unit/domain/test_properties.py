"""What holds of every panel: nothing later is seen, order is irrelevant, both ways of reporting agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.alerting import Clock
from service.domain.catalog import Catalog, Kind, NodeKey
from service.domain.checks import judge
from service.domain.fold import AlertKey, Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.rollup import Panel
from service.domain.rules import (
    Bounds,
    Discrepancy,
    Jump,
    Lamps,
    LampTable,
    Missing,
    NewGrowth,
    OpenAge,
    Pace,
    Projection,
    Rank,
    Rebound,
    RuleSet,
    Span,
    Stall,
    Threshold,
)
from tests.testkit.worlds import (
    DISTRICT,
    TOWN,
    World,
    feed,
    indicator,
    rule,
    target,
    town,
    world,
)

# A panel of a winter: the last weeks of a year and the first of the next.
FIRST, NEW_YEAR, DAYS = date(2017, 12, 1), date(2018, 1, 1), 62
TOWNS = [town(1), town(2), town(3)]


def small_world() -> World:
    """One indicator of each kind, three towns, two sources."""
    return world(
        indicator("parking", stale_after=3, min_coverage=0.6),
        indicator("cases", Kind.INCIDENCE),
        indicator("people", Kind.STOCK),
        indicator("air", Kind.MEAN, level="district"),
        towns=3,
        targets=[
            target("parking", 300),
            target("parking", 200, year=2017),
            target("air", 58, comparator="<"),
            target("cases", 4, comparator="<=", region=TOWN),
        ],
        feeds=[
            feed("towns", ["parking", "cases"], TOWNS),
            feed("people", ["people"], TOWNS),
            feed("city", ["parking"], TOWNS[:2], source="verified", first_day=date(2018, 1, 5)),
            feed("monitor", ["air"], [DISTRICT], source="sensor"),
        ],
    )


WORLD = small_world()
# Other lamps from the new year on.
LAMPS = Lamps((LampTable(Bounds(yellow=2, clear=1), first=NEW_YEAR), LampTable(Bounds(notice=9))))
RULES = RuleSet(
    (
        rule(Pace(Bounds(notice=1, orange=3, clear=0.5), from_expected=0), name="pace", hold_for=Span(2)),
        rule(Projection(Bounds(notice=0.95, yellow=0.8, below=True), from_expected=0), name="projection"),
        rule(Stall(Bounds(notice=3)), name="stall", keep_firing_for=Span(2, working=True)),
        rule(NewGrowth(Bounds(yellow=0, red=5)), name="growth"),
        rule(Rebound(Bounds(yellow=2), cleared_for=4, window=3), name="back"),
        rule(Missing(Bounds(notice=2, yellow=4)), name="missing"),
        rule(Threshold(Bounds(notice=1.0), per_target=True), name="air", indicators=("air",)),
        rule(Discrepancy(Bounds(notice=1, yellow=3), absolute=1), name="apart", hold_for=Span(1)),
        rule(Jump(Bounds(notice=3), history=10, least=3), name="jump", keep_firing_for=Span(2)),
        rule(Jump(Bounds(notice=2), of="repeats"), name="same"),
        rule(Rank(Bounds(notice=1, below=True), by="period_to_date", peers=2), name="last"),
        rule(Rank(Bounds(notice=1), months=2, worst=1, peers=2), name="often"),
        rule(OpenAge(Bounds(notice=2, red=5), found="cases", treated="parking"), name="open"),
        rule(Pace(Bounds(notice=9), from_expected=0, lamps=LAMPS), name="lamps"),
    )
)

# Whole numbers, silence, and a correction downwards now and then.
CELL = st.sampled_from([None, None, 0, 0, 0, 1, 1, 2, 3, 7, -1])


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Readings of the small world: drawn by the week and shifted by row, for speed and variety."""
    series = len(WORLD.layout.series)
    week = draw(st.lists(CELL, min_size=11, max_size=11))
    values = np.array([np.nan if cell is None else cell for cell in week], dtype=np.float64)
    panel = np.stack([np.resize(np.roll(values, 3 * row), DAYS) for row in range(series)])
    for _ in range(draw(st.integers(0, 4))):
        row, begin = draw(st.integers(0, series - 1)), draw(st.integers(0, DAYS - 1))
        panel[row, begin : begin + draw(st.integers(1, 20))] = draw(st.sampled_from([np.nan, 0.0, 4.0]))
    return Panel(FIRST, panel)


def frame(panel: Panel, as_of: date, of: World = WORLD) -> Frame:
    return frame_as_of(of.layout, panel, as_of, china())


def progress_by_node(f: Frame) -> dict[tuple[NodeKey, str], Any]:
    """Every figure of every node; arrays of the same figure are equal where NaN is NaN."""
    found = {}
    for field in fields(f.progress):
        value = getattr(f.progress, field.name)
        if isinstance(value, np.ndarray | tuple):
            for node, one in zip(f.layout.nodes, value, strict=True):
                known = not (isinstance(one, np.floating) and np.isnan(one))
                found[node, field.name] = one if known else None
    return found


def levels(f: Frame) -> dict[tuple[str, object], object]:
    """What every rule sees of every subject, by name."""
    found: dict[tuple[str, object], object] = {}
    for each in RULES.rules:
        verdicts = judge(f, each)
        for at, row in enumerate(verdicts.rows.tolist()):
            subject = f.layout.catalog.feeds[row].code if verdicts.of_feeds else f.layout.nodes[row]
            found[each.name, subject] = verdicts.seen(at)
    return found


def fold(panel: Panel, first: date, last: date, clocks: Mapping[AlertKey, Clock] | None = None) -> list[Day]:
    folded: list[Day] = []
    before = clocks or {}
    for number in range((last - first).days + 1):
        folded.append(fold_day(frame(panel, first + timedelta(days=number)), RULES, before))
        before = folded[-1].clocks
    return folded


@settings(max_examples=25, deadline=None)
@given(panels(), st.integers(0, DAYS - 2), panels())
def test_nothing_later_than_as_of_is_seen(panel: Panel, at: int, other: Panel) -> None:
    as_of = FIRST + timedelta(days=at)
    changed = Panel(FIRST, np.hstack([panel.values[:, : at + 1], other.values[:, at + 1 :]]))
    one, two = frame(panel, as_of), frame(changed, as_of)
    assert progress_by_node(one) == progress_by_node(two)
    assert fold_day(one, RULES, {}) == fold_day(two, RULES, {})


def shuffled(catalog: Catalog, order: Mapping[str, list[int]]) -> World:
    """The same catalogue with everything in another order."""
    feeds = tuple(
        replace(f, covers=tuple(replace(c, regions=c.regions[::-1]) for c in f.covers)) for f in catalog.feeds
    )
    return World(
        replace(
            catalog,
            feeds=tuple(feeds[at] for at in order["feeds"]),
            indicators=tuple(catalog.indicators[at] for at in order["indicators"]),
            targets=tuple(catalog.targets[at] for at in order["targets"]),
            regions=tuple(catalog.regions[at] for at in order["regions"]),
            sources=tuple(catalog.sources[at] for at in order["sources"]),
        )
    )


@settings(max_examples=25, deadline=None)
@given(panels(), st.integers(0, DAYS - 1), st.data())
def test_the_order_of_rows_is_irrelevant(panel: Panel, at: int, data: st.DataObject) -> None:
    names = ("feeds", "indicators", "targets", "regions", "sources")
    order = {name: data.draw(st.permutations(range(len(getattr(WORLD.catalog, name))))) for name in names}
    turned = shuffled(WORLD.catalog, order)
    place = {(s.node, s.source): row for row, s in enumerate(WORLD.layout.series)}
    rows = [place[s.node, s.source] for s in turned.layout.series]
    as_of = FIRST + timedelta(days=at)
    one, two = frame(panel, as_of), frame(Panel(FIRST, panel.values[rows]), as_of, turned)
    assert progress_by_node(one) == progress_by_node(two)
    assert levels(one) == levels(two)
    assert fold_day(one, RULES, {}).clocks == fold_day(two, RULES, {}).clocks


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(-5, 50)), min_size=DAYS, max_size=DAYS),
    st.integers(0, DAYS - 1),
)
def test_daily_and_cumulative_reports_of_the_same_figures_agree(given_: list[int | None], at: int) -> None:
    by_day = np.array([[np.nan if figure is None else figure for figure in given_]], dtype=np.float64)
    happened = np.nan_to_num(by_day)
    turn = (NEW_YEAR - FIRST).days
    sums = np.hstack([np.cumsum(happened[:, :turn], axis=1), np.cumsum(happened[:, turn:], axis=1)])
    sums[np.isnan(by_day)] = np.nan
    as_of = FIRST + timedelta(days=at)
    found = []
    for cumulative, values in ((False, by_day), (True, sums)):
        w = world(indicator("parking"), targets=[target("parking", 300)], cumulative=cumulative)
        found.append(progress_by_node(frame(Panel(FIRST, values), as_of, w)))
    assert found[0] == found[1]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=DAYS, max_size=DAYS), st.integers(0, DAYS - 1)
)
def test_reports_left_out_in_between_change_no_sum_of_cumulative_ones(
    left: list[int | None], at: int
) -> None:
    """Sums reported only now and then come to the same, as of every day on which one was reported."""
    happened = np.array([[figure or 0 for figure in left]], dtype=float)
    turn = (NEW_YEAR - FIRST).days
    full = np.hstack([np.cumsum(happened[:, :turn], axis=1), np.cumsum(happened[:, turn:], axis=1)])
    sparse = np.where([[figure is None for figure in left]], np.nan, full)
    sparse[0, at] = full[0, at]
    w = world(indicator("parking"), cumulative=True)
    one, two = (frame(Panel(FIRST, values), FIRST + timedelta(days=at), w) for values in (full, sparse))
    row = w.row("parking")
    assert one.progress.to_date[row] == two.progress.to_date[row] == full[0, at]


@settings(max_examples=25, deadline=None)
@given(panels(), st.integers(0, DAYS - 1))
def test_a_roll_up_is_the_sum_of_what_is_below_it(panel: Panel, at: int) -> None:
    f = frame(panel, FIRST + timedelta(days=at))
    for name in ("parking", "cases"):
        below = np.array([f.daily.values[WORLD.row(name, region)] for region in TOWNS])
        above = f.daily.values[WORLD.row(name)]
        assert np.array_equal(np.isnan(above), np.isnan(below).all(axis=0))
        assert np.array_equal(np.nan_to_num(above), np.nansum(below, axis=0))
        assert (f.progress.covered <= f.progress.declared).all()


@settings(max_examples=25, deadline=None)
@given(panels(), st.integers(0, DAYS - 1))
def test_no_figure_is_infinite_and_no_verdict_is_made_of_nothing(panel: Panel, at: int) -> None:
    f = frame(panel, FIRST + timedelta(days=at))
    for field in fields(f.progress):
        value = getattr(f.progress, field.name)
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            assert not np.isinf(value).any(), field.name
    silent = {f.layout.nodes[row] for row in np.flatnonzero(f.unjudged)}
    for (_, subject), seen in levels(f).items():
        assert subject not in silent or seen.level is None  # type: ignore[attr-defined]


@settings(max_examples=12, deadline=None)
@given(panels(), st.data())
def test_late_data_in_any_order_ends_where_the_full_panel_ends(panel: Panel, data: st.DataObject) -> None:
    """Days close with what is known then; what comes late is judged again from its day on."""
    begin, end = date(2017, 12, 25), date(2018, 1, 7)
    full = fold(panel, begin, end)
    known = panel.values.copy()
    holes = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(known) - 1), st.integers(20, 37)),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    for row, column in holes:
        known[row, column] = np.nan
    lived = fold(Panel(FIRST, known), begin, end)
    for row, column in data.draw(st.permutations(holes)):
        known[row, column] = panel.values[row, column]
        again = max(0, (FIRST + timedelta(days=column) - begin).days)
        before = lived[again - 1].clocks if again else {}
        lived[again:] = fold(Panel(FIRST, known), begin + timedelta(days=again), end, before)
    assert lived == full


@settings(max_examples=15, deadline=None)
@given(panels(), st.integers(0, 10))
def test_a_fold_taken_up_from_stored_clocks_goes_on_as_it_would_have(panel: Panel, cut: int) -> None:
    begin, end = date(2017, 12, 25), date(2018, 1, 6)
    whole = fold(panel, begin, end)
    clocks = {key: replace(clock) for key, clock in whole[cut].clocks.items()}
    assert fold(panel, begin + timedelta(days=cut + 1), end, clocks) == whole[cut + 1 :]


@settings(max_examples=15, deadline=None)
@given(panels())
def test_alerts_change_only_by_transitions_and_end_before_they_begin_again(panel: Panel) -> None:
    fires: dict[AlertKey, int] = {}
    for each in fold(panel, date(2017, 12, 25), date(2018, 1, 7)):
        spoken = {outcome.key: outcome for outcome in each.outcomes}
        assert fires.keys() <= spoken.keys(), "an alert that fires is spoken of every day"
        for key, outcome in spoken.items():
            before = fires.get(key, 0)
            assert (outcome.transition is not None) == (before != outcome.level)
            if outcome.transition:
                assert (outcome.transition.before, outcome.transition.after) == (before, outcome.level)
        fires = {key: int(o.level) for key, o in spoken.items() if o.level}
        assert fires == {key: int(clock.level) for key, clock in each.clocks.items() if clock.level}
