"""What a judged day makes of the alerts: the difference between what fires and what fired.

Life and late data take the same path. What was lived is never rewritten: a difference becomes an
event, marked retroactive where it comes from knowledge that was not there when the days closed.
Every event says why; whether and how it is told is decided in `alerts.tell`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from service.alerts.facts import Saying, Speaker, facts_of
from service.alerts.figures import from_plain, to_plain
from service.domain.catalog import Level, NodeKey
from service.domain.facts import EventKind, Facts, Figures, Reason
from service.domain.fold import AlertKey, Day, Outcome, parse_key
from service.domain.rules import Rule, RuleSet
from service.store import alerts as store
from service.store.alerts import LivedAlert
from service.store.pool import Connection
from service.words.messages import Message, compose

Cause = dict[str, Any]
# Reasons that are an alert's own, even where it is late data that brings them to light.
_NOT_ITS_OWN = (Reason.CONDITION, Reason.LATE_DATA)


@dataclass(frozen=True)
class Again:
    """Closed days are judged again.

    reason  late_data, or restated
    cause   the submissions, and the days
    fired   when alerts that fire on the last of the days began to, where that was within them
    ended   why alerts that don't ended, where that was within them
    """

    reason: Reason
    cause: Cause
    fired: Mapping[AlertKey, date] = field(default_factory=dict)
    ended: Mapping[AlertKey, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a day was judged by: readings recorded by an instant, a version of the catalogue and one of the rules."""

    known_at: datetime
    catalog_version: int
    rules_version: int


