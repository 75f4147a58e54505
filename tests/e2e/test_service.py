"""`biaochi serve` as a process of its own, and what happens when it or its database dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from service.catalog.publish import publish_folders
from service.clock import SystemClock
from service.database import prepare_database
from service.embedded import EmbeddedServer
from service.settings import Settings
from service.store import tokens
from tests.testkit.demo import environment, free_port
from tests.testkit.server import test_server
from tests.testkit.service import FOLDERS, encoded, reading

PATIENCE_SECONDS = 60
FEED = "jia"


@dataclass(frozen=True)
class Serving:
    """A `biaochi serve` and a client of it."""

    process: subprocess.Popen[bytes]
    client: httpx.Client

    def status(self, path: str) -> int | None:
        """The status of a GET, None where nobody answers."""
        try:
            return self.client.get(path).status_code
        except httpx.TransportError:
            return None

    def post(self, secret: str, body: bytes) -> httpx.Response:
        headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
        return self.client.post("/v1/readings", content=body, headers=headers)


@contextmanager
def serve(dsn: str, folder: Path) -> Iterator[Serving]:
    """A service that is ready; killed at the end if it still runs."""
    port = free_port()
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)]
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment(dsn), stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            serving = Serving(process, client)
            wait_until(lambda: process.poll() is not None or serving.status("/readyz") == 200)
            assert process.poll() is None, (folder / "serve.log").read_text()[-3000:]
            yield serving
    finally:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds; fail if it does not in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def prepared(dsn: str) -> str:
    """Migrate a database and publish the demo's catalogue; the secret of a feed's token."""
    prepare_database(Settings(), dsn)
    now = SystemClock().now()
    with psycopg.connect(dsn, autocommit=True) as conn:
        publish_folders(conn, FOLDERS, banner="", at=now, by="test")
        return tokens.create(conn, "feed", FEED, "", now)[1]


def body_of(number: int) -> bytes:
    """The body of a number: another day and another value each."""
    return encoded(reading((date(2016, 1, 1) + timedelta(days=number)).isoformat(), number))


def stored(dsn: str) -> list[tuple[int, float, int]]:
    """Every reading as (number of its day, value, revision)."""
    with psycopg.connect(dsn) as conn:
        return conn.execute(
            "SELECT day - '2016-01-01', value, revision FROM biaochi.reading ORDER BY 1"
        ).fetchall()


def test_it_becomes_ready_takes_a_reading_and_ends_cleanly_when_asked_to(
    database: str, tmp_path: Path
) -> None:
    secret = prepared(database)
    with serve(database, tmp_path) as serving:
        assert serving.status("/healthz") == 200
        assert serving.post(secret, body_of(7)).status_code == 201
        serving.process.send_signal(signal.SIGTERM)
        assert serving.process.wait(timeout=PATIENCE_SECONDS) == 0
    assert stored(database) == [(7, 7, 1)]
    assert secret not in (tmp_path / "serve.log").read_text()
    with psycopg.connect(database) as conn:  # nobody leads any more, no connection is left
        left = conn.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'biaochi%'"
        )
        assert left.fetchone() == (0,)


def test_killed_among_many_bodies_it_loses_none_that_had_a_receipt_and_doubles_none(
    database: str, tmp_path: Path
) -> None:
    secret, count = prepared(database), 200
    receipts: dict[int, str] = {}

    with serve(database, tmp_path) as serving, ThreadPoolExecutor(4) as threads:

        def post_some(numbers: range) -> None:
            for number in numbers:
                try:
                    answer = serving.post(secret, body_of(number))
                except httpx.TransportError:
                    return
                receipts[number] = answer.json()["submission"]

        for first in range(4):
            threads.submit(post_some, range(first, count, 4))
        wait_until(lambda: len(receipts) >= 40)
        serving.process.kill()
    assert 40 <= len(receipts) < count
    known = {number for number, _, _ in stored(database)}
    assert set(receipts) <= known

    with serve(database, tmp_path) as serving:
        for number in range(count):
            answer = serving.post(secret, body_of(number)).json()
            assert answer["replayed"] == (number in known)
            if number in receipts:
                assert answer["submission"] == receipts[number]
    assert stored(database) == [(number, number, 1) for number in range(count)]


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A database server that keeps what it commits, and may be killed."""
    with test_server() as server:
        server.stop()
        server.start(durable=True)
        yield server


def test_a_killed_database_loses_no_receipt_and_the_service_recovers_by_itself(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    dsn, count = own_server.dsn("postgres"), 40
    secret = prepared(dsn)
    with serve(dsn, tmp_path) as serving:
        receipts = {n for n in range(20) if serving.post(secret, body_of(n)).status_code == 201}
        postmaster = own_server.status().pid
        assert len(receipts) == 20 and postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        # A connection may live on for a moment and take one more.
        while (refused := serving.post(secret, body_of(len(receipts)))).status_code == 201:
            receipts.add(len(receipts))
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert "没有入库" in refused.json()["detail_zh"]
        assert [serving.status(p) for p in ("/healthz", "/metrics", "/readyz")] == [200, 200, 503]

        own_server.start(durable=True)
        assert receipts <= {number for number, _, _ in stored(dsn)}
        wait_until(lambda: serving.status("/readyz") == 200)
        for number in range(count):
            assert serving.post(secret, body_of(number)).status_code in (200, 201)
        assert serving.process.poll() is None
    assert stored(dsn) == [(number, number, 1) for number in range(count)]
    assert own_server.password() not in (tmp_path / "serve.log").read_text()
