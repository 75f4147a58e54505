"""Alerts: those that fire, those that wait, what was said of them and to whom."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, StrictBool

from service.domain.catalog import Level
from service.domain.pending import Pending
from service.domain.rules import Rule
from service.http.models.values import Note
from service.store.alerts import AlertRow, EventRow, NotificationRow
from service.store.marks import Mark


class AlertOut(BaseModel):
    """An alert. `since` is the first as-of day of the episode on which the condition held.

    `overturned` is the as-of day on which it turned out that, as known then, it never was (已撤销).
    One in `shadow` is on trial: kept and shown, told to nobody.
    """

    id: str
    rule: str
    check: str
    indicator: str | None
    region: str | None
    scope: str
    feed: str | None
    level: str
    state: str
    since: date
    fired: date
    resolved: date | None
    overturned: date | None
    reason: str
    subject: str
    message: str
    figures: dict[str, Any]
    labels: dict[str, str]
    shadow: bool

    @classmethod
    def of(cls, row: AlertRow) -> Self:
        return cls(
            id=row.alert_id,
            rule=row.rule,
            check=row.check_type,
            indicator=row.indicator or None,
            region=row.region or None,
            scope=row.scope,
            feed=row.feed,
            level=Level(row.level).code,
            state=row.state,
            since=row.since,
            fired=row.fired,
            resolved=row.resolved,
            overturned=row.overturned,
            reason=row.reason,
            subject=row.subject,
            message=row.message,
            figures=row.figures,
            labels=row.labels,
            shadow=row.shadow,
        )


class EventOut(BaseModel):
    """Something that happened to an alert, as it was said then."""

    as_of: date
    at: datetime
    kind: str
    reason: str
    level: str
    retroactive: bool
    cause: dict[str, Any]
    subject: str
    message: str
    known_at: datetime | None
    catalog_version: int | None
    rules_version: int | None

    @classmethod
    def of(cls, row: EventRow) -> Self:
        plain = asdict(row)
        for inner in ("event_id", "figures"):
            plain.pop(inner)
        return cls(**{**plain, "level": Level(row.level).code})


class MarkIn(BaseModel, extra="forbid"):
    """Whether an alert was right (准/不准), and why."""

    accurate: StrictBool
    note: Note = ""


class MarkOut(BaseModel):
    """What somebody said of an alert. `counts`: it is the last word of its token."""

    alert: str
    accurate: bool
    note: str
    token: str
    at: datetime
    counts: bool

    @classmethod
    def of(cls, mark: Mark) -> Self:
        return cls(
            alert=mark.alert_id,
            accurate=mark.accurate,
            note=mark.note,
            token=mark.token_id,
            at=mark.at,
            counts=mark.counts,
        )


class AlertDetail(AlertOut):
    """An alert with everything that happened to it, and what people said of it."""

    events: list[EventOut]
    marks: list[MarkOut]


class PendingOut(BaseModel):
    """An alert whose condition holds, but not yet for as long as its rule asks.

    `level` is the worst that is reached; it fires on `fires_on` if the condition goes on holding.
    """

    rule: str
    check: str
    indicator: str | None
    region: str | None
    scope: str
    feed: str | None
    level: str
    since: date
    fires_on: date | None

    @classmethod
    def of(cls, waiting: Pending, rule: Rule | None, fires_on: date | None) -> Self:
        node = waiting.key.node
        return cls(
            rule=waiting.key.rule,
            check=rule.check_type if rule else "",
            indicator=node.indicator if node else None,
            region=node.region if node else None,
            scope=node.scope if node else "",
            feed=waiting.key.feed or None,
            level=waiting.level.code,
            since=waiting.since,
            fires_on=fires_on,
        )


class NotificationOut(BaseModel):
    """A message about an alert, a summary in place of many or a reminder, and what became of it."""

    id: str
    alert: str | None
    summary: str | None
    reminder: str | None
    channel: str
    state: str
    attempts: int
    subject: str
    text: str
    created_at: datetime
    finished_at: datetime | None
    last_error: str | None

    @classmethod
    def of(cls, row: NotificationRow) -> Self:
        plain = asdict(row)
        plain.pop("event_id")
        summary, reminder = plain.pop("summary_id"), plain.pop("reminder_id")
        return cls(
            id=str(plain.pop("notification_id")),
            alert=plain.pop("alert_id"),
            summary=None if summary is None else str(summary),
            reminder=None if reminder is None else str(reminder),
            **plain,
        )
