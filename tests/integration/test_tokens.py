"""Nobody posts, or looks, where their token does not reach."""

from __future__ import annotations

import pytest

from service.http import auth
from service.store import tokens
from service.store.pool import connection
from tests.testkit.service import JIA, OPERATOR, YI, Running, encoded, reading

TOWN = "110105001"


@pytest.mark.parametrize(
    ("feed", "row"),
    [
        pytest.param("jia", {"region": YI}, id="another feed's region"),
        pytest.param("jia", {"region": TOWN}, id="a region of the departments"),
        pytest.param("urban_management", {"region": JIA}, id="a region that reports for itself"),
        pytest.param("education", {"region": TOWN}, id="another department's indicator"),
        pytest.param("jia", {"indicator": "pm25_mean", "region": "110105"}, id="the air monitor's"),
        pytest.param("urban_management", {"region": "110105"}, id="the sum above the feed's own regions"),
        pytest.param("air_monitor", {"indicator": "pm25_mean", "region": "110000"}, id="the city"),
    ],
)
def test_a_feed_posts_nothing_that_is_another_feeds(
    shared: Running, own_day: str, feed: str, row: dict[str, str]
) -> None:
    answer = shared.send(encoded(reading(own_day, 1) | row), feed=feed)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["not_covered"]
    assert shared.get("/v1/readings", first=own_day, last=own_day)["items"] == []


def test_one_row_out_of_reach_keeps_the_rest_out_too(shared: Running, own_day: str) -> None:
    body = encoded(reading(own_day, 1), reading(own_day, 1) | {"region": YI})
    told = [error["code"] for error in shared.send(body).json()["errors"]]
    assert told == ["not_covered", "not_stored"]


def test_a_feed_reads_its_own_submissions_and_no_others(shared: Running, own_day: str) -> None:
    mine = shared.post(reading(own_day, 1))["submission"]
    others = shared.post(reading(own_day, 1) | {"region": YI}, feed="yi")["submission"]
    listed = {s["submission"] for s in shared.get("/v1/submissions", holder="jia", limit=1000)["items"]}
    assert mine in listed and others not in listed
    answer = shared.client.get(f"/v1/submissions/{others}", headers=shared.headers("jia"))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_submission")
    assert {mine, others} <= {s["submission"] for s in shared.get("/v1/submissions", limit=1000)["items"]}


def test_a_key_tells_nothing_about_another_feeds_submissions(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 1), idempotency_key=own_day)
    answer = shared.send(encoded(reading(own_day, 2)), feed="yi", idempotency_key=own_day)
    assert answer.json()["code"] == "rejected"


def test_a_revoked_token_opens_nothing(shared: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", 0.0)
    with connection(shared.service.pool) as conn:
        token_id, secret = tokens.create(conn, "operator", None, "", shared.clock.now())
        headers = {"authorization": f"Bearer {secret}"}
        assert shared.client.get("/v1/catalog", headers=headers).status_code == 200
        assert tokens.revoke(conn, token_id, shared.clock.now())
        assert not tokens.revoke(conn, token_id, shared.clock.now())
    answer = shared.client.get("/v1/catalog", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_token")


def test_a_token_that_was_seen_is_not_looked_up_for_every_body(
    shared: Running, own_day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.post(reading(own_day, 1))

    def never(*_: object) -> None:
        raise AssertionError("looked up again")

    monkeypatch.setattr(tokens, "find", never)
    shared.post(reading(own_day, 2))


def test_no_secret_is_stored_or_shown(shared: Running) -> None:
    secret = shared.headers(OPERATOR)["authorization"].removeprefix("Bearer ")
    rows = shared.all("SELECT to_jsonb(t)::text FROM biaochi.token t")
    assert all(secret not in row for (row,) in rows)
    assert secret not in shared.client.get("/metrics").text
