"""Before history changes: closed days are counted, old ones want a confirmation, sealed ones an operator."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from service.clock import beijing
from tests.testkit.service import (
    JIA,
    OPERATOR,
    Running,
    assert_adds_up,
    biaochi,
    copy_of,
    counts,
    encoded,
    reading,
    service_on,
    until_blocked,
)
from tests.testkit.worlds import day

# A Monday; closed days are asked about up to 2 August.
TODAY = date(2018, 9, 3)
_old = itertools.count()
_history = itertools.count()


@pytest.fixture(scope="module")
def service(server: str, published: str) -> Iterator[Running]:
    """A service that has days to lose: it judges from 25 June on, and it is September."""
    with copy_of(server, published) as dsn, service_on(dsn, now=beijing(TODAY, 11)) as running:
        yield running


@pytest.fixture
def old() -> list[str]:
    """Three days of July that no other test posts: closed, and more than 31 days ago."""
    return [(day("2018-06-25") + timedelta(days=next(_old))).isoformat() for _ in range(3)]


@pytest.fixture
def history() -> list[str]:
    """Three days of their own before anything was judged."""
    return [(day("2017-01-01") + timedelta(days=next(_history))).isoformat() for _ in range(3)]


def send(
    service: Running, *readings: object, holder: str = "jia", note: str = "", **query: object
) -> httpx.Response:
    headers = {"content-type": "application/json", **service.headers(holder)}
    body = encoded(*readings, note=note)
    return service.client.post("/v1/readings", content=body, params=query, headers=headers)  # type: ignore[arg-type]


def receipt(service: Running, *readings: object, **query: Any) -> dict[str, Any]:
    """That of a body that is taken."""
    answer = send(service, *readings, **query)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    assert_adds_up(found)
    return found


def refused(service: Running, *readings: object, **query: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Faults and receipt of a body that is not."""
    answer = send(service, *readings, **query)
    assert answer.status_code == 422, answer.text
    assert_adds_up(answer.json()["receipt"])
    return answer.json()["errors"], answer.json()["receipt"]


def values(service: Running, days: list[str]) -> list[float | str | None]:
    found = service.get("/v1/readings", first=days[0], last=days[-1], region=JIA)["items"]
    by_day = {r["day"]: r["value"] for r in found}
    return [by_day.get(day, "none") for day in days]


def seal(service: Running, through: str, note: str = "年度数据已上报") -> httpx.Response:
    headers = service.headers(OPERATOR)
    return service.client.post("/v1/seals", json={"through": through, "note": note}, headers=headers)


# closed days


def test_a_receipt_says_how_many_closed_days_changed(service: Running) -> None:
    days = ["2018-08-29", "2018-08-30", "2018-08-31", "2018-09-01", "2018-09-03"]
    first = receipt(service, *(reading(d, 1) for d in days), reading(days[0], 1, "school_places_added"))
    # Friday and the weekend close on Monday at ten; today is open.
    assert first["closed_days"] == 4 and "影响已评估日期4天" in first["message"]
    again = [reading(days[0], 1), reading(days[1], 2), reading(days[2], None), reading(days[4], 3)]
    tried = receipt(service, *again, dry_run=True)
    assert (tried["closed_days"], tried["message"][-10:]) == (2, "影响已评估日期2天。")
    stored = receipt(service, *again)
    assert stored["closed_days"] == 2 and counts(stored) == (0, 1, 3, 0)
    assert service.get(f"/v1/submissions/{stored['submission']}")["closed_days"] == 2
    assert receipt(service, *again)["closed_days"] == 2  # the first receipt once more
    found = service.all(
        f"SELECT closed_days FROM report.submissions WHERE submission_id = '{stored['submission']}'"
    )
    assert found == [(2,)]


def test_history_is_never_closed(service: Running, history: list[str]) -> None:
    stored = receipt(service, *(reading(d, 1) for d in history))
    assert stored["closed_days"] == 0 and "已评估" not in stored["message"]


