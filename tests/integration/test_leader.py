"""Who runs the scheduled work, and what a failing job does to the others."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from service.errors import Unavailable
from service.scheduler import Job, Scheduler
from service.store.leader import Leadership

PATIENCE_SECONDS = 30


@pytest.fixture
def candidates(database: str) -> Iterator[tuple[Leadership, Leadership]]:
    pair = Leadership(database), Leadership(database)
    yield pair
    for candidate in pair:
        candidate.resign()


def test_one_of_two_leads_and_goes_on_leading(candidates: tuple[Leadership, Leadership]) -> None:
    first, second = candidates
    assert [first.holds(), second.holds(), first.holds(), second.holds()] == [True, False, True, False]


def test_who_resigns_lets_the_other_lead(candidates: tuple[Leadership, Leadership]) -> None:
    first, second = candidates
    assert first.holds()
    first.resign()
    assert second.holds()
    assert not first.holds()


def test_who_loses_the_connection_no_longer_leads(
    candidates: tuple[Leadership, Leadership], database: str
) -> None:
    first, second = candidates
    assert first.holds()
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'biaochi leader'"
        )
    assert second.holds()
    assert not first.holds()  # it notices
    assert not first.holds()  # and waits its turn


def test_without_a_database_nobody_leads() -> None:
    assert not Leadership("postgresql://127.0.0.1:1/none").holds()


def test_a_failing_job_stops_neither_itself_nor_the_others(database: str) -> None:
    again, other = Event(), Event()
    runs: list[int] = []

    def fails() -> None:
        runs.append(1)
        if len(runs) > 2:
            again.set()
        raise Unavailable("c", "中", "en") if len(runs) == 1 else RuntimeError("broken")

    registry = CollectorRegistry()
    jobs = [Job("fails", 0.05, fails, leader_only=True), Job("works", 0.05, other.set, leader_only=False)]
    scheduler = Scheduler(jobs, Leadership(database), registry)
    scheduler.start()
    try:
        assert again.wait(PATIENCE_SECONDS) and other.wait(PATIENCE_SECONDS)
        assert registry.get_sample_value("biaochi_scheduler_leader") == 1
    finally:
        scheduler.stop()
    assert registry.get_sample_value("biaochi_scheduler_leader") == 0
    successor = Leadership(database)
    assert successor.holds()
    successor.resign()


def test_a_follower_does_only_what_every_replica_does(
    candidates: tuple[Leadership, Leadership], database: str
) -> None:
    leader, follower = candidates
    assert leader.holds()
    led, shared = Event(), Event()
    jobs = [Job("led", 0.05, led.set, leader_only=True), Job("shared", 0.1, shared.set, leader_only=False)]
    scheduler = Scheduler(jobs, follower, CollectorRegistry())
    scheduler.start()
    try:
        assert shared.wait(PATIENCE_SECONDS)
        shared.clear()
        assert shared.wait(PATIENCE_SECONDS)
    finally:
        scheduler.stop()
    assert not led.is_set()
