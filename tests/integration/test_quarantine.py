"""退回待改: broken rows of partial bodies are listed, corrected and released, dismissed, or settled by a sound report."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from tests.testkit.service import (
    JIA,
    OPERATOR,
    Running,
    biaochi,
    counts,
    encoded,
    reading,
    until_blocked,
)

Days = Callable[[int], list[str]]
PARKING, PARKING_ZH = "residential_parking_added", "新增居住区停车位"


@pytest.fixture
def days(own_days: Days) -> list[str]:
    return own_days(4)


def send(
    service: Running, *rows: object, content_type: str = "application/json", body: str = ""
) -> dict[str, Any]:
    """The receipt of a partial body."""
    headers = {"content-type": content_type, **service.headers("jia")}
    content = body.encode() or encoded(*rows)
    answer = service.client.post("/v1/readings", content=content, params={"mode": "partial"}, headers=headers)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def waiting(service: Running, receipt: dict[str, Any], state: str = "open") -> list[dict[str, Any]]:
    rows = service.get("/v1/quarantine", holder="jia", submission=receipt["submission"], state=state)["items"]
    assert isinstance(rows, list)
    return rows


def settle(service: Running, path: str, holder: str = "jia", **body: object) -> httpx.Response:
    return service.client.post(f"/v1/quarantine/{path}", json=body, headers=service.headers(holder))


def value(service: Running, day: str) -> list[float | None]:
    found = service.get("/v1/readings", first=day, last=day, region=JIA, indicator=PARKING)["items"]
    return [item["value"] for item in found]


def test_a_row_is_corrected_and_released_as_a_submission_of_its_own(shared: Running, days: list[str]) -> None:
    receipt = send(shared, reading(days[0], 1), reading(days[1], "约12", note="西区"))
    assert "更正后放行" in receipt["message"]
    (row,) = waiting(shared, receipt)
    assert (row["where"], row["said"]["value"], row["errors"][0]["code"]) == (
        "readings[1]",
        "约12",
        "not_a_number",
    )
    answer = settle(shared, f"{row['id']}/release", value="1,200个")
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert (done["rows"], counts(done["receipt"])) == ([row["id"]], (1, 0, 0, 0))
    assert value(shared, days[1]) == [1200.0]
    assert waiting(shared, receipt) == []
    now = shared.get(f"/v1/quarantine/{row['id']}", holder="jia")
    assert (now["state"], now["released_as"]) == ("released", done["receipt"]["submission"])
    assert now["reason"] == "数值改为“1,200个”。" and now["settled_by"] and now["settled_at"]
    submission = shared.get(f"/v1/submissions/{now['released_as']}")
    assert (submission["format"], row["id"] in submission["note"]) == ("quarantine", True)
    (stored,) = shared.get("/v1/readings", first=days[1], last=days[1], region=JIA)["items"]
    assert stored["note"] == "西区"


def test_a_row_that_is_still_wrong_stays_open_and_nothing_is_stored(shared: Running, days: list[str]) -> None:
    (row,) = waiting(shared, send(shared, {**reading(days[0], 5), "region": "金站乡"}))
    before = shared.one("SELECT count(*) FROM biaochi.submission")
    for correction, code, field in (
        ({}, "unknown_region", "region"),
        ({"region": JIA, "value": -1}, "out_of_bounds", "value"),
        ({"region": JIA, "value": "/"}, "no_figure", "value"),
        ({"region": JIA, "day": "8月31日"}, "no_year", "day"),
        ({"region": JIA, "day": None}, "missing_field", "day"),
        ({"region": JIA, "unit": "亩"}, "wrong_unit", "unit"),
    ):
        answer = settle(shared, f"{row['id']}/release", **correction)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert (fault["code"], fault["where"]) == (code, f"{row['id']}.{field}")
    assert [one["id"] for one in waiting(shared, {"submission": row["submission"]})] == [row["id"]]
    assert shared.one("SELECT count(*) FROM biaochi.submission") == before
    assert value(shared, days[0]) == []


def test_what_is_settled_is_not_settled_again_and_says_by_whom(shared: Running, days: list[str]) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "x")))
    assert settle(shared, f"{row['id']}/dismiss").status_code == 422
    assert settle(shared, f"{row['id']}/dismiss", reason="  ").json()["code"] == "wrong_body"
    assert settle(shared, f"{row['id']}/dismiss", OPERATOR, reason="重复登记").json()["rows"] == [row["id"]]
    for path, body in (("release", {"value": 1}), ("dismiss", {"reason": "再次"})):
        answer = settle(shared, f"{row['id']}/{path}", **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_settled")
        assert "tok_" in answer.json()["detail_zh"] and "重复登记" in answer.json()["detail_zh"]
    assert value(shared, days[0]) == []


def test_of_two_who_release_a_row_at_once_one_does(shared: Running, days: list[str]) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "x")))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: settle(shared, f"{row['id']}/release", value=n), range(1, 5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    note = f"退回待改更正 {row['id']}"
    notes = shared.all("SELECT note FROM biaochi.submission WHERE format = 'quarantine'")
    assert [n for (n,) in notes].count(note) == 1


def test_a_feed_sees_and_settles_its_own_rows_only(shared: Running, days: list[str]) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "x")))
    other = next(feed for feed in shared.service.catalogs.published().catalog.feed if feed != "jia")
    assert shared.client.get(f"/v1/quarantine/{row['id']}", headers=shared.headers(other)).status_code == 404
    assert shared.get("/v1/quarantine", holder=other, submission=row["submission"])["items"] == []
    refused = shared.client.get("/v1/quarantine", params={"feed": "jia"}, headers=shared.headers(other))
    assert (refused.status_code, refused.json()["code"]) == (403, "other_feed")
    assert settle(shared, f"{row['id']}/release", other, value=1).status_code == 404
    assert (
        settle(shared, "dismiss", other, submission=row["submission"], reason="不是我的").status_code == 404
    )
    assert settle(shared, f"{row['id']}/release", OPERATOR, value=1).status_code == 201


def test_rows_with_the_same_mistake_are_corrected_together_and_no_others(
    shared: Running, days: list[str]
) -> None:
    wrong = [{**reading(day, n), "region": "金站乡"} for n, day in enumerate(days[:3])]
    receipt = send(shared, *wrong, reading(days[3], "x"))
    asked = {"submission": receipt["submission"], "corrected": {"region": "甲街道"}}
    everything = settle(shared, "release", **asked)
    assert everything.status_code == 422, "one of them has another mistake"
    assert [fault["code"] for fault in everything.json()["errors"]] == ["not_a_number"]
    assert len(waiting(shared, receipt)) == 4
    some = settle(shared, "release", **asked, said={"region": "金站乡"})
    assert counts(some.json()["receipt"]) == (3, 0, 0, 0)
    assert [value(shared, day) for day in days] == [[0.0], [1.0], [2.0], []]
    rest = settle(shared, "dismiss", submission=receipt["submission"], reason="无数据")
    assert len(rest.json()["rows"]) == 1
    assert settle(shared, "dismiss", submission=receipt["submission"], reason="无数据").status_code == 404


def test_a_choice_of_rows_is_made_in_one_way(shared: Running, days: list[str]) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "x")))
    for choice in (
        {},
        {"ids": [row["id"]], "submission": row["submission"]},
        {"ids": [row["id"]], "said": {"value": "x"}},
        {"ids": [row["id"]], "corrected": {"regoin": "x"}},
        {"ids": [row["id"]], "corrected": {"value": True}},
    ):
        assert settle(shared, "release", **choice).status_code == 422, choice
    unknown = settle(shared, "release", ids=[row["id"], "sub_none-1"], corrected={"value": 1})
    assert (unknown.status_code, "sub_none-1" in unknown.json()["detail"]) == (404, True)
    assert settle(shared, "release", ids=[row["id"]], corrected={"value": 1}).status_code == 201


def test_a_sound_report_of_the_same_reading_settles_the_row_and_says_so(
    shared: Running, days: list[str]
) -> None:
    unsure = {**reading(days[1], 2), "region": "金站乡"}
    receipt = send(shared, reading(days[0], "x"), unsure, reading("2099-01-01", 3))
    again = shared.post(reading(days[0], 12), reading(days[1], 2))
    (settled,) = waiting(shared, receipt, "released")
    assert (settled["said"]["value"], settled["released_as"]) == ("x", again["submission"])
    (notice,) = again["notices"]
    assert notice["code"] == "settled" and settled["id"] in notice["zh"]
    assert shared.get(f"/v1/submissions/{again['submission']}", holder="jia")["notices"] == [notice]
    assert {row["errors"][0]["code"] for row in waiting(shared, receipt)} == {"unknown_region", "future_day"}
    listed = shared.get("/v1/quarantine", state="all", released_as=again["submission"])["items"]
    assert [row["id"] for row in listed] == [settled["id"]]


def test_of_two_rows_that_contradicted_each_other_the_one_that_is_released_settles_the_other(
    shared: Running, days: list[str]
) -> None:
    first, second = waiting(shared, send(shared, reading(days[0], 1), reading(days[0], 2)))
    both = settle(shared, "release", ids=[first["id"], second["id"]])
    assert {fault["code"] for fault in both.json()["errors"]} == {"two_values"}
    done = settle(shared, f"{second['id']}/release").json()["receipt"]
    assert value(shared, days[0]) == [2.0]
    assert shared.get(f"/v1/quarantine/{first['id']}")["released_as"] == done["submission"]
    assert [notice["code"] for notice in done["notices"]] == ["settled"]


def test_a_dry_run_settles_nothing(shared: Running, days: list[str]) -> None:
    receipt = send(shared, reading(days[0], "x"))
    headers = {"content-type": "application/json", **shared.headers("jia")}
    tried = shared.client.post(
        "/v1/readings", content=encoded(reading(days[0], 1)), params={"dry_run": True}, headers=headers
    ).json()
    assert [notice["code"] for notice in tried["notices"]] == ["settled"]
    assert len(waiting(shared, receipt)) == 1


def test_a_ledger_in_partial_mode_keeps_its_sound_cells_and_sends_the_others_back(
    shared: Running, days: list[str]
) -> None:
    ledger = f"街乡,{days[0]},{days[1]}\n甲街道,7,约8\n金站乡,5,6\n"
    body = ledger.replace("街乡", f"{PARKING_ZH}\n街乡", 1)
    receipt = send(shared, content_type="text/csv", body=body)
    assert counts(receipt) == (1, 0, 0, 3)
    assert [e["code"] for e in receipt["errors"]] == ["not_a_number", "unknown_region"]
    rows = waiting(shared, receipt)
    assert [(r["where"], r["said"]["region"], r["said"]["value"]) for r in rows] == [
        ("line 3 column 3", JIA, "约8"),
        ("line 4 column 2", "金站乡", "5"),
        ("line 4 column 3", "金站乡", "6"),
    ]
    answer = settle(shared, f"{rows[0]['id']}/release", value=8, day=days[2].replace("-", "/"))
    assert answer.status_code == 201, answer.text
    assert [value(shared, day) for day in days[:3]] == [[7.0], [], [8.0]]


def test_pages_of_the_list_hold_every_row_once(shared: Running, days: list[str]) -> None:
    receipts = [send(shared, *(reading(day, f"x{n}") for day in days)) for n in range(2)]
    seen: list[str] = []
    cursor: dict[str, object] = {}
    while True:
        page = shared.get("/v1/quarantine", holder="jia", limit=3, **cursor)
        seen += [row["id"] for row in page["items"]]
        if page["cursor"] is None or len(seen) > 11:
            break
        cursor = {"cursor": page["cursor"]}
    expected = [f"{r['submission']}-{n}" for r in reversed(receipts) for n in range(1, 5)]
    assert seen[:8] == expected
    assert len(seen) == len(set(seen))
    wrong = shared.client.get("/v1/quarantine", params={"cursor": "bm8"}, headers=shared.headers("jia"))
    assert wrong.json()["code"] == "bad_cursor"


def test_the_view_and_the_gauge_show_what_waits(shared: Running, days: list[str]) -> None:
    receipt = send(shared, reading(days[0], "x"), reading(days[1], -1))
    rows = shared.all(
        "SELECT feed_name, day, value, faults, state_zh FROM report.quarantine "
        f"WHERE submission_id = '{receipt['submission']}' ORDER BY quarantine_id"
    )
    assert [(day, value, state) for _, day, value, _, state in rows] == [
        (days[0], "x", "退回待改"),
        (days[1], "-1.0", "退回待改"),
    ]
    assert "不能小于" in rows[1][3]
    shared.service.freshen()
    before = shared.metric("biaochi_quarantine_open_rows", feed="jia")
    assert before is not None
    settle(shared, "dismiss", submission=receipt["submission"], reason="试填")
    shared.service.freshen()
    assert shared.metric("biaochi_quarantine_open_rows", feed="jia") == before - 2


def test_the_command_lists_shows_releases_and_dismisses(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", running.service.dsn)
    running.headers(OPERATOR)
    wrong = [{**reading(day, 1), "region": "金站乡"} for day in ("2018-06-01", "2018-06-02")]
    receipt = send(running, *wrong, reading("2018-06-03", "x"))
    status, out, err = biaochi("quarantine", "list")
    assert status == 0 and out.splitlines()[0].startswith("编号") and "金站乡" in out and "共3行" in err
    listed = json.loads(biaochi("quarantine", "list", "--json")[1])["quarantine"]
    ids = [row["quarantine_id"] for row in listed if row["said"]["region"] == "金站乡"]
    assert "退回原因" in biaochi("quarantine", "show", ids[0])[1]
    assert biaochi("quarantine", "show", "none")[0] == 1
    asked = ("--submission", receipt["submission"], "--said", "region=金站乡")
    assert biaochi("quarantine", "release", *asked, "--set", "region=金站")[0] == 1
    status, out, _ = biaochi("quarantine", "release", *asked, "--set", "region=甲街道")
    assert status == 0 and "已更正入库2行" in out
    assert biaochi("quarantine", "dismiss", ids[0], "--reason", "晚了")[0] == 1
    remaining = json.loads(biaochi("quarantine", "list", "--json")[1])["quarantine"]
    (last,) = [row["quarantine_id"] for row in remaining]
    assert (
        biaochi("quarantine", "dismiss", last, "--reason", "误填", "--json")[1]
        == json.dumps({"rows": [last]}) + "\n"
    )
    for usage in (
        ("release",),
        ("release", last, "--submission", "s"),
        ("release", last, "--set", "region"),
        ("release", last, "--set", "regoin=x"),
        ("dismiss", last),
    ):
        assert biaochi("quarantine", *usage)[0] == 2, usage


def test_a_row_whose_release_was_taken_back_is_stored_when_it_is_released_alike_once_more(
    shared: Running, days: list[str]
) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "约5")))
    first = settle(shared, f"{row['id']}/release", value=5).json()["receipt"]
    shared.client.post(
        f"/v1/submissions/{first['submission']}/withdraw",
        json={"note": "误放"},
        headers=shared.headers("jia"),
    )
    assert value(shared, days[0]) == [None]
    again = settle(shared, f"{row['id']}/release", value=5).json()["receipt"]
    assert (again["replayed"], counts(again)) == (False, (0, 0, 1, 0))
    assert value(shared, days[0]) == [5.0]
    (settled,) = waiting(shared, {"submission": row["submission"]}, "released")
    assert settled["released_as"] == again["submission"] != first["submission"]


def test_a_release_that_waits_too_long_for_another_is_told_so(shared: Running, days: list[str]) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "约5")))
    with psycopg.connect(shared.service.dsn) as other, ThreadPoolExecutor(1) as threads:
        other.execute("SELECT FROM biaochi.quarantine WHERE quarantine_id = %s FOR UPDATE", [row["id"]])
        answer = threads.submit(settle, shared, f"{row['id']}/release", value=5)
        until_blocked(shared, answer)
        # What the database does of itself once a statement has taken two minutes.
        shared.all(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        assert (answer.result().status_code, answer.result().json()["code"]) == (503, "took_too_long")
    assert len(waiting(shared, {"submission": row["submission"]})) == 1


@pytest.mark.parametrize("wrong", [True, [1], "x" * 2001, "a\0"])
def test_a_correction_that_is_no_cell_gets_one_sentence(
    shared: Running, days: list[str], wrong: object
) -> None:
    (row,) = waiting(shared, send(shared, reading(days[0], "约5")))
    answer = settle(shared, f"{row['id']}/release", value=wrong)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["where"]) == (422, "value")
    assert fault["zh"].startswith("应为文本（最多 2000 个字符，不含空字符）、数字或 null。")
