"""What a judged day makes of the alerts: the difference between what fires and what fired.

Life and late data take the same path. What was lived is never rewritten: a difference becomes an
event, marked retroactive where it comes from knowledge that was not there when the days closed.
Every event says why; whether and how it is told is decided in `alerts.tell`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, fields, replace
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
from service.store.alerts import LivedAlert, MovedAlert, NewAlert, NewEvent
from service.store.pool import Connection
from service.words.messages import Message, compose

Cause = dict[str, Any]
# Reasons that are an alert's own, even where it is late data that brings them to light.
_NOT_ITS_OWN = (Reason.CONDITION, Reason.LATE_DATA)
_MOVES = tuple(each.name for each in fields(MovedAlert))


@dataclass(frozen=True)
class Again:
    """Closed days are judged again.

    reason  late_data, or restated
    cause   the submissions, and the days
    fired   when alerts that fire on the last of the days began to, where that was within them
    ended   why alerts that don't ended, where that was within them
    moved   figures of the last day within them on which an alert fired, moved or ended: the last may judge nothing
    """

    reason: Reason
    cause: Cause
    fired: Mapping[AlertKey, date] = field(default_factory=dict)
    ended: Mapping[AlertKey, Reason] = field(default_factory=dict)
    moved: Mapping[AlertKey, Figures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a day was judged by: readings recorded by an instant, a version of the catalogue and one of the rules."""

    known_at: datetime
    catalog_version: int
    rules_version: int


@dataclass
class Memory:
    """How alerts were left that had only new figures, so that a day judged again says anew only what is another.

    A cache and nothing more: it holds for one moment, and for an alert whose row is as it was left.
    """

    moment: tuple[object, ...] = ()
    left: dict[str, tuple[Outcome, LivedAlert]] = field(default_factory=dict)

    def at(self, moment: tuple[object, ...]) -> None:
        """What all alerts are told with; at another moment they say something else."""
        if moment != self.moment:
            self.moment, self.left = moment, {}

    def stands(self, change: Change) -> bool:
        """Whether saying it would leave the alert as it is."""
        lived = change.lived
        return (
            change.kind is None
            and lived is not None
            and self.left.get(lived.alert_id) == (change.outcome, lived)
        )

    def keep(self, outcome: Outcome, lived: LivedAlert) -> None:
        self.left[lived.alert_id] = (outcome, lived)


@dataclass(frozen=True)
class Ledger:
    """What alerts are written with.

    basis  what the day was judged by; every event notes it
    at     when it happens, by the injected clock
    again  where closed days are judged again; None in life
    moved  in life, what moved alerts other than their condition: reason and cause
    memory what was said before
    """

    speaker: Speaker
    rules: RuleSet
    basis: Basis
    node_id: Mapping[NodeKey, int]
    at: datetime
    again: Again | None = None
    moved: Mapping[AlertKey, tuple[Reason, Cause]] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    @property
    def moment(self) -> tuple[object, ...]:
        """What the words of an alert depend on beside its outcome and its row."""
        speaker, basis = self.speaker, self.basis
        sources = speaker.frame.source.tobytes()
        versions = (basis.catalog_version, basis.rules_version)
        return (speaker.as_of, speaker.issued_on, speaker.banner, self.restated, sources, *versions)

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


@dataclass(frozen=True, slots=True)
class Told:
    """An event to write, what it says, and whether it is kept quiet."""

    event: NewEvent
    facts: Facts
    message: Message
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """A difference put into words."""

    change: Change
    number: str
    figures: Figures
    facts: Facts
    message: Message


def apply_day(conn: Connection, day: Day, ledger: Ledger) -> list[Written]:
    """Bring the alerts to what the day says; the events that were written.

    Within the transaction of the evaluation. Applying the same day again writes none.
    """
    ledger.memory.at(ledger.moment)
    differences = [
        change for change in changes(day, store.firing(conn), ledger) if not ledger.memory.stands(change)
    ]
    numbers = numbered(conn, [change.shadow for change in differences if change.lived is None], ledger)
    said = [_say(change, _number(change, numbers), ledger) for change in differences]
    # Moved first: where one alert takes over from another, two of one key must not fire at once.
    store.move_alerts(conn, _moved(said, ledger))
    store.open_alerts(conn, [_opened(each, ledger) for each in said if each.change.lived is None])
    return write_events(conn, [_told(each, ledger) for each in said if each.change.kind])


def numbered(conn: Connection, shadows: Sequence[bool], ledger: Ledger) -> Iterator[str]:
    """Numbers for new alerts, in their order; those in shadow have a series of their own."""
    issued = ledger.speaker.issued_on
    series = {
        shadow: iter(store.next_numbers(conn, issued, count, shadow=shadow))
        for shadow, count in Counter(shadows).items()
    }
    return (next(series[shadow]) for shadow in shadows)


