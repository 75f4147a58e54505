"""The course of one figure through its period: what a chart of it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

from service.domain.catalog import Catalog, Target
from service.domain.facts import Facts
from service.domain.rules import Rebound, Rule

Points = tuple[tuple[date, float], ...]
WEEK = 7


@dataclass(frozen=True, slots=True)
class Course:
    """A node's figures as of a day, by rising day; values in the indicator's unit, all finite.

    facts      the node, its figures, and the alert told of; level NONE where there is none
    actual     figure to date by data day: sum, mean or level
    daily      figure of each data day
    plan       figure due, straight lines between the points; empty where there is no curve
    last_year  figure to date a year before, on this year's days
    threshold  what a count must stay under, None where nothing says so
    """

    facts: Facts
    actual: Points = ()
    daily: Points = ()
    plan: Points = ()
    last_year: Points = ()
    threshold: float | None = None

    @property
    def begin(self) -> date:
        """First day of the period; facts without one are of the calendar year."""
        return self.facts.period_start or date(self.facts.as_of.year, 1, 1)

    @property
    def end(self) -> date:
        return self.facts.period_end or date(self.facts.as_of.year, 12, 31)


@dataclass(frozen=True, slots=True)
class Block:
    """A few days counted together; `count` is None where none of them was reported."""

    first: date
    last: date
    count: float | None


def target_told(catalog: Catalog, code: str | None, as_of: date) -> Target | None:
    """The version of a target that counted on a day; None where the catalogue has it no more."""
    found = [t for t in catalog.targets if t.code == code and (t.valid_from is None or t.valid_from <= as_of)]
    return max(found, key=lambda target: target.valid_from or date.min, default=None)


def finite(points: list[tuple[date, float | None]]) -> Points:
    """The points that have a figure."""
    return tuple((day, value) for day, value in points if value is not None and isfinite(value))


def blocks(course: Course) -> tuple[Block, ...]:
    """The period's days in spans as long as the alert's window (a week without one), the last ending with it.

    They begin with the first day that is known of: what was before it was not missed, nobody judged it. What is left over
    at the begin is a shorter block.
    """
    figures = course.facts.figures
    last = figures.window_last or figures.data_day or course.facts.as_of
    length = (last - figures.window_first).days + 1 if figures.window_first else WEEK
    told = dict(course.daily)
    begin = max(course.begin, min(told, default=course.begin))
    found: list[Block] = []
    while last >= begin:
        first = max(begin, last - timedelta(days=length - 1))
        days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
        counts = [told[day] for day in days if day in told]
        found.append(Block(first, last, sum(counts) if counts else None))
        last = first - timedelta(days=1)
    return tuple(reversed(found))


def threshold_of(rule: Rule | None) -> float | None:
    """The count from which on a rule of returns lights its lowest lamp; None for other rules."""
    if rule is None or not isinstance(rule.check, Rebound):
        return None
    return min((bound for _, bound in rule.check.bounds.each), default=None)
