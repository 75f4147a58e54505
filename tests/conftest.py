"""One real database server for the run; a database of its own for each test, copied from a migrated one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from service.shipped import shipped
from service.store.migrate import migrate, read_migrations
from service.store.pool import Pool, open_pool
from tests.testkit.server import test_server

TEMPLATE = "template_biaochi"
_numbers = itertools.count(1)


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
