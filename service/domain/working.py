"""How an alert's figures came about: the numbers that stand in their formulas.

`Figures` hold what a check judged by; this holds what that was worked out from, so that `service.words`
can write each formula with its numbers in it. Nothing is judged here: the checks have done that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from service.domain.arrays import day_at, known
from service.domain.catalog import Level, NodeKey, Target
from service.domain.checks import Verdicts, judge
from service.domain.checks.rank import by_month, peers_of
from service.domain.cycles import CYCLES
from service.domain.facts import Figures
from service.domain.fold import AlertKey
from service.domain.frame import Frame
from service.domain.lastyear import shape_of
from service.domain.progress import recent_from
from service.domain.rules import (
    Bounds,
    Check,
    Discrepancy,
    Jump,
    NewGrowth,
    OpenAge,
    Pace,
    Projection,
    Rank,
    Rebound,
    Rule,
    Span,
    Stall,
    Threshold,
)
from service.domain.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Due:
    """序时进度 of a day: low + (high − low) × passed ÷ whole.

    passed, whole  days of the period, its working days, days between two milestones, or last year's figures
    first, last    the days it runs between: the period's, those of the milestones, or last year's up to the date
    """

    curve: str
    passed: float
    whole: float
    first: date
    last: date
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> float:
        return self.low + (self.high - self.low) * (self.passed / self.whole)


@dataclass(frozen=True, slots=True)
class DayFigure:
    """A day's figure, None where there is none."""

    day: date
    value: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A region, by name, in a ranking from the bottom."""

    region: str
    place: int
    figure: float | None


@dataclass(frozen=True, slots=True)
class MonthRank:
    """A month's own ranking of a region; place None where it wasn't ranked."""

    first: date
    last: date
    figure: float | None
    place: int | None
    peers: int
    among: bool


@dataclass(frozen=True, slots=True)
class Cases:
    """What was found and treated since the first day looked at; `before` belongs to cases of before that."""

    since: date
    found: float
    treated: float
    before: float


@dataclass(frozen=True, slots=True)
class Working:
    """Numbers of the formulas of one subject; None where a check has no such number.

    compared       what was held against the bounds, None where there was nothing to hold
    reached        the level it reaches, None where the check could not judge
    hold_for, keep_firing_for  what the rule asks for
    held           days the level's condition has held, the first counting 0; None where that isn't remembered
    total, counted sum of the period's figures up to the data day (of a mean, each times the days it covers), and days covered
    elapsed        days of the period up to the data day; length, all of them
    recent_total, recent_days  the same of the last 28 days covered, whose first report is of recent_first
    window         the days that were counted one by one
    usual_spread   spread of the days before, before `floor` is looked at
    sample_first   first of the days that say what is usual
    """

    check: Check
    bounds: Bounds
    compared: float | None
    reached: Level | None
    hold_for: Span
    keep_firing_for: Span
    held: int | None = None
    target: Target | None = None
    due: Due | None = None
    total: float | None = None
    counted: int = 0
    elapsed: int = 0
    length: int = 0
    last_year: float | None = None
    recent_total: float = 0.0
    recent_days: int = 0
    recent_first: date | None = None
    window: tuple[DayFigure, ...] = ()
    usual_spread: float | None = None
    sample_first: date | None = None
    ranking: tuple[Ranked, ...] = ()
    months: tuple[MonthRank, ...] = ()
    cases: Cases | None = None


@dataclass(frozen=True)
class Worked:
    """One subject of a rule as of a day. `row` is its node's in the layout, or its feed's number."""

    row: int
    figures: Figures
    working: Working


def work_out(frame: Frame, rule: Rule, key: AlertKey) -> Worked | None:
    """What a rule says of an alert's subject, with the numbers it comes from; None where it doesn't look there."""
    verdicts = judge(frame, rule)
    at = _position(frame, rule, key, verdicts)
    if at is None:
        return None
    row = int(verdicts.rows[at])
    figures = verdicts.figures(at)
    seen = verdicts.seen(at)
    bounds = _bounds(frame, rule.check, row, verdicts)
    working = Working(rule.check, bounds, None, seen.level, rule.hold_for, rule.keep_firing_for)
    if not verdicts.of_feeds:
        working = _progress(frame, row, working)
        working = _own(frame, rule, row, figures, working)
    return Worked(row, figures, replace(working, compared=_compared(rule.check, figures, working)))


def _position(frame: Frame, rule: Rule, key: AlertKey, verdicts: Verdicts) -> int | None:
    number = {feed.code: at for at, feed in enumerate(frame.layout.catalog.feeds)}
    row = frame.layout.row.get(key.node) if key.node else number.get(key.feed)
    if row is None or verdicts.of_feeds != (key.node is None):
        return None
    if rule.yearly and frame.progress.period_start[row] != key.period:
        return None  # the alert is about a period that is over
    return next(iter(np.flatnonzero(verdicts.rows == row).tolist()), None)


def _bounds(frame: Frame, check: Check, row: int, verdicts: Verdicts) -> Bounds:
    if isinstance(check, Pace) and check.lamps and not verdicts.of_feeds:
        indicator = frame.layout.catalog.indicator[frame.layout.nodes[row].indicator]
        return check.lamps.tables[check.lamps.place(indicator.code, indicator.task, frame.as_of)].bounds
    return check.bounds


# What every figure of a node comes from


def _progress(frame: Frame, row: int, working: Working) -> Working:
    p = frame.progress
    start, data = int(p.start[row]), int(p.data[row])
    length = (p.period_end[row] - p.period_start[row]).days + 1
    target = p.target_of[row]
    if data < 0:
        return replace(working, target=target, length=length)
    running, at, last = frame.told.running, np.array([row]), np.array([data])
    recent = recent_from(frame.told, at, last, p.end[at])
    told = np.flatnonzero(~np.isnan(frame.told.values[row, int(recent[0]) : data + 1]))
    day = day_at(p.first, data)
    return replace(
        working,
        target=target,
        due=_due(frame, row, target, day) if target else None,
        total=float(running.sums(at, p.start[at], last)[0]),
        counted=int(running.counts(at, p.start[at], last)[0]),
        elapsed=data - start + 1,
        length=length,
        last_year=known(p.last_year[row]),
        recent_total=float(running.sums(at, recent, last)[0]),
        recent_days=int(running.counts(at, recent, last)[0]),
        recent_first=day_at(p.first, int(recent[0] + told[0])) if len(told) else None,
    )


def _due(frame: Frame, row: int, target: Target, day: date) -> Due | None:
    if target.plan.curve != "previous_year":
        return due_on(target, day, frame.workdays)
    shape = shape_of(frame.told, frame.progress.goals, np.array([row]), frame.progress.data[[row]])
    part, whole = known(shape.part[0]), known(shape.whole[0])
    if part is None or whole is None:
        return due_on(target, day, frame.workdays)
    before = CYCLES[frame.told.rhythm.cycle[row]].year_before
    return Due(target.plan.curve, part, whole, before(target.period_start), before(day))


def due_on(target: Target, day: date, calendar: WorkCalendar) -> Due | None:
    """The numbers behind `plans.expected_share`; None for plan `none`, and where only last year's figures could tell."""
    start, end = target.period_start, target.period_end
    whole = (end - start).days + 1
    passed = min(max((day - start).days + 1, 0), whole)
    linear = Due(target.plan.curve, passed, whole, start, end)
    match target.plan.curve:
        case "none":
            return None
        case "previous_year":
            return replace(linear, curve="linear") if day >= end else None
        case "workdays":
            before = date.fromordinal(start.toordinal() - 1)
            total = calendar.workdays_after(before, end)
            worked = calendar.workdays_after(before, min(day, end))
            return replace(linear, passed=worked, whole=total) if total and day < end else linear
        case "milestones":
            return _between_milestones(target, day) if start <= day < end else linear
        case _:
            return linear


