"""What judging closed days again makes of alerts that are over: recorded, or withdrawn, and nobody is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.testkit.service import JIA, Running, copy_of, reading, service_on

FOUND = "new_illegal_construction"
RULES = """\
groups:
  - name: high
    rules:
      - alert: high
        check:
          type: threshold
          of: value
          indicators: [new_illegal_construction]
          region_level: subdistrict
          levels: {yellow: 10, red: 100}
        annotations: {title: 当日偏高}
"""


@pytest.fixture
def service(server: str, published: str, rules: Path) -> Iterator[Running]:
    """A service whose one rule lights a lamp on the days of a high figure; three quiet days are closed."""
    (rules / "high.yaml").write_text(RULES, "utf-8")
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as running:
        running.post(*(found(f"2018-06-{day}", 0) for day in (25, 26, 27)))
        running.close_days("2018-06-27")
        yield running


def found(on: str, value: float) -> dict[str, Any]:
    return reading(on, value, FOUND)


def sent(service: Running) -> Any:
    return service.one("SELECT count(*) FROM biaochi.notification")


def alerts(service: Running) -> list[dict[str, Any]]:
    return service.alerts(rule="high", region=JIA)


def test_an_episode_nobody_lived_is_recorded_on_its_own_days_and_not_sent(service: Running) -> None:
    late = service.post(found("2018-06-25", 30), found("2018-06-26", 300))["submission"]
    assert service.service.closing.close_due().events == 3
    (alert,) = alerts(service)
    assert [alert[k] for k in ("state", "since", "fired", "resolved", "level")] == [
        "resolved",
        "2018-06-25",
        "2018-06-25",
        "2018-06-27",
        "red",
    ]
    events = service.events(alert["id"])
    assert [(e["kind"], e["as_of"], e["level"]) for e in events] == [
        ("fired", "2018-06-25", "yellow"),
        ("worse", "2018-06-26", "red"),
        ("resolved", "2018-06-27", "none"),
    ]
    cause = {"submissions": [late], "days": ["2018-06-25", "2018-06-27"]}
    assert all((e["retroactive"], e["reason"], e["cause"]) == (True, "late_data", cause) for e in events)
    assert "截至6月26日" in events[1]["message"] and "请" not in events[1]["message"]
    assert sent(service) == 0


def test_an_alert_that_never_was_is_withdrawn_without_a_message(service: Running) -> None:
    service.post(found("2018-06-28", 30))
    service.close_days("2018-06-28")
    service.post(found("2018-06-29", 0))
    service.close_days("2018-06-29")
    told = sent(service)
    service.post(found("2018-06-28", 3))
    assert service.service.closing.close_due().events == 1
    (alert,) = alerts(service)
    assert (alert["state"], alert["resolved"], alert["overturned"]) == (
        "resolved",
        "2018-06-29",
        "2018-07-01",
    )
    fired, resolved, overturned = service.events(alert["id"])
    assert (fired["retroactive"], resolved["retroactive"]) == (False, False)  # what was lived stays
    assert (overturned["kind"], overturned["reason"], overturned["level"]) == (
        "overturned",
        "late_data",
        "none",
    )
    assert overturned["message"].startswith("【撤销|当日偏高】") and "不成立" in overturned["message"]
    assert sent(service) == told
    assert service.one("SELECT count(*) FROM report.alerts WHERE overturned IS NOT NULL") == 1


def test_judging_the_same_again_writes_nothing(service: Running) -> None:
    service.post(found("2018-06-26", 300))
    assert service.service.closing.close_due().events == 2
    service.post(reading("2018-06-25", 1, "group_rentals_rectified"))  # no rule looks at it
    done = service.service.closing.close_due()
    assert (len(done.again), done.events) == (3, 0)


def test_an_episode_that_is_taken_back_and_comes_again_is_told_each_time(service: Running) -> None:
    for n, value in enumerate((300, 0, 300)):
        service.post(found("2018-06-26", value), note=str(n))
        service.service.closing.close_due()
    first, second = alerts(service)
    assert (first["overturned"], second["overturned"]) == ("2018-06-27", None)


def test_a_late_report_withdraws_no_alert_that_it_was_overdue(
    server: str, published: str, rules: Path
) -> None:
    (rules / "missing.yaml").write_text(
        "groups: [{name: m, rules: [{alert: overdue, check: {type: missing, levels: {notice: 1}},"
        " annotations: {title: 逾期未报}}]}]",
        "utf-8",
    )
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as running:
        running.close_days("2018-06-26")
        assert running.alerts(rule="overdue", feed="jia", state="firing")
        owed = running.service.catalogs.published().series_of["jia"]
        running.post(
            *(
                {"day": f"2018-06-{day}", "indicator": i, "region": r, "scope": s, "value": 0}
                for day in (25, 26)
                for i, r, s in owed
            )
        )
        running.service.closing.close_due()
        (alert,) = running.alerts(rule="overdue", feed="jia")
        assert (alert["state"], alert["reason"], alert["overturned"]) == ("resolved", "late_data", None)


def test_late_data_speak_for_themselves_though_the_last_day_has_none(service: Running) -> None:
    """From 2 July on the figures of June are stale: those days judge nothing, and have no figures to tell."""
    service.close_days("2018-07-05")
    service.post(found("2018-06-27", 50))
    service.close_days("2018-07-05")
    (alert,) = alerts(service)
    assert (alert["state"], alert["level"]) == ("firing", "yellow")
    assert "50平方米" in alert["message"]
    service.post(found("2018-06-27", 200))
    service.close_days("2018-07-05")
    (alert,) = alerts(service)
    assert alert["level"] == "red"
    assert "200平方米" in alert["message"]
    service.post(found("2018-06-28", 3))
    service.close_days("2018-07-05")
    (alert,) = alerts(service)
    assert alert["state"] == "resolved"
    assert "3平方米" in alert["message"]
    assert "200平方米" not in alert["message"]
