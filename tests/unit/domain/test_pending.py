"""Pending alerts: which level is reached, and when it fires if nothing changes."""

from __future__ import annotations

from datetime import date

import pytest

from service.catalog.workdays import china
from service.domain.alerting import Clock
from service.domain.catalog import Level, NodeKey
from service.domain.fold import AlertKey
from service.domain.pending import fires_on, pending
from service.domain.rules import Active, Bounds, NewGrowth, Rule, Span

THURSDAY = date(2018, 6, 28)
KEY = AlertKey("growth", NodeKey("cases", "110105001", ""), "", date(2018, 1, 1))
OTHER = AlertKey("growth", NodeKey("cases", "110105002", ""), "", date(2018, 1, 1))


def rule(hold: Span, active: Active | None = None) -> Rule:
    return Rule("growth", NewGrowth(Bounds(yellow=0.0)), "控新生", hold_for=hold, active=active or Active())


def test_the_worst_level_reached_is_told_and_what_fires_is_not_pending() -> None:
    clocks = {
        KEY: Clock(Level.NONE, THURSDAY, (3, 1, -1, -1)),
        OTHER: Clock(Level.YELLOW, THURSDAY, (4, 4, 0, -1)),
    }
    (waiting,) = pending(clocks)
    assert (waiting.key, waiting.level, waiting.since, waiting.ticks) == (KEY, Level.YELLOW, THURSDAY, 3)


def test_the_worst_come_first() -> None:
    clocks = {
        KEY: Clock(Level.NONE, THURSDAY, (0, -1, -1, -1)),
        OTHER: Clock(Level.NONE, THURSDAY, (0, 0, 0, 0)),
    }
    assert [waiting.key for waiting in pending(clocks)] == [OTHER, KEY]


@pytest.mark.parametrize(
    ("hold", "active", "day"),
    [
        (Span(3), None, date(2018, 7, 1)),
        (Span(2, working=True), None, date(2018, 7, 2)),  # Friday, Monday
        (Span(3), Active((1, 1), (6, 30)), date(2019, 1, 1)),  # the clock stands still for half a year
        (Span(500), None, None),
    ],
)
def test_it_fires_when_its_clock_has_run(hold: Span, active: Active | None, day: date | None) -> None:
    (waiting,) = pending({KEY: Clock(Level.NONE, THURSDAY, (0, 0, -1, -1))})
    assert fires_on(waiting, rule(hold, active), THURSDAY, china()) == day
