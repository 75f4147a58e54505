"""填报 → 审核 → 上报: a feed may require that a second person passes what was reported."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.store import tokens
from service.store.pool import connection
from tests.testkit.service import FOLDERS, OPERATOR, Running, counts, encoded, reading

DAYS = ("2018-06-25", "2018-06-26")
FEEDS = """\
feeds:
  - code: jia
    review: true
"""


@pytest.fixture
def reviewed(running: Running, tmp_path: Path) -> Running:
    """A service in which 甲街道's feed requires review."""
    (tmp_path / "feeds.yaml").write_text(FEEDS, "utf-8")
    running.publish(*FOLDERS, tmp_path)
    return running


def reviewer(service: Running, feed: str = "jia") -> dict[str, str]:
    with connection(service.service.pool) as conn:
        _, secret = tokens.create(conn, "reviewer", feed, "王科长", service.clock.now())
    return {"authorization": f"Bearer {secret}"}


def draft(service: Running, *rows: object, **query: Any) -> dict[str, Any]:
    """Hand rows in, which then wait."""
    headers = {"content-type": "application/json", **service.headers("jia")}
    answer = service.client.post("/v1/readings", content=encoded(*rows), params=query, headers=headers)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    assert receipt["state"] == "draft"
    return receipt


def decide(
    service: Running, receipt: dict[str, Any], what: str, headers: dict[str, str], **said: object
) -> httpx.Response:
    return service.client.post(f"/v1/submissions/{receipt['submission']}/{what}", json=said, headers=headers)


def values(service: Running) -> dict[str, float | None]:
    return {
        r["day"]: r["value"] for r in service.get("/v1/readings", first=DAYS[0], region="110105998")["items"]
    }


def test_a_draft_counts_nowhere_until_it_is_passed(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5), reading(DAYS[1], 6))
    assert counts(waiting) == (2, 0, 0, 0)
    assert "待审核" in waiting["message"]
    assert values(reviewed) == {}
    passed = decide(reviewed, waiting, "pass", reviewer(reviewed), note="已核对").json()
    assert (passed["state"], counts(passed), passed["review_note"]) == ("accepted", (2, 0, 0, 0), "已核对")
    assert passed["reviewed_by"] and passed["reviewed_at"]
    assert "审核通过（王科长，2018-06-28 08:00）" in passed["message"]
    assert values(reviewed) == {DAYS[0]: 5.0, DAYS[1]: 6.0}


def test_what_passes_is_counted_against_what_is_stored_by_then(reviewed: Running) -> None:
    first = draft(reviewed, reading(DAYS[0], 5))
    second = draft(reviewed, reading(DAYS[0], 7))
    who = reviewer(reviewed)
    assert counts(decide(reviewed, second, "pass", who).json()) == (1, 0, 0, 0)
    shown = reviewed.get(f"/v1/submissions/{first['submission']}/draft", holder="jia")["items"]
    assert [(r["value"], r["stored"], r["change"]) for r in shown] == [(5.0, 7.0, "revised")]
    assert counts(decide(reviewed, first, "pass", who).json()) == (0, 0, 1, 0)
    assert values(reviewed) == {DAYS[0]: 5.0}


def test_what_is_returned_never_counts_and_may_be_sent_again(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5))
    who = reviewer(reviewed)
    assert decide(reviewed, waiting, "return", who, note=" ").status_code == 422
    returned = decide(reviewed, waiting, "return", who, note="与台账不符").json()
    assert (returned["state"], counts(returned)) == ("returned", (0, 0, 0, 1))
    assert "王科长" in returned["message"] and "与台账不符" in returned["message"]
    assert values(reviewed) == {}
    again = draft(reviewed, reading(DAYS[0], 5))
    assert again["submission"] != waiting["submission"]


def test_a_body_that_waits_is_recognised_when_it_comes_again(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5))
    again = reviewed.post(reading(DAYS[0], 5))
    assert (again["replayed"], again["submission"], again["state"]) == (True, waiting["submission"], "draft")
    assert "待审核" in again["message"]
    listed = reviewed.get("/v1/submissions", holder="jia", state="draft")["items"]
    assert [s["submission"] for s in listed] == [waiting["submission"]]


def test_only_a_reviewer_of_the_feed_decides_and_only_once(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5))
    assert decide(reviewed, waiting, "pass", reviewed.headers("jia")).status_code == 403
    assert decide(reviewed, waiting, "pass", reviewed.headers(OPERATOR)).status_code == 403
    assert decide(reviewed, waiting, "pass", reviewer(reviewed, "urban_enforcement")).status_code == 404
    who = reviewer(reviewed)
    assert (
        reviewed.client.post(
            "/v1/readings",
            content=encoded(reading(DAYS[0], 1)),
            headers={"content-type": "application/json", **who},
        ).status_code
        == 403
    )
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: decide(reviewed, waiting, "pass", who).status_code, range(4)))
    assert sorted(answers) == [200, 409, 409, 409]
    assert reviewed.one("SELECT count(*) FROM biaochi.reading_revision") == 0


