"""Every event says why: the condition, the rules, the catalogue. And what is pending is no secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.testkit.service import BEGIN, FOLDERS, JIA, YI, Running, copy_of, overlay, reading, service_on

GROWTH = """\
groups:
  - name: growth
    rules:
      - alert: growth
        check:
          type: new_growth
          indicators: [new_illegal_construction]
          regions: ["{regions}"]
          levels: {{yellow: {yellow}}}
        for: {hold}
        annotations: {{title: 控新生}}
"""


def write(folder: Path, *, yellow: int = 0, regions: str = JIA, hold: str = "0d") -> None:
    text = GROWTH.format(yellow=yellow, regions=regions, hold=hold)
    (folder / "growth.yaml").write_text(text, "utf-8")


@pytest.fixture
def ruled(server: str, published: str, rules: Path) -> Iterator[Running]:
    """A service with one rule of the test's own; the first judged day is quiet."""
    write(rules)
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as service:
        service.post(found("2018-06-25", 0))
        service.close_days("2018-06-25")
        yield service


def found(on: str, value: float) -> dict[str, Any]:
    return reading(on, value, "new_illegal_construction")


def last_event(service: Running) -> dict[str, Any]:
    (alert,) = service.alerts(rule="growth", region=JIA)
    event = service.events(alert["id"])[-1]
    assert event["reason"] == alert["reason"]
    return event


def versions(service: Running, kind: str) -> list[int]:
    """Versions the two judged days were judged with."""
    found = service.all("SELECT catalog_version, rules_version FROM biaochi.evaluation ORDER BY as_of")
    return [row[kind == "rules"] for row in found]


def parking(folder: Path, target: int) -> Path:
    """A catalogue in which one sub-district's parking spaces are enough to judge the district by."""
    return overlay(
        folder,
        catalog=f"evaluate_from: {BEGIN}",
        indicators="indicators: [{code: residential_parking_added, min_coverage: 0.001}]",
        targets=f"targets: [{{code: T014, value: {target}}}]",
    )


def test_an_edited_rule_that_fires_says_so(ruled: Running, rules: Path) -> None:
    write(rules, yellow=50)
    ruled.service.refresh_rules()
    ruled.post(found("2018-06-26", 30))
    ruled.close_days("2018-06-26")
    assert ruled.alerts(rule="growth") == []
    write(rules, yellow=0)
    ruled.service.refresh_rules()
    ruled.close_days("2018-06-27")
    event = last_event(ruled)
    assert (event["kind"], event["reason"]) == ("fired", "rules_changed")
    assert event["cause"] == {"rules": versions(ruled, "rules")[1:]}
    assert "预警规则调整" in event["message"] and event["retroactive"] is False


def test_what_happens_under_the_old_rules_too_is_the_conditions_doing(ruled: Running, rules: Path) -> None:
    write(rules, yellow=5)
    ruled.service.refresh_rules()
    ruled.post(found("2018-06-26", 30))
    ruled.close_days("2018-06-26")
    event = last_event(ruled)
    assert (event["kind"], event["reason"], event["cause"]) == ("fired", "condition", {})


def test_a_rule_that_looks_elsewhere_resolves_its_alert_as_changed(ruled: Running, rules: Path) -> None:
    ruled.post(found("2018-06-26", 30))
    ruled.close_days("2018-06-26")
    write(rules, regions=YI)
    ruled.service.refresh_rules()
    ruled.close_days("2018-06-27")
    event = last_event(ruled)
    assert (event["kind"], event["reason"]) == ("resolved", "rules_changed")
    assert event["cause"] == {"rules": versions(ruled, "rules")[1:]}
    assert "因预警规则调整解除" in event["message"]


def test_a_removed_rule_names_the_versions(ruled: Running, rules: Path) -> None:
    ruled.post(found("2018-06-26", 30))
    ruled.close_days("2018-06-26")
    text = (rules / "growth.yaml").read_text("utf-8")
    (rules / "growth.yaml").write_text(text.replace("alert: growth", "alert: other"), "utf-8")
    ruled.service.refresh_rules()
    ruled.close_days("2018-06-27")
    event = last_event(ruled)
    assert (event["reason"], event["cause"]) == ("rule_removed", {"rules": versions(ruled, "rules")[1:]})


def test_a_catalogue_that_moves_an_alert_is_its_cause(ruled: Running, rules: Path, tmp_path: Path) -> None:
    """Completion of a target that is raised falls below the bound; a condition that comes that day is its own."""
    pace = """\
groups:
  - name: pace
    rules:
      - alert: short
        check: {type: threshold, of: completion, indicators: [residential_parking_added], region_level: district,
                levels: {yellow: 0.5}, below: true}
        annotations: {title: 完成偏低}
"""
    (rules / "pace.yaml").write_text(pace, "utf-8")
    ruled.service.refresh_rules()
    ruled.publish(*FOLDERS, parking(tmp_path / "low", target=10))
    ruled.post(reading("2018-06-26", 8))
    ruled.close_days("2018-06-26")
    assert ruled.alerts(rule="short") == []
    ruled.publish(*FOLDERS, parking(tmp_path / "high", target=1000))
    ruled.post(reading("2018-06-27", 0), found("2018-06-27", 30))
    ruled.close_days("2018-06-27")
    (alert,) = ruled.alerts(rule="short")
    event = ruled.events(alert["id"])[0]
    assert (event["reason"], event["cause"]) == (
        "catalog_changed",
        {"catalog": versions(ruled, "catalog")[1:]},
    )
    assert last_event(ruled)["reason"] == "condition"


def test_a_pending_alert_is_listed_with_the_day_it_fires(ruled: Running, rules: Path) -> None:
    write(rules, hold="2wd")
    ruled.service.refresh_rules()
    ruled.close_days("2018-06-27")
    assert ruled.get("/v1/alerts/pending")["items"] == []
    ruled.post(found("2018-06-28", 30))
    ruled.close_days("2018-06-28")  # a Thursday: Friday is one working day, Monday the second
    (waiting,) = ruled.get("/v1/alerts/pending")["items"]
    assert waiting == {
        "rule": "growth",
        "check": "new_growth",
        "indicator": "new_illegal_construction",
        "region": JIA,
        "scope": "",
        "feed": None,
        "level": "yellow",
        "since": "2018-06-28",
        "fires_on": "2018-07-02",
    }
    shown = ruled.all("SELECT rule, indicator, region, scope, lamp, since::text FROM report.alerts_pending")
    assert shown == [("growth", "new_illegal_construction", JIA, "", "黄灯", "2018-06-28")]
    ruled.service.freshen()
    assert ruled.metric("biaochi_alert_active", rule="growth", state="pending", level="yellow") == 1
    ruled.close_days("2018-07-02")
    assert ruled.get("/v1/alerts/pending")["items"] == []
    assert last_event(ruled)["as_of"] == "2018-07-02"
