"""Taking back a whole submission (撤回): its readings come to what they would be without it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import beijing
from tests.testkit.service import (
    JIA,
    OPERATOR,
    Running,
    assert_adds_up,
    copy_of,
    counts,
    encoded,
    reading,
    service_on,
    until_blocked,
)

Days = Callable[[int], list[str]]
FOUND = "new_illegal_construction"
NOTE = "报错表了"


@pytest.fixture
def days(own_days: Days) -> list[str]:
    """History: three days of their own before anything was judged."""
    return own_days(3)


def ask(
    service: Running, submission: object, note: str = NOTE, holder: str = "jia", **query: bool
) -> httpx.Response:
    path = f"/v1/submissions/{submission}/withdraw"
    headers = service.headers(holder)
    return service.client.post(path, json={"note": note}, params=query, headers=headers)


def withdraw(service: Running, submission: object, **more: Any) -> dict[str, Any]:
    """The receipt of a withdrawal that works."""
    answer = ask(service, submission, **more)
    assert answer.status_code in (200, 201), answer.text
    receipt: dict[str, Any] = answer.json()
    assert_adds_up(receipt)
    return receipt


def values(service: Running, days: list[str]) -> dict[str, float | None]:
    found = service.get("/v1/readings", first=days[0], last=days[-1], region=JIA)["items"]
    return {r["day"]: r["value"] for r in found if r["day"] in days}


def test_readings_go_back_to_what_they_were(shared: Running, days: list[str]) -> None:
    a, b, c = days
    before = shared.post(reading(a, 1), reading(b, 0.5, "illegal_construction_demolished", unit="公顷"))
    wrong = shared.post(
        reading(a, 8), reading(b, 9, "illegal_construction_demolished"), reading(c, 7), note="错表"
    )["submission"]
    receipt = withdraw(shared, wrong)
    assert counts(receipt) == (0, 0, 3, 0)
    assert (receipt["withdraws"], receipt["state"], receipt["closed_days"]) == (wrong, "accepted", 0)
    assert receipt["message"] == f"撤回 {wrong}：共3条，恢复此前数值3条，保持现值0条。"
    assert values(shared, days) == {a: 1.0, b: 5000.0, c: None}
    restored = shared.get("/v1/readings", first=b, last=b)["items"][0]
    assert (restored["figure"], restored["unit"], restored["revision"]) == ("0.5", "公顷", 3)
    own = shared.get(f"/v1/submissions/{receipt['submission']}")
    assert (own["format"], own["note"]) == ("withdrawal", f"撤回 {wrong}：{NOTE}")
    assert shared.get(f"/v1/submissions/{wrong}", "jia")["withdrawn_by"] == receipt["submission"]
    assert shared.get(f"/v1/submissions/{before['submission']}")["withdrawn_by"] is None
    listed = {s["submission"]: s for s in shared.get("/v1/submissions", "jia", limit=1000)["items"]}
    assert listed[wrong]["withdrawn_by"] == receipt["submission"]
    shown = f"SELECT withdrawn_by, withdrawn_at IS NOT NULL FROM report.submissions WHERE submission_id = '{wrong}'"
    assert shared.all(shown) == [(receipt["submission"], True)]


def test_what_was_corrected_since_stays_and_is_counted(shared: Running, days: list[str]) -> None:
    wrong = shared.post(*(reading(d, 8) for d in days))["submission"]
    shared.post(reading(days[1], 2), note="更正")
    receipt = withdraw(shared, wrong)
    assert counts(receipt) == (0, 1, 2, 0) and "保持现值1条" in receipt["message"]
    assert values(shared, days) == {days[0]: None, days[1]: 2.0, days[2]: None}


def test_nothing_goes_back_to_what_was_taken_back(shared: Running, days: list[str]) -> None:
    first, second, third = (shared.post(reading(days[0], value))["submission"] for value in (1, 2, 3))
    assert counts(withdraw(shared, second)) == (0, 1, 0, 0)
    withdraw(shared, third)
    assert values(shared, days) == {days[0]: 1.0}
    withdraw(shared, first)
    assert values(shared, days) == {days[0]: None}


def test_a_dry_run_says_what_would_go_back(shared: Running, days: list[str]) -> None:
    wrong = shared.post(reading(days[0], 8))["submission"]
    tried = ask(shared, wrong, dry_run=True)
    assert (tried.status_code, counts(tried.json())) == (200, (0, 0, 1, 0))
    assert tried.json()["message"].startswith("试撤回，未改动：")
    assert values(shared, days) == {days[0]: 8.0}
    assert shared.get(f"/v1/submissions/{wrong}")["withdrawn_by"] is None


def test_the_same_body_again_is_told_that_it_does_not_count(shared: Running, days: list[str]) -> None:
    body = encoded(reading(days[0], 8))
    wrong = shared.send(body).json()["submission"]
    by = withdraw(shared, wrong)["submission"]
    again = shared.send(body)
    assert (again.status_code, again.json()["replayed"], again.json()["withdrawn_by"]) == (200, True, by)
    assert "已撤回" in again.json()["message"] and "备注" in again.json()["message"]
    assert values(shared, days) == {days[0]: None}
    shared.post(reading(days[0], 8), note="核实无误，重新报送")
    assert values(shared, days) == {days[0]: 8.0}


def test_a_submission_is_withdrawn_once(shared: Running, days: list[str]) -> None:
    wrong = shared.post(reading(days[0], 8))["submission"]
    by = withdraw(shared, wrong)["submission"]
    again = ask(shared, wrong)
    assert (again.status_code, again.json()["code"]) == (409, "already_withdrawn")
    assert by in again.json()["detail_zh"]
    itself = ask(shared, by)
    assert (itself.status_code, itself.json()["code"]) == (409, "is_withdrawal")


def test_what_was_not_stored_cannot_be_withdrawn(shared: Running, days: list[str]) -> None:
    refused = shared.send(encoded(reading(days[0], "x"))).json()["receipt"]["submission"]
    answer = ask(shared, refused)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_stored")


def test_a_submission_that_changed_nothing_is_withdrawn_all_the_same(
    shared: Running, days: list[str]
) -> None:
    shared.post(reading(days[0], 8))
    same = shared.post(reading(days[0], 8), note="再报")["submission"]
    assert counts(withdraw(shared, same)) == (0, 0, 0, 0)
    assert values(shared, days) == {days[0]: 8.0}


def test_only_the_feed_itself_and_operators_withdraw(shared: Running, days: list[str]) -> None:
    wrong = shared.post(reading(days[0], 8))["submission"]
    for holder, submission in (("yi", wrong), ("jia", "sub_unknown"), (OPERATOR, "sub_unknown")):
        assert ask(shared, submission, holder=holder).status_code == 404
    receipt = withdraw(shared, wrong, holder=OPERATOR)
    assert receipt["feed"] == "jia" and values(shared, days) == {days[0]: None}


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"note": " "}', b'{"note": 1}', b"", b"[]", b'{"note": "\\u0000x"}', b'{"note": "\\ud800"}'],
)
def test_it_needs_a_reason(shared: Running, body: bytes) -> None:
    answer = shared.client.post("/v1/submissions/sub_x/withdraw", content=body, headers=shared.headers("jia"))
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_body")


def test_it_keeps_to_confirmation_and_seal(server: str, published: str) -> None:
    with copy_of(server, published) as dsn, service_on(dsn, now=beijing(date(2018, 9, 3), 11)) as service:
        headers = {"content-type": "application/json", **service.headers("jia")}
        body = encoded(reading("2018-07-02", 8), reading("2018-08-30", 9))
        wrong = service.client.post("/v1/readings?confirm=true", content=body, headers=headers).json()[
            "submission"
        ]
        refused = ask(service, wrong)
        (fault,) = refused.json()["errors"]
        assert (refused.status_code, fault["code"]) == (422, "needs_confirm") and "1天" in fault["zh"]
        shown = refused.json()["receipt"]
        assert_adds_up(shown)
        recorded = service.get(f"/v1/submissions/{shown['submission']}")
        assert (recorded["state"], recorded["withdraws"], recorded["rejected"]) == ("rejected", wrong, 2)
        assert service.get(f"/v1/submissions/{wrong}")["withdrawn_by"] is None
        seal = {"through": "2018-07-31", "note": "半年数据已上报"}
        service.client.post("/v1/seals", json=seal, headers=service.headers(OPERATOR))
        sealed = ask(service, wrong, confirm=True)
        assert (sealed.status_code, sealed.json()["errors"][0]["code"]) == (422, "sealed")
        assert ask(service, wrong, holder=OPERATOR).json()["errors"][0]["code"] == "needs_confirm"
        receipt = withdraw(service, wrong, holder=OPERATOR, confirm=True)
        assert (receipt["closed_days"], counts(receipt)) == (2, (0, 0, 2, 0))


def test_a_row_of_the_quarantine_that_it_settled_waits_again(shared: Running, days: list[str]) -> None:
    headers = {"content-type": "application/json", **shared.headers("jia")}
    body = encoded(reading(days[0], 1), reading(days[1], "x"))
    partial = shared.client.post("/v1/readings?mode=partial", content=body, headers=headers).json()
    (row,) = shared.get("/v1/quarantine", "jia", submission=partial["submission"])["items"]
    url = f"/v1/quarantine/{row['id']}/release"
    released = shared.client.post(url, json={"value": 66}, headers=shared.headers("jia")).json()["receipt"]
    ask(shared, released["submission"], dry_run=True)
    assert shared.get(f"/v1/quarantine/{row['id']}")["state"] == "released"
    withdraw(shared, released["submission"])
    assert shared.get(f"/v1/quarantine/{row['id']}")["state"] == "open"
    assert values(shared, days) == {days[0]: 1.0, days[1]: None}


# what it does to alerts

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
          levels: {yellow: 10}
        annotations: {title: 当日偏高}
"""


