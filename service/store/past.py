"""What changes the past: closed days, seals (封账), and what a submission had written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from service.errors import Unavailable
from service.store.pool import Connection
from service.store.queries import load
from service.store.staging import Staged


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far back a body may change figures unasked.

    judged_from        first day that is judged; earlier ones are history
    closed_through     last day whose cut-off has passed
    confirmed_through  closed days up to this one want a confirmation; None where it was given
    sealed             whether seals hold for whoever sent it
    """

    judged_from: date
    closed_through: date
    confirmed_through: date | None
    sealed: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """How many days and readings a body would change, from which day to which."""

    days: int
    readings: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did.

    closed_days  days that were closed already and whose figures changed
    unconfirmed  readings it changed though nobody had confirmed it
    """

    accepted: int
    revised: int
    first_day: date | None
    last_day: date | None
    closed_days: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class Seal:
    """封账: up to `through` no feed changes figures. `in_force`: it is the newest, which counts."""

    seal_id: int
    through: date
    note: str
    by: str
    at: datetime
    in_force: bool


def unconfirmed(conn: Connection, bounds: Bounds) -> Changes | None:
    """What staged rows would change that wants a confirmation."""
    span = _staged_within(conn, bounds.judged_from, bounds.confirmed_through)
    if span is None:
        return None
    with conn.cursor(row_factory=class_row(Changes)) as cursor:
        found = cursor.execute(load("past")["changes"], {"first": span[0], "last": span[1]}).fetchone()
    return found if found and found.days else None


def sealed(conn: Connection, bounds: Bounds, limit: int) -> tuple[date, Sequence[Staged]] | None:
    """The last day that is sealed, and the first staged rows that would change one up to it."""
    through = sealed_through(conn) if bounds.sealed else None
    span = _staged_within(conn, date.min, through)
    if through is None or span is None:
        return None
    with conn.cursor(row_factory=class_row(Staged)) as cursor:
        parameters = {"first": span[0], "last": span[1], "limit": limit}
        rows = cursor.execute(load("past")["changing"], parameters).fetchall()
    return (through, rows) if rows else None


def check(conn: Connection, bounds: Bounds, merged: Merged) -> None:
    """Make sure that a merge kept to its bounds. Raises `Unavailable` where it did not.

    What it would do was looked at before, but readings may have changed since. Within the caller's transaction,
    after the lock under which everything is recorded, seals too.
    """
    through = sealed_through(conn) if bounds.sealed and merged.first_day else None
    broken = through is not None and merged.first_day is not None and merged.first_day <= through
    if merged.unconfirmed or broken:
        zh = "处理期间同一批数据被他人改动，本次未入库，请原样重发。"
        en = "the same figures were changed while this was stored, so nothing was: send it again as it is."
        raise Unavailable("changed_meanwhile", zh, en)


def _staged_within(conn: Connection, first: date, last: date | None) -> tuple[date, date] | None:
    """The part of a span of days that staged rows may be about."""
    row = None if last is None else conn.execute(load("past")["span"]).fetchone()
    if last is None or row is None or row[0] is None:
        return None
    first, last = max(first, row[0]), min(last, row[1])
    return (first, last) if first <= last else None


def sealed_through(conn: Connection) -> date | None:
    """The last day that is sealed, if any is."""
    row = conn.execute(load("past")["sealed_through"]).fetchone()
    return row[0] if row else None


def seal(conn: Connection, through: date, note: str, by: str, at: datetime) -> Seal:
    """Seal every day up to one, from now on; an earlier day than before opens what lies between.

    One transaction of its own, in turn with what is being recorded: whoever is recorded later keeps to it.
    """
    with conn.transaction(), conn.cursor(row_factory=class_row(Seal)) as cursor:
        conn.execute(load("submissions")["lock_record"])
        parameters = {"through": through, "note": note, "by": by, "at": at}
        added = cursor.execute(load("past")["seal"], parameters).fetchone()
    assert added is not None  # INSERT … RETURNING gives one
    return added


def seals(conn: Connection) -> Sequence[Seal]:
    """Every seal, newest first."""
    with conn.cursor(row_factory=class_row(Seal)) as cursor:
        return cursor.execute(load("past")["seals"]).fetchall()