def test_a_day_is_open_until_its_cut_off(running: Running) -> None:
    running.clock.set(beijing(date(2018, 6, 29), 9, 59))
    assert receipt(running, reading("2018-06-28", 1), reading("2018-06-27", 1))["closed_days"] == 1
    running.clock.set(beijing(date(2018, 6, 29), 10))
    assert receipt(running, reading("2018-06-28", 2), reading("2018-06-27", 1))["closed_days"] == 1


# confirmation


def test_old_closed_days_want_a_confirmation(service: Running, old: list[str]) -> None:
    rows = [reading(old[0], 1), reading(old[2], 2), reading("2018-08-03", 5)]
    errors, shown = refused(service, *rows)
    fault = next(e for e in errors if e["code"] == "needs_confirm")
    assert f"2天、数据2条（{old[0]} 至 {old[2]}）" in fault["zh"] and "confirm=true" in fault["zh"]
    assert f"2 readings on 2 days that were judged long ago ({old[0]} to {old[2]})" in fault["en"]
    assert [e["code"] for e in errors] == ["needs_confirm"] + ["not_stored"] * 3
    assert "整批" in errors[1]["zh"]
    assert "其他行" not in errors[1]["zh"]
    assert counts(shown) == (0, 0, 0, 3)
    assert service.get(f"/v1/submissions/{shown['submission']}", "jia")["state"] == "rejected"
    assert values(service, old) == ["none"] * 3
    assert receipt(service, *rows, confirm=True)["closed_days"] == 3
    assert values(service, old) == [1.0, "none", 2.0]


def test_what_changes_nothing_needs_none(service: Running, old: list[str]) -> None:
    """A clerk's ledger of the whole year comes every day."""
    ledger = [reading(d, 1) for d in old]
    receipt(service, *ledger, confirm=True)
    assert counts(receipt(service, *ledger, reading("2018-09-02", 4), note="9月2日")) == (1, 3, 0, 0)
    errors, _ = refused(service, *ledger[1:], reading(old[0], 2))
    assert f"1天、数据1条（{old[0]} 至 {old[0]}）" in errors[0]["zh"]


@pytest.mark.parametrize("mode", ["atomic", "partial"])
def test_it_is_asked_for_in_either_mode_and_in_dry_runs(service: Running, old: list[str], mode: str) -> None:
    for dry_run in (True, False):
        errors, shown = refused(service, reading(old[0], 1), reading(old[1], "x"), mode=mode, dry_run=dry_run)
        assert {e["code"] for e in errors} == {"needs_confirm", "not_a_number", "not_stored"}
        assert shown["dry_run"] is dry_run
    assert values(service, old) == ["none"] * 3


def test_a_row_of_the_quarantine_wants_it_too(service: Running, old: list[str]) -> None:
    stored = receipt(service, reading(old[0], "x"), reading("2018-09-01", 2), mode="partial")
    (row,) = service.get("/v1/quarantine", "jia", submission=stored["submission"])["items"]

    def release(**query: bool) -> httpx.Response:
        url, headers = f"/v1/quarantine/{row['id']}/release", service.headers("jia")
        return service.client.post(url, json={"value": 1}, params=query, headers=headers)

    assert [e["code"] for e in release().json()["errors"]] == ["needs_confirm"]
    assert release(confirm=True).status_code == 201


def test_a_restatement_says_it_already(service: Running, old: list[str]) -> None:
    stored = receipt(service, reading(old[0], 1), restatement=True, note="口径调整")
    assert stored["closed_days"] == 1


def test_history_needs_none(service: Running, history: list[str]) -> None:
    receipt(service, *(reading(d, 7) for d in history))
    assert values(service, history) == [7.0] * 3


