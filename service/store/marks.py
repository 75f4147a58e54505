"""准/不准: what people say of alerts. Every mark is kept; the last of a token on an alert counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from service.store.pool import Connection
from service.store.queries import load


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. `counts`: it is the last of its token on the alert."""

    mark_id: int
    alert_id: str
    token_id: str
    accurate: bool
    note: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """A rule's alerts by what was said of them; disputed where those who marked one disagree."""

    rule: str
    alerts: int
    accurate: int
    inaccurate: int
    disputed: int

    @property
    def settled(self) -> int:
        return self.accurate + self.inaccurate

    @property
    def unmarked(self) -> int:
        return self.alerts - self.settled - self.disputed


@dataclass(frozen=True, slots=True)
class Settled:
    """An alert all agree on, as it fired: the as-of day, the instant, the level; and when it was resolved."""

    alert_id: str
    key: str
    fired: date
    at: datetime
    level: int
    resolved: date | None
    accurate: bool
    notes: list[str]

    def covers(self, day: date) -> bool:
        """Whether it fired on a day."""
        return self.fired <= day and (self.resolved is None or day < self.resolved)


def mark(
    conn: Connection, alert_id: str, token_id: str, *, accurate: bool, note: str, at: datetime
) -> tuple[Mark, bool]:
    """Add a mark, unless the token's last one says the same; second value: whether one was added.

    The alert must exist. One transaction of its own.
    """
    sql = load("marks")
    parameters = {
        "alert_id": alert_id,
        "token_id": token_id,
        "accurate": accurate,
        "note": note,
        "at": at,
    }
    with conn.transaction(), conn.cursor(row_factory=class_row(Mark)) as cursor:
        conn.execute(sql["lock_token"], parameters)
        last = cursor.execute(sql["last"], parameters).fetchone()
        if last and (last.accurate, last.note) == (accurate, note):
            return last, False
        added = cursor.execute(sql["add"], parameters).fetchone()
        assert added is not None  # INSERT … RETURNING gives one
        return added, True


def of_alert(conn: Connection, alert_id: str) -> Sequence[Mark]:
    """Every mark on an alert, in order."""
    with conn.cursor(row_factory=class_row(Mark)) as cursor:
        return cursor.execute(load("marks")["of_alert"], {"alert_id": alert_id}).fetchall()


def tally(conn: Connection) -> Sequence[Tally]:
    """Every rule that has ever fired, in order of name."""
    with conn.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(load("marks")["tally"]).fetchall()


def settled(conn: Connection) -> Sequence[Settled]:
    """Marked alerts on which nobody disagrees, in order of rule and day."""
    with conn.cursor(row_factory=class_row(Settled)) as cursor:
        return cursor.execute(load("marks")["settled"]).fetchall()
