"""Pending alerts: the condition holds, but not yet for as long as the rule asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.alerting import LEVELS, NOT_HELD, Clock
from service.domain.catalog import Level
from service.domain.fold import AlertKey, tick
from service.domain.rules import Rule
from service.domain.workdays import WorkCalendar

# Nothing is foretold beyond: a rule that waits longer than a year has no day to name.
FORESEEN_DAYS = 400


@dataclass(frozen=True, slots=True)
class Pending:
    """An alert whose clock runs and that does not fire.

    level  the worst level whose condition holds
    since  first as-of day on which the condition held
    ticks  how long the longest-held level has held, in days of its clock
    """

    key: AlertKey
    level: Level
    since: date
    ticks: int


def pending(clocks: Mapping[AlertKey, Clock]) -> tuple[Pending, ...]:
    """Every pending alert of a day's clocks, the worst first."""
    waiting = [
        Pending(key, _reached(clock), clock.since, max(clock.held))
        for key, clock in clocks.items()
        if not clock.level and clock.since is not None and _reached(clock)
    ]
    return tuple(sorted(waiting, key=lambda p: (-p.level, p.since, p.key.text)))


def fires_on(waiting: Pending, rule: Rule, as_of: date, workdays: WorkCalendar) -> date | None:
    """The as-of day on which it fires if its condition goes on holding; None if that is not to be foreseen."""
    missing, day = rule.hold_for.days - waiting.ticks, as_of
    for _ in range(FORESEEN_DAYS):
        day += timedelta(days=1)
        if rule.active.on(day, workdays):
            missing -= tick(rule.hold_for, day, workdays)
            if missing <= 0:
                return day
    return None


def _reached(clock: Clock) -> Level:
    return max(
        (level for level in LEVELS if clock.held[level - 1] != NOT_HELD),
        default=Level.NONE,
    )
