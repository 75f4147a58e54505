"""rebound 防反弹: what was cleared comes back.

A plain window count after clearance. Cleared means: at or under `cleared_at` for `cleared_for` days
covered by reports; a day without one neither counts nor begins the count anew.
"""

from __future__ import annotations

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, day_at
from service.domain.catalog import Kind, Level
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.rules import Rebound, Rule

NEVER = -1


def judge_rebound(frame: Frame, rule: Rule, check: Rebound) -> Verdicts:
    """Occurrences in the last `window` days, for regions that were cleared before it began to count."""
    rows = selected(frame, rule, Kind.INCIDENCE)
    daily = frame.daily.values[rows]
    days = daily.shape[1]
    calm = _calm_runs(daily, frame.complete(rows), check)
    window = max(0, days - check.window)
    cleared = _cleared_since(daily, calm, check)
    counted = (np.arange(days) >= np.maximum(cleared, window)[:, None]) & (cleared >= 0)[:, None]
    count = np.where(counted, np.nan_to_num(daily), 0.0).sum(axis=1)
    graded_ = graded(frame, rows, check.bounds, count)
    # An alarm stays until the place has been calm again for as long as it took to be called cleared.
    settled = calm[:, -1] if days else np.zeros(len(rows), dtype=bool)

    def figures(at: int) -> Figures:
        before = daily[at, cleared[at] : window]
        return frame.figures(
            int(rows[at]),
            value=float(count[at]),
            window_first=day_at(frame.daily.first, window),
            window_last=frame.as_of,
            cleared_on=day_at(frame.daily.first, cleared[at]) if cleared[at] >= 0 else None,
            calm_count=float(np.nansum(before)),
            calm_days=int(before.size),
        )

    hold = np.where(settled, Level.NONE, Level.RED).astype(np.int8)
    return Verdicts(rows, graded_.level, hold, graded_.unjudged, figures)


def _calm_runs(daily: Floats, complete: Bools, check: Rebound) -> Bools:
    """(rows, days) True where `cleared_for` reported days at or under the mark have passed since one above it."""
    calm = np.cumsum(complete & (daily <= check.cleared_at), axis=1)
    broken = np.maximum.accumulate(np.where(daily > check.cleared_at, calm, 0), axis=1)
    return np.asarray(calm - broken >= check.cleared_for)


def _cleared_since(daily: Floats, calm: Bools, check: Rebound) -> Ints:
    """(rows,) index of the day the detector began to watch, NEVER where it was not cleared.

    It watches from the day after the first calm run. After a return the region must be cleared
    anew: only rows that had one are walked.
    """
    first = np.where(calm.any(axis=1), np.argmax(calm, axis=1) + 1, NEVER).astype(np.int64)
    lowest = min((bound for _, bound in check.bounds.each), default=np.inf)
    after = np.arange(daily.shape[1]) >= first[:, None]
    returned = (first >= 0) & (np.where(after, np.nan_to_num(daily), 0.0).sum(axis=1) >= lowest)
    for row in np.flatnonzero(returned):
        first[row] = _walk(daily[row], calm[row], int(first[row]), lowest, check.window)
    return first


def _walk(daily: Floats, calm: Bools, since: int, lowest: float, window: int) -> int:
    """Past every return that was cleared again, to the clearance that counts today."""
    figures = np.nan_to_num(daily)
    while True:
        sums = np.cumsum(np.concatenate([[0.0], figures[since:]]))
        spans = sums[1:] - sums[np.maximum(np.arange(1, len(sums)) - window, 0)]
        alarms = np.flatnonzero(spans >= lowest)
        if not len(alarms):
            return since
        again = np.flatnonzero(calm[since + alarms[0] :])
        if not len(again):
            return since
        since += int(alarms[0] + again[0]) + 1
