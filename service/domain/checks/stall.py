"""stall 长期无新增: no progress for N days while the target is open."""

from __future__ import annotations

import numpy as np

from service.domain.arrays import between, day_at, last_with_data
from service.domain.catalog import Kind
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.rules import Rule, Stall


def judge_stall(frame: Frame, rule: Rule, check: Stall) -> Verdicts:
    """Days with a report, all of them zero, since the last one that brought something.

    Only reported days count (rolled up: by enough of the nodes below); silence is `missing`'s business.
    A target that is met is at rest.
    """
    rows = selected(frame, rule, Kind.FLOW, targeted=True)
    p = frame.progress
    daily = frame.daily.values[rows]
    start, data = p.start[rows], p.data[rows]
    moved = between(daily.shape[1], start, data) & (np.nan_to_num(daily) > 0)
    last_move = np.where(moved.any(axis=1), last_with_data(moved), start - 1)
    still = (between(daily.shape[1], last_move + 1, data) & frame.complete(rows)).sum(axis=1)
    values = np.where(p.met[rows], 0.0, still.astype(float))

    def figures(at: int) -> Figures:
        return frame.figures(
            int(rows[at]), still_days=int(still[at]), last_move=day_at(p.first, last_move[at])
        )

    return graded(frame, rows, check.bounds, values, figures)
