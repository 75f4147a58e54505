"""The demo was killed on its way, played to the end, and played once more."""

from __future__ import annotations

import psycopg

from tests.testkit.demo import Demo, Lived

READINGS = 634 * (366 + 365 + 243)


def test_what_was_lived_before_the_kill_stays(demo: Demo) -> None:
    with psycopg.connect(demo.dsn) as conn:
        now = Lived.of(conn)
    assert demo.killed.alerts and demo.killed.alerts <= now.alerts
    assert demo.killed.clocks <= now.clocks


def test_each_day_is_judged_and_each_figure_stored_once(demo: Demo) -> None:
    with psycopg.connect(demo.dsn) as conn:
        row = conn.execute(
            "SELECT (SELECT count(*) FROM biaochi.reading), (SELECT count(*) FROM biaochi.evaluation)"
        ).fetchone()
    assert row == (READINGS, 243)


def test_a_crash_repeats_at_most_one_message_per_channel_and_loses_none(demo: Demo) -> None:
    messages = demo.first["notifications"]
    assert all(message["state"] == "sent" for message in messages)
    assert sum(message["attempts"] - 1 for message in messages) <= len({m["channel"] for m in messages})


def test_played_again_it_changes_nothing(demo: Demo) -> None:
    counts = demo.summary["readings"]
    assert counts["accepted"] == counts["revised"] == 0
    assert demo.summary["alerts"] == demo.first["alerts"]
    assert demo.summary["notifications"] == demo.first["notifications"]
