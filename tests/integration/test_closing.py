"""Days that close: judged once, judged again when something late comes in, wholly or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from service.clock import beijing
from service.store import evaluations, outbox
from tests.testkit.service import JIA, OPERATOR, YI, Running, reading
from tests.testkit.worlds import day

GROWTH = "new_illegal_construction"  # 新增违法建设: none is allowed, a single m² lights the yellow lamp


def growth(on: str, value: float | None) -> dict[str, Any]:
    return reading(on, value, GROWTH)


def growth_alerts(service: Running) -> list[dict[str, Any]]:
    return service.alerts(rule=GROWTH, region=JIA)


def days(*texts: str) -> tuple[date, ...]:
    return tuple(day(text) for text in texts)


# ---- when


@pytest.mark.parametrize(
    ("closed", "at"),
    [
        ("2018-06-27", "2018-06-28"),  # Wednesday: Thursday
        ("2018-06-29", "2018-07-02"),  # Friday: Monday
        ("2018-06-30", "2018-07-02"),
        ("2018-07-01", "2018-07-02"),
        ("2018-09-28", "2018-09-29"),  # Saturday, but worked in exchange for the National Day week
        ("2018-09-30", "2018-10-08"),  # the Sunday before National Day, worked too: after the holidays
        ("2018-10-01", "2018-10-08"),
        ("2018-12-31", "2019-01-02"),
    ],
)
def test_a_day_closes_at_ten_on_the_next_working_day(shared: Running, closed: str, at: str) -> None:
    closing = shared.service.closing
    assert closing.closes_at(day(closed)) == beijing(day(at), 10)
    assert closing.last_due(beijing(day(at), 10)) >= day(closed)
    assert closing.last_due(beijing(day(at), 10) - timedelta(seconds=1)) < day(closed)


def test_nothing_is_judged_before_its_cut_off(running: Running) -> None:
    running.clock.set(beijing(day("2018-06-28"), 10) - timedelta(seconds=1))
    assert running.service.closing.close_due().days == days("2018-06-25", "2018-06-26")
    running.clock.set(beijing(day("2018-06-28"), 10))
    assert running.service.closing.close_due().days == days("2018-06-27")


def test_asked_to_stop_it_leaves_the_next_day_for_the_next_start(running: Running) -> None:
    running.clock.set(beijing(day("2018-06-28"), 10))
    running.service.closing.stop()
    assert running.service.closing.close_due().days == ()


def test_a_weekend_closes_with_its_friday_on_monday(running: Running) -> None:
    running.close_days("2018-06-28")
    running.clock.set(beijing(day("2018-07-01"), 23))
    assert running.service.closing.close_due().days == ()
    assert running.close_days("2018-06-29").days == days("2018-06-29", "2018-06-30", "2018-07-01")


def test_an_open_day_shows_its_readings_and_raises_no_alert(running: Running) -> None:
    running.post(growth("2018-06-27", 30))
    running.service.closing.close_due()
    assert growth_alerts(running) == []
    (row,) = running.get("/v1/readings", first="2018-06-27", region=JIA)["items"]
    assert row["value"] == 30


# ---- once


def test_a_day_is_judged_once(running: Running) -> None:
    assert running.close_days("2018-06-26").days == days("2018-06-25", "2018-06-26")
    again = running.service.closing.close_due()
    assert (again.days, again.again, again.events) == ((), (), 0)
    assert running.all("SELECT DISTINCT runs FROM biaochi.evaluation") == [(1,)]


def test_an_alert_fires_once_and_its_messages_are_written_with_it(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 0))
    running.close_days("2018-06-26")
    (alert,) = growth_alerts(running)
    assert (alert["state"], alert["level"], alert["since"], alert["fired"]) == (
        "firing",
        "yellow",
        "2018-06-25",
        "2018-06-25",
    )
    (event,) = running.events(alert["id"])
    assert (event["kind"], event["retroactive"], event["cause"]) == ("fired", False, {})
    written = running.get("/v1/notifications", limit=1000)["items"]
    assert sorted(n["channel"] for n in written if n["alert"] == alert["id"]) == ["email", "wecom"]


def test_a_firing_alerts_figures_are_renewed_without_an_event(running: Running) -> None:
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-25")
    running.post(growth("2018-06-26", 40))
    running.close_days("2018-06-26")
    (alert,) = growth_alerts(running)
    assert alert["figures"]["value"] == 70
    assert len(running.events(alert["id"])) == 1


def test_messages_of_a_closed_day_arrive(running: Running) -> None:
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-25")
    while running.service.delivery.run_once().sent:
        pass
    (text,), (mail,) = running.robot.texts, running.mail.messages
    assert "甲街道" in text and "甲街道" in mail.get_content()


def test_days_are_evaluated_on_command(running: Running) -> None:
    running.post(growth("2018-06-27", 30))
    answer = running.client.post(
        "/v1/evaluations", json={"as_of": "2018-06-27"}, headers=running.headers(OPERATOR)
    )
    assert answer.json()["days"] == ["2018-06-25", "2018-06-26", "2018-06-27"]
    assert answer.json()["events"] >= 1
    assert len(growth_alerts(running)) == 1
    again = running.client.post(
        "/v1/evaluations", json={"as_of": "2018-06-27"}, headers=running.headers(OPERATOR)
    )
    assert again.json() == {"days": [], "again": [], "events": 0}


# ---- again


def test_a_late_reading_judges_its_day_and_those_after_it_again(running: Running) -> None:
    running.close_days("2018-06-27")
    late = running.post(growth("2018-06-26", 30))["submission"]
    done = running.service.closing.close_due()
    assert (done.days, done.again) == ((), days("2018-06-26", "2018-06-27"))
    assert running.all("SELECT as_of::text, runs FROM biaochi.evaluation ORDER BY 1") == [
        ("2018-06-25", 1),
        ("2018-06-26", 2),
        ("2018-06-27", 2),
    ]
    (alert,) = growth_alerts(running)
    assert (alert["since"], alert["reason"]) == ("2018-06-26", "late_data")
    (event,) = running.events(alert["id"])
    assert (event["as_of"], event["retroactive"]) == ("2018-06-27", True)
    assert event["cause"] == {"submissions": [late], "days": ["2018-06-26", "2018-06-27"]}


def test_a_day_judged_again_is_not_judged_a_third_time(running: Running) -> None:
    running.close_days("2018-06-26")
    running.post(growth("2018-06-26", 30))
    assert running.service.closing.close_due().events > 0
    assert running.service.closing.close_due().again == ()


def test_a_late_reading_is_counted_before_the_next_day_is_judged(running: Running) -> None:
    running.close_days("2018-06-26")
    running.post(growth("2018-06-26", 30))
    done = running.close_days("2018-06-27")
    assert (done.again, done.days) == (days("2018-06-26"), days("2018-06-27"))
    (alert,) = growth_alerts(running)
    assert [event["as_of"] for event in running.events(alert["id"])] == ["2018-06-26"]


def test_a_correction_that_ends_an_alert_resolves_it_and_names_its_cause(running: Running) -> None:
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-26")
    correction = running.post(growth("2018-06-25", 0))["submission"]
    running.service.closing.close_due()
    (alert,) = growth_alerts(running)
    assert (alert["state"], alert["resolved"], alert["reason"]) == ("resolved", "2018-06-26", "late_data")
    fired, resolved, overturned = running.events(alert["id"])
    assert (fired["kind"], fired["retroactive"]) == ("fired", False)  # what was lived stays as it was
    assert (resolved["kind"], resolved["retroactive"]) == ("resolved", True)
    assert resolved["cause"]["submissions"] == [correction]
    assert (overturned["kind"], alert["overturned"]) == ("overturned", "2018-06-26")  # it never was


def test_a_take_back_counts_as_a_correction(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 0))
    running.close_days("2018-06-26")
    running.post(growth("2018-06-25", None))
    running.service.closing.close_due()
    (alert,) = growth_alerts(running)
    assert alert["state"] == "resolved"


def test_an_alert_that_comes_back_is_a_new_episode(running: Running) -> None:
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-25")
    running.post(growth("2018-06-25", 0))
    running.service.closing.close_due()
    running.post(growth("2018-06-26", 5))
    running.close_days("2018-06-26")
    first, second = growth_alerts(running)
    assert (first["state"], second["state"]) == ("resolved", "firing")
    assert first["id"] != second["id"]


def test_the_same_value_again_judges_nothing_again(running: Running) -> None:
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-26")
    running.post(growth("2018-06-25", 30), note="once more")
    assert running.service.closing.close_due().again == ()


def test_figures_from_before_judging_began_judge_nothing_again(running: Running) -> None:
    running.close_days("2018-06-26")
    running.post(growth("2017-03-01", 30), growth("2018-06-24", 30))
    done = running.service.closing.close_due()
    assert (done.again, done.events) == ((), 0)


def test_a_body_that_reaches_back_before_judging_began_is_judged_from_there_on(running: Running) -> None:
    running.close_days("2018-06-26")
    running.post(growth("2018-06-01", 30), growth("2018-06-26", 0))
    assert running.service.closing.close_due().again == days("2018-06-25", "2018-06-26")


def test_an_open_days_reading_judges_nothing_again(running: Running) -> None:
    running.close_days("2018-06-26")
    running.post(growth("2018-06-27", 30))
    assert running.service.closing.close_due().again == ()


def test_of_a_thousand_late_bodies_twenty_are_named(running: Running) -> None:
    running.close_days("2018-06-25")
    late = [running.post(growth("2018-06-25", 30 + i))["submission"] for i in range(25)]
    running.service.closing.close_due()
    (alert,) = growth_alerts(running)
    assert running.events(alert["id"])[0]["cause"]["submissions"] == late[:20]


# ---- wholly or not at all


def everything(service: Running) -> list[tuple[Any, ...]]:
    """Row counts of all that a judged day writes."""
    return service.all(
        "SELECT (SELECT count(*) FROM biaochi.evaluation), (SELECT count(*) FROM biaochi.progress),"
        " (SELECT count(*) FROM biaochi.alert_clock), (SELECT count(*) FROM biaochi.alert),"
        " (SELECT count(*) FROM biaochi.alert_event), (SELECT count(*) FROM biaochi.notification),"
        " (SELECT coalesce(sum(runs), 0) FROM biaochi.evaluation)"
    )


def versions(service: Running, table: str, key: str) -> dict[Any, Any]:
    """Which transaction wrote each row, and what is in it."""
    rows = service.all(f"SELECT {key}, xmin::text, to_jsonb(t) FROM biaochi.{table} t")
    return {row[0]: (row[1], row[2]) for row in rows}


def test_a_closed_day_judged_again_is_written_only_where_it_differs(running: Running) -> None:
    running.post(growth("2018-06-26", 30))
    running.post(reading("2018-06-26", 40, GROWTH, region=YI), feed="yi")
    running.close_days("2018-06-26")
    # What the alerts read with a day's own figures is said the first time the day is judged again.
    running.post(growth("2018-06-26", 31))
    running.service.closing.close_due()
    progress = versions(running, "progress", "(as_of, node_id)::text")
    alerts = versions(running, "alert", "alert_id")
    running.post(growth("2018-06-26", 32))
    assert running.service.closing.close_due().again == days("2018-06-26")
    for before, after in (
        (progress, versions(running, "progress", "(as_of, node_id)::text")),
        (alerts, versions(running, "alert", "alert_id")),
    ):
        assert before.keys() == after.keys()
        rewritten = {key for key in after if after[key][0] != before[key][0]}
        assert rewritten == {key for key in after if after[key][1] != before[key][1]}
        assert 0 < len(rewritten) < len(after)


def fails(*_: object, **__: object) -> None:
    raise RuntimeError("the process dies here")


@pytest.mark.parametrize(
    ("module", "name"),
    [(evaluations, "write_clocks"), (evaluations, "record"), (outbox, "enqueue")],
)
def test_a_day_that_breaks_off_leaves_nothing(
    running: Running, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    running.close_days("2018-06-25")
    before = everything(running)
    running.post(growth("2018-06-26", 30))
    with monkeypatch.context() as broken:
        broken.setattr(module, name, fails)
        with pytest.raises(RuntimeError):
            running.close_days("2018-06-26")
    assert everything(running) == before
    assert running.metric("biaochi_evaluation_failures_total") == 1
    assert running.service.closing.close_due().days == days("2018-06-26")
    assert len(growth_alerts(running)) == 1


def test_judging_again_that_breaks_off_leaves_the_days_as_they_were(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.close_days("2018-06-27")
    before = everything(running)
    running.post(growth("2018-06-25", 30))
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "enqueue", fails)
        with pytest.raises(RuntimeError):
            running.service.closing.close_due()
    assert everything(running) == before
    assert running.service.closing.close_due().again == days("2018-06-25", "2018-06-26", "2018-06-27")
    assert len(growth_alerts(running)) == 1


def test_days_committed_before_a_failure_stay(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.post(growth("2018-06-26", 30))
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "enqueue", fails)
        with pytest.raises(RuntimeError):
            running.close_days("2018-06-27")
    assert running.all("SELECT as_of::text FROM biaochi.evaluation") == [("2018-06-25",)]


# ---- several at once


def test_two_processes_judge_each_day_once(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-27", 600))
    running.clock.set(beijing(day("2018-06-28"), 10))
    with running.replica() as other, ThreadPoolExecutor(2) as threads:
        closings = (running.service.closing, other.closing)
        done = list(threads.map(lambda closing: closing.close_due(), closings))
    assert sorted(done[0].days + done[1].days) == list(days("2018-06-25", "2018-06-26", "2018-06-27"))
    assert done[0].again == done[1].again == ()
    assert running.all("SELECT DISTINCT runs FROM biaochi.evaluation") == [(1,)]
    (alert,) = growth_alerts(running)
    assert [event["kind"] for event in running.events(alert["id"])] == ["fired", "worse"]


def test_command_and_schedule_judge_each_day_once(running: Running) -> None:
    running.post(growth("2018-06-25", 30))
    running.clock.set(beijing(day("2018-06-28"), 10))
    closing = running.service.closing
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda _: closing.evaluate(day("2018-06-27")), range(3)))
    assert sorted(sum((d.days for d in done), ())) == list(days("2018-06-25", "2018-06-26", "2018-06-27"))
    assert len(growth_alerts(running)) == 1


# ---- what watches it


def test_gauges_are_those_of_the_newest_evaluated_day(running: Running) -> None:
    where = {"indicator": GROWTH, "region": JIA}
    alert = {"rule": GROWTH, "region": JIA, "level": "yellow", "state": "firing"}
    running.service.freshen()
    assert running.metric("biaochi_period_to_date", **where) is None
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-25")
    running.service.freshen()
    assert running.metric("biaochi_period_to_date", **where) == 30
    assert running.metric("biaochi_alert_active", **alert) == 1
    running.post(growth("2018-06-25", 0))
    running.service.closing.close_due()
    running.service.freshen()
    assert running.metric("biaochi_period_to_date", **where) == 0
    assert running.metric("biaochi_alert_active", **alert) is None


def test_a_process_that_judged_nothing_itself_knows_how_far_evaluation_is(running: Running) -> None:
    running.close_days("2018-06-26")
    with running.replica() as other:
        gauge = "biaochi_evaluated_day_timestamp_seconds"
        assert other.registry.get_sample_value(gauge) == 0
        other.freshen()
        assert other.registry.get_sample_value(gauge) == beijing(day("2018-06-26")).timestamp()


def test_every_source_and_result_is_counted_from_zero_on(running: Running) -> None:
    running.service.freshen()
    name = "biaochi_ingest_readings_total"
    for source in ("reported", "sensor", "verified"):
        for result in ("accepted", "unchanged", "revised", "rejected"):
            assert running.metric(name, source=source, result=result) == 0


def test_progress_tells_the_same_figure_as_view_and_gauge(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 12))
    running.post(growth("2018-06-26", 1) | {"region": YI}, feed="yi")
    running.close_days("2018-06-26")
    running.service.freshen()
    (row,) = running.get("/v1/progress", indicator=GROWTH, region=JIA)["items"]
    assert (row["period_to_date"], row["data_day"], row["as_of"]) == (42, "2018-06-26", "2018-06-26")
    assert running.metric("biaochi_period_to_date", indicator=GROWTH, region=JIA) == 42
    assert running.one(
        "SELECT period_to_date FROM report.progress"
        " WHERE indicator = 'new_illegal_construction' AND region = '110105998' AND as_of = '2018-06-26'"
    ) == 42  # fmt: skip
