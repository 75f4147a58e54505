"""Shadow mode: alerts are kept and shown as in life, and told to nobody; and going into it and out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.closing import Closed
from service.dashboards import queries
from service.store.pool import connection
from tests.testkit.service import BEGIN, FOLDERS, JIA, Running, copy_of, overlay, reading, service_on

GROWTH = "new_illegal_construction"
RULES = """\
groups:
  - name: growth
    rules:
      - alert: growth
        check:
          type: new_growth
          indicators: [new_illegal_construction]
          region_level: subdistrict
          levels: {{yellow: 0, red: 100}}
        mode: {mode}
        annotations: {{title: 控新生}}
"""


def set_mode(folder: Path, mode: str) -> None:
    (folder / "growth.yaml").write_text(RULES.format(mode=mode), "utf-8")


def found(on: str, value: float | None) -> dict[str, Any]:
    return reading(on, value, GROWTH)


@pytest.fixture
def begun(server: str, published: str, rules: Path) -> Iterator[Callable[[str], Running]]:
    """A service with one rule in the mode asked for, and 30 m² found new on the first judged day."""
    with ExitStack() as opened:

        def start(mode: str) -> Running:
            set_mode(rules, mode)
            dsn = opened.enter_context(copy_of(server, published))
            service = opened.enter_context(service_on(dsn, rules=rules))
            service.post(found("2018-06-25", 30))
            return service

        yield start


def switch(service: Running, rules: Path, mode: str) -> None:
    set_mode(rules, mode)
    assert service.service.refresh_rules()


def growth(service: Running, *, shadow: bool) -> list[dict[str, Any]]:
    return service.alerts(shadow=shadow, rule="growth", region=JIA)


def sent(service: Running) -> list[str]:
    """The alert of every message there is."""
    return [n["alert"] for n in service.get("/v1/notifications", limit=1000)["items"]]


def test_an_alert_in_shadow_is_kept_as_in_life_and_told_to_nobody(
    begun: Callable[[str], Running],
) -> None:
    trial, earnest = begun("shadow"), begun("live")
    for service in (trial, earnest):
        service.close_days("2018-06-26")
    (shadow,), (live,) = growth(trial, shadow=True), growth(earnest, shadow=False)
    assert growth(trial, shadow=False) == [] == growth(earnest, shadow=True)
    for key in ("level", "state", "since", "fired", "figures", "reason", "check"):
        assert shadow[key] == live[key], key
    assert (shadow["shadow"], live["shadow"]) == (True, False)
    said = live["message"].replace(live["id"], shadow["id"])
    assert shadow["message"] == f"【试运行】{said}"
    (kept,), (lived,) = trial.events(shadow["id"]), earnest.events(live["id"])
    assert (kept["kind"], kept["level"], kept["as_of"]) == (lived["kind"], lived["level"], lived["as_of"])
    assert (sent(trial), set(sent(earnest))) == ([], {live["id"]})


def shown(service: Running, query: str) -> list[tuple[Any, ...]]:
    """What a panel of the overview shows of the days up to the end of 2018."""
    sql = query.replace("$__timeFrom()", "'2018-01-01'").replace("$__timeTo()", "'2018-12-31'")
    with connection(service.service.pool) as conn:
        return conn.execute(sql.encode()).fetchall()


@pytest.mark.parametrize("mode", ["shadow", "live"])
def test_leaders_are_not_shown_what_runs_in_shadow(begun: Callable[[str], Running], mode: str) -> None:
    service = begun(mode)
    service.close_days("2018-06-26")
    service.service.freshen()
    lit = mode == "live"
    assert service.metric("biaochi_alert_active", rule="growth") == (1 if lit else None)
    assert len(shown(service, queries.alert_table())) == int(lit)


def test_what_is_in_shadow_is_in_the_view_and_told_apart(begun: Callable[[str], Running]) -> None:
    service = begun("shadow")
    service.close_days("2018-06-26")
    assert service.all("SELECT shadow FROM report.alerts WHERE rule = 'growth'") == [(True,)]


def test_shadow_alerts_leave_no_gap_in_the_numbers_officials_quote(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("shadow")
    service.close_days("2018-06-25")
    (shadow,) = growth(service, shadow=True)
    assert shadow["id"] == "S2018-0626-01"
    switch(service, rules, "live")
    service.close_days("2018-06-26")
    (live,) = growth(service, shadow=False)
    assert live["id"] == "2018-0627-01"


def test_a_rule_that_goes_live_ends_the_alert_in_shadow_and_opens_a_live_one(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("shadow")
    service.close_days("2018-06-25")
    switch(service, rules, "live")
    (still,) = growth(service, shadow=True)
    assert still["state"] == "firing", "a version of the rules applies from the next as-of day on"
    service.close_days("2018-06-26")
    (shadow,), (live,) = growth(service, shadow=True), growth(service, shadow=False)
    assert (shadow["state"], shadow["reason"], shadow["resolved"]) == (
        "resolved",
        "shadow_ended",
        "2018-06-26",
    )
    assert (live["state"], live["level"], live["since"], live["fired"]) == (
        "firing",
        "yellow",
        "2018-06-25",
        "2018-06-26",
    )
    assert "编号:2018-0627-01" in live["message"] and "试运行" not in live["message"]
    assert set(sent(service)) == {live["id"]}
    assert [e["kind"] for e in service.events(shadow["id"])] == ["fired", "resolved"]


def test_a_rule_that_goes_into_shadow_says_so_once_and_falls_silent(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("live")
    service.close_days("2018-06-25")
    switch(service, rules, "shadow")
    service.close_days("2018-06-26")
    (live,), (shadow,) = growth(service, shadow=False), growth(service, shadow=True)
    assert (live["state"], live["reason"]) == ("resolved", "shadow_begun")
    assert (shadow["state"], shadow["level"], shadow["since"]) == ("firing", "yellow", "2018-06-25")
    ended = service.events(live["id"])[-1]
    assert "规则转为试运行" in ended["message"]
    channels = len(service.service.closing.channels)
    assert sent(service) == [live["id"]] * 2 * channels
    service.post(found("2018-06-27", 300))
    service.close_days("2018-06-27")
    (shadow,) = growth(service, shadow=True)
    assert shadow["level"] == "red"
    assert len(sent(service)) == 2 * channels


def test_an_alert_that_is_over_on_the_day_of_the_switch_just_ends(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("shadow")
    service.close_days("2018-06-25")
    (rules / "growth.yaml").write_text(RULES.format(mode="live").replace("yellow: 0", "yellow: 90"), "utf-8")
    assert service.service.refresh_rules()
    service.close_days("2018-06-26")
    (shadow,) = growth(service, shadow=True)
    assert (shadow["state"], shadow["reason"]) == ("resolved", "rules_changed")
    assert growth(service, shadow=False) == [] == sent(service)


def test_late_data_move_an_alert_in_the_mode_it_was_lived_in(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("shadow")
    service.close_days("2018-06-26")
    switch(service, rules, "live")
    service.post(found("2018-06-26", 300))
    assert service.service.closing.close_due().again
    (shadow,) = growth(service, shadow=True)
    assert (shadow["state"], shadow["level"]) == ("firing", "red")
    assert service.events(shadow["id"])[-1]["retroactive"]
    assert sent(service) == []
    service.close_days("2018-06-27")
    (live,) = growth(service, shadow=False)
    assert (live["level"], live["since"]) == ("red", "2018-06-25")
    assert not service.events(live["id"])[0]["retroactive"]


def test_judging_the_day_of_the_switch_again_writes_nothing_more(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("shadow")
    service.close_days("2018-06-25")
    switch(service, rules, "live")
    service.close_days("2018-06-26")
    before = service.all("SELECT * FROM biaochi.alert_event ORDER BY event_id")
    # Another indicator: the days are judged again, and nothing about this alert is different.
    service.post(reading("2018-06-26", 1))
    assert service.service.closing.close_due().again
    assert service.service.closing.close_due() == Closed()
    assert service.all("SELECT * FROM biaochi.alert_event ORDER BY event_id") == before


def test_a_rule_in_shadow_that_is_removed_ends_its_alert_in_silence(
    begun: Callable[[str], Running], rules: Path
) -> None:
    service = begun("shadow")
    service.close_days("2018-06-25")
    text = (rules / "growth.yaml").read_text("utf-8")
    (rules / "growth.yaml").write_text(text.replace("alert: growth", "alert: other"), "utf-8")
    assert service.service.refresh_rules()
    service.close_days("2018-06-26")
    (shadow,) = growth(service, shadow=True)
    assert (shadow["state"], shadow["reason"]) == ("resolved", "rule_removed")
    assert sent(service) == []


def test_a_whole_district_runs_in_shadow(
    begun: Callable[[str], Running], published: str, tmp_path: Path
) -> None:
    service = begun("live")
    trial = overlay(tmp_path / "trial", catalog=f"evaluate_from: {BEGIN}\nalerting: shadow")
    service.publish(*FOLDERS, trial)
    service.close_days("2018-06-25")
    (shadow,) = growth(service, shadow=True)
    assert (shadow["state"], sent(service)) == ("firing", [])
    assert service.one("SELECT shadow FROM report.installation") is True
    assert "预警试运行（不亮灯）" in shown(service, queries.standing())[0][0]
    earnest = overlay(tmp_path / "earnest", catalog=f"evaluate_from: {BEGIN}")
    service.publish(*FOLDERS, earnest)
    service.close_days("2018-06-26")
    (live,) = growth(service, shadow=False)
    assert (live["since"], set(sent(service))) == ("2018-06-25", {live["id"]})
    assert service.one("SELECT shadow FROM report.installation") is False
    assert "试运行" not in shown(service, queries.standing())[0][0]


DAYS = [(BEGIN + timedelta(days=n)).isoformat() for n in range(6)]
MODES = st.lists(st.sampled_from(["live", "shadow"]), min_size=len(DAYS), max_size=len(DAYS))
FOUND = st.lists(st.sampled_from([0, 0, 30, 150]), min_size=len(DAYS), max_size=len(DAYS))
LATE = st.lists(st.booleans(), min_size=len(DAYS), max_size=len(DAYS))


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(modes=MODES, figures=FOUND, late=LATE)
def test_whatever_the_modes_what_fires_is_what_would_fire_in_earnest(
    server: str, published: str, rules: Path, modes: list[str], figures: list[int], late: list[bool]
) -> None:
    """Level and beginning of what fires never depend on the mode; only live alerts are told, under numbers without gaps."""
    earnest = live_through(server, published, rules, ["live"] * len(DAYS), figures, late)
    trial = live_through(server, published, rules, modes, figures, late)
    assert [firing for firing, _ in trial] == [firing for firing, _ in earnest]
    for (firing, shadow), mode in zip(trial, modes, strict=True):
        assert shadow == ((mode == "shadow",) if firing else ())


def live_through(
    server: str, published: str, rules: Path, modes: list[str], figures: list[int], late: list[bool]
) -> list[tuple[tuple[Any, ...], tuple[bool, ...]]]:
    """What fires after each day, and whether in shadow; a figure that is late comes a day later."""
    set_mode(rules, modes[0])
    days = []
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as service:
        for n in range(len(DAYS)):
            if n:
                set_mode(rules, modes[n])
                service.service.refresh_rules()
            arrived = [at for at in (n - 1, n) if at >= 0 and late[at] == (at < n)]
            if arrived:
                service.post(*(found(DAYS[at], figures[at]) for at in arrived))
            as_of = BEGIN + timedelta(days=n)
            service.clock.set(service.service.closing.closes_at(as_of))
            service.service.closing.evaluate(as_of)
            assert service.service.closing.evaluate(as_of) == Closed()
            firing = service.all(
                "SELECT key, level, since, shadow FROM biaochi.alert WHERE state = 'firing' ORDER BY key"
            )
            days.append((tuple(row[:3] for row in firing), tuple(row[3] for row in firing)))
        assert_told(service)
    return days


def assert_told(service: Running) -> None:
    untold = service.all(
        "SELECT e.event_id FROM biaochi.alert_event e JOIN biaochi.alert a USING (alert_id)"
        " WHERE a.shadow = EXISTS (SELECT FROM biaochi.notification n WHERE n.event_id = e.event_id)"
    )
    assert untold == [], "every event of a live alert has its messages, none of one in shadow has"
    numbered = service.all(
        "SELECT left(alert_id, -3), count(*), max(right(alert_id, 2))::int FROM biaochi.alert GROUP BY 1"
    )
    assert all(count == last for _, count, last in numbered), numbered
