"""Groups that are rolled up: one figure for all members together, and the district's own unchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Cover, Kind, NodeKey, Region, RegionGroup
from service.domain.checks import judge
from service.domain.layout import lay_out
from service.domain.rules import Bounds, Pace, Rank, Rule, Select
from tests.testkit.worlds import DISTRICT, World, every, indicator, listed, target, town, verdict, world

EAST = RegionGroup("east", "东部街乡", (town(1), town(2)))
KEY = RegionGroup("key", "重点街乡", (town(2), town(3)))


def three(kind: Kind = Kind.FLOW, **more: float) -> World:
    return world(
        indicator("works", kind, **more),  # type: ignore[arg-type]
        towns=3,
        groups=[EAST, KEY],
        rolled_up=["east", "key"],
    )


def to_date(w: World, *figures: float | None) -> dict[str, float]:
    """Region → figure of the period, each town having reported one figure on 1 March."""
    f = w.frame("2018-03-01", {("works", town(n)): listed("2018-03-01", x) for n, x in enumerate(figures, 1)})
    return {node.region: float(f.progress.to_date[row]) for node, row in f.layout.row.items()}


def test_a_group_has_the_sum_of_its_members_and_the_district_that_of_all_towns() -> None:
    found = to_date(three(), 100, 10, 1)
    assert (found["east"], found["key"], found[DISTRICT]) == (110, 11, 111)


@pytest.mark.parametrize("kind", [Kind.MEAN, Kind.STOCK, Kind.INCIDENCE])
def test_a_group_is_rolled_up_as_the_district_is(kind: Kind) -> None:
    expected = {Kind.MEAN: 55, Kind.STOCK: 110, Kind.INCIDENCE: 110}
    assert to_date(three(kind), 100, 10, 1)["east"] == expected[kind]


def test_a_group_that_is_not_rolled_up_has_no_figure() -> None:
    w = world(indicator("works"), towns=3, groups=[EAST, KEY], rolled_up=["key"])
    assert to_date(w, 100, 10, 1).keys() == {town(1), town(2), town(3), DISTRICT, "key"}


def test_only_the_members_count_for_its_coverage() -> None:
    f = three().frame("2018-03-01", {("works", town(n)): listed("2018-03-01", 1) for n in (2, 3)})
    told = {
        node.region: (int(f.progress.covered[row]), int(f.progress.declared[row]), bool(f.unjudged[row]))
        for node, row in f.layout.row.items()
    }
    assert (told["east"], told["key"], told[DISTRICT]) == ((1, 2, True), (2, 2, False), (2, 3, True))


def test_a_target_of_a_group_is_judged_against_its_sum() -> None:
    w = world(
        indicator("works"),
        towns=3,
        groups=[EAST],
        rolled_up=["east"],
        targets=[target("works", 365, region="east")],
    )
    # On 2 March 61 of 365 days are over: 61 are due. The east has done 20, and the third town's work is not the east's.
    f = w.frame(
        "2018-03-02",
        {
            ("works", town(1)): every("2018-03-02", "2018-03-02", 20),
            ("works", town(2)): every("2018-03-02", "2018-03-02", 0),
            ("works", town(3)): every("2018-03-02", "2018-03-02", 900),
        },
    )
    seen = verdict(f, Pace(Bounds(yellow=10, orange=20)), "east")
    assert (seen.level, seen.figures.to_date) == ("yellow", 20)
    assert seen.figures.lag == pytest.approx(61 / 365 - 20 / 365)


def test_a_member_that_is_rolled_up_itself_brings_all_that_is_below_it() -> None:
    villages = tuple(Region(f"{town(1)}{n:03}", "村", "community", town(1)) for n in (1, 2))
    base = world(indicator("works", level="community"), towns=2, groups=[EAST], rolled_up=["east"]).catalog
    cover = Cover(("works",), (*(v.code for v in villages), town(2)))
    deep = World(
        replace(base, regions=(*base.regions, *villages), feeds=(replace(base.feeds[0], covers=(cover,)),))
    )
    readings = {("works", r): listed("2018-03-01", 5.0) for r in (*(v.code for v in villages), town(2))}
    f = deep.frame("2018-03-01", readings)
    row = f.layout.row[NodeKey("works", "east", "")]
    assert (f.progress.to_date[row], f.progress.covered[row], f.progress.declared[row]) == (15, 3, 3)


def test_groups_are_selected_by_their_level_or_code_and_are_no_peers_of_their_members() -> None:
    w = three()
    f = w.frame("2018-03-01", {("works", town(n)): listed("2018-03-01", n) for n in (1, 2, 3)})

    def taken(select: Select) -> set[str]:
        return {n.region for n in f.layout.nodes if select.takes(n, w.catalog)}

    assert taken(Select(level="group")) == {"east", "key"}
    assert taken(Select(regions=("east",))) == {"east"}
    assert taken(Select(groups=("east",))) == set(EAST.regions)
    ranked = judge(f, Rule("r", Rank(Bounds(notice=1, below=True), "period_to_date", "selected", 2), ""))
    assert {int(ranked.figures(at).peers or 0) for at in range(len(ranked.rows))} == {3, 2, 1}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.none() | st.integers(0, 99), min_size=5, max_size=5),
    st.sets(st.integers(1, 5), min_size=1),
    st.sets(st.integers(1, 5), min_size=1),
)
def test_groups_add_up_their_members_and_change_nothing_else(
    figures: list[int | None], first: set[int], second: set[int]
) -> None:
    plain = world(indicator("works"), towns=5)
    groups = [RegionGroup(c, c, tuple(town(n) for n in sorted(m))) for c, m in (("a", first), ("b", second))]
    grouped = world(indicator("works"), towns=5, groups=groups, rolled_up=["a", "b"])
    without, found = to_date(plain, *figures), to_date(grouped, *figures)
    assert all(np.array_equal(found[r], x, equal_nan=True) for r, x in without.items())
    for code, members in (("a", first), ("b", second)):
        told = [figures[n - 1] for n in members if figures[n - 1] is not None]
        assert np.array_equal(found[code], float(sum(told)) if told else np.nan, equal_nan=True)  # type: ignore[arg-type]


def test_the_rows_of_a_layout_without_groups_are_those_there_were() -> None:
    plain, grouped = lay_out(world(indicator("works"), towns=3).catalog), lay_out(three().catalog)
    assert grouped.nodes[: len(plain.nodes)] == plain.nodes
    assert len(grouped.tiers) == len(plain.tiers) + 1
