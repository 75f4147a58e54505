"""Losing the database is one clear error, and passes by itself."""

from __future__ import annotations

import psycopg
import pytest

from service.errors import Unavailable
from service.store import evaluations
from service.store.pool import Pool, connection, open_pool, ping, snapshot


def end_backends(dsn: str) -> None:
    """What a restart of the server does to every connection of the pool."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'biaochi'"
        )


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with open_pool("postgresql://127.0.0.1:1/none", size=1, wait_seconds=0.1) as pool:
        with pytest.raises(Unavailable) as told:
            ping(pool)
        assert told.value.retryable


def test_a_connection_lost_in_use_is_unavailable_and_the_next_one_is_good(pool: Pool, database: str) -> None:
    with pytest.raises(Unavailable), connection(pool) as conn:
        end_backends(database)
        conn.execute("SELECT 1")
    ping(pool)


def test_a_connection_lost_while_idle_is_not_noticed_by_the_next_user(pool: Pool, database: str) -> None:
    ping(pool)
    end_backends(database)
    ping(pool)


def test_a_transaction_that_loses_its_connection_stores_nothing(pool: Pool, database: str) -> None:
    with pytest.raises(Unavailable), connection(pool) as conn, conn.transaction():
        conn.execute("INSERT INTO biaochi.installation (root, name) VALUES ('1', 'x')")
        end_backends(database)
        conn.execute("SELECT 1")
    with connection(pool) as conn:
        assert conn.execute("SELECT count(*) FROM biaochi.installation").fetchone() == (0,)


def test_a_slow_statement_is_not_mistaken_for_a_lost_database(pool: Pool) -> None:
    with pytest.raises(psycopg.errors.QueryCanceled), connection(pool) as conn:
        conn.execute("SET statement_timeout = '50ms'")
        conn.execute("SELECT pg_sleep(10)")


def test_a_snapshot_sees_nothing_that_is_committed_after_its_first_look(pool: Pool) -> None:
    count = "SELECT count(*) FROM biaochi.installation"
    with connection(pool) as conn, connection(pool) as other:
        with snapshot(conn):
            assert conn.execute(count).fetchone() == (0,)
            other.execute("INSERT INTO biaochi.installation (root, name) VALUES ('1', 'x')")
            assert conn.execute(count).fetchone() == (0,)
        assert conn.execute(count).fetchone() == (1,)


def test_an_evaluator_that_waits_too_long_is_asked_to_come_again(pool: Pool) -> None:
    with connection(pool) as one, connection(pool) as other, evaluations.evaluating(one):
        other.execute("SET statement_timeout = '50ms'")
        with pytest.raises(Unavailable) as told, evaluations.evaluating(other):
            raise AssertionError("two evaluators at once")
        assert told.value.code == "evaluation_running"


def test_evaluators_take_turns_even_after_one_failed(pool: Pool) -> None:
    with connection(pool) as one, pytest.raises(RuntimeError), evaluations.evaluating(one):
        raise RuntimeError
    with connection(pool) as other:
        other.execute("SET statement_timeout = '2s'")
        with evaluations.evaluating(other):
            pass
