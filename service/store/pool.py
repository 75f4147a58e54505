"""Connections to the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from service.errors import Unavailable

# The pool's own words on a failed connection may repeat part of the URL, password included.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

Connection = psycopg.Connection[TupleRow]
Pool = ConnectionPool[Connection]

# A reader must not hold the service up: the longest honest statement, a year's evaluation, takes seconds.
STATEMENT_TIMEOUT_SECONDS = 120
APPLICATION = "biaochi"


def is_database_url(text: str) -> bool:
    """Whether it can be read as a PostgreSQL URL or connection string."""
    try:
        psycopg.conninfo.conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        return False
    return True


def open_pool(dsn: str, *, size: int = 8, wait_seconds: float = 5.0) -> Pool:
    """A pool that is open at once and reconnects by itself; it doesn't wait for the server here.

    Connections are in autocommit mode: whoever owns a piece of work opens the transaction.
    """
    pool: Pool = ConnectionPool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=wait_seconds,
        open=False,
        name=APPLICATION,
        check=ConnectionPool.check_connection,
        reconnect_timeout=0,
        kwargs={
            "autocommit": True,
            "application_name": APPLICATION,
            "options": f"-c timezone=Asia/Shanghai -c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s",
        },
    )
    pool.open(wait=False)
    return pool


@contextmanager
def connection(pool: Pool) -> Iterator[Connection]:
    """A connection of the pool; losing the database is `Unavailable`, never a stack trace."""
    try:
        with pool.connection() as conn:
            yield conn
    except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
        if isinstance(error, psycopg.errors.QueryCanceled):
            raise
        raise Unavailable(
            "database_unavailable",
            "数据库暂时无法连接，请稍后重试；未收到回执的数据没有入库。",
            "The database cannot be reached just now; try again later. Nothing without a receipt was stored.",
        ) from error


@contextmanager
def in_time() -> Iterator[None]:
    """A statement that takes too long, mostly waiting for another's rows, is `Unavailable`: it may pass."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise Unavailable(
            "took_too_long",
            "数据库处理超时（可能正在处理另一批相同的数据），没有入库，请稍后原样重报。",
            "The database took too long, perhaps over another body with the same figures; nothing was stored: "
            "send it again later, as it is.",
        ) from error


@contextmanager
def snapshot(conn: Connection) -> Iterator[None]:
    """A transaction that sees one state of the database from its first statement to its last."""
    conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            yield
    finally:
        conn.isolation_level = None


@contextmanager
def read_only(conn: Connection) -> Iterator[None]:
    """A snapshot in which the database refuses every write."""
    conn.read_only = True
    try:
        with snapshot(conn):
            yield
    finally:
        conn.read_only = None


def ping(pool: Pool) -> None:
    """Raises `Unavailable` where the database does not answer."""
    with connection(pool) as conn:
        conn.execute("SELECT 1")
