"""Running services: one for all tests that leave each other alone, one of its own for each of the others."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from service.shipped import shipped
from tests.conftest import on
from tests.testkit.service import BEGIN, FOLDERS, Running, copy_of, overlay, service_on

# Early in a year that periods span, for the one test that is about that: nobody else's.
NEW_YEAR = "2017-01-02"
_days = (date(2016, 1, 1) + timedelta(days=n) for n in itertools.count())
_own = (day for day in map(date.isoformat, _days) if day != NEW_YEAR)


@pytest.fixture(scope="session")
def published(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database to copy: the demo's catalogue, judged from 25 June 2018 on, and the shipped rules on what comes back.

    Without the others, so that a test's alerts are those it has made.
    """
    begin = overlay(tmp_path_factory.mktemp("catalog"), catalog=f"evaluate_from: {BEGIN}")
    rules = tmp_path_factory.mktemp("rules")
    shutil.copy(shipped("alert_rules") / "rebound.yaml", rules)
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE template_published TEMPLATE {template}")
    with service_on(on(server, "template_published"), folders=(*FOLDERS, begin), rules=rules):
        pass
    return "template_published"


@pytest.fixture
def running(server: str, published: str) -> Iterator[Running]:
    """A service nobody else uses."""
    with copy_of(server, published) as dsn, service_on(dsn) as service:
        yield service


@pytest.fixture(scope="session")
def shared(server: str, published: str) -> Iterator[Running]:
    """A service for tests that store nothing, or only on days of their own (`own_day`). Takes 64 KiB at most."""
    with copy_of(server, published) as dsn, service_on(dsn, max_body_bytes=64 * 1024) as service:
        yield service


@pytest.fixture
def own_day() -> str:
    """A day of 2016 or 2017 that no other test posts."""
    return next_day()


@pytest.fixture
def own_days() -> Callable[[int], list[str]]:
    """As many days as asked for, which no other test posts."""
    return lambda count: [next_day() for _ in range(count)]


def next_day() -> str:
    return next(_own)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """An empty folder for rule files."""
    folder = tmp_path / "rules"
    folder.mkdir()
    return folder
