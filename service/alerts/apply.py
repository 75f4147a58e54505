"""What a judged day makes of the alerts: the difference between what fires and what fired.

Life and late data take the same path. What was lived is never rewritten: a difference becomes an
event, marked retroactive where it comes from knowledge that was not there when the days closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from service.alerts.facts import Saying, Speaker, facts_of
from service.alerts.figures import from_plain, to_plain
from service.domain.catalog import Level, NodeKey
from service.domain.facts import EventKind, Figures, Reason
from service.domain.fold import Day, Outcome, parse_key
from service.domain.rules import RuleSet
from service.store import alerts as store
from service.store import outbox
from service.store.alerts import FiringAlert
from service.store.pool import Connection
from service.words.messages import Message, compose


@dataclass(frozen=True, slots=True)
class Basis:
    """What a day was judged by: readings recorded by an instant, a version of the catalogue and one of the rules."""

    known_at: datetime
    catalog_version: int
    rules_version: int


@dataclass(frozen=True)
class Ledger:
    """What alerts are written with.

    basis     what the day was judged by; every event notes it
    at        when it happens, by the injected clock
    channels  names of the channels every event goes out on
    cause     what made a past day be judged again; empty in life
    """

    speaker: Speaker
    rules: RuleSet
    basis: Basis
    node_id: Mapping[NodeKey, int]
    at: datetime
    channels: Sequence[str]
    cause: dict[str, Any] = field(default_factory=dict)

    @property
    def retroactive(self) -> bool:
        return bool(self.cause)

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
    lived: FiringAlert | None
    kind: EventKind | None
    reason: Reason
    shadow: bool


def apply_day(conn: Connection, day: Day, ledger: Ledger) -> int:
    """Bring the alerts to what the day says; events and messages are written with them.

    Within the transaction of the evaluation. Returns how many events were written; applying the
    same day again writes none.
    """
    events = 0
    for change in changes(day, store.firing(conn), ledger.retroactive, ledger.in_shadow):
        if change.lived is None:
            _open(conn, change, ledger)
        else:
            _move(conn, change, change.lived, ledger)
        events += change.kind is not None
    return events


def changes(
    day: Day, lived: Mapping[str, FiringAlert], retroactive: bool, in_shadow: Set[str] = frozenset()
) -> Iterator[Change]:
    """Differences between the alerts of the day and those that fire; kind None where only figures moved.

    in_shadow  rules that run in shadow now
    """
    outcomes = {outcome.key.text: outcome for outcome in day.outcomes}
    for key, outcome in outcomes.items():
        alert = lived.get(key)
        if alert is None and outcome.level is Level.NONE:
            continue  # ended within a day that is judged again, and never lived
        shadow = outcome.key.rule in in_shadow
        # Late data change what is known of a day, not the mode its alerts were lived in.
        if alert and outcome.level and alert.shadow != shadow and not retroactive:
            yield from _switched(outcome, alert, shadow)
            continue
        kind = _kind(Level(alert.level) if alert else Level.NONE, outcome.level)
        reason = _reason(outcome, retroactive and kind is not None)
        yield Change(outcome, alert, kind, reason, alert.shadow if alert else shadow)
    for key, alert in lived.items():
        if key not in outcomes:
            gone = Outcome(parse_key(key), Level.NONE, alert.since, None, Reason.LATE_DATA, None)
            yield Change(gone, alert, EventKind.RESOLVED, _reason(gone, retroactive), alert.shadow)


def _switched(outcome: Outcome, alert: FiringAlert, shadow: bool) -> Iterator[Change]:
    """The rule went into shadow, or came out of it: the alert ends, and another takes over where it stood."""
    reason = Reason.SHADOW_BEGUN if shadow else Reason.SHADOW_ENDED
    figures = outcome.figures or from_plain(alert.figures)  # no data today: it goes on with what it said last
    ended = replace(outcome, level=Level.NONE, figures=figures)
    yield Change(ended, alert, EventKind.RESOLVED, reason, alert.shadow)
    yield Change(replace(outcome, figures=figures), None, EventKind.FIRED, reason, shadow)


def _kind(before: Level, after: Level) -> EventKind | None:
    if before == after:
        return None
    if not before:
        return EventKind.FIRED
    if not after:
        return EventKind.RESOLVED
    return EventKind.WORSE if after > before else EventKind.BETTER


def _reason(outcome: Outcome, retroactive: bool) -> Reason:
    own = outcome.reason in (Reason.PERIOD_CLOSED, Reason.RULE_REMOVED)
    return Reason.LATE_DATA if retroactive and not own else outcome.reason


def _open(conn: Connection, change: Change, ledger: Ledger) -> None:
    outcome, key = change.outcome, change.outcome.key
    number = store.next_number(conn, ledger.speaker.issued_on, shadow=change.shadow)
    rule = ledger.rules.named(key.rule)
    check = rule.check_type if rule else ""
    figures = outcome.figures or Figures()
    message = _say(ledger, check, _saying(change, number, Level.NONE, figures, ledger))
    store.open_alert(
        conn,
        alert_id=number,
        key=key.text,
        rule=key.rule,
        check_type=check,
        node_id=ledger.node_id[key.node] if key.node else None,
        feed=key.feed or None,
        period_start=key.period,
        labels=rule.labels if rule else {},
        level=int(outcome.level),
        since=outcome.since,
        as_of=ledger.speaker.as_of,
        reason=change.reason.value,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
        at=ledger.at,
        shadow=change.shadow,
    )
    _event(conn, change, number, figures, message, ledger)


def _move(conn: Connection, change: Change, alert: FiringAlert, ledger: Ledger) -> None:
    outcome = change.outcome
    figures = outcome.figures or from_plain(alert.figures)
    saying = _saying(change, alert.alert_id, Level(alert.level), figures, ledger, since=alert)
    message = _say(ledger, alert.check_type, saying)
    ended = outcome.level is Level.NONE
    store.update_alert(
        conn,
        alert_id=alert.alert_id,
        state="resolved" if ended else "firing",
        level=alert.level if ended else int(outcome.level),
        resolved=ledger.speaker.as_of if ended else None,
        reason=change.reason.value if change.kind else alert.reason,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
    )
    if change.kind:
        _event(conn, change, alert.alert_id, figures, message, ledger)


def _saying(
    change: Change,
    number: str,
    before: Level,
    figures: Figures,
    ledger: Ledger,
    *,
    since: FiringAlert | None = None,
) -> Saying:
    """What to say; an alert that only has new figures reads as it did when it fired."""
    level = change.outcome.level or before
    return Saying(
        key=change.outcome.key,
        number=number,
        event=change.kind or EventKind.FIRED,
        reason=change.reason,
        level=level,
        before=before,
        since=since.since if since else change.outcome.since,
        figures=figures,
        retroactive=ledger.retroactive and change.kind is not None,
        shadow=change.shadow,
    )


def _say(ledger: Ledger, check: str, saying: Saying) -> Message:
    rule = ledger.rules.named(saying.key.rule)
    return compose(facts_of(ledger.speaker, rule, check, saying))


def _event(
    conn: Connection, change: Change, number: str, figures: Figures, message: Message, ledger: Ledger
) -> None:
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
        cause=ledger.cause,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
        **asdict(ledger.basis),
    )
    if change.shadow:
        return
    outbox.enqueue(
        conn,
        [
            outbox.NewNotification(event_id, channel, message.subject, message.text, ledger.at, ledger.at)
            for channel in ledger.channels
        ],
    )
