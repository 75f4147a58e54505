"""Bodies that arrive at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from tests.testkit.service import Running, assert_adds_up, counts, encoded, reading

INDICATORS = (
    "illegal_construction_demolished",
    "residential_parking_added",
    "parks_built_renovated",
    "school_places_added",
    "leave_blank_greening_area",
)


def at_once(service: Running, *bodies: bytes, **headers: str) -> list[httpx.Response]:
    """Answers to bodies that are posted in the same moment, each on a connection of its own."""
    gate = Barrier(len(bodies))
    sent = {"content-type": "application/json", **service.headers("jia")}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}

    def post(body: bytes) -> httpx.Response:
        with httpx.Client(base_url=service.url, timeout=60, trust_env=False, verify=False) as client:
            client.get("/healthz")
            gate.wait()
            return client.post("/v1/readings", content=body, headers=sent)

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(post, bodies))


@pytest.mark.parametrize("turn", range(5))
def test_of_one_body_posted_twice_at_once_one_stores_and_both_get_the_receipt(
    shared: Running, own_day: str, turn: int
) -> None:
    body = encoded(*(reading(own_day, turn, name) for name in INDICATORS))
    answers = at_once(shared, body, body)
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    receipts = [answer.json() for answer in answers]
    assert receipts[0]["submission"] == receipts[1]["submission"]
    assert [counts(receipt) for receipt in receipts] == [(5, 0, 0, 0)] * 2


def test_of_two_bodies_with_one_key_at_once_one_is_stored_and_one_refused(
    shared: Running, own_day: str
) -> None:
    bodies = [encoded(reading(own_day, value)) for value in (1, 2, 3)]
    answers = at_once(shared, *bodies, idempotency_key=own_day)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (row,) = shared.get("/v1/readings", first=own_day, last=own_day)["items"]
    assert row["revision"] == 1


@pytest.mark.parametrize("turn", range(5))
def test_overlapping_bodies_in_opposite_order_do_not_block_each_other(
    shared: Running, own_day: str, turn: int
) -> None:
    for name in INDICATORS:
        shared.post(reading(own_day, 0, name))
    rows = [(name, own_day) for name in INDICATORS]
    forth = encoded(*(reading(day, 1, name) for name, day in rows))
    back = encoded(*(reading(day, 2, name) for name, day in reversed(rows)))
    answers = at_once(shared, forth, back)
    assert [answer.status_code for answer in answers] == [201, 201]
    for answer in answers:
        assert_adds_up(answer.json())
        assert answer.json()["revised"] == len(rows)
    # Whoever came second is what counts now, in every row.
    found = shared.get("/v1/readings", first=own_day, last=own_day)["items"]
    assert len({row["value"] for row in found}) == 1
    assert {row["revision"] for row in found} == {3}


def test_recorded_at_is_given_out_in_the_order_of_commits(running: Running) -> None:
    """Nobody who has seen a submission can later find one recorded before it."""
    bodies = [encoded(reading("2018-06-26", value)) for value in range(8)]
    seen: list[list[str]] = []

    def watch() -> None:
        with running.service.pool.connection() as conn:
            while len(seen) < 200 and (not seen or len(seen[-1]) < len(bodies)):
                rows = conn.execute("SELECT submission_id FROM biaochi.submission ORDER BY recorded_at")
                seen.append([row[0] for row in rows])

    with ThreadPoolExecutor(1) as watcher:
        watching = watcher.submit(watch)
        at_once(running, *bodies)
        watching.result()
    final = [
        row[0] for row in running.all("SELECT submission_id FROM biaochi.submission ORDER BY recorded_at")
    ]
    assert len(final) == len(bodies)
    assert all(known == final[: len(known)] for known in seen)
    # The figure that counts is that of the submission recorded last.
    assert running.one("SELECT submission_id FROM biaochi.reading") == final[-1]
