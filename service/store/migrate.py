"""Migrations: plain SQL files, each applied once, in order, under a lock, with a checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql as composed

from service.errors import BiaochiError
from service.store.pool import Connection
from service.store.queries import load

# Any number, the same for every replica: "biaochi" on a telephone keypad.
LOCK = 2_426_244


class MigrationError(BiaochiError):
    """The migrations on disk and the ones applied do not fit together, or one failed."""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: LiteralString  # a file of ours, never anybody's input

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def ensure_database(dsn: str, name: str) -> None:
    """Create a database on a server of ours, unless it is there."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        row = conn.execute(load("migrate")["database_exists"], {"name": name}).fetchone()
        if not (row and row[0]):
            # Somebody else may be quicker.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                conn.execute(composed.SQL("CREATE DATABASE {}").format(composed.Identifier(name)))


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Migrations of a folder in the order of their names; line ends do not change a checksum."""
    found = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return tuple(Migration(f.name, f.read_text("utf-8").replace("\r\n", "\n")) for f in found)


def migrate(conn: Connection, migrations: tuple[Migration, ...]) -> tuple[str, ...]:
    """Apply what is missing and return its names; calling again applies nothing.

    Each migration is one transaction. Processes that start together take turns.
    """
    sql = load("migrate")
    conn.execute("SET statement_timeout = 0")
    conn.execute(sql["lock"], {"lock": LOCK})
    try:
        conn.execute(sql["create_history"])
        todo = tuple(pending(conn, migrations))
        for migration in todo:
            _apply(conn, migration)
        return tuple(m.name for m in todo)
    finally:
        conn.execute(sql["unlock"], {"lock": LOCK})
        conn.execute("RESET statement_timeout")


def pending(conn: Connection, migrations: tuple[Migration, ...]) -> Iterator[Migration]:
    """Migrations not applied yet; a changed or late file is an error."""
    sql = load("migrate")
    exists = conn.execute(sql["history_exists"]).fetchone()
    applied: dict[str, str] = dict(conn.execute(sql["applied"]).fetchall()) if exists and exists[0] else {}
    if unknown := set(applied) - {m.name for m in migrations}:
        raise _error("newer_database", f"the database has migrations this version lacks: {sorted(unknown)}")
    for migration in migrations:
        if migration.name in applied:
            if applied[migration.name] != migration.sha256:
                raise _error("migration_changed", f"{migration.name} was changed after it was applied")
        elif applied and migration.name < max(applied):
            raise _error("migration_late", f"{migration.name} sorts before the applied {max(applied)}")
        else:
            yield migration


def admit_reader(conn: Connection, password: str) -> None:
    """Let the reading role log in with this password; replicas that start together take turns."""
    statement = composed.SQL("ALTER ROLE biaochi_reader LOGIN PASSWORD {}")
    conn.execute(load("migrate")["lock"], {"lock": LOCK})
    try:
        conn.execute(statement.format(composed.Literal(password)))
    finally:
        conn.execute(load("migrate")["unlock"], {"lock": LOCK})


def _apply(conn: Connection, migration: Migration) -> None:
    try:
        with conn.transaction():
            conn.execute(migration.sql)
            conn.execute(load("migrate")["record"], {"name": migration.name, "sha256": migration.sha256})
    except psycopg.Error as error:
        line = migration.sql[: int(error.diag.statement_position or 0)].count("\n") + 1
        raise _error("migration_failed", f"{migration.name}:{line}: {error.diag.message_primary}") from error


def _error(code: str, en: str) -> MigrationError:
    return MigrationError(code, f"数据库迁移有误：{en}", en)
