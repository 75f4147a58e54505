"""What days that are judged again make of alerts that are over.

An episode that, as known now, fired and ended within those days and was never lived is recorded; an
alert that was lived and, as known now, never was is marked. Nobody is told: nothing of it can be acted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from service.alerts.apply import Ledger, Told, Written, event_of, identity, numbered, write_events
from service.alerts.facts import Saying, facts_of
from service.alerts.figures import from_plain, to_plain
from service.domain.alerting import Clock
from service.domain.catalog import Level
from service.domain.facts import EventKind, Facts, Figures, Reason
from service.domain.fold import AlertKey, Day, Outcome, has_subject, parse_key
from service.domain.frame import Frame
from service.domain.rules import ABOUT_REPORTS, Rule, RuleSet
from service.store import alerts as store
from service.store import evaluations
from service.store.alerts import LivedAlert, NewAlert
from service.store.pool import Connection
from service.words.messages import compose


@dataclass(frozen=True, slots=True)
class Moment:
    """A transition on a past day, with what is needed to tell of it once the day's frame is gone.

    rule    None only where it was gone before
    period  start and end of the subject's period; None for a feed, or what has left the catalogue
    """

    as_of: date
    kind: EventKind
    before: Level
    outcome: Outcome
    rule: Rule | None
    period: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert from firing to its end; `moments` lacks the firing where it was before the days at hand."""

    key: AlertKey
    moments: tuple[Moment, ...]

    @property
    def resolved(self) -> date:
        return self.moments[-1].as_of

    @property
    def fired(self) -> date | None:
        first = self.moments[0]
        return first.as_of if first.kind is EventKind.FIRED else None


@dataclass
class Course:
    """What becomes of every alert as days are judged again, one after the other.

    rules  those of the last day taken; to begin with, of the day before the first
    """

    rules: RuleSet
    episodes: list[Episode] = field(default_factory=list)
    _open: dict[AlertKey, list[Moment]] = field(default_factory=dict)

    def take(self, day: Day, frame: Frame, rules: RuleSet) -> None:
        """The transitions of a day; only they are kept, however many days there are."""
        for outcome in day.outcomes:
            if outcome.transition is None:
                continue
            moments = self._open.setdefault(outcome.key, [])
            moments.append(self._moment(outcome, frame, rules))
            if outcome.transition.kind is EventKind.RESOLVED:
                self.episodes.append(Episode(outcome.key, tuple(self._open.pop(outcome.key))))
        self.rules = rules

    def _moment(self, outcome: Outcome, frame: Frame, rules: RuleSet) -> Moment:
        assert outcome.transition is not None
        row = frame.layout.row.get(outcome.key.node) if outcome.key.node else None
        progress = frame.progress
        name = outcome.key.rule
        return Moment(
            as_of=frame.as_of,
            kind=outcome.transition.kind,
            before=outcome.transition.before,
            outcome=outcome,
            rule=rules.named(name) or self.rules.named(name),  # it ends on the day its rule is gone
            period=(progress.period_start[row], progress.period_end[row]) if row is not None else None,
        )

    @property
    def fired(self) -> dict[AlertKey, date]:
        """When those that fire at the end began to, where that was within the days."""
        return {
            key: moments[0].as_of for key, moments in self._open.items() if moments[0].kind is EventKind.FIRED
        }

    @property
    def moved(self) -> dict[AlertKey, Figures]:
        """What was said of alerts when they last fired, moved or ended."""
        last = {episode.key: episode.moments[-1] for episode in self.episodes}
        last |= {key: moments[-1] for key, moments in self._open.items()}
        return {key: moment.outcome.figures for key, moment in last.items() if moment.outcome.figures}

    @property
    def ended(self) -> dict[AlertKey, Reason]:
        """Why alerts ended, the last time they did."""
        return {episode.key: episode.moments[-1].outcome.reason for episode in self.episodes}


def apply_past(
    conn: Connection, course: Course, before: Mapping[AlertKey, Clock], first: date, ledger: Ledger
) -> list[Written]:
    """Set the record right for what is over; the events that were written.

    After the last day has been applied, within the same transaction. Doing it again writes none.
    before  the clocks as `first`, the first of the days, began
    """
    overturned = _never_were(conn, first, ledger)
    store.overturn(conn, [alert.alert_id for alert in overturned], ledger.speaker.as_of)
    unlived = _unlived(conn, course.episodes, before, first)
    numbers = numbered(conn, [episode.key.rule in ledger.in_shadow for episode, _ in unlived], ledger)
    recorded = [
        _record(episode, fired, number, ledger)
        for (episode, fired), number in zip(unlived, numbers, strict=True)
    ]
    store.open_alerts(conn, [alert for alert, _ in recorded])
    told = [_overturn(alert, ledger) for alert in overturned]
    return write_events(conn, told + [event for _, events in recorded for event in events])