@dataclass(frozen=True)
class Ledger:
    """What alerts are written with.

    basis  what the day was judged by; every event notes it
    at     when it happens, by the injected clock
    again  where closed days are judged again; None in life
    moved  in life, what moved alerts other than their condition: reason and cause
    """

    speaker: Speaker
    rules: RuleSet
    basis: Basis
    node_id: Mapping[NodeKey, int]
    at: datetime
    again: Again | None = None
    moved: Mapping[AlertKey, tuple[Reason, Cause]] = field(default_factory=dict)

    @property
    def retroactive(self) -> bool:
        return self.again is not None

    @property
    def restated(self) -> bool:
        return self.again is not None and self.again.reason is Reason.RESTATED

    def account(self, outcome: Outcome) -> tuple[Reason, Cause]:
        """Why the alert is another than before."""
        if self.again is None:
            return self.moved.get(outcome.key, (outcome.reason, {}))
        own = outcome.reason not in _NOT_ITS_OWN
        return (outcome.reason if own else self.again.reason), self.again.cause

    @cached_property
    def in_shadow(self) -> Set[str]:
        """Names of the rules whose alerts are told to nobody."""
        return self.rules.in_shadow(self.speaker.catalog)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: an alert to open, to move or to end. `lived` is None for a new one.

    shadow  whether it is an alert in shadow, which keeps what it would say and tells nobody
    """

    outcome: Outcome
    lived: LivedAlert | None
    kind: EventKind | None
    reason: Reason
    cause: Cause
    shadow: bool


@dataclass(frozen=True, slots=True)
class Written:
    """An event that was written, and what it says.

    quiet  recorded, and nobody is told: it is over
    """

    event_id: int
    facts: Facts
    message: Message
    quiet: bool = False


def apply_day(conn: Connection, day: Day, ledger: Ledger) -> list[Written]:
    """Bring the alerts to what the day says; the events that were written.

    Within the transaction of the evaluation. Applying the same day again writes none.
    """
    written: list[Written] = []
    for change in changes(day, store.firing(conn), ledger):
        if change.lived is None:
            written.append(_open(conn, change, ledger))
        else:
            written += _move(conn, change, change.lived, ledger)
    return written


def changes(day: Day, lived: Mapping[str, LivedAlert], ledger: Ledger) -> Iterator[Change]:
    """Differences between the alerts of the day and those that fire; kind None where only figures moved."""
    outcomes = {outcome.key.text: outcome for outcome in day.outcomes}
    for key, outcome in outcomes.items():
        alert = lived.get(key)
        if alert is None and outcome.level is Level.NONE:
            continue  # ended within a day that is judged again, and never lived
        shadow = outcome.key.rule in ledger.in_shadow
        # Late data change what is known of a day, not the mode its alerts were lived in.
        if alert and outcome.level and alert.shadow != shadow and not ledger.retroactive:
            yield from _switched(outcome, alert, shadow)
            continue
        kind = _kind(Level(alert.level) if alert else Level.NONE, outcome.level)
        reason, cause = ledger.account(outcome) if kind else (outcome.reason, {})
        yield Change(outcome, alert, kind, reason, cause, alert.shadow if alert else shadow)
    for key, alert in lived.items():
        if key not in outcomes:
            gone = _gone(parse_key(key), alert, ledger)
            yield Change(gone, alert, EventKind.RESOLVED, *ledger.account(gone), alert.shadow)


def _gone(key: AlertKey, alert: LivedAlert, ledger: Ledger) -> Outcome:
    """As known now, the alert had ended before this day, or never was."""
    reason = ledger.again.ended.get(key) if ledger.again else None
    return Outcome(key, Level.NONE, alert.since, None, reason or Reason.LATE_DATA, None)


def _switched(outcome: Outcome, alert: LivedAlert, shadow: bool) -> Iterator[Change]:
    """The rule went into shadow, or came out of it: the alert ends, and another takes over where it stood."""
    reason = Reason.SHADOW_BEGUN if shadow else Reason.SHADOW_ENDED
    figures = outcome.figures or from_plain(alert.figures)  # no data today: it goes on with what it said last
    ended = replace(outcome, level=Level.NONE, figures=figures)
    yield Change(ended, alert, EventKind.RESOLVED, reason, {}, alert.shadow)
    yield Change(replace(outcome, figures=figures), None, EventKind.FIRED, reason, {}, shadow)


def _kind(before: Level, after: Level) -> EventKind | None:
    if before == after:
        return None
    if not before:
        return EventKind.FIRED
    if not after:
        return EventKind.RESOLVED
    return EventKind.WORSE if after > before else EventKind.BETTER


def _open(conn: Connection, change: Change, ledger: Ledger) -> Written:
    outcome = change.outcome
    number = store.next_number(conn, ledger.speaker.issued_on, shadow=change.shadow)
    rule = ledger.rules.named(outcome.key.rule)
    figures = outcome.figures or Figures()
    saying = _saying(change, number, Level.NONE, figures, ledger)
    facts = facts_of(ledger.speaker, rule, rule.check_type if rule else "", saying)
    message = compose(facts)
    fired = ledger.again.fired.get(outcome.key) if ledger.again else None
    store.open_alert(
        conn,
        **identity(outcome.key, rule, ledger),
        alert_id=number,
        level=int(outcome.level),
        since=outcome.since,
        fired=fired or ledger.speaker.as_of,
        resolved=None,
        reason=change.reason.value,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
        at=ledger.at,
        shadow=change.shadow,
    )
    return _event(conn, change, number, figures, facts, message, ledger)


def identity(key: AlertKey, rule: Rule | None, ledger: Ledger) -> dict[str, Any]:
    """What an alert is about, as its row has it; `rule` is None where it was removed meanwhile."""
    return {
        "key": key.text,
        "rule": key.rule,
        "check_type": rule.check_type if rule else "",
        "node_id": ledger.node_id[key.node] if key.node else None,
        "feed": key.feed or None,
        "period_start": key.period,
        "labels": rule.labels if rule else {},
    }


def _move(conn: Connection, change: Change, alert: LivedAlert, ledger: Ledger) -> list[Written]:
    """The alert as it is now, and an event where that is more than new figures."""
    outcome = change.outcome
    figures = outcome.figures or from_plain(alert.figures)
    saying = _saying(change, alert.alert_id, Level(alert.level), figures, ledger)
    facts = facts_of(ledger.speaker, ledger.rules.named(outcome.key.rule), alert.check_type, saying)
    message = compose(facts)
    ended = outcome.level is Level.NONE
    store.update_alert(
        conn,
        alert_id=alert.alert_id,
        state="resolved" if ended else "firing",
        level=alert.level if ended else int(outcome.level),
        since=outcome.since,
        resolved=ledger.speaker.as_of if ended else None,
        reason=change.reason.value if change.kind else alert.reason,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
    )
    if change.kind is None:
        return []
    return [_event(conn, change, alert.alert_id, figures, facts, message, ledger)]


def _saying(change: Change, number: str, before: Level, figures: Figures, ledger: Ledger) -> Saying:
    """What to say; an alert that only has new figures reads as it did when it fired."""
    level = change.outcome.level or before
    return Saying(
        key=change.outcome.key,
        number=number,
        event=change.kind or EventKind.FIRED,
        reason=change.reason,
        level=level,
        before=before,
        since=change.outcome.since,
        figures=figures,
        retroactive=ledger.retroactive and change.kind is not None,
        restated=ledger.restated,
        shadow=change.shadow,
    )


def _event(
    conn: Connection,
    change: Change,
    number: str,
    figures: Figures,
    facts: Facts,
    message: Message,
    ledger: Ledger,
) -> Written:
    assert change.kind is not None
    event_id = store.add_event(
        conn,
        alert_id=number,
        as_of=ledger.speaker.as_of,
        at=ledger.at,
        kind=change.kind.value,
        reason=change.reason.value,
        level=int(change.outcome.level),
        retroactive=ledger.retroactive,
        cause=change.cause,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
        **asdict(ledger.basis),
    )
    return Written(event_id, facts, message)
