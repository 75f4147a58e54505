"""Checks that look at one figure of progress: threshold, pace, projection, new_growth."""

from __future__ import annotations

import numpy as np

from service.domain.arrays import divide, known
from service.domain.catalog import Kind
from service.domain.checks.lamps import lit_by
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.frame import Frame
from service.domain.rules import NewGrowth, Pace, Projection, Rule, Threshold

# Figures a threshold may look at: the name in a rule file, the name in Progress.
FIGURES = {
    "period_to_date": "to_date",
    "value": "value",
    "completion": "completion",
    "expected": "expected",
    "lag": "lag",
    "year_on_year": "year_on_year",
}


def judge_threshold(frame: Frame, rule: Rule, check: Threshold) -> Verdicts:
    """A figure against its bounds; with `per_target`, the figure as a multiple of the target."""
    rows = selected(frame, rule, targeted=check.per_target)
    figure = getattr(frame.progress, FIGURES[check.of])[rows]
    values = divide(figure, frame.progress.target[rows]) if check.per_target else figure
    return graded(
        frame,
        rows,
        check.bounds,
        values,
        lambda at: frame.figures(int(rows[at]), value=known(figure[at])),
    )


def judge_pace(frame: Frame, rule: Rule, check: Pace) -> Verdicts:
    """Lag behind the plan in percentage points; never behind once the target is reached, since C ≥ 1 ≥ E.

    A ceiling is met from the first day on, and may be used up too early all the same.
    """
    rows = selected(frame, rule, targeted=True)
    p = frame.progress
    early = p.expected[rows] < check.from_expected
    grading = lit_by(frame, rows, check.lamps) if check.lamps else check.bounds
    return graded(frame, rows, grading, np.where(early, 0.0, p.lag[rows] * 100))


def judge_projection(frame: Frame, rule: Rule, check: Projection) -> Verdicts:
    """Projected figure at the period's end ÷ target, for targets to be reached; silent before `from_expected`."""
    p = frame.progress
    rows = selected(frame, rule, Kind.FLOW, targeted=True)
    rows = rows[p.goals.floor[rows]]
    share = divide(p.projected[rows], p.target[rows])
    quiet = (p.expected[rows] < check.from_expected) | p.met[rows]
    return graded(frame, rows, check.bounds, np.where(quiet, np.inf, share), unjudged=np.isnan(share))


def judge_new_growth(frame: Frame, rule: Rule, check: NewGrowth) -> Verdicts:
    """Occurrences of the period beyond the allowance; a figure at the allowance is none."""
    rows = selected(frame, rule, Kind.INCIDENCE)
    excess = frame.progress.to_date[rows] - check.allowance
    values = np.where(excess > 0, excess, -np.inf)
    return graded(
        frame,
        rows,
        check.bounds,
        np.where(np.isnan(excess), np.nan, values),
        lambda at: frame.figures(
            int(rows[at]), value=known(frame.progress.to_date[rows[at]]), bound=check.allowance
        ),
    )
