"""Every named query fits the schema, and every one is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from service.store.queries import load
from tests.testkit.service import copy_of

STORE = Path(__file__).parents[2] / "service" / "store"
FILES = sorted(path.stem for path in (STORE / "sql").glob("*.sql"))
NAMED = [(file, name) for file in FILES for name in load(file)]


@pytest.fixture(scope="module")
def schema(server: str, template: str) -> Iterator[psycopg.Connection]:
    """A connection to a migrated database; nothing is written."""
    with copy_of(server, template) as dsn, psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(load("staging")["create"])  # each session has a staging table of its own
        yield conn


def numbered(query: str) -> str:
    """psycopg's `%(name)s` as PostgreSQL's `$1`."""
    names: dict[str, int] = {}
    text = re.sub(r"%\((\w+)\)s", lambda m: f"${names.setdefault(m[1], len(names) + 1)}", query)
    return text.replace("%%", "%")


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[".".join(n) for n in NAMED])
def test_a_query_can_be_prepared_against_the_migrated_schema(
    schema: psycopg.Connection, file: str, name: str
) -> None:
    result = schema.pgconn.prepare(b"", numbered(load(file)[name]).encode())
    assert result.status == pq.ExecStatus.COMMAND_OK, result.error_message.decode()


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[".".join(n) for n in NAMED])
def test_a_query_is_used_by_a_module_that_loads_its_file(file: str, name: str) -> None:
    modules = [text for p in STORE.glob("*.py") if f'load("{file}")' in (text := p.read_text("utf-8"))]
    assert any(f'"{name}"' in text for text in modules), f"{file}.{name} is used nowhere"


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[".".join(n) for n in NAMED])
def test_a_query_says_what_it_does(file: str, name: str) -> None:
    assert re.match("-- [A-Z].{10}", load(file)[name])


def test_copied_columns_are_those_of_the_table(schema: psycopg.Connection) -> None:
    """COPY is not looked at when it is prepared."""
    copied = re.search(r"\((.*?)\)", load("evaluations")["copy_progress"], re.DOTALL)
    assert copied is not None
    columns = schema.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE (table_schema, table_name) = ('biaochi', 'progress') ORDER BY ordinal_position"
    ).fetchall()
    assert [name.strip() for name in copied[1].split(",")] == [name for (name,) in columns]
