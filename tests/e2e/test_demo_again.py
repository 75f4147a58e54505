"""The demo killed in the middle, and played again."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest

from tests.testkit.demo import play_once, playing

pytestmark = pytest.mark.timeout(600)
UNTIL = ("--as-of", "2018-03-05")


def test_a_killed_demo_goes_on_and_a_second_run_doubles_nothing(database: str, tmp_path: Path) -> None:
    with playing(database, tmp_path, "--port", "0", *UNTIL) as process:
        wait_for_alert(database, process.poll)
        process.kill()
    with psycopg.connect(database) as conn:
        clocks = conn.execute("SELECT as_of, key, since FROM biaochi.alert_clock").fetchall()
        before = conn.execute("SELECT alert_id, since, fired FROM biaochi.alert").fetchall()

    first = play_once(database, tmp_path, *UNTIL)
    with psycopg.connect(database) as conn:
        assert set(clocks) <= set(
            conn.execute("SELECT as_of, key, since FROM biaochi.alert_clock").fetchall()
        )
        assert set(before) <= set(conn.execute("SELECT alert_id, since, fired FROM biaochi.alert").fetchall())
        assert figures(conn) == (634 * (366 + 365 + 64), 64)
    # A crash repeats at most one message per channel, and loses none.
    assert all(message["state"] == "sent" for message in first["notifications"])
    assert sum(message["attempts"] - 1 for message in first["notifications"]) <= 2

    again = play_once(database, tmp_path, *UNTIL)
    counts = again["readings"]
    assert counts["accepted"] == counts["revised"] == counts["rejected"] == 0
    assert counts["unchanged"] == 634 * (366 + 365 + 64)
    assert again["alerts"] == first["alerts"]
    assert again["notifications"] == first["notifications"]


def wait_for_alert(dsn: str, poll: object) -> None:
    """Until an alert has been written: well into the year, and not at its end."""
    deadline = time.monotonic() + 300
    with psycopg.connect(dsn, autocommit=True) as conn:
        while time.monotonic() < deadline:
            row = conn.execute("SELECT count(*) FROM biaochi.alert").fetchone()
            if row and row[0]:
                return
            time.sleep(0.02)
    raise AssertionError("no alert came")


def figures(conn: psycopg.Connection) -> tuple[int, int]:
    """How many readings there are, and how many days were judged."""
    row = conn.execute(
        "SELECT (SELECT count(*) FROM biaochi.reading), (SELECT count(*) FROM biaochi.evaluation)"
    ).fetchone()
    assert row is not None
    return row[0], row[1]
