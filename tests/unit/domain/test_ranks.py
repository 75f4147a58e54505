"""Ranks (排名) and figures of other districts, as the city's bulletin tells them: compared with, never added up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from service.domain.catalog import (
    RANK,
    Cover,
    Direction,
    Feed,
    Kind,
    NodeKey,
    Region,
    RegionGroup,
    Reporting,
)
from service.domain.checks import judge
from service.domain.cycles import Cycle
from service.domain.frame import Frame
from service.domain.rules import Bounds, Discrepancy, Pace, Projection, Rank, Select, Stall, Threshold
from tests.testkit.worlds import (
    DISTRICT,
    FIRST_DAY,
    TOWN,
    Readings,
    World,
    day,
    every,
    feed,
    indicator,
    judged_regions,
    rule,
    target,
    town,
    verdict,
    world,
)

EAST, WEST = "110101", "110102"
BESIDE = (Region(EAST, "东城区", "district", "110000"), Region(WEST, "西城区", "district", "110000"))
PLACE = replace(
    indicator("place", Kind.STOCK, level="district", unit=RANK, stale_after=31),
    direction=Direction.DOWN,
    rank_of="area",
)


def city() -> World:
    """A district of two towns that report every day, and a bulletin that tells three districts by the month."""
    covers = (
        Cover(("area",), (DISTRICT, EAST, WEST), reporting=Reporting.CUMULATIVE),
        Cover(("place",), (DISTRICT, EAST, WEST)),
    )
    bulletin = Feed("bulletin", "通报", "verified", covers, FIRST_DAY, cycle=Cycle.MONTHLY)
    plain = world(
        indicator("area", unit="m2", stale_after=31), PLACE, towns=2,
        feeds=[feed("towns", ["area"], [town(1), town(2)]), bulletin],
        targets=[target("area", 1000), target("place", 2, comparator="<=")],
        groups=[RegionGroup("districts", "区", (EAST, WEST))], rolled_up=["districts"],
    ).catalog  # fmt: skip
    return World(replace(plain, regions=(*plain.regions, *BESIDE)))


def told(
    ours: float, east: float, places: tuple[float, float, float], *, last_june: float | None = None
) -> Readings:
    """Both towns' days until 20 July, and the bulletins of six months: sums that grow by so much a month, and places."""
    ends = [Cycle.MONTHLY.last(date(2018, month, 1)) for month in range(1, 7)]
    readings = {
        ("area", code, "reported"): every("2018-01-01", "2018-07-20", 1.0) for code in (town(1), town(2))
    }
    for code, value, place in zip((DISTRICT, EAST, WEST), (ours, east, 9.0), places, strict=True):
        readings["area", code, "verified"] = {end: value * end.month for end in ends}
        readings["place", code, "verified"] = dict.fromkeys(ends, place)
    if last_june is not None:
        readings["place", DISTRICT, "verified"][date(2017, 6, 30)] = last_june
    return readings


def frame(as_of: str = "2018-07-10") -> Frame:
    return city().frame(as_of, told(50.0, 40.0, (3.0, 1.0, 2.0)))


def test_the_citys_figure_is_the_official_one_and_the_roll_up_stands_against_it() -> None:
    w, f = city(), frame()
    assert f.progress.to_date[w.row("area")] == 300.0
    assert f.progress.data_day(w.row("area")) == day("2018-06-30")
    apart = verdict(f, Discrepancy(Bounds(yellow=1), relative=0.05))
    assert (apart.level, [(s.source, s.value) for s in apart.figures.sides]) == (
        "yellow",
        [("verified", 300.0), ("reported", 362.0)],
    )


def test_other_districts_have_figures_that_go_into_no_roll_up_of_ours() -> None:
    w, f = city(), frame()
    assert [f.progress.to_date[w.row("area", code)] for code in (EAST, WEST)] == [240.0, 54.0]
    assert NodeKey("area", "110000", "") not in w.layout.row
    assert [w.catalog.beside_root(code) for code in (EAST, TOWN, DISTRICT, "110000", "districts")] == [
        True
    ] + [False] * 4


