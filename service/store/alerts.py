"""Alerts, their events and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from service.store.pool import Connection
from service.store.queries import load


@dataclass(frozen=True, slots=True)
class LivedAlert:
    """An alert as it was left by the last day."""

    alert_id: str
    key: str
    rule: str
    check_type: str
    feed: str | None
    state: str
    level: int
    since: date
    fired: date
    resolved: date | None
    reason: str
    figures: dict[str, Any]
    subject: str
    message: str
    opened_at: datetime
    shadow: bool


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as people are shown it."""

    alert_id: str
    rule: str
    check_type: str
    indicator: str
    region: str
    scope: str
    feed: str | None
    period_start: date | None
    labels: dict[str, str]
    state: str
    level: int
    since: date
    fired: date
    resolved: date | None
    overturned: date | None
    reason: str
    figures: dict[str, Any]
    subject: str
    message: str
    opened_at: datetime
    shadow: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened; what it was judged by is None for events of before that was noted."""

    event_id: int
    as_of: date
    at: datetime
    kind: str
    reason: str
    level: int
    retroactive: bool
    cause: dict[str, Any]
    figures: dict[str, Any]
    subject: str
    message: str
    known_at: datetime | None
    catalog_version: int | None
    rules_version: int | None


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A message about an alert's event, or a summary."""

    notification_id: int
    alert_id: str | None
    event_id: int | None
    summary_id: int | None
    channel: str
    subject: str
    text: str
    state: str
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    last_error: str | None


def firing(conn: Connection) -> dict[str, LivedAlert]:
    """Alerts that fire, by key."""
    with conn.cursor(row_factory=class_row(LivedAlert)) as cursor:
        return {alert.key: alert for alert in cursor.execute(load("alerts")["firing"]).fetchall()}


def next_number(conn: Connection, issued: date, *, shadow: bool = False) -> str:
    """The number of the next alert of a day of issue: 2018-0702-03.

    Officials quote running numbers, so alerts in shadow have a series of their own: S2018-0702-03.
    """
    prefix = f"{'S' if shadow else ''}{issued:%Y-%m%d}-"
    row = conn.execute(load("alerts")["next_number"], {"prefix": prefix}).fetchone()
    return f"{prefix}{(row[0] if row else 0) + 1:02d}"


def open_alert(conn: Connection, **parameters: Any) -> None:
    """A new episode; figures and labels are plain data, `resolved` is None while it fires."""
    parameters["figures"], parameters["labels"] = Jsonb(parameters["figures"]), Jsonb(parameters["labels"])
    conn.execute(load("alerts")["open"], parameters)


def update_alert(conn: Connection, **parameters: Any) -> None:
    """What an alert is after a day."""
    parameters["figures"] = Jsonb(parameters["figures"])
    conn.execute(load("alerts")["update"], parameters)


def never_were(conn: Connection, first: date, exempt: Sequence[str]) -> list[LivedAlert]:
    """Alerts resolved on a day or later that, as known now, fired on none of their days.

    exempt  check types that are never overturned
    """
    with conn.cursor(row_factory=class_row(LivedAlert)) as cursor:
        parameters = {"first": first, "exempt": list(exempt)}
        return cursor.execute(load("alerts")["never_were"], parameters).fetchall()


def overturn(conn: Connection, alert_id: str, as_of: date) -> None:
    """Mark an alert that, as known now, never was."""
    conn.execute(load("alerts")["overturn"], {"alert_id": alert_id, "as_of": as_of})


def unlived(conn: Connection, episodes: Sequence[tuple[str, date, date]]) -> list[int]:
    """Positions of the episodes (key, day it fired, day it ended) that no alert tells of."""
    columns = {name: [e[at] for e in episodes] for at, name in enumerate(("key", "fired", "resolved"))}
    return [place - 1 for (place,) in conn.execute(load("alerts")["unlived"], columns).fetchall()]


def add_summary(conn: Connection, **parameters: Any) -> int:
    """One message in place of many; its number."""
    parameters["cause"] = Jsonb(parameters["cause"])
    row = conn.execute(load("alerts")["add_summary"], parameters).fetchone()
    assert row is not None  # INSERT … RETURNING gives one
    return int(row[0])


def add_event(conn: Connection, **parameters: Any) -> int:
    """Append an event; its number."""
    parameters["figures"], parameters["cause"] = Jsonb(parameters["figures"]), Jsonb(parameters["cause"])
    row = conn.execute(load("alerts")["add_event"], parameters).fetchone()
    assert row is not None  # INSERT … RETURNING gives one
    return int(row[0])


def list_alerts(
    conn: Connection,
    *,
    state: str | None = None,
    alert_id: str | None = None,
    shadow: bool | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 1000,
) -> Sequence[AlertRow]:
    """Alerts, the latest opened first; live ones or those in shadow, both by default."""
    opened, number = before or (None, None)
    with conn.cursor(row_factory=class_row(AlertRow)) as cursor:
        parameters = {
            "state": state,
            "alert_id": alert_id,
            "shadow": shadow,
            "before": opened,
            "before_id": number,
            "limit": limit,
        }
        return cursor.execute(load("alerts")["list_all"], parameters).fetchall()


def events(conn: Connection, alert_id: str) -> Sequence[EventRow]:
    """What happened to an alert, in order."""
    with conn.cursor(row_factory=class_row(EventRow)) as cursor:
        return cursor.execute(load("alerts")["events"], {"alert_id": alert_id}).fetchall()


def notifications(conn: Connection, *, after: int = 0, limit: int = 1000) -> Sequence[NotificationRow]:
    """Messages, in order."""
    with conn.cursor(row_factory=class_row(NotificationRow)) as cursor:
        return cursor.execute(load("alerts")["notifications"], {"after": after, "limit": limit}).fetchall()
