"""One real database server for the run; a database of its own for each test, copied from a migrated one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from xdist.scheduler import LoadFileScheduling

from service.shipped import shipped
from service.store.migrate import migrate, read_migrations
from service.store.pool import Pool, open_pool
from tests.testkit.server import test_server

TEMPLATE = "template_biaochi"
# Tests that only look at what the demo has played: one process plays it, once, for all of them.
PLAYED = "tests/e2e/played"
_numbers = itertools.count(1)


class _ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """The tests of a file stay in one process, and so do those that share the played demo."""

    def _split_scope(self, nodeid: str) -> str:
        return PLAYED if nodeid.startswith(f"{PLAYED}/") else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return _ByFile(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """URL of the superuser's database on a server that is stopped at the end of the run."""
    with test_server() as running:
        yield running.dsn("postgres")


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """A migrated database that tests copy; nobody connects to it."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {TEMPLATE}")
    with psycopg.connect(on(server, TEMPLATE), autocommit=True) as conn:
        migrate(conn, read_migrations(shipped("migrations")))
    return TEMPLATE


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """URL of a fresh, migrated database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield on(server, name)
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def pool(database: str) -> Iterator[Pool]:
    """A pool on the test's database."""
    opened = open_pool(database, size=4)
    yield opened
    opened.close()


def on(dsn: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
