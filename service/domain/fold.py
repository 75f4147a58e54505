"""One as-of day: what every rule sees, and what becomes of every alert.

The state of an alert is the fold of these days. A day's outcome depends only on the frame, the rules
and the clocks of the day before, so that replay, late data and life itself take the same path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from service.domain.alerting import AT_REST, Clock, Patience, Transition, step
from service.domain.catalog import Level, NodeKey
from service.domain.checks import Verdicts, judge
from service.domain.facts import EventKind, Figures, Reason
from service.domain.frame import Frame
from service.domain.rules import Rule, RuleSet, Span


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What an alert is about; an episode of it has an id of its own.

    period  start of the target's period, for rules whose alerts close with it
    """

    rule: str
    node: NodeKey | None
    feed: str
    period: date | None
    labels: str = ""

    @property
    def text(self) -> str:
        node = self.node or NodeKey("", "", "")
        period = self.period.isoformat() if self.period else ""
        return "|".join((self.rule, node.indicator, node.region, node.scope, self.feed, period, self.labels))


def parse_key(text: str) -> AlertKey:
    """The key a text stands for."""
    rule, indicator, region, scope, feed, period, labels = text.split("|", 6)
    node = NodeKey(indicator, region, scope) if indicator else None
    return AlertKey(rule, node, feed, date.fromisoformat(period) if period else None, labels)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day made of one key that is firing, or was.

    transition  None where nothing changed
    figures     None where the subject could not be judged, or is no longer there to be looked at
    since       first day of the episode on which the condition held
    """

    key: AlertKey
    level: Level
    since: date
    transition: Transition | None
    reason: Reason
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Day:
    """A judged day: the clocks that are not at rest, and the alerts that speak."""

    as_of: date
    clocks: dict[AlertKey, Clock]
    outcomes: tuple[Outcome, ...]


def fold_day(frame: Frame, rules: RuleSet, before: Mapping[AlertKey, Clock]) -> Day:
    """One step of every alert."""
    clocks: dict[AlertKey, Clock] = {}
    outcomes: list[Outcome] = []
    gone = dict(before)
    for rule in rules.rules:
        for key, clock, outcome in _judge_rule(frame, rule, before):
            gone.pop(key, None)
            if not clock.at_rest:
                clocks[key] = clock
            if outcome:
                outcomes.append(outcome)
    outcomes += [_closed(key, clock, rules, frame) for key, clock in gone.items() if clock.level]
    return Day(frame.as_of, clocks, tuple(outcomes))


def _judge_rule(
    frame: Frame, rule: Rule, before: Mapping[AlertKey, Clock]
) -> Iterator[tuple[AlertKey, Clock, Outcome | None]]:
    """Keys of a rule that are awake: something is reached today, or was remembered."""
    verdicts = judge(frame, rule)
    positions = _positions(frame, rule, verdicts, before)
    frozen = not rule.active.on(frame.as_of, frame.workdays)
    for key, at in positions.items():
        clock = before.get(key, AT_REST)
        if frozen:
            yield key, clock, _kept(key, clock)
            continue
        after, transition = step(clock, verdicts.seen(at), frame.as_of, _patience(rule, frame))
        yield key, after, _outcome(key, clock, after, transition, verdicts, at)


def _positions(
    frame: Frame, rule: Rule, verdicts: Verdicts, before: Mapping[AlertKey, Clock]
) -> dict[AlertKey, int]:
    awake = {_key(frame, rule, verdicts, at): at for at in np.flatnonzero(verdicts.level).tolist()}
    place = {int(row): at for at, row in enumerate(verdicts.rows)}
    feeds = {feed.code: at for at, feed in enumerate(frame.layout.catalog.feeds)}
    for key in before:
        if key.rule != rule.name:
            continue
        row = feeds.get(key.feed) if key.node is None else frame.layout.row.get(key.node)
        at = place.get(row) if row is not None else None
        if at is not None and key == _key(frame, rule, verdicts, at):
            awake[key] = at
    return awake


def _key(frame: Frame, rule: Rule, verdicts: Verdicts, at: int) -> AlertKey:
    row = int(verdicts.rows[at])
    labels = ",".join(f"{name}={value}" for name, value in sorted(rule.labels.items()))
    if verdicts.of_feeds:
        return AlertKey(rule.name, None, frame.layout.catalog.feeds[row].code, None, labels)
    period = frame.progress.period_start[row] if rule.yearly else None
    return AlertKey(rule.name, frame.layout.nodes[row], "", period, labels)


def _patience(rule: Rule, frame: Frame) -> Patience:
    return Patience(
        rise=rule.hold_for.days,
        fall=rule.keep_firing_for.days,
        rise_tick=_tick(rule.hold_for, frame),
        fall_tick=_tick(rule.keep_firing_for, frame),
    )


def _tick(span: Span, frame: Frame) -> int:
    """What this day is worth on a clock of civil or working days."""
    return int(not span.working or frame.workdays.is_workday(frame.as_of))


def _outcome(
    key: AlertKey, before: Clock, after: Clock, transition: Transition | None, verdicts: Verdicts, at: int
) -> Outcome | None:
    if not (transition or after.level):
        return None
    since = after.since or before.since
    assert since is not None  # a clock that fires, or has just ceased to, began some day
    judged = not verdicts.unjudged[at]
    return Outcome(
        key, after.level, since, transition, Reason.CONDITION, verdicts.figures(at) if judged else None
    )


def _kept(key: AlertKey, clock: Clock) -> Outcome | None:
    """An alert whose rule does not judge today goes on as it is."""
    if not clock.level:
        return None
    assert clock.since is not None  # a clock that fires began some day
    return Outcome(key, clock.level, clock.since, None, Reason.CONDITION, None)


def _closed(key: AlertKey, clock: Clock, rules: RuleSet, frame: Frame) -> Outcome:
    """An alert whose subject is no longer looked at: its period is over, or its rule looks elsewhere."""
    over = rules.named(key.rule) is not None and _period_over(key, frame)
    reason = Reason.PERIOD_CLOSED if over else Reason.RULE_REMOVED
    transition = Transition(EventKind.RESOLVED, clock.level, Level.NONE)
    return Outcome(key, Level.NONE, clock.since or frame.as_of, transition, reason, None)


def _period_over(key: AlertKey, frame: Frame) -> bool:
    row = frame.layout.row.get(key.node) if key.node else None
    return key.period is not None and row is not None and frame.progress.period_start[row] != key.period
