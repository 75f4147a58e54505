"""Which moment of an alert is explained, and what it was judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.catalog import Level, NodeKey
from service.domain.facts import EventKind
from service.domain.fold import AlertKey
from service.errors import Invalid, NotFound
from service.explain.explanation import Asked, Basis
from service.store import alerts, evaluations
from service.store.alerts import AlertRow, EventRow
from service.store.pool import Connection

MOVES = (EventKind.FIRED, EventKind.WORSE, EventKind.BETTER)


@dataclass(frozen=True, slots=True)
class Moment:
    """One day of an alert.

    number  of the event of that day, None for a day without one
    held    days its level's condition had held by then, None where that isn't remembered
    """

    alert: AlertRow
    key: AlertKey
    events: tuple[EventRow, ...]
    number: int | None
    basis: Basis
    level: Level
    held: int | None

    @property
    def event(self) -> EventRow | None:
        return self.events[self.number - 1] if self.number else None


def moment_of(conn: Connection, alert_id: str, asked: Asked) -> Moment:
    """The moment that is asked for; `NotFound` and `Invalid` say what there is instead."""
    found = alerts.list_alerts(conn, alert_id=alert_id, limit=1)
    if not found:
        zh, en = f"没有编号为“{alert_id}”的预警。", f"there is no alert {alert_id!r}."
        raise NotFound("no_alert", zh, en)
    (alert,) = found
    events = tuple(alerts.events(conn, alert_id))
    number = _number(conn, alert, events, asked)
    day = events[number - 1].as_of if number else asked.as_of
    assert day is not None  # without a day, an event was chosen
    basis = _basis(conn, day, events[number - 1] if number else None)
    key, clock = _key(alert), evaluations.read_clock(conn, day, _key(alert))
    level = Level(events[number - 1].level) if number else clock.level if clock else Level.NONE
    held = None
    evaluation = evaluations.get(conn, day)
    if clock and level and evaluation and evaluation.known_at == basis.known_at:
        held = clock.held[level - 1] if clock.held[level - 1] >= 0 else None
    return Moment(alert, key, events, number, basis, level, held)


def _number(conn: Connection, alert: AlertRow, events: Sequence[EventRow], asked: Asked) -> int | None:
    """The event that is meant: the one named, the last of the day named, or the last that lit or moved it."""
    if asked.event is not None:
        if not 1 <= asked.event <= len(events):
            zh = f"预警 {alert.alert_id} 共有{len(events)}次变动，没有第{asked.event}次。"
            en = f"alert {alert.alert_id} has events 1 to {len(events)}, and no {asked.event}."
            raise NotFound("no_event", zh, en)
        return asked.event
    if asked.as_of is None:
        moves = [at for at, event in enumerate(events, 1) if event.kind in MOVES]
        return moves[-1] if moves else len(events)
    _check_day(conn, alert, asked.as_of)
    same = [at for at, event in enumerate(events, 1) if event.as_of == asked.as_of]
    return same[-1] if same else None


def _check_day(conn: Connection, alert: AlertRow, day: date) -> None:
    last = alert.resolved or evaluations.last(conn)[0] or alert.fired
    if not alert.since <= day <= last:
        zh = f"预警 {alert.alert_id} 的截至日为 {alert.since} 至 {last}，不含 {day}。"
        en = f"alert {alert.alert_id} runs from {alert.since} to {last}; {day} is not among its days."
        raise Invalid("not_its_day", zh, en)


def _basis(conn: Connection, day: date, event: EventRow | None) -> Basis:
    """What the event noted; else what its day was last evaluated with."""
    if event and event.known_at and event.catalog_version and event.rules_version:
        return Basis(day, event.known_at, event.catalog_version, event.rules_version, True)
    evaluation = evaluations.get(conn, day)
    if evaluation is None:
        raise NotFound("not_evaluated", f"{day} 尚未评估。", f"{day} has not been evaluated.")
    e = evaluation
    return Basis(day, e.known_at, e.catalog_version, e.rules_version, event is None)


def _key(alert: AlertRow) -> AlertKey:
    node = NodeKey(alert.indicator, alert.region, alert.scope) if alert.indicator else None
    labels = ",".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))
    return AlertKey(alert.rule, node, alert.feed or "", alert.period_start, labels)
