"""An outbox to test with: the least a message needs to exist, a clock, and deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import LiteralString

from prometheus_client import CollectorRegistry

from service.clock import SetClock, beijing
from service.notify.channels import Channel, Outgoing, Taken
from service.notify.deliver import LEASE, Delivery
from service.notify.metrics import NotifyMetrics
from service.notify.pace import Limit
from service.store import outbox
from service.store.outbox import NewNotification, Queued
from service.store.pool import Connection, Pool

START = beijing(date(2018, 7, 2), 10, 5)
Row = tuple[object, ...]
ALERT = "2018-0702-03"
SUBJECT = "【橙灯】“一绿”第二批拆迁腾退慢于序时20.5个百分点（截至6月30日）"
TEXT = "【橙灯|序时滞后】“一绿”第二批试点拆迁腾退慢于序时进度20.5个百分点\n欠进度27.4万平方米。"

_ALERT = """
WITH indicator AS (
    INSERT INTO biaochi.indicator (code, task, name, name_en, unit, unit_zh, kind, direction, lead)
    VALUES ('one_green', 'vacate', '“一绿”拆迁腾退', 'One green', 'm2', '平方米', 'flow', 'up', '')
    RETURNING indicator_id
), region AS (
    INSERT INTO biaochi.region (code, name, level) VALUES ('110105', '朝阳区', 'district') RETURNING region_id
), node AS (
    INSERT INTO biaochi.node (indicator_id, region_id) SELECT indicator_id, region_id FROM indicator, region
    RETURNING node_id
)
INSERT INTO biaochi.alert (alert_id, key, rule, check_type, node_id, state, level, since, fired, reason, figures,
                           subject, message, opened_at)
SELECT %(alert_id)s, 'key', 'rule', 'pace', node_id, 'firing', 3, %(day)s, %(day)s, 'condition', '{}',
       %(subject)s, %(text)s, %(at)s
FROM node
"""
_EVENT = """
INSERT INTO biaochi.alert_event (alert_id, as_of, at, kind, reason, level, retroactive, figures, subject, message)
VALUES (%(alert_id)s, %(day)s, %(at)s, 'worse', 'condition', 3, false, '{}', %(subject)s, %(text)s)
RETURNING event_id
"""


def add_alert(conn: Connection, at: datetime) -> None:
    """An alert for events to belong to; once per database."""
    if conn.execute("SELECT FROM biaochi.alert").fetchone() is None:
        conn.execute(_ALERT, _values(at))


def add_event(conn: Connection, at: datetime) -> int:
    """Something that happened to the alert."""
    row = conn.execute(_EVENT, _values(at)).fetchone()
    assert row is not None
    return int(row[0])


def enqueue_messages(conn: Connection, at: datetime, count: int, *channels: str) -> None:
    """As many events, each with a message on every channel, due at once."""
    add_alert(conn, at)
    events = [add_event(conn, at) for _ in range(count)]
    outbox.enqueue(
        conn,
        [
            NewNotification(event, channel, SUBJECT, f"{TEXT}\n编号：{event}", at, at)
            for event in events
            for channel in channels
        ],
    )


def _values(at: datetime) -> dict[str, str | date | datetime]:
    return {"alert_id": ALERT, "day": at.date(), "at": at, "subject": SUBJECT, "text": TEXT}


@dataclass
class Fake:
    """A channel in memory that fails as told."""

    name: str = "email"
    taken: list[Outgoing] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    limits: Sequence[Limit] = ()

    def send(self, message: Outgoing) -> Taken:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)
        return Taken("taken")


@dataclass
class Outbox:
    """A database with an outbox, its clock, and deliveries that work on it."""

    pool: Pool
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def fill(self, count: int, *channels: str) -> None:
        with self.pool.connection() as conn:
            enqueue_messages(conn, self.clock.now(), count, *channels)

    def delivery(self, *channels: Channel, registry: CollectorRegistry | None = None) -> Delivery:
        named = {channel.name: channel for channel in channels}
        metrics = NotifyMetrics(registry or self.registry, list(named))
        return Delivery(self.pool, self.clock, named, metrics, jitter=lambda: 1.0)

    def lease(self, channel: str = "email", limit: int = 10) -> list[Queued]:
        with self.pool.connection() as conn, conn.transaction():
            return outbox.lease_due(conn, channel, now=self.clock.now(), lease=LEASE, limit=limit)

    def rows(self) -> list[Row]:
        return self._all(
            "SELECT state, attempts, last_error FROM biaochi.notification ORDER BY notification_id"
        )

    def attempts(self) -> list[Row]:
        return self._all(
            "SELECT attempt, result, answer FROM biaochi.notification_attempt ORDER BY notification_id, attempt"
        )

    def count(self, channel: str, result: str) -> float | None:
        labels = {"channel": channel, "result": result}
        return self.registry.get_sample_value("biaochi_notifications_total", labels)

    def queue(self, channel: str) -> float | None:
        return self.registry.get_sample_value("biaochi_notification_queue_length", {"channel": channel})

    def _all(self, sql: LiteralString) -> list[Row]:
        with self.pool.connection() as conn:
            return list(conn.execute(sql).fetchall())
