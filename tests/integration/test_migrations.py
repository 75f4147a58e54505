"""Migrations: each applied once, in order, whoever starts first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from service.shipped import shipped
from service.store.migrate import (
    Migration,
    MigrationError,
    ensure_database,
    migrate,
    pending,
    read_migrations,
)
from service.store.pool import Connection
from tests.conftest import on
from tests.testkit.service import copy_of

ONE = Migration("0001_one.sql", "CREATE TABLE one (x int);\n")
TWO = Migration("0002_two.sql", "CREATE TABLE two (x int);\n")


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """URL of a database nothing was ever done in."""
    with copy_of(server, "template0") as dsn:
        yield dsn


@pytest.fixture
def conn(empty: str) -> Iterator[Connection]:
    with psycopg.connect(empty, autocommit=True) as opened:
        yield opened


def tables(conn: Connection) -> set[str]:
    rows = conn.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return {name for (name,) in rows} - {"biaochi_migration"}


def test_from_nothing_to_the_whole_schema_and_a_second_run_applies_nothing(conn: Connection) -> None:
    shipped_ones = read_migrations(shipped("migrations"))
    assert migrate(conn, shipped_ones) == tuple(m.name for m in shipped_ones)
    assert migrate(conn, shipped_ones) == ()
    assert list(pending(conn, shipped_ones)) == []
    hypertables = conn.execute("SELECT hypertable_name FROM timescaledb_information.hypertables")
    assert {"reading", "reading_revision", "progress"} <= {name for (name,) in hypertables}


def test_what_is_pending_is_told_before_anything_was_applied(conn: Connection) -> None:
    assert [m.name for m in pending(conn, (ONE, TWO))] == ["0001_one.sql", "0002_two.sql"]
    assert tables(conn) == set()


def test_only_what_is_missing_is_applied(conn: Connection) -> None:
    assert migrate(conn, (ONE,)) == ("0001_one.sql",)
    assert migrate(conn, (ONE, TWO)) == ("0002_two.sql",)
    assert tables(conn) == {"one", "two"}


def test_processes_that_start_together_apply_each_once(empty: str) -> None:
    slow = Migration("0001_one.sql", "SELECT pg_sleep(0.1); CREATE TABLE one (x int);")

    def start(_: int) -> tuple[str, ...]:
        with psycopg.connect(empty, autocommit=True) as conn:
            return migrate(conn, (slow, TWO))

    with ThreadPoolExecutor(3) as threads:
        applied = list(threads.map(start, range(3)))
    assert sorted(applied) == [(), (), ("0001_one.sql", "0002_two.sql")]


def test_a_file_changed_after_it_was_applied_is_refused(conn: Connection) -> None:
    migrate(conn, (ONE,))
    with pytest.raises(MigrationError, match=r"0001_one\.sql was changed") as refused:
        migrate(conn, (replace(ONE, sql="CREATE TABLE one (y int);"), TWO))
    assert refused.value.code == "migration_changed"
    assert tables(conn) == {"one"}


def test_a_file_that_sorts_before_an_applied_one_is_refused(conn: Connection) -> None:
    migrate(conn, (TWO,))
    with pytest.raises(MigrationError, match=r"0001_one\.sql sorts before"):
        migrate(conn, (ONE, TWO))
    assert tables(conn) == {"two"}


def test_a_database_newer_than_this_version_is_left_alone(conn: Connection) -> None:
    migrate(conn, (ONE, TWO))
    with pytest.raises(MigrationError, match=r"0002_two\.sql") as refused:
        migrate(conn, (ONE,))
    assert refused.value.code == "newer_database"


def test_an_sql_error_names_file_and_line_and_undoes_its_file(conn: Connection) -> None:
    wrong = Migration("0002_two.sql", "CREATE TABLE two (x int);\n-- 说明\nCREATE TABEL three (x int);\n")
    with pytest.raises(MigrationError, match=r"0002_two\.sql:3: "):
        migrate(conn, (ONE, wrong))
    assert tables(conn) == {"one"}
    assert migrate(conn, (ONE, TWO)) == ("0002_two.sql",)


def test_a_failed_migration_leaves_no_lock(conn: Connection, empty: str) -> None:
    with pytest.raises(MigrationError):
        migrate(conn, (Migration("0001_one.sql", "SELECT 1/0;"),))
    with psycopg.connect(empty, autocommit=True, options="-c lock_timeout=5s") as other:
        assert migrate(other, (ONE,)) == ("0001_one.sql",)


def test_line_ends_of_windows_change_no_checksum(tmp_path: Path) -> None:
    (tmp_path / "0001_one.sql").write_bytes(ONE.sql.replace("\n", "\r\n").encode())
    (tmp_path / "notes.sql").write_text("not a migration")
    (found,) = read_migrations(tmp_path)
    assert found.sha256 == ONE.sha256


def test_a_database_is_made_once_however_many_ask_for_it(server: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: ensure_database(server, "made_once"), range(3)))
    with psycopg.connect(on(server, "made_once")) as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