def test_an_alert_that_came_of_it_is_over(server: str, published: str, rules: Path) -> None:
    (rules / "high.yaml").write_text(RULES, "utf-8")
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as service:
        service.post(*(reading(f"2018-06-{day}", 0, FOUND) for day in (25, 26, 27)))
        wrong = service.post(reading("2018-06-27", 30, FOUND), note="错表")["submission"]
        service.close_days("2018-06-27")
        (alert,) = service.alerts(rule="high", region=JIA, state="firing")
        receipt = withdraw(service, wrong)
        assert receipt["closed_days"] == 1 and "影响已评估日期1天" in receipt["message"]
        assert service.service.closing.close_due().again == (date(2018, 6, 27),)
        (after,) = service.alerts(rule="high", region=JIA)
        assert (after["id"], after["state"], after["overturned"]) == (alert["id"], "resolved", "2018-06-27")
        event = service.events(alert["id"])[-1]
        assert (event["reason"], event["retroactive"]) == ("late_data", True)
        assert event["cause"]["submissions"] == [receipt["submission"]]
        # What was known then is known for ever.
        sql = "SELECT value FROM report.readings_known_at(%s) WHERE day = '2018-06-27' AND indicator = %s AND region = %s"
        recorded = service.get(f"/v1/submissions/{wrong}")["recorded_at"]
        with service.service.pool.connection() as conn:
            assert conn.execute(sql, (recorded, FOUND, JIA)).fetchall() == [(30.0,)]
            assert conn.execute(sql, ("infinity", FOUND, JIA)).fetchall() == [(0.0,)]


