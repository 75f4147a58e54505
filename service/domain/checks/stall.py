"""stall 长期无新增: no progress for N days while the target is open."""

from __future__ import annotations

import numpy as np

from service.domain.arrays import Arrays, Ints, day_at, running_count, running_last
from service.domain.catalog import Kind
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.rules import Rule, Stall


def judge_stall(frame: Frame, rule: Rule, check: Stall) -> Verdicts:
    """Days covered by reports, all of them zero, since the last one that brought something.

    Only those days count (rolled up: by enough of the nodes below); silence is `missing`'s business.
    A target that is met is at rest.
    """
    rows = selected(frame, rule, Kind.FLOW, targeted=True)
    p = frame.progress
    moved, reported = _moves(frame, rule, rows)
    at, evening = np.arange(len(rows)), p.data[rows] + 1
    last_move = np.maximum(moved[at, evening].astype(np.int64), p.start[rows] - 1)
    since = np.maximum(last_move + 1, 0)
    still = reported[at, np.maximum(evening, since)].astype(np.int64) - reported[at, since]
    values = np.where(p.met[rows], 0.0, still.astype(float))

    def figures(at: int) -> Figures:
        return frame.figures(
            int(rows[at]), still_days=int(still[at]), last_move=day_at(p.first, last_move[at])
        )

    return graded(frame, rows, check.bounds, values, figures)


def _moves(frame: Frame, rule: Rule, rows: Ints) -> Arrays:
    """(rows, days + 1) the last day with progress before each column, and the days covered by reports before it."""
    timeline = frame.told

    def make(at: Ints) -> Arrays:
        moved = running_last(timeline.values[rows[at]] > 0)
        return moved, running_count(timeline.covering(rows[at]))

    return timeline.table(("stall", rule.select), rows, make)
