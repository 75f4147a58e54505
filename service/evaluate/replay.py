"""Replay: what rules would have made of readings, day after day. Pure; nothing is written, nobody is told.

Replay takes the path of life: the fold begins at rest on the first day that is judged, and every day
goes on from the clocks of the one before. Only what touches the days asked for is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from service.domain.alerting import Clock
from service.domain.answers import NoAnswer
from service.domain.catalog import Level
from service.domain.facts import EventKind, Reason
from service.domain.fold import AlertKey, Day, Outcome
from service.domain.frame import Frame, panel_origin
from service.domain.history import Ask, History, fold_days
from service.domain.layout import Layout
from service.domain.rollup import Panel
from service.domain.rules import RuleSet
from service.domain.workdays import WorkCalendar

# An alert that fires again within a fortnight has hardly been away: flapping.
FLAPPING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert from firing to its end.

    path      the levels it had, each from its day on
    since     first day on which the condition held
    resolved  None while it fires
    until     last day looked at, for one that fires
    """

    key: AlertKey
    path: tuple[tuple[date, Level], ...]
    since: date
    resolved: date | None
    reason: Reason
    until: date

    @property
    def fired(self) -> date:
        return self.path[0][0]

    @property
    def days(self) -> int:
        """As-of days on which it fired."""
        return (self.resolved - self.fired).days if self.resolved else (self.until - self.fired).days + 1

    @property
    def worst(self) -> Level:
        return max(level for _, level in self.path)


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """How often a rule spoke.

    flapping  episodes that fired within a fortnight of the end of the one before
    """

    rule: str
    alerts: int
    open: int
    median_days: float
    flapping: int
    worst: Mapping[Level, int]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Days on which a rule was not judged, because its query gave no answer; and why, the last time."""

    rule: str
    days: int
    reason: str


@dataclass(frozen=True)
class Replay:
    """What came of the days from first to last.

    clocks      as they stood after the last day
    unanswered  rules whose queries failed, on days up to the last
    shadow      rules that run in shadow on the last day
    """

    first: date
    last: date
    episodes: tuple[Episode, ...]
    clocks: Mapping[AlertKey, Clock]
    unanswered: tuple[Unanswered, ...] = ()
    shadow: Set[str] = frozenset()

    def summary(self) -> tuple[RuleSummary, ...]:
        """Per rule, in order of name."""
        by_rule: dict[str, list[Episode]] = defaultdict(list)
        for episode in self.episodes:
            by_rule[episode.key.rule].append(episode)
        flapping = _flapping(self.episodes)
        return tuple(_summed(rule, by_rule[rule], flapping[rule]) for rule in sorted(by_rule))


@dataclass(frozen=True)
class Source:
    """What is replayed: the catalogue's rows, readings as known, the calendar, the rules of each day, who asks for them."""

    layout: Layout
    panel: Panel
    workdays: WorkCalendar
    rules_on: Callable[[date], RuleSet]
    ask: Ask = lambda _day, _rules: {}


def days_needed(layout: Layout, first: date) -> tuple[date, date]:
    """First day of readings, and first day to be judged, for a replay from a day on.

    Life begins to judge at the catalogue's `evaluate_from`, and so does what it remembers.
    """
    begin = min(first, layout.catalog.evaluate_from)
    return panel_origin(layout.catalog, begin), begin


def replay(
    source: Source, first: date, last: date, progress: Callable[[date], None] = lambda _: None
) -> Replay:
    """Fold every day up to the last, and tell the episodes that fire between first and last."""
    _, begin = days_needed(source.layout, first)
    history = History(source.layout, source.panel.until(last), source.workdays)
    log = _Log()
    for frame, day in fold_days(history, source.rules_on, begin, last, ask=source.ask, telling=False):
        log.take(frame, day)
        progress(day.as_of)
    told = (e for e in log.episodes(last) if e.resolved is None or e.resolved >= first)
    episodes = tuple(sorted(told, key=lambda e: (e.fired, e.key.text)))
    shadow = source.rules_on(last).in_shadow(source.layout.catalog)
    return Replay(first, last, episodes, log.clocks, log.unanswered(), shadow)


@dataclass
class _Log:
    """Episodes as days go by."""

    ended: list[Episode] = field(default_factory=list)
    paths: dict[AlertKey, list[tuple[date, Level]]] = field(default_factory=dict)
    since: dict[AlertKey, date] = field(default_factory=dict)
    clocks: Mapping[AlertKey, Clock] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def take(self, frame: Frame, day: Day) -> None:
        for rule, answer in frame.answers.items():
            if isinstance(answer, NoAnswer):
                self.failures[rule].append(answer.reason.en)
        for outcome in day.outcomes:
            if outcome.transition:
                self._move(day.as_of, outcome)
        self.clocks = day.clocks

    def _move(self, day: date, outcome: Outcome) -> None:
        assert outcome.transition is not None
        key = outcome.key
        if outcome.transition.kind is EventKind.FIRED:
            self.paths[key], self.since[key] = [(day, outcome.level)], outcome.since
        elif outcome.transition.kind is EventKind.RESOLVED:
            path, since = tuple(self.paths.pop(key)), self.since.pop(key)
            self.ended.append(Episode(key, path, since, day, outcome.reason, day))
        else:
            self.paths[key].append((day, outcome.level))

    def unanswered(self) -> tuple[Unanswered, ...]:
        return tuple(Unanswered(rule, len(why), why[-1]) for rule, why in sorted(self.failures.items()))

    def episodes(self, until: date) -> Iterable[Episode]:
        yield from self.ended
        for key, path in self.paths.items():
            yield Episode(key, tuple(path), self.since[key], None, Reason.CONDITION, until)


def _flapping(episodes: Sequence[Episode]) -> Mapping[str, int]:
    """Per rule: episodes that fired again too soon."""
    count: dict[str, int] = defaultdict(int)
    ended: dict[AlertKey, date] = {}
    for episode in sorted(episodes, key=lambda e: e.fired):
        before = ended.get(episode.key)
        if before is not None and (episode.fired - before).days <= FLAPPING_DAYS:
            count[episode.key.rule] += 1
        if episode.resolved:
            ended[episode.key] = episode.resolved
    return count


def _summed(rule: str, episodes: Sequence[Episode], flapping: int) -> RuleSummary:
    worst: dict[Level, int] = defaultdict(int)
    for episode in episodes:
        worst[episode.worst] += 1
    return RuleSummary(
        rule=rule,
        alerts=len(episodes),
        open=sum(episode.resolved is None for episode in episodes),
        median_days=median(episode.days for episode in episodes),
        flapping=flapping,
        worst=dict(worst),
    )
