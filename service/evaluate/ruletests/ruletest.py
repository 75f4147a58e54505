"""Rule tests: what a small history of readings makes of the rules, against what was expected.

A test lives through its days as the service would: the real fold, day by day, each with what was
known then. What comes late or is corrected is known from the judging of its `known_at` day on, and
the days behind it are then judged again, which is the fold over what is known (tests of the domain
hold the two equal).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Literal

import numpy as np

from service.domain.alerting import LEVELS, NOT_HELD, Clock
from service.domain.answers import Answer
from service.domain.catalog import Level, NodeKey
from service.domain.facts import EventKind, Figures, Reason
from service.domain.fold import AlertKey, Day, Outcome
from service.domain.frame import Frame, panel_origin
from service.domain.history import Ask, History, fold_days
from service.domain.layout import Layout
from service.domain.rollup import Panel
from service.domain.rules import RuleSet
from service.domain.workdays import WorkCalendar

State = Literal["pending", "firing", "resolved"]


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a series, and the as-of day from whose judging on it is known; value None takes it back."""

    row: int
    day: date
    value: float | None
    known_at: date


@dataclass(frozen=True, slots=True)
class Expected:
    """One alert as a test expects it; what is None may be anything.

    level    the lamp that is lit; while pending, the worst whose condition holds; once resolved, the last
    message  what the message must contain
    """

    indicator: str | None = None
    region: str | None = None
    scope: str | None = None
    feed: str | None = None
    state: State | None = None
    level: Level | None = None
    since: date | None = None
    reason: Reason | None = None
    message: tuple[str, ...] = ()

    def fits(self, standing: Standing) -> bool:
        """Whether this is the alert that was meant, its message left aside."""
        named = [field.name for field in fields(self) if field.name != "message"]
        wanted = ((name, getattr(self, name)) for name in named)
        return all(want is None or want == getattr(standing, name) for name, want in wanted)

    @property
    def strictness(self) -> int:
        return sum(getattr(self, field.name) not in (None, ()) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Standing:
    """One alert as it stands."""

    indicator: str
    region: str
    scope: str
    feed: str
    state: State
    level: Level
    since: date
    reason: Reason
    message: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must stand of a rule as of a day, known at the close of `known_at`; no alert: none pending or firing."""

    as_of: date
    known_at: date
    alert: str
    alerts: tuple[Expected, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test: figures from `start` on, and what they must lead to.

    answers  per rule of type sql, what its query says: here a row is a node's
    """

    name: str
    start: date
    told: tuple[Told, ...]
    expect: tuple[Expectation, ...]
    answers: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An expectation that was not met.

    lacking  expected alerts whose message lacks a text: the alert, and the text
    """

    test: str
    expectation: Expectation
    missing: tuple[Expected, ...]
    unexpected: tuple[Standing, ...]
    lacking: tuple[tuple[Standing, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """An alert that speaks, for whoever composes its message."""

    key: AlertKey
    event: EventKind
    reason: Reason
    level: Level
    before: Level
    since: date
    figures: Figures


# Composes the message of an alert; the words know nothing of tests, and evaluation nothing of names.
Say = Callable[[Frame, Word], str]


@dataclass(frozen=True)
class Bench:
    """What tests of one file run on."""

    layout: Layout
    rules: RuleSet
    workdays: WorkCalendar
    say: Say

    def run(self, test: RuleTest) -> list[Mismatch]:
        """Every expectation that was not met, in the order of the file."""
        found: dict[int, Mismatch | None] = {}
        for wanted in _by_knowledge(test):
            known_at = max(e.known_at for e in wanted.values())
            last = max(e.as_of for e in wanted.values())
            for frame, day, figures in self._live(test, known_at, last):
                for at, expectation in wanted.items():
                    if expectation.as_of == day.as_of:
                        standing = self._standing(frame, day, figures, expectation)
                        found[at] = _mismatch(test.name, expectation, standing)
        return [mismatch for _, mismatch in sorted(found.items()) if mismatch]

    def standing(self, test: RuleTest, as_of: date, alert: str) -> list[Standing]:
        """What stands of a rule as of a day, all of the test's readings known."""
        asked = Expectation(as_of, as_of, alert, ())
        lived = list(self._live(test, as_of, as_of))
        return self._standing(*lived[-1], asked) if lived else []

    def _live(
        self, test: RuleTest, known_at: date, last: date
    ) -> Iterator[tuple[Frame, Day, Mapping[AlertKey, Figures]]]:
        """Day by day, with the last figures every alert spoke with: an alert without data keeps them.

        As in life, days before the catalogue's `evaluate_from` are history and are not judged.
        """
        first = max(test.start, self.layout.catalog.evaluate_from)
        panel = self._panel(test, known_at, last)
        figures: dict[AlertKey, Figures] = {}
        history = History(self.layout, panel, self.workdays)
        asked = _answering(test)
        for frame, day in fold_days(history, lambda _: self.rules, first, last, ask=asked):
            figures |= {outcome.key: outcome.figures for outcome in day.outcomes if outcome.figures}
            yield frame, day, figures

    def _panel(self, test: RuleTest, known_at: date, last: date) -> Panel:
        """The readings as known at the close of a day, from the first day formulas look at."""
        first = panel_origin(self.layout.catalog, test.start)
        values = np.full((len(self.layout.series), (last - first).days + 1), np.nan)
        for told in sorted(test.told, key=lambda told: told.known_at):
            if told.known_at <= known_at and told.day <= last:
                value = np.nan if told.value is None else told.value
                values[told.row, (told.day - first).days] = value
        return Panel(first, values)

    def _standing(
        self, frame: Frame, day: Day, figures: Mapping[AlertKey, Figures], expectation: Expectation
    ) -> list[Standing]:
        """The rule's alerts as of the day, composed only where a message is asked for."""
        wordy = any(expected.message for expected in expectation.alerts)
        spoken = {outcome.key: outcome for outcome in day.outcomes if outcome.key.rule == expectation.alert}
        standing = [
            _pending(key, clock)
            for key, clock in day.clocks.items()
            if key.rule == expectation.alert and not clock.level
        ]
        for key, outcome in spoken.items():
            word = _word(outcome, figures.get(key, Figures()))
            standing.append(_speaking(word, self.say(frame, word) if wordy else ""))
        return sorted(standing, key=lambda s: (s.indicator, s.region, s.scope, s.feed))


def _answering(test: RuleTest) -> Ask:
    """Queries have no database here: they answer what the test says."""

    def ask(as_of: date, _: RuleSet) -> Mapping[str, Answer]:
        found: dict[str, Answer] = {}
        for rule, told in test.answers.items():
            value = {one.row: one.value for one in told if one.day == as_of}
            rows, values = list(value), list(value.values())
            found[rule] = Answer(np.array(rows, dtype=np.int64), np.array(values, dtype=float))
        return found

    return ask


def _by_knowledge(test: RuleTest) -> list[dict[int, Expectation]]:
    """Expectations by what is known of the past: those between two late arrivals share one life."""
    late = [told.known_at for told in test.told if told.known_at > told.day]
    groups: dict[int, dict[int, Expectation]] = {}
    for at, expectation in enumerate(test.expect):
        arrived = sum(known_at <= expectation.known_at for known_at in late)
        groups.setdefault(arrived, {})[at] = expectation
    return list(groups.values())


def _word(outcome: Outcome, figures: Figures) -> Word:
    transition = outcome.transition
    return Word(
        key=outcome.key,
        event=transition.kind if transition else EventKind.FIRED,
        reason=outcome.reason,
        level=outcome.level or (transition.before if transition else Level.NONE),
        before=transition.before if transition else Level.NONE,
        since=outcome.since,
        figures=figures,
    )


def _pending(key: AlertKey, clock: Clock) -> Standing:
    level = max(level for level in LEVELS if clock.held[level - 1] != NOT_HELD)
    assert clock.since is not None  # a clock that runs began some day
    return _standing_of(key, "pending", level, clock.since, Reason.CONDITION)


def _speaking(word: Word, message: str) -> Standing:
    state: State = "resolved" if word.event is EventKind.RESOLVED else "firing"
    return _standing_of(word.key, state, word.level, word.since, word.reason, message)


def _standing_of(
    key: AlertKey, state: State, level: Level, since: date, reason: Reason, message: str = ""
) -> Standing:
    node = key.node or NodeKey("", "", "")
    return Standing(node.indicator, node.region, node.scope, key.feed, state, level, since, reason, message)


def _mismatch(test: str, expectation: Expectation, standing: Sequence[Standing]) -> Mismatch | None:
    """Expected and found alerts, paired; what resolved need not be named."""
    left, missing = list(standing), []
    lacking: list[tuple[Standing, str]] = []
    for expected in sorted(expectation.alerts, key=lambda e: -e.strictness):
        fitting = [one for one in left if expected.fits(one)]
        if not fitting:
            missing.append(expected)
            continue
        # Of alerts that fit equally well, the one that says what is asked for was meant.
        one = min(fitting, key=lambda one: len(_lacks(expected, one)))
        left.remove(one)
        lacking += [(one, text) for text in _lacks(expected, one)]
    unexpected = tuple(one for one in left if one.state != "resolved")
    if not (missing or unexpected or lacking):
        return None
    return Mismatch(test, expectation, tuple(missing), unexpected, tuple(lacking))


def _lacks(expected: Expected, standing: Standing) -> list[str]:
    return [text for text in expected.message if text not in standing.message]


def days_told(row: int, start: date, figures: Sequence[float | None], known_at: date) -> Iterator[Told]:
    """A series from its start: each figure is known on its own day, or from `known_at` on if that is later."""
    for number, value in enumerate(figures):
        if value is not None:
            day = start + timedelta(days=number)
            yield Told(row, day, value, max(day, known_at))
