"""Rules that are sound and can never fire are told with their place, and are not refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Kind, Plan
from service.evaluate.rulefiles.idle import idle_rules
from service.evaluate.rulefiles.rulefile import read_rules
from service.shipped import shipped, shipped_catalog
from tests.testkit.worlds import DISTRICT, TOWN, feed, indicator, target, town, world

CATALOG = world(
    indicator("parking"),
    indicator("parks"),
    indicator("opened"),
    indicator("waste"),
    indicator("pm25_mean", Kind.MEAN),
    indicator("population", Kind.STOCK),
    indicator("rentals", Kind.INCIDENCE),
    towns=3,
    targets=[
        target("parking", 365, region=TOWN),
        target("opened", 10, plan=Plan("none")),
        target("waste", 100, comparator="<="),
        target("pm25_mean", 58, comparator="<"),
        target("population", 90, baseline=100, comparator="<="),
    ],
    feeds=[
        feed(
            "towns",
            ["parking", "parks", "opened", "waste", "pm25_mean", "population", "rentals"],
            [TOWN, town(2), town(3)],
        ),
        feed("city", ["parks"], [TOWN], source="verified"),
    ],
).catalog
RULE = """\
groups:
  - name: one
    rules:
      - alert: one
        check: {{{check}}}
{more}        annotations: {{title: 试}}
"""


def told(folder: Path, check: str, more: str = "", catalog: Catalog = CATALOG) -> list[str]:
    """Codes of what is said about a rule."""
    line = f"        {more}\n" if more else ""
    (folder / "rules.yaml").write_text(RULE.format(check=check, more=line), "utf-8")
    faults = list(idle_rules(read_rules(folder, catalog), catalog))
    assert all(fault.where == "rules.yaml:4:9" and fault.zh and fault.en for fault in faults)
    return [fault.code for fault in faults]


@pytest.mark.parametrize(
    ("idle", "busy"),
    [
        ("type: pace, levels: {red: 9}, indicators: [parks]", "type: pace, levels: {red: 9}, indicators: [parking]"),
        ("type: pace, levels: {red: 9}, indicators: [opened]", "type: pace, levels: {red: 9}, indicators: [waste]"),
        ("type: pace, levels: {red: 9}, indicators: [pm25_mean]", "type: pace, levels: {red: 9}, indicators: [population]"),
        ("type: projection, levels: {red: 0.8}, indicators: [waste]", "type: projection, levels: {red: 0.8}, indicators: [opened]"),
        ("type: stall, levels: {red: 30}, indicators: [parks]", "type: stall, levels: {red: 30}"),
        ("type: rebound, levels: {red: 2}, indicators: [parking]", "type: rebound, levels: {red: 2}"),
        ("type: new_growth, levels: {red: 2}, indicators: [parking]", "type: new_growth, levels: {red: 2}"),
        (
            "type: threshold, levels: {red: 1}, per_target: true, indicators: [parks]",
            "type: threshold, levels: {red: 1}, per_target: true, indicators: [pm25_mean]",
        ),
        (
            "type: threshold, levels: {red: 1}, of: completion, indicators: [pm25_mean]",
            "type: threshold, levels: {red: 1}, indicators: [parks]",
        ),
        (
            "type: discrepancy, levels: {red: 9}, indicators: [parking]",
            "type: discrepancy, levels: {red: 9}, indicators: [parks]",
        ),
        ("type: jump, levels: {red: 9}, sources: [sensor]", "type: jump, levels: {red: 9}, sources: [verified]"),
        (
            "type: rank, by: period_to_date, levels: {red: 1}, peers: 4, region_level: subdistrict",
            "type: rank, by: period_to_date, levels: {red: 1}, peers: 3, region_level: subdistrict",
        ),
        (
            "type: rank, months: 3, levels: {red: 1}, peers: 3, indicators: [population]",
            "type: rank, months: 3, levels: {red: 1}, peers: 3, indicators: [parks]",
        ),
        (
            "type: open_age, levels: {red: 9}, found: rentals, treated: parks, region_level: district",
            "type: open_age, levels: {red: 9}, found: rentals, treated: parks",
        ),
    ],
)  # fmt: skip
def test_what_nobody_could_be_judged_by_is_idle(tmp_path: Path, idle: str, busy: str) -> None:
    assert told(tmp_path, idle) == ["judges_nothing"]
    assert told(tmp_path, busy) == []


def test_a_selection_of_nothing_is_idle(tmp_path: Path) -> None:
    check = "type: new_growth, levels: {red: 1}, indicators: [rentals], region_level: community"
    assert told(tmp_path, check) == ["selects_nothing"]


def test_missing_looks_at_feeds_whatever_it_selects(tmp_path: Path) -> None:
    assert told(tmp_path, "type: missing, levels: {red: 1}, region_level: community") == []


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ("for: 366d", ["for_too_long"]),
        ("for: 365d", []),
        ("for: 30d, active: {months: [4]}", ["for_too_long"]),
        ("for: 29d, active: {months: [4]}", []),
    ],
)
def test_a_wait_that_outlasts_the_season_is_told(tmp_path: Path, more: str, codes: list[str]) -> None:
    lines = "\n        ".join(more.split(", "))
    assert told(tmp_path, "type: pace, levels: {red: 9}", lines) == codes
    assert told(tmp_path, "type: missing, levels: {red: 9}", lines) == [], "its alerts outlive the year"


@pytest.mark.parametrize(
    ("check", "codes"),
    [
        ("type: pace, levels: {red: 101}, indicators: [parking]", ["beyond_the_plan"]),
        ("type: pace, levels: {red: 100}, indicators: [parking]", []),
        ("type: pace, levels: {red: 150}, indicators: [waste]", []),
        ("type: threshold, of: lag, levels: {red: 20}, indicators: [parking]", ["beyond_the_plan"]),
        ("type: threshold, of: lag, levels: {red: 0.2}, indicators: [parking]", []),
    ],
)
def test_more_than_the_whole_plan_cannot_be_lacking(tmp_path: Path, check: str, codes: list[str]) -> None:
    assert told(tmp_path, check) == codes


def test_a_period_beyond_the_published_calendar_is_looked_at_as_far_as_it_goes(tmp_path: Path) -> None:
    far = world(indicator("parking"), targets=[target("parking", 9, region=DISTRICT, year=2199)]).catalog
    assert told(tmp_path, "type: pace, levels: {red: 9}", catalog=far) == ["judges_nothing"]


def test_of_the_shipped_rules_only_the_comparison_of_sources_waits_for_a_second_source() -> None:
    catalog = check_folders([shipped_catalog()])[1]
    found = read_rules(shipped("alert_rules"), catalog)
    assert [(fault.text, fault.code) for fault in idle_rules(found, catalog)] == [
        ("sources_differ", "judges_nothing")
    ]