def _between_milestones(target: Target, day: date) -> Due:
    points = [(target.period_start, 0.0), *sorted(target.plan.milestones)]
    for (left, low), (right, high) in pairwise(points):
        if day <= right:
            span = (right - left).days
            return Due("milestones", (day - left).days if span else 1, span or 1, left, right, low, high)
    return Due("milestones", 1, 1, points[-1][0], points[-1][0], 1.0, 1.0)


# What the checks have of their own


def _own(frame: Frame, rule: Rule, row: int, figures: Figures, working: Working) -> Working:
    match rule.check:
        case Jump(of="deviation"):
            return _usual(frame, row, rule.check, figures, working)
        case Rank(months=0):
            return replace(working, ranking=_ranking(frame, rule, rule.check, row))
        case Rank():
            return replace(working, months=_months(frame, rule, rule.check, row))
        case OpenAge():
            return replace(working, cases=_cases(frame, row, rule.check, figures))
        case Rebound():
            return replace(working, window=_counted(frame, row, figures))
        case _:
            return working


def _counted(frame: Frame, row: int, figures: Figures) -> tuple[DayFigure, ...]:
    """The days of a window on which the detector watched."""
    if figures.cleared_on is None or figures.window_first is None:
        return ()
    first = max(figures.cleared_on, figures.window_first)
    low = (first - frame.daily.first).days
    values = frame.daily.values[row, low : int(frame.evening[row])].tolist()
    return tuple(DayFigure(day_at(first, n), known(value)) for n, value in enumerate(values))