# races


def test_of_two_withdrawals_at_once_one_works(shared: Running, days: list[str]) -> None:
    shared.post(*(reading(d, 1) for d in days))
    wrong = shared.post(*(reading(d, 8) for d in days))["submission"]
    gate = Barrier(2)

    def at_once(_: int) -> httpx.Response:
        gate.wait()
        return ask(shared, wrong)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(at_once, range(2)))
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert values(shared, days) == dict.fromkeys(days, 1.0)
    assert {r["revision"] for r in shared.get("/v1/readings", first=days[0], last=days[-1])["items"]} == {3}


def test_withdrawals_of_two_that_lie_on_each_other(shared: Running, days: list[str]) -> None:
    for turn in range(4):
        below = shared.post(*(reading(d, 8 + turn) for d in days), note=str(turn))["submission"]
        above = shared.post(*(reading(d, 80 + turn) for d in days), note=str(turn))["submission"]
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda submission: ask(shared, submission), (below, above)))
        assert [a.status_code for a in answers] == [201, 201]
        assert values(shared, days) == dict.fromkeys(days)


def test_a_correction_that_comes_meanwhile_stays(shared: Running, days: list[str]) -> None:
    """It holds its reading when the withdrawal wants it: the withdrawal waits, and then leaves it alone."""
    shared.post(*(reading(d, 1) for d in days))
    wrong = shared.post(*(reading(d, 8) for d in days))["submission"]
    other = shared.post(reading(days[0], 3, "school_places_added"))["submission"]
    correct = "UPDATE biaochi.reading SET value = 5, revision = revision + 1, submission_id = %s WHERE day = %s AND value = 8"
    with psycopg.connect(shared.service.dsn) as conn, ThreadPoolExecutor(1) as threads:
        conn.execute(correct, [other, days[1]])
        answer = threads.submit(ask, shared, wrong)
        until_blocked(shared, answer)
        conn.commit()
        assert counts(answer.result().json()) == (0, 1, 2, 0)
    parking = shared.get("/v1/readings", first=days[0], last=days[-1], indicator="residential_parking_added")[
        "items"
    ]
    assert {r["day"]: r["value"] for r in parking} == {days[0]: 1.0, days[1]: 5.0, days[2]: 1.0}


