"""Large bodies on their way in: what is read piece by piece, what breaks off, what there is no room or turn for."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from service.http import body as bodies
from service.ingest import sift
from tests.integration.test_wrong_things import assert_problem
from tests.testkit.service import Running, assert_adds_up, copy_of, counts, reading, service_on

NDJSON = "application/x-ndjson"
LARGE = 20 << 20


@pytest.fixture
def spooling(server: str, published: str, tmp_path: Path) -> Iterator[Running]:
    """A service whose large bodies lie in the test's folder."""
    with (
        copy_of(server, published) as dsn,
        service_on(dsn, max_streamed_bytes=LARGE, spool_dir=tmp_path) as service,
    ):
        yield service


def post(service: Running, body: bytes | Iterator[bytes], **query: str) -> httpx.Response:
    headers = {**service.headers("jia"), "content-type": NDJSON}
    return service.client.post("/v1/readings", content=body, headers=headers, params=query)


def lines(*rows: object, padding: int = 0) -> bytes:
    """NDJSON, followed by so many bytes of blank lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows) + (b" " * 1023 + b"\n") * (
        padding >> 10
    )


def test_ndjson_may_be_larger_than_what_is_read_whole(spooling: Running) -> None:
    rows = [reading(f"2018-06-{day:02}", day, note="注" * 100_000) for day in range(1, 28)]
    answer = post(spooling, lines(*rows))
    assert counts(answer.json()) == (27, 0, 0, 0)
    problem = assert_problem(spooling.send(b" " * (12 << 20)), 413, "too_large")
    for way_out in ("1 MiB", "application/x-ndjson", "20 MiB", "by day or by region"):
        assert way_out in problem["detail"]
    assert "改用 NDJSON" in problem["detail_zh"] and "分批" in problem["detail_zh"]


def test_a_streamed_body_is_limited_too(spooling: Running) -> None:
    pieces = (b" " * (1 << 20) for _ in range(100))
    problem = assert_problem(post(spooling, pieces), 413, "too_large")
    assert "20 MiB" in problem["detail"] and "NDJSON" not in problem["detail"]


def test_lines_that_are_no_json_wait_in_quarantine_and_the_others_are_stored(spooling: Running) -> None:
    body = (
        lines(reading("2018-06-01", 1)) + b"{\n" + b"z" * (3 << 20) + b"\n" + lines(reading("2018-06-02", 2))
    )
    answer = post(spooling, body, mode="partial")
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert_adds_up(receipt)
    assert counts(receipt) == (2, 0, 0, 2)
    assert [e["code"] for e in receipt["errors"]] == ["malformed_json", "line_too_long"]
    assert spooling.all("SELECT place FROM biaochi.quarantine ORDER BY position") == [
        ("line 2 column 2",),
        ("line 3",),
    ]


def test_a_body_of_nothing_but_faults_is_not_read_to_its_end(
    spooling: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sift, "MOST_BROKEN", 1000)
    problem = assert_problem(post(spooling, b"{\n" * (2 << 20)), 422, "rejected")
    assert (problem["errors"][0]["code"], problem["receipt"]["rows"]) == ("too_many_faults", 0)


def test_more_broken_rows_than_can_be_kept_are_no_partial_body(
    spooling: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sift, "KEPT_CHARACTERS", 2000)
    body = lines(reading("2018-06-01", 1)) + b"{\n" * 20
    problem = assert_problem(post(spooling, body, mode="partial"), 422, "rejected")
    assert problem["errors"][0]["code"] == "too_many_faults"
    assert problem["receipt"]["rows"] == problem["receipt"]["rejected"] == 21


def test_an_upload_that_breaks_off_stores_nothing_and_leaves_nothing(
    spooling: Running, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = spooling.url.removeprefix("http://").split(":")
    head = (
        "POST /v1/readings HTTP/1.1\r\nhost: test\r\n"
        f"content-type: {NDJSON}\r\nauthorization: {spooling.headers('jia')['authorization']}\r\n"
        f"content-length: {10 << 20}\r\n\r\n"
    )
    with caplog.at_level(logging.WARNING), socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + lines(reading("2018-06-01", 1)) + b" " * (4 << 20))
    until(lambda: answered(spooling, "422") == 1)
    assert spooling.one("SELECT count(*) FROM biaochi.submission") == 0
    assert not [record for record in caplog.records if record.exc_info]
    assert counts(post(spooling, lines(reading("2018-06-01", 1))).json()) == (1, 0, 0, 0)


def answered(service: Running, status: str) -> float | None:
    return service.metric(
        "biaochi_http_request_duration_seconds_count", route="/v1/readings", method="POST", status=status
    )


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_without_room_for_it_a_body_may_be_sent_again_later(spooling: Running, tmp_path: Path) -> None:
    body = lines(reading("2018-06-01", 1), padding=2 << 20)
    tmp_path.rename(tmp_path.with_name("gone"))
    answer = post(spooling, body)
    assert_problem(answer, 503, "no_room")
    assert int(answer.headers["retry-after"]) > 0
    assert spooling.one("SELECT count(*) FROM biaochi.submission") == 0
    tmp_path.with_name("gone").rename(tmp_path)
    assert counts(post(spooling, body).json()) == (1, 0, 0, 0)


def test_large_bodies_take_turns_and_small_ones_pass_them_by(
    spooling: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def large(*days: str) -> bytes:
        return lines(*(reading(day, 1) for day in days), padding=10 << 20)

    # The days' chunk: whoever makes it locks out all others.
    spooling.post(reading("2018-06-05", 1))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with ThreadPoolExecutor(2) as threads, psycopg.connect(spooling.service.dsn) as other:
        other.execute(
            "INSERT INTO biaochi.reading (series_id, day, value, submission_id)"
            " SELECT series_id, '2018-06-01', 1, 'other' FROM biaochi.series"
        )
        two = [threads.submit(post, spooling, large("2018-06-01", *more)) for more in ((), ("2018-06-04",))]
        until(lambda: spooling.one(waiting) == 2)
        assert counts(post(spooling, lines(reading("2018-06-02", 2))).json()) == (1, 0, 0, 0)
        monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.1)
        assert_problem(post(spooling, large("2018-06-03")), 503, "busy")
        other.rollback()
        assert [answer.result(timeout=30).status_code for answer in two] == [201, 201]
    assert post(spooling, large("2018-06-03")).status_code == 201
