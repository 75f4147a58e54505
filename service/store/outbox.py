"""The outbox: messages are written with the event they tell of, leased, sent, recorded.

A lease is a claim for a while. `attempts` counts the leases and is the fence: whoever records names
the lease he held, so a sender that comes too late changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from service.store.pool import Connection
from service.store.queries import load


@dataclass(frozen=True, slots=True)
class NewNotification:
    """A message about an event, a summary or a reminder, to send on a channel, not before `due_at`."""

    event_id: int | None
    channel: str
    subject: str
    text: str
    due_at: datetime
    created_at: datetime
    summary_id: int | None = None
    reminder_id: int | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """A leased message; `attempts` counts this lease too, `tried_at` is when it was first tried, if ever."""

    notification_id: int
    channel: str
    subject: str
    text: str
    attempts: int
    created_at: datetime
    tried_at: datetime | None = None


def enqueue(conn: Connection, rows: Sequence[NewNotification]) -> int:
    """Queue messages; those whose event, summary or reminder is already queued or sent on the channel are passed over.

    Returns how many were new.
    """
    columns = (
        "event_id",
        "summary_id",
        "reminder_id",
        "channel",
        "subject",
        "text",
        "created_at",
        "due_at",
    )
    parameters = {column: [getattr(row, column) for row in rows] for column in columns}
    return conn.execute(load("outbox")["enqueue"], parameters).rowcount


def lease_due(conn: Connection, channel: str, *, now: datetime, lease: timedelta, limit: int) -> list[Queued]:
    """The oldest due messages of a channel, ours until `now + lease`.

    The caller commits before it sends; a lease nobody recorded or released ends by itself.
    """
    parameters = {"channel": channel, "now": now, "leased_until": now + lease, "limit": limit}
    with conn.cursor(row_factory=class_row(Queued)) as cursor:
        return cursor.execute(load("outbox")["lease_due"], parameters).fetchall()


def record_sent(conn: Connection, queued: Queued, *, at: datetime, answer: str) -> bool:
    """It was taken. False where the lease was lost meanwhile; then nothing is written."""
    return _record(conn, queued, at=at, state="sent", result="sent", answer=answer, finished_at=at)


def record_retry(conn: Connection, queued: Queued, *, at: datetime, due_at: datetime, error: str) -> bool:
    """It failed and is due again later. False as in `record_sent`."""
    return _record(
        conn, queued, at=at, state="queued", result="retried", answer=error, error=error, due_at=due_at
    )


def record_given_up(conn: Connection, queued: Queued, *, at: datetime, error: str) -> bool:
    """It failed for good. False as in `record_sent`."""
    return _record(
        conn, queued, at=at, state="given_up", result="given_up", answer=error, error=error, finished_at=at
    )


def release(conn: Connection, queued: Sequence[Queued]) -> None:
    """Give back leased messages nobody tried to send."""
    parameters = {
        "notification_id": [row.notification_id for row in queued],
        "attempt": [row.attempts for row in queued],
    }
    conn.execute(load("outbox")["release"], parameters)


def backlog(conn: Connection) -> dict[str, int]:
    """How many messages wait, by channel; channels without any are not named."""
    return dict(conn.execute(load("outbox")["backlog"]).fetchall())


def _record(
    conn: Connection,
    queued: Queued,
    *,
    at: datetime,
    state: str,
    result: str,
    answer: str,
    error: str | None = None,
    due_at: datetime | None = None,
    finished_at: datetime | None = None,
) -> bool:
    parameters = {
        "notification_id": queued.notification_id,
        "attempt": queued.attempts,
        "at": at,
        "state": state,
        "result": result,
        "answer": answer,
        "error": error,
        "due_at": due_at,
        "finished_at": finished_at,
    }
    return conn.execute(load("outbox")["record"], parameters).rowcount == 1