def test_what_becomes_a_change_while_it_is_stored_is_not_stored(service: Running, old: list[str]) -> None:
    """Somebody changes a figure between the look at it and the merge, which waits for him."""
    receipt(service, *(reading(d, 1) for d in old), confirm=True)
    ledger = [reading(d, 1) for d in old]
    with psycopg.connect(service.service.dsn) as conn, ThreadPoolExecutor(1) as threads:
        conn.execute("UPDATE biaochi.reading SET value = 2, revision = revision + 1 WHERE day = %s", [old[1]])
        answer = threads.submit(send, service, *ledger, note="再报")
        until_blocked(service, answer)
        conn.commit()
        refused = answer.result()
    assert (refused.status_code, refused.json()["code"]) == (503, "changed_meanwhile")
    assert values(service, old) == [1.0, 2.0, 1.0]
    assert send(service, *ledger, note="再报").json()["errors"][0]["code"] == "needs_confirm"


# seals


def test_sealed_days_are_not_changed_by_a_feed(service: Running, history: list[str]) -> None:
    a, b, c = history
    receipt(service, *(reading(d, 1) for d in history))
    assert seal(service, b).status_code == 201
    rows = [reading(a, 1), reading(b, 2), reading(c, 3)]
    errors, _ = refused(service, *rows)
    assert [(e["code"], e["where"], e["text"]) for e in errors] == [
        ("sealed", "readings[1]", b),
        ("not_stored", "readings[0]", ""),
        ("not_stored", "readings[2]", ""),
    ]
    assert f"{b} 及以前已封账" in errors[0]["zh"]
    assert refused(service, reading(b, None))[0][0]["code"] == "sealed"
    stored = receipt(service, *rows, mode="partial")
    assert counts(stored) == (0, 1, 1, 1)
    assert values(service, history) == [1.0, 1.0, 3.0]
    held = service.all(
        f"SELECT said->>'day', faults->0->>'code' FROM biaochi.quarantine WHERE submission_id = '{stored['submission']}'"
    )
    assert held == [(b, "sealed")]
    (row,) = service.get("/v1/quarantine", "jia", submission=stored["submission"])["items"]

    def release(holder: str) -> httpx.Response:
        url = f"/v1/quarantine/{row['id']}/release"
        return service.client.post(url, json={}, headers=service.headers(holder))

    assert [e["code"] for e in release("jia").json()["errors"]] == ["sealed"]
    assert release(OPERATOR).status_code == 201
    assert values(service, history) == [1.0, 2.0, 3.0]


def test_sealed_and_unconfirmed_are_told_together(service: Running, old: list[str]) -> None:
    receipt(service, *(reading(d, 1) for d in old), confirm=True)
    seal(service, old[0])
    rows = [reading(d, 2) for d in old]
    errors, _ = refused(service, *rows)
    assert [e["code"] for e in errors] == ["needs_confirm", "sealed", "not_stored", "not_stored"]
    assert f"2天、数据2条（{old[1]} 至 {old[2]}）" in errors[0]["zh"]
    assert counts(receipt(service, *rows, confirm=True, mode="partial")) == (0, 0, 2, 1)
    seal(service, "2016-12-31", "其余测试")


def test_an_operator_reports_for_a_feed_what_is_sealed(service: Running, old: list[str]) -> None:
    seal(service, old[2])
    asked = send(service, reading(old[0], 1), holder=OPERATOR)
    assert (asked.status_code, asked.json()["code"]) == (403, "not_a_feed")
    unknown = send(service, reading(old[0], 1), holder=OPERATOR, feed="nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_feed")
    errors, _ = refused(service, reading(old[0], 1), holder=OPERATOR, feed="jia")
    assert errors[0]["code"] == "needs_confirm"
    stored = receipt(service, reading(old[0], 1), holder=OPERATOR, feed="jia", confirm=True)
    assert (stored["feed"], values(service, old)[0]) == ("jia", 1.0)
    role = service.one(
        "SELECT role FROM biaochi.submission JOIN biaochi.token USING (token_id) "
        f"WHERE submission_id = '{stored['submission']}'"
    )
    assert role == "operator"
    seal(service, "2016-12-31", "其余测试")