def _never_were(conn: Connection, first: date, ledger: Ledger) -> list[LivedAlert]:
    """Alerts to overturn. What has left the catalogue can't be judged again, so its alerts stay."""
    alerts = store.never_were(conn, first, ABOUT_REPORTS)
    return [alert for alert in alerts if has_subject(ledger.speaker.layout, parse_key(alert.key))]


def _overturn(alert: LivedAlert, ledger: Ledger) -> Told:
    assert ledger.again is not None  # nothing is overturned by a day's first judging
    saying = Saying(
        key=parse_key(alert.key),
        number=alert.alert_id,
        event=EventKind.OVERTURNED,
        reason=ledger.again.reason,
        level=Level.NONE,
        before=Level(alert.level),
        since=alert.since,
        figures=from_plain(alert.figures),
        retroactive=True,
        restated=ledger.restated,
        shadow=alert.shadow,
    )
    facts = facts_of(ledger.speaker, ledger.rules.named(alert.rule), alert.check_type, saying)
    return _told(facts, saying.figures, ledger.speaker.as_of, ledger.again.reason, Level.NONE, ledger)


def _unlived(
    conn: Connection, episodes: Sequence[Episode], before: Mapping[AlertKey, Clock], first: date
) -> list[tuple[Episode, date]]:
    """Episodes no alert tells of, each with the day on which it fired."""
    earlier = {e.key: before[e.key].since or first for e in episodes if e.fired is None}
    fired_on = evaluations.fired_on(conn, earlier, first - timedelta(days=1)) if earlier else {}
    dated = [(e, e.fired or fired_on[e.key]) for e in episodes]
    unlived = store.unlived(conn, [(e.key.text, fired, e.resolved) for e, fired in dated])
    return [dated[at] for at in unlived]


def _record(episode: Episode, fired: date, number: str, ledger: Ledger) -> tuple[NewAlert, list[Told]]:
    """An alert that is told of only after its end, with its events on their own days."""
    moments = _whole(episode, fired)
    last = moments[-1]
    told = [_moment_told(moment, number, ledger) for moment in moments]
    alert = NewAlert(
        **identity(episode.key, moments[0].rule, ledger),
        alert_id=number,
        level=int(last.before),
        since=last.outcome.since,
        fired=fired,
        resolved=last.as_of,
        reason=_reason(last, ledger).value,
        figures=to_plain(last.outcome.figures or Figures()),
        subject=told[-1].message.subject,
        message=told[-1].message.text,
        opened_at=ledger.at,
        shadow=episode.key.rule in ledger.in_shadow,
    )
    return alert, told


def _moment_told(moment: Moment, number: str, ledger: Ledger) -> Told:
    facts, figures = _facts(moment, number, ledger), moment.outcome.figures or Figures()
    return _told(facts, figures, moment.as_of, _reason(moment, ledger), moment.outcome.level, ledger)


def _whole(episode: Episode, fired: date) -> tuple[Moment, ...]:
    """The moments from firing on; of a firing before the days at hand no more is known than its day and level."""
    if episode.fired is not None:
        return episode.moments
    first = episode.moments[0]
    outcome = Outcome(episode.key, first.before, first.outcome.since, None, Reason.CONDITION, None)
    firing = replace(first, as_of=fired, kind=EventKind.FIRED, before=Level.NONE, outcome=outcome)
    return (firing, *episode.moments)


def _facts(moment: Moment, number: str, ledger: Ledger) -> Facts:
    """What there was to say on that day; nothing is asked for what is over."""
    outcome = moment.outcome
    saying = Saying(
        key=outcome.key,
        number=number,
        event=moment.kind,
        reason=outcome.reason,
        level=outcome.level or moment.before,
        before=moment.before,
        since=outcome.since,
        figures=outcome.figures or Figures(),
        retroactive=True,
        restated=ledger.restated,
        shadow=outcome.key.rule in ledger.in_shadow,
    )
    rule = moment.rule
    facts = facts_of(ledger.speaker, rule, rule.check_type if rule else "", saying)
    start, end = moment.period or (facts.period_start, facts.period_end)
    return replace(
        facts,
        as_of=moment.as_of,
        held_days=max(1, (moment.as_of - outcome.since).days + 1),
        period_start=start,
        period_end=end,
        reply_due=None,
    )


def _reason(moment: Moment, ledger: Ledger) -> Reason:
    return ledger.account(moment.outcome)[0]


def _told(facts: Facts, figures: Figures, as_of: date, reason: Reason, level: Level, ledger: Ledger) -> Told:
    message = compose(facts)
    cause = ledger.again.cause if ledger.again else {}
    event = event_of(
        facts, message, ledger, figures=figures, as_of=as_of, reason=reason, level=level, cause=cause
    )
    return Told(event, facts, message, quiet=True)
