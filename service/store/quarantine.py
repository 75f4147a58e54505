"""退回待改: broken rows of partial submissions, kept until somebody settles them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from service.store.pool import Connection
from service.store.queries import load

State = Literal["open", "released", "dismissed"]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A broken row: where it stood, what it said, its faults, and what became of it.

    position     among the broken rows of its submission
    released_as  the submission its corrected row was stored by
    """

    quarantine_id: str
    submission_id: str
    feed: str
    received_at: datetime
    recorded_at: datetime
    position: int
    place: str
    said: dict[str, Any]
    faults: list[dict[str, str]]
    state: State
    reason: str
    settled_by: str | None
    settled_at: datetime | None
    released_as: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows to be settled: those that are named, or the open ones of a submission, of these those that said just this."""

    ids: Sequence[str] = ()
    submission: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows to be listed; None is any."""

    state: State | None = None
    feed: str | None = None
    submission: str | None = None
    released_as: str | None = None


def get(conn: Connection, quarantine_id: str) -> Quarantined | None:
    """One row by its number."""
    with conn.cursor(row_factory=class_row(Quarantined)) as cursor:
        return cursor.execute(load("quarantine")["get"], {"quarantine_id": quarantine_id}).fetchone()


def list_newest(
    conn: Connection, wanted: Wanted, *, after: tuple[datetime, int] | None = None, limit: int
) -> Sequence[Quarantined]:
    """Rows of the newest submissions first, each submission's in order.

    after  instant of the submission, and position, of the last row that was seen
    """
    at, position = after or (None, None)
    plain = {name: getattr(wanted, name) for name in wanted.__slots__}
    with conn.cursor(row_factory=class_row(Quarantined)) as cursor:
        parameters = {**plain, "at": at, "position": position, "limit": limit}
        return cursor.execute(load("quarantine")["list_newest"], parameters).fetchall()


def lock(conn: Connection, chosen: Chosen, *, feed: str | None) -> Sequence[Quarantined]:
    """The rows, held until the end of the caller's transaction; of one feed only, unless that is None."""
    parameters = {
        "ids": list(chosen.ids),
        "submission": chosen.submission,
        "said": Jsonb(dict(chosen.said)),
        "feed": feed,
    }
    with conn.cursor(row_factory=class_row(Quarantined)) as cursor:
        return cursor.execute(load("quarantine")["lock"], parameters).fetchall()


def settle(
    conn: Connection,
    ids: Sequence[str],
    *,
    token_id: str,
    at: datetime,
    reason: str,
    released_as: str | None = None,
) -> None:
    """Release rows that are held as a submission, or dismiss them, where there is none."""
    parameters = {
        "ids": list(ids),
        "state": "dismissed" if released_as is None else "released",
        "reason": reason,
        "token_id": token_id,
        "at": at,
        "released_as": released_as,
    }
    conn.execute(load("quarantine")["settle"], parameters)


def settle_reported(
    conn: Connection, submission_id: str, *, at: datetime, reason: str, without: Sequence[str] = ()
) -> list[str]:
    """Release the open rows about readings that are staged for a submission of their feed; their numbers.

    without  rows that are settled otherwise
    """
    parameters = {"submission_id": submission_id, "at": at, "reason": reason, "except": list(without)}
    settled = [id_ for (id_,) in conn.execute(load("quarantine")["settle_reported"], parameters)]
    return sorted(settled, key=lambda id_: (len(id_), id_))


def reopen(conn: Connection, submission_id: str) -> None:
    """Let rows wait again that were released as a submission which is not to be stored after all."""
    conn.execute(load("quarantine")["reopen"], {"submission_id": submission_id})


def add_notice(conn: Connection, submission_id: str, notice: Mapping[str, str]) -> None:
    """Tell the sender of a submission one thing more."""
    parameters = {"submission_id": submission_id, "notice": Jsonb([dict(notice)])}
    conn.execute(load("quarantine")["add_notice"], parameters)


def open_by_feed(conn: Connection) -> dict[str, int]:
    """How many rows wait, for every feed that has any."""
    return dict(conn.execute(load("quarantine")["open_by_feed"]).fetchall())
