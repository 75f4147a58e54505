"""Bounds, selections and seasons of a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from service.catalog.workdays import china
from service.domain.catalog import Cover, Level, NodeKey, Region, RegionGroup
from service.domain.rules import (
    Active,
    Bounds,
    Check,
    Missing,
    NewGrowth,
    Pace,
    Rebound,
    RuleSet,
    Select,
    Stall,
)
from tests.testkit.worlds import DISTRICT, TOWN, day, indicator, rule, town, world

CHINA = china()
PACE = Bounds(notice=5, yellow=10, orange=20, red=30, clear=1)
SHORT = Bounds(notice=0.95, yellow=0.80, below=True, clear=0.02)


def graded(bounds: Bounds, value: float) -> str:
    return Level(bounds.grade(np.array([value]))[0]).code


def held(bounds: Bounds, value: float) -> str:
    return Level(bounds.hold(np.array([value]))[0]).code


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (-3, "none"),
        (4.99, "none"),
        (5, "notice"),
        (9.99, "notice"),
        (10, "yellow"),
        (22.6, "orange"),
        (30, "red"),
        (99, "red"),
    ],
)
def test_the_worst_bound_that_is_reached_gives_the_level(value: float, level: str) -> None:
    assert graded(PACE, value) == level


@pytest.mark.parametrize(
    ("value", "level"),
    [(1.2, "none"), (0.951, "none"), (0.95, "notice"), (0.81, "notice"), (0.80, "yellow"), (0.0, "yellow")],
)
def test_below_a_smaller_figure_is_worse(value: float, level: str) -> None:
    assert graded(SHORT, value) == level


@pytest.mark.parametrize(
    ("value", "level"), [(4.0, "notice"), (3.99, "none"), (19.0, "orange"), (18.9, "yellow")]
)
def test_a_level_is_kept_until_the_figure_is_past_the_bound_by_clear(value: float, level: str) -> None:
    assert held(PACE, value) == level


@pytest.mark.parametrize(
    ("value", "level"), [(0.97, "notice"), (0.971, "none"), (0.82, "yellow"), (0.83, "notice")]
)
def test_below_a_level_is_kept_until_the_figure_is_above_the_bound_by_clear(value: float, level: str) -> None:
    assert held(SHORT, value) == level


def test_one_rounding_error_short_of_a_bound_has_reached_it() -> None:
    assert (0.7 - 0.5) * 100 < 20  # 19.999999999999996
    assert graded(PACE, (0.7 - 0.5) * 100) == "orange"
    assert graded(PACE, 19.999999) == "yellow"


@pytest.mark.parametrize(("value", "level"), [(np.nan, "none"), (-np.inf, "none"), (np.inf, "red")])
def test_an_unknown_figure_reaches_nothing(value: float, level: str) -> None:
    assert graded(PACE, value) == level


def test_levels_without_a_bound_are_skipped() -> None:
    assert graded(Bounds(yellow=2, red=10), 9) == "yellow"
    assert Bounds(yellow=2, red=10).each == ((Level.YELLOW, 2), (Level.RED, 10))


@pytest.mark.parametrize(
    ("select", "taken"),
    [
        (Select(), True),
        (Select(indicators=("park*",)), True),
        (Select(indicators=("air", "parking")), True),
        (Select(indicators=("air",)), False),
        (Select(regions=("110105*",)), True),
        (Select(regions=(DISTRICT,)), False),
        (Select(scopes=("第二批试点",)), False),
        (Select(level="subdistrict"), True),
        (Select(level="district"), False),
        (Select(level="root"), False),
    ],
)
def test_a_rule_looks_at_the_nodes_it_selects(select: Select, taken: bool) -> None:
    assert select.takes(NodeKey("parking", TOWN, ""), world(indicator("parking")).catalog) is taken


def test_root_is_the_region_the_installation_answers_for() -> None:
    assert Select(level="root").takes(NodeKey("parking", DISTRICT, ""), world(indicator("parking")).catalog)


@pytest.mark.parametrize(
    ("season", "on", "off"),
    [
        (Active((6, 30), (12, 31)), ["2018-06-30", "2018-12-31"], ["2018-06-29", "2018-01-01"]),
        (Active((11, 15), (3, 15)), ["2018-11-15", "2018-01-01", "2018-03-15"], ["2018-03-16", "2018-11-14"]),
        (Active(), ["2018-01-01", "2018-12-31", "2020-02-29"], []),
        (Active(months=(4, 5)), ["2018-04-01", "2018-05-31"], ["2018-03-31", "2018-06-01"]),
        (
            Active((5, 10), (12, 31), months=(4, 5)),
            ["2018-05-10"],
            ["2018-04-30", "2018-05-09", "2018-06-01"],
        ),
        # 4 October is a holiday, 29 September a Saturday that is worked.
        (Active(workdays=True), ["2018-09-29", "2018-10-08"], ["2018-10-04", "2018-10-06"]),
        (Active(months=(10,), workdays=True), ["2018-10-08"], ["2018-09-29", "2018-10-04"]),
    ],
)
def test_a_season_has_dates_months_and_working_days(season: Active, on: list[str], off: list[str]) -> None:
    assert [season.on(day(at), CHINA) for at in (*on, *off)] == [True] * len(on) + [False] * len(off)


def test_only_rebound_and_missing_outlive_the_year() -> None:
    checks: list[Check] = [Pace(PACE), Stall(PACE), NewGrowth(PACE), Rebound(PACE), Missing(PACE)]
    assert [rule(check).yearly for check in checks] == [True, True, True, False, False]
    assert [rule(check).check_type for check in checks] == [
        "pace",
        "stall",
        "new_growth",
        "rebound",
        "missing",
    ]


def test_a_rule_is_found_by_its_name() -> None:
    rules = RuleSet((rule(Pace(PACE), name="a"), rule(Stall(PACE), name="b")))
    assert rules.named("b") is rules.rules[1]
    assert rules.named("c") is None


def test_levels_rise_in_the_order_of_their_lamps() -> None:
    assert [level.code for level in sorted(Level)] == ["none", "notice", "yellow", "orange", "red"]
    assert Active().on(date(2018, 1, 1), CHINA)


GROUPED = world(
    indicator("works"),
    replace(indicator("parking"), task="other"),
    towns=4,
    groups=[
        RegionGroup("east", "东部街乡", (town(1), town(2))),
        RegionGroup("east_key", "东部重点街乡", (town(2), town(3))),
        RegionGroup("whole", "区", (DISTRICT,)),
    ],
).catalog


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        (Select(groups=("east",)), {town(1), town(2)}),
        (Select(groups=("east*",)), {town(1), town(2), town(3)}),
        (Select(groups=("east", "whole")), {town(1), town(2), DISTRICT}),
        (Select(groups=("*",)), {town(1), town(2), town(3), DISTRICT}),
        (Select(groups=("east",), regions=("*2", "*3")), {town(2)}),
        (Select(groups=("whole",), parents=(DISTRICT,)), set()),
        (Select(parents=(DISTRICT,)), {town(n) for n in range(1, 5)}),
        (Select(parents=("110000",)), set()),
        (Select(parents=("1101*",), level="district"), set()),
        (Select(tasks=("task",)), {DISTRICT, *(town(n) for n in range(1, 5))}),
        (Select(tasks=("t*",), groups=("east",)), {town(1), town(2)}),
    ],
)
def test_regions_are_selected_by_group_and_by_what_they_lie_below(select: Select, expected: set[str]) -> None:
    taken = {
        node.region for node in GROUPED.nodes if select.takes(node, GROUPED) and node.indicator == "works"
    }
    assert taken == expected


def test_indicators_are_selected_by_their_task() -> None:
    def taken(*tasks: str) -> set[str]:
        select = Select(tasks=tasks)
        return {node.indicator for node in GROUPED.nodes if select.takes(node, GROUPED)}

    assert taken("other") == {"parking"}
    assert taken("task", "ot*") == {"works", "parking"}
    assert taken() == taken("nothing") == set()


def test_below_is_at_any_depth() -> None:
    village = Region("110105001001", "村", "community", town(1))
    small = world(indicator("works"), towns=2).catalog
    cover = Cover(("works",), (village.code, town(2)))
    deep = replace(
        small, regions=(*small.regions, village), feeds=(replace(small.feeds[0], covers=(cover,)),)
    )
    taken = {n.region for n in deep.nodes if Select(parents=(DISTRICT,)).takes(n, deep)}
    assert taken == {village.code, town(1), town(2)}
