"""The demo, played once for all tests that only look at it: killed on its way, played to the end, and played again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.conftest import on
from tests.testkit.demo import Demo, Lived, play_once, played, playing


@pytest.fixture(scope="session")
def demo(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A service that has lived through 2018 up to 31 August, and serves on. Tests only read."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE demo TEMPLATE {template}")
    dsn, folder = on(server, "demo"), tmp_path_factory.mktemp("demo")
    killed = play_until_killed(dsn, folder)
    first = play_once(dsn, folder)
    with played(dsn, folder) as again:
        yield replace(again, killed=killed, first=first)


def play_until_killed(dsn: str, folder: Path) -> Lived:
    """Kill the demo once an alert has been written: well into the year, and not at its end."""
    with playing(dsn, folder, "--port", "0") as process:
        deadline = time.monotonic() + 300
        with psycopg.connect(dsn, autocommit=True) as conn:
            while not Lived.of(conn).alerts:
                assert process.poll() is None and time.monotonic() < deadline, "no alert came"
                time.sleep(0.05)
        process.kill()
    with psycopg.connect(dsn) as conn:
        return Lived.of(conn)
