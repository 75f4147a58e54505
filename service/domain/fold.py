"""One as-of day: what every rule sees, and what becomes of every alert.

The state of an alert is the fold of these days. A day's outcome depends only on the frame, the rules
and the clocks of the day before, so that replay, late data and life itself take the same path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from service.domain.alerting import AT_REST, Clock, Patience, Transition, step
from service.domain.catalog import Level, NodeKey
from service.domain.checks import Verdicts, judge
from service.domain.facts import EventKind, Figures, Reason
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import Rule, RuleSet, Span
from service.domain.workdays import WorkCalendar


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


def fold_day(frame: Frame, rules: RuleSet, before: Mapping[AlertKey, Clock], *, telling: bool = True) -> Day:
    """One step of every alert.

    telling  whether outcomes carry their figures; who only counts alerts does without
    """
    clocks: dict[AlertKey, Clock] = {}
    outcomes: list[Outcome] = []
    gone = dict(before)
    remembered: dict[str, list[AlertKey]] = defaultdict(list)
    for key in before:
        remembered[key.rule].append(key)
    for rule in rules.rules:
        for key, clock, outcome in _judge_rule(frame, rule, before, remembered[rule.name], telling):
            gone.pop(key, None)
            if not clock.at_rest:
                clocks[key] = clock
            if outcome:
                outcomes.append(outcome)
    outcomes += [_closed(key, clock, rules, frame) for key, clock in gone.items() if clock.level]
    return Day(frame.as_of, clocks, tuple(outcomes))


def _judge_rule(
    frame: Frame, rule: Rule, before: Mapping[AlertKey, Clock], remembered: list[AlertKey], telling: bool
) -> Iterator[tuple[AlertKey, Clock, Outcome | None]]:
    """Keys of a rule that are awake, in the order of rows: something is reached today, or was remembered."""
    verdicts = judge(frame, rule)
    subjects = _Subjects(frame, rule, verdicts)
    frozen = not rule.active.on(frame.as_of, frame.workdays)
    patience = _patience(rule, frame)
    for at, key in sorted(subjects.awake(remembered).items()):
        clock = before.get(key, AT_REST)
        if frozen:
            yield key, clock, _kept(key, clock)
            continue
        after, transition = step(clock, verdicts.seen(at), frame.as_of, patience)
        figures = partial(verdicts.figures, at) if telling and not verdicts.unjudged[at] else None
        yield key, after, _outcome(key, clock, after, transition, figures)


class _Subjects:
    """The subjects of a rule's verdicts, and their keys."""

    def __init__(self, frame: Frame, rule: Rule, verdicts: Verdicts) -> None:
        self._frame = frame
        self._rule = rule
        self._verdicts = verdicts
        self._labels = ",".join(f"{name}={value}" for name, value in sorted(rule.labels.items()))
        self._periods = frame.progress.period_start if rule.yearly and not verdicts.of_feeds else None

    def awake(self, remembered: list[AlertKey]) -> dict[int, AlertKey]:
        """Positions at which something is reached today, or was remembered, and their keys."""
        awake = dict(self._positions(remembered)) if remembered else {}
        for at in np.flatnonzero(self._verdicts.level).tolist():
            if at not in awake:
                awake[at] = self._key(at)
        return awake

    def _positions(self, keys: list[AlertKey]) -> Iterator[tuple[int, AlertKey]]:
        """Where the subjects of these keys are, as far as they are looked at today."""
        layout, rows = self._frame.layout, self._verdicts.rows
        place = np.full(max(len(layout.nodes), len(layout.catalog.feeds)), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        feeds = {feed.code: at for at, feed in enumerate(layout.catalog.feeds)}
        for key in keys:
            row = feeds.get(key.feed) if key.node is None else layout.row.get(key.node)
            if row is not None and (at := int(place[row])) >= 0 and self._is(key, row):
                yield at, key

    def _is(self, key: AlertKey, row: int) -> bool:
        """Whether a key that names the subject of a row is the key of today."""
        of_feed = key.node is None
        period = self._periods[row] if self._periods else None
        return (of_feed, key.labels, key.period) == (self._verdicts.of_feeds, self._labels, period)

    def _key(self, at: int) -> AlertKey:
        row, layout = int(self._verdicts.rows[at]), self._frame.layout
        if self._verdicts.of_feeds:
            return AlertKey(self._rule.name, None, layout.catalog.feeds[row].code, None, self._labels)
        period = self._periods[row] if self._periods else None
        return AlertKey(self._rule.name, layout.nodes[row], "", period, self._labels)


def _patience(rule: Rule, frame: Frame) -> Patience:
    return Patience(
        rise=rule.hold_for.days,
        fall=rule.keep_firing_for.days,
        rise_tick=tick(rule.hold_for, frame.as_of, frame.workdays),
        fall_tick=tick(rule.keep_firing_for, frame.as_of, frame.workdays),
    )


def tick(span: Span, day: date, workdays: WorkCalendar) -> int:
    """What a day is worth on a clock of civil or working days."""
    return int(not span.working or workdays.is_workday(day))


def _outcome(
    key: AlertKey,
    before: Clock,
    after: Clock,
    transition: Transition | None,
    figures: Callable[[], Figures] | None,
) -> Outcome | None:
    if not (transition or after.level):
        return None
    since = after.since or before.since
    assert since is not None  # a clock that fires, or has just ceased to, began some day
    return Outcome(key, after.level, since, transition, Reason.CONDITION, figures() if figures else None)


def _kept(key: AlertKey, clock: Clock) -> Outcome | None:
    """An alert whose rule does not judge today goes on as it is."""
    if not clock.level:
        return None
    assert clock.since is not None  # a clock that fires began some day
    return Outcome(key, clock.level, clock.since, None, Reason.CONDITION, None)


def _closed(key: AlertKey, clock: Clock, rules: RuleSet, frame: Frame) -> Outcome:
    """An alert whose subject is no longer looked at."""
    reason = _why_closed(key, rules, frame)
    transition = Transition(EventKind.RESOLVED, clock.level, Level.NONE)
    return Outcome(key, Level.NONE, clock.since or frame.as_of, transition, reason, None)


def _why_closed(key: AlertKey, rules: RuleSet, frame: Frame) -> Reason:
    """Its period is over, its rule is gone, or it is: else the rule looks elsewhere."""
    if rules.named(key.rule) is None:
        return Reason.RULE_REMOVED
    if _period_over(key, frame):
        return Reason.PERIOD_CLOSED
    return Reason.RULES_CHANGED if has_subject(frame.layout, key) else Reason.CATALOG_CHANGED


def has_subject(layout: Layout, key: AlertKey) -> bool:
    """Whether the catalogue still has what an alert is about."""
    return key.feed in layout.catalog.feed if key.node is None else key.node in layout.row


def _period_over(key: AlertKey, frame: Frame) -> bool:
    row = frame.layout.row.get(key.node) if key.node else None
    return key.period is not None and row is not None and frame.progress.period_start[row] != key.period