def test_broken_rows_of_a_partial_draft_wait_in_quarantine(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5), reading(DAYS[1], "x"), mode="partial")
    assert counts(waiting) == (1, 0, 0, 1)
    assert reviewed.one("SELECT count(*) FROM biaochi.quarantine WHERE state = 'open'") == 1
    assert counts(decide(reviewed, waiting, "pass", reviewer(reviewed)).json()) == (1, 0, 0, 1)


def test_a_wrong_draft_is_refused_at_once(reviewed: Running) -> None:
    answer = reviewed.send(encoded(reading(DAYS[0], -5)))
    assert answer.status_code == 422
    assert answer.json()["receipt"]["state"] == "rejected"


def test_a_passed_draft_is_late_knowledge_of_the_day_it_passed(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5))
    before = reviewed.one("SELECT max(recorded_at) FROM biaochi.submission")
    passed = decide(reviewed, waiting, "pass", reviewer(reviewed)).json()
    assert passed["recorded_at"] > waiting["recorded_at"]
    known = reviewed.all(
        f"SELECT count(*) FROM report.readings_known_at('{before}') WHERE region = '110105998'"
    )
    assert known == [(0,)]


def test_what_was_sealed_meanwhile_is_not_passed(reviewed: Running) -> None:
    waiting = draft(reviewed, reading(DAYS[0], 5))
    assert waiting["closed_days"] == 1 and "影响已评估日期1天" in waiting["message"]
    operator, second = reviewed.headers(OPERATOR), reviewer(reviewed)
    seal = {"through": DAYS[1], "note": "半年数据已上报"}
    assert reviewed.client.post("/v1/seals", json=seal, headers=operator).status_code == 201
    refused = decide(reviewed, waiting, "pass", second)
    assert (refused.status_code, refused.json()["code"]) == (422, "sealed")
    assert values(reviewed) == {}
    # What an operator hands in instead, a second person passes.
    answer = reviewed.client.post(
        "/v1/readings?feed=jia", content=encoded(reading(DAYS[0], 5), note="代报"), headers=operator
    )
    assert answer.status_code == 202
    assert decide(reviewed, answer.json(), "pass", second).status_code == 200
    assert values(reviewed) == {DAYS[0]: 5.0}


def test_what_a_second_person_passed_he_takes_back(reviewed: Running) -> None:
    waiting, second = draft(reviewed, reading(DAYS[0], 5)), reviewer(reviewed)
    early = decide(reviewed, waiting, "withdraw", second, note="报错")
    assert (early.status_code, early.json()["code"]) == (409, "waits_for_review")
    decide(reviewed, waiting, "pass", second)
    alone = decide(reviewed, waiting, "withdraw", reviewed.headers("jia"), note="报错")
    assert (alone.status_code, alone.json()["code"]) == (403, "needs_reviewer")
    answer = decide(reviewed, waiting, "withdraw", second, note="报错")
    assert (answer.status_code, answer.json()["closed_days"]) == (201, 1)
    assert values(reviewed) == {DAYS[0]: None}


def test_a_corrected_row_waits_for_review_too_and_waits_to_be_corrected_again_if_it_is_returned(
    reviewed: Running,
) -> None:
    partial = draft(reviewed, reading(DAYS[0], 5), reading(DAYS[1], "x"), mode="partial")
    (row,) = reviewed.get("/v1/quarantine", holder="jia")["items"]
    who = reviewer(reviewed)

    def release(value: int) -> dict[str, Any]:
        url, headers = f"/v1/quarantine/{row['id']}/release", reviewed.headers("jia")
        answer = reviewed.client.post(url, json={"value": value}, headers=headers)
        assert answer.status_code == 202, answer.text
        receipt: dict[str, Any] = answer.json()["receipt"]
        return receipt

    assert decide(reviewed, release(66), "return", who, note="数值不对").status_code == 200
    assert reviewed.get(f"/v1/quarantine/{row['id']}")["state"] == "open"
    assert decide(reviewed, release(6), "pass", who).status_code == 200
    assert reviewed.get(f"/v1/quarantine/{row['id']}")["state"] == "released"
    assert values(reviewed) == {DAYS[1]: 6.0}
    assert decide(reviewed, partial, "pass", who).status_code == 200
    assert values(reviewed) == {DAYS[0]: 5.0, DAYS[1]: 6.0}


def test_a_draft_settles_a_row_of_the_quarantine_only_once_it_is_passed(reviewed: Running) -> None:
    draft(reviewed, reading(DAYS[0], "x"), mode="partial")
    (row,) = reviewed.get("/v1/quarantine", holder="jia")["items"]
    sound = draft(reviewed, reading(DAYS[0], 5))
    assert reviewed.get(f"/v1/quarantine/{row['id']}")["state"] == "open"
    passed = decide(reviewed, sound, "pass", reviewer(reviewed)).json()
    assert [notice["code"] for notice in passed["notices"]] == ["settled"]
    assert reviewed.get(f"/v1/quarantine/{row['id']}")["released_as"] == sound["submission"]