def write_events(conn: Connection, told: Sequence[Told]) -> list[Written]:
    """Append events, in order."""
    numbers = store.add_events(conn, [each.event for each in told])
    return [
        Written(number, each.facts, each.message, each.quiet)
        for number, each in zip(numbers, told, strict=True)
    ]


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


def _number(change: Change, numbers: Iterator[str]) -> str:
    return change.lived.alert_id if change.lived else next(numbers)


def _say(change: Change, number: str, ledger: Ledger) -> _Said:
    """What is to be said, with the figures of today where there are any."""
    lived, rule = change.lived, ledger.rules.named(change.outcome.key.rule)
    figures = change.outcome.figures or _last_figures(change, ledger)
    check = lived.check_type if lived else rule.check_type if rule else ""
    saying = _saying(change, number, Level(lived.level) if lived else Level.NONE, figures, ledger)
    facts = facts_of(ledger.speaker, rule, check, saying)
    return _Said(change, number, figures, facts, compose(facts))


def _last_figures(change: Change, ledger: Ledger) -> Figures:
    """Those of the day that moved the alert, where that was an earlier one judged again; else those it was left with."""
    moved = ledger.again.moved.get(change.outcome.key) if ledger.again and change.kind else None
    return moved or (from_plain(change.lived.figures) if change.lived else Figures())


def _opened(said: _Said, ledger: Ledger) -> NewAlert:
    outcome = said.change.outcome
    fired = ledger.again.fired.get(outcome.key) if ledger.again else None
    return NewAlert(
        **identity(outcome.key, ledger.rules.named(outcome.key.rule), ledger),
        alert_id=said.number,
        level=int(outcome.level),
        since=outcome.since,
        fired=fired or ledger.speaker.as_of,
        resolved=None,
        reason=said.change.reason.value,
        figures=to_plain(said.figures),
        subject=said.message.subject,
        message=said.message.text,
        opened_at=ledger.at,
        shadow=said.change.shadow,
    )


def identity(key: AlertKey, rule: Rule | None, ledger: Ledger) -> dict[str, Any]:
    """What an alert is about, as its row has it; `rule` is None where it was removed meanwhile."""
    return {
        "key": key.text,
        "rule": key.rule,
        "check_type": rule.check_type if rule else "",
        "node_id": ledger.node_id[key.node] if key.node else None,
        "feed": key.feed or None,
        "period_start": key.period,
        "labels": dict(rule.labels) if rule else {},
    }


def _moved(said: Sequence[_Said], ledger: Ledger) -> list[MovedAlert]:
    """The alerts that were there as they are now, where that is another than they were."""
    rows = []
    for each in said:
        if lived := each.change.lived:
            row = _moved_row(each, lived, ledger)
            left = replace(lived, **{name: getattr(row, name) for name in _MOVES})
            if each.change.kind is None:
                ledger.memory.keep(each.change.outcome, left)
            if left != lived:
                rows.append(row)
    return rows


def _moved_row(said: _Said, lived: LivedAlert, ledger: Ledger) -> MovedAlert:
    outcome = said.change.outcome
    ended = outcome.level is Level.NONE
    return MovedAlert(
        alert_id=said.number,
        state="resolved" if ended else "firing",
        level=lived.level if ended else int(outcome.level),
        since=outcome.since,
        resolved=ledger.speaker.as_of if ended else None,
        reason=said.change.reason.value if said.change.kind else lived.reason,
        figures=to_plain(said.figures),
        subject=said.message.subject,
        message=said.message.text,
    )


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


def _told(said: _Said, ledger: Ledger) -> Told:
    change = said.change
    event = event_of(
        said.facts,
        said.message,
        ledger,
        figures=said.figures,
        as_of=ledger.speaker.as_of,
        reason=change.reason,
        level=change.outcome.level,
        cause=change.cause,
    )
    return Told(event, said.facts, said.message)


def event_of(
    facts: Facts,
    message: Message,
    ledger: Ledger,
    *,
    figures: Figures,
    as_of: date,
    reason: Reason,
    level: Level,
    cause: Cause,
) -> NewEvent:
    """What happened to an alert, as its row has it; `figures` are as judged, with codes and no names."""
    return NewEvent(
        alert_id=facts.number,
        as_of=as_of,
        at=ledger.at,
        kind=facts.event.value,
        reason=reason.value,
        level=int(level),
        retroactive=ledger.retroactive,
        cause=cause,
        figures=to_plain(figures),
        subject=message.subject,
        message=message.text,
        **asdict(ledger.basis),
    )
