"""Reminders 催报: one per deadline, however many processes write it at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from service.store.pool import Connection
from service.store.queries import load


def is_written(conn: Connection, deadline: datetime) -> bool:
    """Whether somebody was reminded of a deadline."""
    row = conn.execute(load("reminders")["is_written"], {"deadline": deadline}).fetchone()
    return bool(row and row[0])


def reminded(conn: Connection, days: Sequence[date]) -> set[tuple[str, date]]:
    """Feeds and report days, of these days, of which somebody was reminded before."""
    return set(conn.execute(load("reminders")["reminded"], {"day": list(days)}).fetchall())


def add(
    conn: Connection,
    *,
    deadline: datetime,
    at: datetime,
    subject: str,
    message: str,
    named: Sequence[tuple[str, date]],
) -> int | None:
    """Write the reminder of a deadline; None where it is written already. The caller commits it with its messages.

    named  the feeds it names, each with the report days it owes something for
    """
    sql = load("reminders")
    parameters = {"deadline": deadline, "at": at, "subject": subject, "message": message}
    row = conn.execute(sql["add"], parameters).fetchone()
    if row is None:
        return None
    columns = {"feed": [feed for feed, _ in named], "day": [day for _, day in named]}
    conn.execute(sql["name_feeds"], {"reminder_id": row[0], **columns})
    return int(row[0])
