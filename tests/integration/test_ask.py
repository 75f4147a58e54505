"""A rule's query on the real server: it is answered read-only, in bounded time, and gets out of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from service.errors import Invalid
from service.store.ask import Answered, Question, ask
from service.store.pool import Connection, Pool, connection, open_pool, read_only, snapshot
from tests.testkit.service import copy_of

DAY, KNOWN = date(2018, 6, 25), datetime(2018, 6, 27, 2, tzinfo=UTC)
ONE = "SELECT 'parking' AS indicator, '110105' AS region, {} AS value"


@pytest.fixture(scope="module")
def own(server: str, template: str) -> Iterator[Pool]:
    """A migrated database for the tests of this file; they leave nothing in it."""
    with copy_of(server, template) as dsn:
        pool = open_pool(dsn, size=2)
        yield pool
        pool.close()


@pytest.fixture
def conn(own: Pool) -> Iterator[Connection]:
    """Inside a snapshot, as a day is judged, which goes on after every question."""
    with connection(own) as conn, snapshot(conn):
        yield conn
        assert conn.execute("SELECT current_user = session_user").fetchone() == (True,)


def asked(conn: Connection, query: str, timeout: float = 5.0, most: int = 10) -> list[Answered]:
    return ask(conn, Question(query, DAY, KNOWN, timeout, most))


def refused(conn: Connection, query: str, timeout: float = 5.0) -> str:
    with pytest.raises(Invalid) as raised:
        asked(conn, query, timeout)
    assert raised.value.zh
    return raised.value.en


@pytest.mark.parametrize(
    ("query", "row"),
    [
        (ONE.format(1), ("parking", "110105", "", 1.0)),
        (ONE.format("NULL::int"), ("parking", "110105", "", None)),
        (ONE.format("0.1::numeric") + " -- a remark", ("parking", "110105", "", 0.1)),
        (ONE.format("1") + ", '第二批' AS scope;", ("parking", "110105", "第二批", 1.0)),
        (ONE.format("1") + ", NULL AS scope", ("parking", "110105", "", 1.0)),
        (ONE.format("day - :as_of::date") + " FROM (VALUES ('2018-06-27'::date)) v(day)", ("parking", "110105", "", 2.0)),
        (ONE.format("extract(day FROM :known_at)"), ("parking", "110105", "", 27.0)),
        (ONE.format("count(*)") + " FROM progress WHERE as_of = :as_of", ("parking", "110105", "", 0.0)),
        ("VALUES ('a', 'b', 1)", None),
    ],
)  # fmt: skip
def test_a_query_gives_its_named_columns(conn: Connection, query: str, row: Answered | None) -> None:
    if row is None:
        assert refused(conn, query).startswith(
            "the query gives the columns column1, column2, column3; it must"
        )
    else:
        assert asked(conn, query) == [row]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELECT 1 AS region, 1 AS value WHERE false", "the query gives the columns region, value; it must"),
        (ONE.format(1) + ", 2 AS valeu", "the query gives the columns indicator, region, value, valeu; it must"),
        (ONE.format(1) + ", 2 AS value", "the query gives the columns indicator, region, value, value; it must"),
        (ONE.format("'x'"), "the query's column value is no number: cast it to float8."),
        (ONE.format("'x'::float8"), 'the query failed: invalid input syntax for type double precision: "x".'),
        (ONE.format("1e999::numeric"), "the query failed: "),
        (ONE.format("1/0"), "the query failed: division by zero."),
        (ONE.format("1") + " FROM progres", 'the query failed: relation "progres" does not exist.'),
        (ONE.format("1") + ") AS x; SELECT (1", "the query failed: syntax error"),
        (ONE.format(1) + "; SELECT 2", "the query failed: cannot insert multiple commands into a prepared statement."),
        (ONE.format("n") + " FROM generate_series(1, 11) n", "the query gives more than 10 rows"),
        ("", "the query gives the columns -; it must"),
        ("LISTEN here", "the query gives the columns -; it must"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_in_a_sentence(conn: Connection, query: str, sentence: str) -> None:
    assert refused(conn, query).startswith(sentence)


def test_a_query_that_takes_too_long_is_broken_off(conn: Connection) -> None:
    endless = ONE.format("count(*)") + " FROM generate_series(1, 1000000000000)"
    late = "the query took longer than 0.2 s: bound it by day, or raise its timeout."
    assert refused(conn, endless, timeout=0.2) == late
    assert (
        refused(
            conn, ONE.format("set_config('statement_timeout', '0', false)::int") + f" FROM ({endless}) x", 0.2
        )
        == late
    )
    assert conn.execute("SHOW statement_timeout").fetchone() == ("2min",)


# How somebody might want out of the reader's rights, and what the server says to it.
WAYS_OUT = {
    "SELECT * FROM biaochi.token": "permission denied for schema biaochi",
    "SELECT pg_read_file('/etc/passwd')": "permission denied for function pg_read_file",
    "SELECT lo_export(1, '/tmp/x')": "permission denied for function lo_export",
    "SELECT set_config('role', 'none', true)": 'cannot set parameter "role" within security-definer function',
    "SELECT set_config('session_authorization', session_user, true)": 'cannot set parameter "session_authorization"',
    "SELECT query_to_xml('SELECT set_config(''role'', ''none'', true)', true, true, '')": 'cannot set parameter "role"',
    "SELECT query_to_xml('RESET ROLE', true, true, '')": "RESET is not allowed in a non-volatile function",
    "SELECT set_config('transaction_read_only', 'off', true)": "cannot set transaction read-write mode inside",
    "SELECT pg_terminate_backend(pg_backend_pid())": "permission denied to terminate process",
    "SELECT nextval('biaochi.region_region_id_seq')": "permission denied for schema biaochi",
    "SELECT 1 FROM report.evaluations FOR UPDATE": "permission denied for view evaluations",
    "SELECT 1 INTO TEMP mine": "cannot open SELECT INTO query as cursor",
    "WITH x AS (DELETE FROM report.alerts RETURNING 1) SELECT 1": "cannot",
    "DELETE FROM report.alerts RETURNING 1": "",
    "COPY (SELECT 1) TO PROGRAM 'true'": "cannot open COPY query as cursor",
    "CREATE TEMP TABLE mine (x int)": "cannot open CREATE TABLE query as cursor",
    "DO $$BEGIN END$$": "cannot open DO query as cursor",
    "RESET ROLE": "cannot open RESET query as cursor",
    "COMMIT": "cannot open COMMIT query as cursor",
    "SELECT 1; RESET ROLE": "cannot open multi-query plan as cursor",
}


@pytest.mark.parametrize("statement", WAYS_OUT)
def test_there_is_no_way_out_of_the_readers_rights(conn: Connection, statement: str) -> None:
    """Whoever asks the function itself, past everything that looks at the text, gets no further either."""
    with pytest.raises(psycopg.Error) as raised, conn.transaction():
        conn.execute("SET LOCAL transaction_read_only = on")
        conn.execute("SELECT * FROM biaochi.ask_as_reader(%s, '2018-01-01', now())", [statement])
    assert WAYS_OUT[statement] in str(raised.value)
    assert refused(conn, statement)


def test_a_query_runs_as_the_reader_and_the_transaction_goes_on_as_it_was(conn: Connection) -> None:
    who = "(current_user = 'biaochi_reader' AND current_setting('transaction_read_only') = 'on')::int"
    assert asked(conn, ONE.format(who)) == [("parking", "110105", "", 1.0)]
    settings = "set_config('search_path', 'nowhere', false) || set_config('timezone', 'UTC', false)"
    assert asked(conn, ONE.format(f"length({settings})"))
    refused(conn, ONE.format("1/0"))
    shown = conn.execute("SELECT current_setting('transaction_read_only'), current_setting('timezone')")
    assert shown.fetchone() == ("off", "Asia/Shanghai")
    conn.execute("CREATE TABLE public.still_writable ()")
    conn.execute("DROP TABLE public.still_writable")


def test_a_query_sees_what_its_transaction_has_written(conn: Connection) -> None:
    conn.execute(
        "INSERT INTO biaochi.evaluation (as_of, known_at, catalog_version, rules_version, closed_at, evaluated_at, seconds)"
        " VALUES (%s, now(), 1, 1, now(), now(), 0)",
        [DAY],
    )
    assert asked(conn, ONE.format("count(*)") + " FROM evaluations WHERE as_of = :as_of")[0][3] == 1
    conn.execute("DELETE FROM biaochi.evaluation")


def test_a_read_only_transaction_may_ask_too(own: Pool) -> None:
    with connection(own) as conn, read_only(conn):
        assert asked(conn, ONE.format(1)) == [("parking", "110105", "", 1.0)]
        refused(conn, ONE.format("1/0"))
        assert asked(conn, ONE.format(2))


def test_a_lost_connection_is_no_wrong_query(own: Pool) -> None:
    with pytest.raises(psycopg.OperationalError), own.connection() as conn, snapshot(conn):
        pid = conn.info.backend_pid
        with own.connection() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        asked(conn, ONE.format(1))


def test_a_bound_on_the_day_reaches_the_chunks(conn: Connection) -> None:
    """readings_known_at is folded into the query that calls it."""
    with conn.transaction(force_rollback=True):
        for first in ("2018-01-15", "2018-06-15"):
            conn.execute(
                "INSERT INTO biaochi.reading (series_id, day, submission_id) VALUES (1, %s, '')", [first]
            )
        text = "EXPLAIN SELECT * FROM report.readings_known_at(now()) WHERE day = '2018-06-15'"
        plan = "\n".join(str(row[0]) for row in conn.execute(text).fetchall())
        chunks = conn.execute("SELECT show_chunks('biaochi.reading')::text").fetchall()
    assert "Function Scan" not in plan
    assert [name.split(".")[1] in plan for (name,) in chunks] == [False, True]
