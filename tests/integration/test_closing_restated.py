"""Restatements (口径调整), and floods of late figures: one summary in place of a message for every alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from service.store import alerts, outbox
from tests.testkit.service import JIA, OPERATOR, Running, copy_of, encoded, reading, service_on

GROWTH = "new_illegal_construction"
NOTE = "按新口径,临时建筑计入新增违法建设"


def growth(on: str, value: float) -> dict[str, Any]:
    return reading(on, value, GROWTH)


def restate(service: Running, *readings: object, note: str = NOTE) -> Any:
    headers = {"content-type": "application/json", **service.headers("jia")}
    body = encoded(*readings, note=note)
    return service.client.post("/v1/readings?restatement=true", content=body, headers=headers)


def messages(service: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/v1/notifications", limit=1000)["items"]
    return found


def test_a_restatement_needs_its_reason(running: Running) -> None:
    refused = restate(running, growth("2018-06-25", 30), note="  ")
    assert refused.status_code == 422
    errors = {error["code"]: error for error in refused.json()["errors"]}
    assert errors.keys() == {"no_reason", "not_stored"}
    assert errors["no_reason"]["where"] == "note" and "口径" in errors["no_reason"]["zh"]
    assert running.one("SELECT count(*) FROM biaochi.reading") == 0
    assert running.all("SELECT state, restatement FROM report.submissions") == [("rejected", True)]


def test_its_receipt_and_its_submission_say_so(running: Running) -> None:
    receipt = restate(running, growth("2018-06-25", 30)).json()
    assert receipt["restatement"] is True and receipt["message"].startswith("口径调整")
    shown = running.get(f"/v1/submissions/{receipt['submission']}")
    assert (shown["restatement"], shown["note"]) == (True, NOTE)
    assert running.post(growth("2018-06-26", 0))["restatement"] is False


def test_a_restatement_is_told_in_one_summary(running: Running) -> None:
    running.close_days("2018-06-27")
    restated = restate(running, growth("2018-06-25", 30)).json()["submission"]
    running.post(reading("2018-06-26", 3, GROWTH))  # an ordinary late figure goes with it
    assert running.service.closing.close_due().events > 0
    (alert,) = running.alerts(rule=GROWTH, region=JIA)
    (event,) = running.events(alert["id"])
    assert (event["reason"], event["retroactive"]) == ("restated", True)
    assert event["cause"]["restatements"] == [restated]
    assert event["cause"]["days"] == ["2018-06-25", "2018-06-27"]
    assert "口径调整" in event["message"]
    told = messages(running)
    assert sorted(m["channel"] for m in told) == ["email", "wecom"]
    assert {(m["alert"], m["summary"]) for m in told} == {(None, "1")}
    text = told[0]["text"]
    assert text.startswith("【口径调整】6月25日至27日") and f"事由:{NOTE}" in text
    assert "新亮灯" in text and alert["id"] in text and "亮黄灯" in text
    assert running.all("SELECT reason, opened > 0, ended FROM report.summaries") == [("restated", True, 0)]
    assert running.one("SELECT count(*) FROM report.notifications WHERE summary_id = 1") == 2


def test_a_summary_arrives(running: Running) -> None:
    running.close_days("2018-06-25")
    restate(running, growth("2018-06-25", 30))
    running.service.closing.close_due()
    while running.service.delivery.run_once().sent:
        pass
    (text,), (mail,) = running.robot.texts, running.mail.messages
    assert "口径调整" in text and "口径调整" in mail.get_content()
    assert {m["state"] for m in messages(running)} == {"sent"}


def test_a_restatement_that_changes_no_alert_sends_nothing(running: Running) -> None:
    running.close_days("2018-06-25")
    restate(running, growth("2018-06-25", 0))
    assert running.service.closing.close_due().again != ()
    assert messages(running) == []


def test_of_open_days_a_restatement_is_a_report_like_any_other(running: Running) -> None:
    running.close_days("2018-06-25")
    restate(running, growth("2018-06-26", 30))
    running.close_days("2018-06-26")
    (alert,) = running.alerts(rule=GROWTH, region=JIA)
    assert alert["reason"] == "condition"
    assert alert["id"] in {m["alert"] for m in messages(running)}


def fails(*_: object, **__: object) -> None:
    raise RuntimeError("the process dies here")


@pytest.mark.parametrize(("module", "name"), [(alerts, "add_summary"), (outbox, "enqueue")])
def test_a_restatement_whose_judging_breaks_off_is_judged_whole_at_the_next_turn(
    running: Running, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    running.close_days("2018-06-27")
    restate(running, growth("2018-06-25", 30))
    with monkeypatch.context() as broken:
        broken.setattr(module, name, fails)
        with pytest.raises(RuntimeError):
            running.service.closing.close_due()
    assert running.alerts() == [] and messages(running) == []
    assert running.one("SELECT max(runs) FROM biaochi.evaluation") == 1
    with running.replica() as other:  # as after a restart
        assert len(other.closing.close_due().again) == 3
    (alert,) = running.alerts(rule=GROWTH, region=JIA)
    assert alert["reason"] == "restated"
    assert running.one("SELECT count(*) FROM biaochi.summary") == 1


@pytest.fixture
def terse(server: str, published: str) -> Iterator[Running]:
    """A service that sends no message of its own for what late figures bring."""
    with copy_of(server, published) as dsn, service_on(dsn, retroactive_messages=0) as service:
        service.close_days("2018-06-26")
        yield service


def test_more_late_messages_than_allowed_become_one(terse: Running) -> None:
    terse.post(growth("2018-06-25", 30))
    terse.service.closing.close_due()
    assert {m["alert"] for m in messages(terse)} == {None}
    assert (
        messages(terse)[0]["text"].startswith("【追溯汇总】") and "合并为一条" in messages(terse)[0]["text"]
    )
    (alert,) = terse.alerts(rule=GROWTH, region=JIA)
    assert alert["reason"] == "late_data"


def test_what_a_closing_day_brings_is_never_summed_up(terse: Running) -> None:
    terse.post(growth("2018-06-27", 30))
    terse.close_days("2018-06-27")
    assert None not in {m["alert"] for m in messages(terse)} and messages(terse)


def test_an_operator_cannot_restate_either(running: Running) -> None:
    answer = running.client.post(
        "/v1/readings?restatement=true", json={"readings": []}, headers=running.headers(OPERATOR)
    )
    assert answer.status_code == 403
