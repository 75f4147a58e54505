"""Partial submissions and dry runs: what is stored, what is kept aside, what the receipt says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.testkit.service import Running, assert_adds_up, counts, encoded, reading

Days = Callable[[int], list[str]]


@pytest.fixture
def days(own_days: Days) -> list[str]:
    return own_days(4)


def send(service: Running, body: bytes, **query: object) -> dict[str, object]:
    """The receipt of a body that is taken."""
    headers = {"content-type": "application/json", **service.headers("jia")}
    answer = service.client.post("/v1/readings", content=body, params=query, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code in (200, 201), answer.text
    receipt: dict[str, object] = answer.json()
    assert_adds_up(receipt)
    return receipt


def stored(service: Running, days: list[str]) -> dict[str, float | None]:
    found = service.get("/v1/readings", first=days[0], last=days[-1], region="110105998")["items"]
    return {r["day"]: r["value"] for r in found if r["day"] in days}


def test_sound_rows_are_stored_and_broken_ones_kept_with_their_faults(
    shared: Running, days: list[str]
) -> None:
    body = encoded(
        reading(days[0], 1),
        reading(days[1], "x"),
        reading(days[2], -1, unit="个"),
        {"day": days[3]},
        "nothing",
    )
    receipt = send(shared, body, mode="partial")
    assert counts(receipt) == (1, 0, 0, 4)
    assert stored(shared, days) == {days[0]: 1.0}
    rows = shared.all(
        "SELECT place, said, faults, state FROM biaochi.quarantine WHERE submission_id = "
        f"'{receipt['submission']}' ORDER BY position"
    )
    assert [(place, state) for place, _, _, state in rows] == [
        ("readings[1]", "open"),
        ("readings[3]", "open"),
        ("readings[4]", "open"),
        ("readings[2]", "open"),
    ]
    assert rows[3][1] == {**reading(days[2], -1), "unit": "个"}
    assert [fault["code"] for fault in rows[0][2]] == ["not_a_number"]
    assert {e["where"] for e in receipt["errors"]} >= {"readings[1].value", "readings[2].value"}  # type: ignore[attr-defined]


def test_of_rows_that_contradict_each_other_none_is_stored(shared: Running, days: list[str]) -> None:
    body = encoded(
        reading(days[0], 1),
        reading(days[1], 1),
        reading(days[1], 1),
        reading(days[1], 2),
        reading(days[0], 1),
    )
    receipt = send(shared, body, mode="partial")
    assert counts(receipt) == (1, 1, 0, 3)
    assert stored(shared, days) == {days[0]: 1.0}


def test_a_partial_body_is_recognised_when_it_comes_again(shared: Running, days: list[str]) -> None:
    body = encoded(reading(days[0], 3), reading(days[1], "x"))
    first = send(shared, body, mode="partial")
    again = send(shared, body, mode="partial")
    assert (again["replayed"], again["submission"]) == (True, first["submission"])
    assert shared.all(
        f"SELECT count(*) FROM biaochi.quarantine WHERE submission_id = '{first['submission']}'"
    ) == [(1,)]


def test_a_body_that_cannot_be_read_is_refused_in_partial_mode_too(shared: Running) -> None:
    headers = {"content-type": "application/json", **shared.headers("jia")}
    answer = shared.client.post(
        "/v1/readings", content=b'{"readings": [', params={"mode": "partial"}, headers=headers
    )
    assert answer.status_code == 422
    assert answer.json()["receipt"]["state"] == "rejected"


def test_a_dry_run_says_what_would_become_of_a_body_and_stores_nothing(
    shared: Running, days: list[str]
) -> None:
    shared.post(reading(days[0], 1), reading(days[1], 2))
    body = encoded(reading(days[0], 1), reading(days[1], 3), reading(days[2], 4), note="试")
    before = shared.all("SELECT count(*), max(recorded_at) FROM biaochi.submission")
    tried = send(shared, body, dry_run=True)
    assert counts(tried) == (1, 1, 1, 0)
    assert tried["dry_run"] and "未入库" in str(tried["message"])
    assert stored(shared, days) == {days[0]: 1.0, days[1]: 2.0}
    assert shared.all("SELECT count(*), max(recorded_at) FROM biaochi.submission") == before
    assert shared.get("/v1/submissions", holder="jia")["items"][0]["submission"] != tried["submission"]
    assert counts(send(shared, body)) == (1, 1, 1, 0)


def test_a_dry_run_of_a_wrong_body_lists_its_faults_and_records_nothing(
    shared: Running, days: list[str]
) -> None:
    before = shared.one("SELECT count(*) FROM biaochi.submission")
    headers = {"content-type": "application/json", **shared.headers("jia")}
    answer = shared.client.post(
        "/v1/readings", content=encoded(reading(days[0], -5)), params={"dry_run": True}, headers=headers
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "out_of_bounds"
    assert shared.one("SELECT count(*) FROM biaochi.submission") == before
