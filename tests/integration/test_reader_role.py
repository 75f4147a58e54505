"""biaochi_reader: what analysts and Grafana may read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from service.store.migrate import admit_reader
from tests.testkit.service import Running, copy_of, reading, service_on

PASSWORD = "lesen'; --"


@pytest.fixture(scope="module")
def judged(server: str, published: str) -> Iterator[Running]:
    """A service that has stored, corrected and judged something."""
    with copy_of(server, published) as dsn, service_on(dsn) as service:
        service.post(reading("2018-06-25", 30, "new_illegal_construction"))
        service.post(reading("2018-06-25", 40, "new_illegal_construction"))
        service.close_days("2018-06-25")
        yield service


@pytest.fixture(scope="module")
def reader(judged: Running) -> Iterator[psycopg.Connection]:
    with psycopg.connect(judged.service.dsn, autocommit=True) as conn:
        admit_reader(conn, PASSWORD)
    dsn = make_conninfo(judged.service.dsn, user="biaochi_reader", password=PASSWORD)
    with psycopg.connect(dsn, autocommit=True) as conn:
        yield conn


def relations(judged: Running, schemas: str, kinds: str) -> list[tuple[str, str]]:
    with psycopg.connect(judged.service.dsn) as conn:
        return conn.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY (string_to_array(%s, ' ')) AND c.relkind::text = ANY (string_to_array(%s, ' '))",
            (schemas, kinds),
        ).fetchall()


def test_every_report_view_can_be_read(judged: Running, reader: psycopg.Connection) -> None:
    views = relations(judged, "report", "v m")
    assert len(views) >= 7
    for name in views:
        reader.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(*name)))
    for view in ("readings_daily", "progress", "alerts", "notifications", "submissions"):
        count = reader.execute(
            sql.SQL("SELECT count(*) FROM report.{}").format(sql.Identifier(view))
        ).fetchone()
        assert count and count[0] > 0, view


def test_no_table_can_be_read_not_even_through_its_chunks(
    judged: Running, reader: psycopg.Connection
) -> None:
    tables = relations(judged, "biaochi public _timescaledb_internal", "r p")
    names = {name for _, name in tables}
    assert {"token", "reading", "submission", "biaochi_migration"} <= names
    assert any(name.endswith("_chunk") for name in names)
    for table in tables:
        if table[1] in ("bgw_job_stat", "bgw_policy_chunk_stats", "bgw_job_stat_history"):
            continue  # TimescaleDB's own, empty of anything of ours
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(*table)))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE report.mine (x int)",
        "CREATE SCHEMA mine",
        "DELETE FROM report.alerts",
        "UPDATE report.installation SET banner = ''",
        "INSERT INTO biaochi.reading (series_id, day, submission_id) VALUES (1, '2018-01-01', '')",
        "ALTER ROLE biaochi_reader SUPERUSER",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_nothing_can_be_written_or_run(reader: psycopg.Connection, statement: str) -> None:
    for mode in ("on", "off"):  # read-only is only a default: rights must hold without it
        reader.execute(sql.SQL("SET default_transaction_read_only = {}").format(sql.SQL(mode)))
        with pytest.raises(psycopg.Error):
            reader.execute(sql.SQL(statement))


def test_a_readers_statement_does_not_run_for_ever(reader: psycopg.Connection) -> None:
    assert reader.execute("SHOW statement_timeout").fetchone() == ("30s",)


def test_views_show_no_token(judged: Running, reader: psycopg.Connection) -> None:
    columns = reader.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'report'"
    ).fetchall()
    assert not [c for c in columns if "token" in c[1] or "sha256" in c[1]]


def test_a_reading_taken_back_is_not_in_the_daily_view(judged: Running, reader: psycopg.Connection) -> None:
    judged.post(reading("2018-06-20", 5))
    judged.post(reading("2018-06-20", None))
    found = reader.execute("SELECT value FROM report.readings_daily WHERE day = '2018-06-20'").fetchall()
    assert found == []