def test_a_feeds_own_token_names_no_other_feed(service: Running, history: list[str]) -> None:
    assert receipt(service, reading(history[0], 1), feed="jia")["feed"] == "jia"
    other = send(service, reading(history[0], 2), feed="yi")
    assert (other.status_code, other.json()["code"]) == (403, "other_feed")


def test_a_seal_counts_until_the_next_one(service: Running, history: list[str]) -> None:
    assert seal(service, history[2], "第一次").json()["in_force"]
    assert refused(service, reading(history[1], 1))[0][0]["code"] == "sealed"
    assert seal(service, history[0], "误封，退回").status_code == 201
    receipt(service, reading(history[1], 1))
    newest, before = service.get("/v1/seals")["items"][:2]
    assert (newest["through"], newest["note"], newest["in_force"]) == (history[0], "误封，退回", True)
    assert (before["through"], before["in_force"]) == (history[2], False)
    shown = service.all("SELECT through::text, in_force FROM report.seals ORDER BY seal_id DESC LIMIT 2")
    assert shown == [(history[0], True), (history[2], False)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"through": "2018-09-03", "note": "今天"}, 422, "not_passed"),
        ({"through": "2018-02-30", "note": "x"}, 422, "wrong_body"),
        ({"through": "2018-02-28", "note": " "}, 422, "wrong_body"),
        ({"through": "2018-02-28"}, 422, "wrong_body"),
        ({"through": "2018-02-28", "note": "x\0"}, 422, "wrong_body"),
        ([], 422, "wrong_body"),
    ],
)
def test_a_wrong_seal_is_refused(service: Running, body: object, status: int, code: str) -> None:
    answer = service.client.post("/v1/seals", json=body, headers=service.headers(OPERATOR))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_only_operators_seal(service: Running) -> None:
    for method, more in (("POST", {"json": {"through": "2016-01-01", "note": "x"}}), ("GET", {})):
        answer = service.client.request(method, "/v1/seals", headers=service.headers("jia"), **more)  # type: ignore[arg-type]
        assert answer.status_code == 403


def test_a_seal_waits_for_what_is_being_stored(service: Running, history: list[str]) -> None:
    """Recorded after the seal, a body keeps to it, even though it looked before."""
    seal(service, "2016-12-31", "其余测试")
    lock = "SELECT pg_advisory_xact_lock(2426246)"
    with psycopg.connect(service.service.dsn) as conn, ThreadPoolExecutor(1) as threads:
        conn.execute(lock)
        answer = threads.submit(send, service, reading(history[0], 1))
        until_blocked(service, answer)
        conn.execute(
            "INSERT INTO biaochi.seal (through, note, by, at) VALUES (%s, 'x', 'x', now())", [history[0]]
        )
        conn.commit()
        assert answer.result().json()["code"] == "changed_meanwhile"
    assert refused(service, reading(history[0], 1))[0][0]["code"] == "sealed"
    seal(service, "2016-12-31", "其余测试")


def test_seals_from_the_command_line(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", service.service.dsn)
    status, out, err = biaochi("seal", "set", "2016-06-30", "--note", "上半年")
    assert (status, out) == (0, "sealed through 2016-06-30\n"), err
    status, out, _ = biaochi("seal", "list")
    assert (status, out.splitlines()[0].split()[:3]) == (0, ["2016-06-30", "in", "force"])
    assert '"through": "2016-06-30"' in biaochi("seal", "list", "--json")[1]
    assert biaochi("seal", "set", "2999-01-01", "--note", "x")[0] == 1
    assert biaochi("seal", "set", "2016-06-30", "--note", " ")[0] == 1
    assert biaochi("seal", "set", "2016-06-30")[0] == 2