def test_a_rank_is_never_rolled_up() -> None:
    w = city()
    assert {n.region for n in w.layout.nodes if n.indicator == "place"} == {DISTRICT, EAST, WEST}
    assert {n.region for n in w.layout.nodes if n.indicator == "area"} >= {DISTRICT, EAST, "districts"}
    below = replace(PLACE, reported_at="subdistrict")
    ranked = world(below, towns=2, groups=[RegionGroup("all", "街乡", (town(1), town(2)))], rolled_up=["all"])
    assert {n.region for n in ranked.layout.nodes} == {town(1), town(2)}
    assert ranked.layout.tiers == ()
    assert (
        ranked.frame(
            "2018-03-01", {("place", TOWN): every("2018-01-01", "2018-03-01", 3.0)}
        ).progress.to_date[0]
        == 3.0
    )


def test_of_a_rank_only_the_place_is_told() -> None:
    w = city()
    f = w.frame("2018-07-10", told(50.0, 40.0, (3.0, 1.0, 2.0), last_june=5.0))
    p, row = f.progress, w.row("place")
    assert (p.to_date[row], p.target[row], bool(p.met[row])) == (3.0, 2.0, False)
    for name in (
        "completion",
        "expected",
        "lag",
        "shortfall",
        "to_target",
        "required_rate",
        "year_on_year",
        "projected",
    ):
        assert np.isnan(getattr(p, name)[row]), name


@pytest.mark.parametrize(("place", "level"), [(12.0, "orange"), (9.0, "yellow"), (3.0, "none")])
def test_a_threshold_judges_the_place(place: float, level: str) -> None:
    f = city().frame("2018-07-10", told(50.0, 40.0, (place, 1.0, 2.0)))
    verdicts = judge(f, rule(Threshold(Bounds(yellow=8, orange=12), of="value"), indicators=("place",)))
    seen = [verdicts.seen(at).level for at in range(len(verdicts.rows))]
    assert [lamp.code for lamp in seen if lamp is not None] == [level]


@pytest.mark.parametrize(
    "check", [Pace(Bounds(notice=1)), Projection(Bounds(notice=1)), Stall(Bounds(notice=1))]
)
def test_checks_of_progress_say_nothing_of_a_rank(check: Pace | Projection | Stall) -> None:
    f = frame()
    verdicts = judge(f, rule(check, indicators=("place",)))
    assert all(verdicts.unjudged) and not verdicts.level.any()


def test_a_rule_judges_other_districts_only_where_it_names_them() -> None:
    f = frame()
    plain = Threshold(Bounds(yellow=8), of="value")
    assert {region for _, region in judged_regions(f, plain)} == {DISTRICT, town(1), town(2), "districts"}
    catalog = f.layout.catalog
    node = NodeKey("place", EAST, "")
    taken = {
        "everything": Select(),
        "the level": Select(level="district"),
        "the code": Select(regions=("1101*",)),
        "the group": Select(groups=("districts",)),
    }
    assert {name: select.takes(node, catalog) for name, select in taken.items()} == {
        "everything": False, "the level": False, "the code": True, "the group": True,
    }  # fmt: skip


def test_the_districts_can_be_ranked_by_their_figures() -> None:
    f = frame()
    check = Rank(Bounds(notice=1, below=True), by="period_to_date", among="selected", peers=3)
    ranked = replace(
        rule(check, indicators=("area",)), select=Select(indicators=("area",), regions=("1101??",))
    )
    verdicts = judge(f, ranked)
    nodes = [f.layout.nodes[row].region for row in verdicts.rows.tolist()]
    last = [nodes[at] for at in np.flatnonzero(verdicts.level)]
    assert (sorted(nodes), last) == ([EAST, WEST, DISTRICT], [WEST])
