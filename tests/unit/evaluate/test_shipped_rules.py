"""The rules that come with biaochi."""

from __future__ import annotations

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Level
from service.domain.layout import lay_out
from service.domain.rules import (
    Active,
    Bounds,
    Jump,
    Missing,
    NewGrowth,
    Pace,
    Rebound,
    RuleSet,
    Span,
    Stall,
    Threshold,
)
from service.evaluate.rulefiles.rulefile import read_rules, rules_from
from service.shipped import shipped, shipped_catalog
from tests.testkit.worlds import TOWN, indicator, listed, verdict, world


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return check_folders([shipped_catalog()])[1]


@pytest.fixture(scope="module")
def rules(catalog: Catalog) -> RuleSet:
    return read_rules(shipped("alert_rules"), catalog).rules


def test_they_hold_against_the_shipped_catalogue(rules: RuleSet) -> None:
    assert len({rule.name for rule in rules.rules}) == len(rules.rules)
    assert {rule.check_type for rule in rules.rules} == {
        "threshold",
        "pace",
        "projection",
        "stall",
        "new_growth",
        "rebound",
        "missing",
        "discrepancy",
        "jump",
    }


def test_every_rule_of_nodes_looks_at_some(rules: RuleSet, catalog: Catalog) -> None:
    nodes = lay_out(catalog).nodes
    assert all(any(rule.select.takes(node, catalog) for node in nodes) for rule in rules.rules)


def test_pace_has_the_shipped_levels(rules: RuleSet) -> None:
    (pace,) = (rule for rule in rules.rules if isinstance(rule.check, Pace))
    assert isinstance(pace.check, Pace)
    levels = [(level.code, bound) for level, bound in pace.check.bounds.each]
    assert levels == [("notice", 5), ("yellow", 10), ("orange", 20), ("red", 30)]
    assert pace.check.from_expected == 0.10


def test_the_air_is_judged_from_the_half_year_on(rules: RuleSet) -> None:
    (air,) = (rule for rule in rules.rules if isinstance(rule.check, Threshold))
    assert air.select.indicators == ("pm25_mean",)
    assert isinstance(air.check, Threshold) and air.check.per_target
    assert air.active == Active((6, 30), (12, 31))


def test_single_cases_after_clearance_are_no_rebound(rules: RuleSet) -> None:
    back = rules.named("rebound_group_rentals")
    assert back is not None and isinstance(back.check, Rebound)
    assert back.check.bounds.each[0] == (Level.YELLOW, 2)
    assert (back.check.cleared_at, back.check.cleared_for, back.check.window) == (0, 30, 7)


def test_no_new_illegal_construction_is_allowed(rules: RuleSet) -> None:
    growth = rules.named("new_illegal_construction")
    assert growth is not None and isinstance(growth.check, NewGrowth)
    assert (growth.select.indicators, growth.check.allowance) == (("new_illegal_construction",), 0)


def test_a_stall_and_a_missing_report_speak_at_once(rules: RuleSet) -> None:
    at_once = [rule for rule in rules.rules if isinstance(rule.check, Stall | Missing)]
    assert [rule.hold_for for rule in at_once] == [Span()] * 2


def test_published_rules_are_read_back_as_they_were(catalog: Catalog) -> None:
    found = read_rules(shipped("alert_rules"), catalog)
    assert rules_from(found.content) == found.rules
    assert read_rules(shipped("alert_rules"), catalog).sha256 == found.sha256
    assert Bounds().each == ()


def test_every_sum_is_watched_for_slips_by_one_rule_and_the_monitor_for_hanging(
    rules: RuleSet, catalog: Catalog
) -> None:
    jumps = [rule for rule in rules.rules if isinstance(rule.check, Jump)]
    watched = {
        i.code: sorted(
            rule.name
            for rule in jumps
            if isinstance(rule.check, Jump)
            and rule.check.of == "deviation"
            and any(rule.select.takes(node, catalog) for node in catalog.nodes if node.indicator == i.code)
        )
        for i in catalog.indicators
    }
    areas = {i.code for i in catalog.indicators if i.unit == "m2"}
    few = {"parks_built_renovated", "convenience_outlets_built"}
    assert watched.pop("pm25_mean") == []
    assert {code for code, names in watched.items() if names == ["implausible_area"]} == areas
    assert {code for code, names in watched.items() if names == ["implausible_few"]} == few
    assert all(len(names) == 1 for names in watched.values())
    assert [
        rule.name for rule in jumps if isinstance(rule.check, Jump) and rule.check.sources == ("sensor",)
    ] == ["sensor_repeats"]


def test_square_metres_entered_for_tens_of_thousands_are_doubted_and_a_busy_day_is_not(
    rules: RuleSet,
) -> None:
    slip = rules.named("implausible_area")
    assert slip is not None
    # 80 to 120 m² a day, each five times or six: median 100, distances 20 10 0 10 20, their median 10, spread 14.8:
    # the floor of 500 counts. 49,900 more is 99.8 spreads; 1,000,000 is 1,999.8.
    usual = [80.0, 90.0, 100.0, 110.0, 120.0] * 12
    w = world(indicator("demolition_area"))

    def level(figure: float) -> str | None:
        f = w.frame("2018-03-02", {("demolition_area", TOWN): listed("2018-01-01", *usual, figure)})
        return verdict(f, slip.check, TOWN).level

    assert [level(1_000), level(50_000), level(50_200), level(1_000_000)] == [
        "none",
        "none",
        "notice",
        "yellow",
    ]


def test_the_lamps_shipped_are_those_of_the_pace_rule(rules: RuleSet) -> None:
    (pace,) = (rule.check for rule in rules.rules if isinstance(rule.check, Pace))
    assert pace.lamps is not None and [table.bounds for table in pace.lamps.tables] == [pace.bounds]