def _usual(frame: Frame, row: int, check: Jump, figures: Figures, working: Working) -> Working:
    if figures.usual is None or not figures.sample:
        return working
    before = frame.daily.values[row, : int(frame.progress.data[row])]
    at = np.flatnonzero(~np.isnan(before))[-figures.sample :]
    spread = float(np.median(np.abs(before[at] - figures.usual)))
    return replace(working, usual_spread=spread, sample_first=day_at(frame.daily.first, int(at[0])))


def _ranking(frame: Frame, rule: Rule, check: Rank, row: int) -> tuple[Ranked, ...]:
    """Everybody who was ranked with the region, the last first."""
    verdicts = judge(frame, rule)
    group = peers_of(frame.layout, check.among, rule.select)
    region = frame.layout.catalog.region
    found = []
    for at, other in enumerate(verdicts.rows.tolist()):
        if group[other] != group[row]:
            continue
        theirs = verdicts.figures(at)
        if theirs.place is not None:
            found.append(Ranked(region[frame.layout.nodes[other].region].name, theirs.place, theirs.value))
    return tuple(sorted(found, key=lambda one: (one.place, one.region)))


def _months(frame: Frame, rule: Rule, check: Rank, row: int) -> tuple[MonthRank, ...]:
    by = by_month(frame, rule, check)
    (at,) = np.flatnonzero(by.rows == row).tolist()
    return tuple(
        MonthRank(
            first,
            last,
            known(by.figure[at, n]),
            int(by.place[at, n]) if by.judged[at, n] else None,
            int(by.peers[at, n]),
            bool(by.among[at, n]),
        )
        for n, (first, last) in enumerate(by.months)
    )


def _cases(frame: Frame, row: int, check: OpenAge, figures: Figures) -> Cases | None:
    if figures.window_last is None:
        return None
    node = frame.layout.nodes[row]
    treated_row = frame.layout.row[NodeKey(check.treated, node.region, node.scope)]
    days = (figures.window_last - frame.daily.first).days + 1
    found, treated = (np.cumsum(np.nan_to_num(frame.daily.values[at, :days])) for at in (row, treated_row))
    if not days:
        return None
    before = float(np.maximum(treated - found, 0.0).max())
    return Cases(frame.daily.first, float(found[-1]), float(treated[-1]), before)


# What was held against the bounds


def _compared(check: Check, f: Figures, working: Working) -> float | None:
    """In the terms of the check's bounds: points, days, places, a ratio, or the figure itself."""
    match check:
        case Threshold(per_target=True):
            return _quotient(f.value, f.target)
        case Pace():
            if f.lag is None or f.expected is None:
                return None
            return 0.0 if f.expected < check.from_expected else f.lag * 100
        case Projection():
            return _quotient(f.projected, f.target)
        case Stall():
            return None if f.still_days is None else float(f.still_days)
        case NewGrowth():
            return None if f.value is None else f.value - check.allowance
        case Discrepancy():
            return _days(f.window_first, f.window_last, 1)
        case Jump(of="deviation"):
            if f.value is None or f.usual is None or f.spread is None:
                return None
            return 0.0 if f.value == f.usual else _quotient(abs(f.value - f.usual), f.spread)
        case Rank(months=0):
            return None if f.place is None else float(f.place)
        case Jump() | Rank():
            return None if f.times is None else float(f.times)
        case OpenAge():
            return _days(f.open_since, f.window_last, 0)
        case _:
            return f.value


def _quotient(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def _days(first: date | None, last: date | None, both_ends: int) -> float | None:
    return None if first is None or last is None else float((last - first).days + both_ends)
