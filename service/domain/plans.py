"""Plan curves (进度计划): the share of a target due by a day."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from service.domain.arrays import year_before
from service.domain.catalog import Plan, Target
from service.domain.workdays import WorkCalendar

CURVES = ("linear", "workdays", "milestones", "previous_year", "none")


def expected_share(target: Target, day: date, calendar: WorkCalendar) -> float | None:
    """Share of the target due by the end of the day: 序时进度.

    Nothing is due before the period, everything at its end; None for plan `none`, whose works are
    judged by their completion day, and in between for `previous_year`, which figures decide (`domain.lastyear`).
    """
    if target.plan.curve == "none":
        return None
    if day < target.period_start:
        return 0.0
    if day >= target.period_end:
        return 1.0
    share = _SHARES.get(target.plan.curve)
    return share(target, day, calendar) if share else None


def plan_line(target: Target, calendar: WorkCalendar) -> tuple[tuple[date, float], ...]:
    """The figure due by the end of each day of the period, in the indicator's unit, the day before it included.

    Empty for plans that dates alone do not tell: `none` and `previous_year`.
    """
    if target.plan.curve not in _SHARES:
        return ()
    begin = target.baseline or 0.0
    first, last = target.period_start.toordinal() - 1, target.period_end.toordinal()
    days = [date.fromordinal(at) for at in range(first, last + 1)]
    shares = [expected_share(target, day, calendar) or 0.0 for day in days]
    return tuple(
        (day, begin + (target.value - begin) * share) for day, share in zip(days, shares, strict=True)
    )


def _linear(target: Target, day: date, _: WorkCalendar) -> float:
    length = (target.period_end - target.period_start).days + 1
    return ((day - target.period_start).days + 1) / length


def _workdays(target: Target, day: date, calendar: WorkCalendar) -> float:
    before = date.fromordinal(target.period_start.toordinal() - 1)
    total = calendar.workdays_after(before, target.period_end)
    return calendar.workdays_after(before, day) / total if total else _linear(target, day, calendar)


def _milestones(target: Target, day: date, _: WorkCalendar) -> float:
    """Straight lines from (start, 0) through the points; 100 % after the last."""
    points = [(target.period_start, 0.0), *sorted(target.plan.milestones)]
    for (left, low), (right, high) in pairwise(points):
        if day <= right:
            span = (right - left).days
            return low + (high - low) * ((day - left).days / span if span else 1.0)
    return 1.0


_SHARES = {"linear": _linear, "workdays": _workdays, "milestones": _milestones}


def plan_faults(plan: Plan, start: date, end: date) -> str | None:
    """What is wrong with a plan, as an English sentence; None if nothing is."""
    if plan.curve not in CURVES:
        return f"unknown plan curve {plan.curve!r}: use one of {', '.join(CURVES)}"
    if (plan.curve == "milestones") != bool(plan.milestones):
        return "milestones are given for the curve `milestones`, and only for it"
    days = [day for day, _ in plan.milestones]
    if len(set(days)) < len(days) or any(not start <= day <= end for day in days):
        return "milestones lie inside the period, one to a day"
    shares = [share for _, share in sorted(plan.milestones)]
    if any(not 0 <= share <= 1 for share in shares) or shares != sorted(shares):
        return "milestone shares rise from 0 to 1"
    if plan.curve == "previous_year" and year_before(end) >= start:
        return "the curve `previous_year` is for periods of a year at most: the year before must be over"
    return None