# any sequence

Rows = dict[int, float | None]


@dataclass
class Model:
    """For each day the bodies that changed it, the newest last; what stands is the last value."""

    layers: dict[int, list[tuple[int, float | None]]] = field(default_factory=dict)

    def submit(self, body: int, rows: Rows) -> None:
        for day, value in rows.items():
            layers = self.layers.setdefault(day, [])
            if not layers or self.value(day) != value:
                layers.append((body, value))

    def withdraw(self, body: int) -> None:
        for layers in self.layers.values():
            layers[:] = [layer for layer in layers if layer[0] != body]

    def value(self, day: int) -> float | None:
        layers = self.layers[day]
        return layers[-1][1] if layers else None


bodies = st.dictionaries(st.integers(0, 2), st.sampled_from((None, 0.0, 1.0, 2.0)), min_size=1)
steps = st.lists(st.one_of(bodies, st.integers(0, 5)), min_size=3, max_size=9)


@given(sequence=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_leaves_what_the_model_holds(
    shared: Running, own_days: Days, sequence: list[Rows | int]
) -> None:
    days, model, posted, gone = own_days(3), Model(), list[str](), set[int]()
    for at, step in enumerate(sequence):
        if isinstance(step, dict):
            receipt = shared.post(*(reading(days[d], v) for d, v in step.items()), note=str(at))
            model.submit(len(posted), step)
            posted.append(receipt["submission"])
        elif step < len(posted):
            status = ask(shared, posted[step]).status_code
            assert status == (409 if step in gone else 201)
            gone.add(step)
            model.withdraw(step)
    assert values(shared, days) == {days[d]: model.value(d) for d in model.layers}


@pytest.mark.parametrize(
    ("body", "zh"),
    [
        (b'{"note": " "}', "须写明内容，不能空白"),
        (b'{"note": "a\\u0000"}', "空字符（NUL）"),
        (b'{"note": "' + b"x" * 1001 + b'"}', "最多 1000 个字符。"),
        (b'{"note": ', "不是合法的 JSON"),
        (b"", "不是合法的 JSON"),
    ],
)
def test_a_reason_that_is_none_is_explained_in_words(shared: Running, body: bytes, zh: str) -> None:
    answer = shared.client.post("/v1/submissions/sub_x/withdraw", content=body, headers=shared.headers("jia"))
    assert answer.status_code == 422
    assert zh in answer.json()["detail_zh"]
    assert "^" not in answer.json()["detail"] + answer.json()["detail_zh"]
