"""Alerts, their events and their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
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
class NewAlert:
    """A new episode; figures and labels are plain data, `resolved` is None while it fires."""

    alert_id: str
    key: str
    rule: str
    check_type: str
    node_id: int | None
    feed: str | None
    period_start: date | None
    labels: Mapping[str, str]
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
class MovedAlert:
    """What an alert is after a day."""

    alert_id: str
    state: str
    level: int
    since: date
    resolved: date | None
    reason: str
    figures: dict[str, Any]
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened to an alert, and what it was judged by."""

    alert_id: str
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
    known_at: datetime
    catalog_version: int
    rules_version: int


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
    reminder_id: int | None
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


def next_numbers(conn: Connection, issued: date, count: int, *, shadow: bool = False) -> list[str]:
    """The numbers of the next alerts of a day of issue: 2018-0702-03, 2018-0702-04.

    Officials quote running numbers, so alerts in shadow have a series of their own: S2018-0702-03.
    """
    prefix = f"{'S' if shadow else ''}{issued:%Y-%m%d}-"
    row = conn.execute(load("alerts")["numbered"], {"prefix": prefix}).fetchone()
    used = row[0] if row else 0
    return [f"{prefix}{number:02d}" for number in range(used + 1, used + count + 1)]


def open_alerts(conn: Connection, alerts: Sequence[NewAlert]) -> None:
    """New episodes."""
    if alerts:
        conn.execute(load("alerts")["open"], _rows(alerts))


def move_alerts(conn: Connection, alerts: Sequence[MovedAlert]) -> None:
    """What alerts are after a day."""
    if alerts:
        conn.execute(load("alerts")["move"], _rows(alerts))


def never_were(conn: Connection, first: date, exempt: Sequence[str]) -> list[LivedAlert]:
    """Alerts resolved on a day or later that, as known now, fired on none of their days.

    exempt  check types that are never overturned
    """
    with conn.cursor(row_factory=class_row(LivedAlert)) as cursor:
        parameters = {"first": first, "exempt": list(exempt)}
        return cursor.execute(load("alerts")["never_were"], parameters).fetchall()


def overturn(conn: Connection, alert_ids: Sequence[str], as_of: date) -> None:
    """Mark alerts that, as known now, never were."""
    if alert_ids:
        conn.execute(load("alerts")["overturn"], {"alert_id": list(alert_ids), "as_of": as_of})


def unlived(conn: Connection, episodes: Sequence[tuple[str, date, date]]) -> list[int]:
    """Positions of the episodes (key, day it fired, day it ended) that no alert tells of."""
    parameters = {name: [e[at] for e in episodes] for at, name in enumerate(("key", "fired", "resolved"))}
    return [place - 1 for (place,) in conn.execute(load("alerts")["unlived"], parameters).fetchall()]


def add_summary(conn: Connection, **parameters: Any) -> int:
    """One message in place of many; its number."""
    parameters["cause"] = Jsonb(parameters["cause"])
    row = conn.execute(load("alerts")["add_summary"], parameters).fetchone()
    assert row is not None  # INSERT … RETURNING gives one
    return int(row[0])


def add_events(conn: Connection, events: Sequence[NewEvent]) -> list[int]:
    """Append events; their numbers, which rise in the order given."""
    if not events:
        return []
    return [number for (number,) in conn.execute(load("alerts")["add_events"], _rows(events))]


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


def _rows(rows: Sequence[NewAlert] | Sequence[MovedAlert] | Sequence[NewEvent]) -> dict[str, str]:
    """Rows as one JSON document: arrays of long texts would have to be escaped one by one."""
    return {"rows": msgspec.json.encode(rows).decode()}
