"""The rules that come with biaochi."""

from __future__ import annotations

from datetime import date

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Level
from service.domain.layout import lay_out
from service.domain.rules import (
    Active,
    Bounds,
    Missing,
    NewGrowth,
    Pace,
    Rebound,
    RuleSet,
    Span,
    Stall,
    Threshold,
)
from service.evaluate.rulefile import read_rules, rules_from
from service.shipped import shipped, shipped_catalog


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
    assert not air.active.on(date(2018, 6, 29))


def test_single_cases_after_clearance_are_no_rebound(rules: RuleSet) -> None:
    (back,) = (rule for rule in rules.rules if isinstance(rule.check, Rebound))
    assert isinstance(back.check, Rebound)
    assert back.check.bounds.each[0] == (Level.YELLOW, 2)
    assert (back.check.cleared_at, back.check.cleared_for, back.check.window) == (0, 30, 7)


def test_no_new_illegal_construction_is_allowed(rules: RuleSet) -> None:
    (growth,) = (rule for rule in rules.rules if isinstance(rule.check, NewGrowth))
    assert isinstance(growth.check, NewGrowth)
    assert (growth.select.indicators, growth.check.allowance) == (("new_illegal_construction",), 0)


def test_a_stall_and_a_missing_report_speak_at_once(rules: RuleSet) -> None:
    at_once = [rule for rule in rules.rules if isinstance(rule.check, Stall | Missing)]
    assert [rule.hold_for for rule in at_once] == [Span()] * 2


def test_published_rules_are_read_back_as_they_were(catalog: Catalog) -> None:
    found = read_rules(shipped("alert_rules"), catalog)
    assert rules_from(found.content) == found.rules
    assert read_rules(shipped("alert_rules"), catalog).sha256 == found.sha256
    assert Bounds().each == ()
