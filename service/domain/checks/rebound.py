"""rebound 防反弹: what was cleared comes back.

A plain window count after clearance. Cleared means: at or under `cleared_at` for `cleared_for` days
covered by reports; a day without one neither counts nor begins the count anew.
"""

from __future__ import annotations

import numpy as np

from service.domain.arrays import Arrays, Bools, Columns, Floats, Ints, column_type, day_at
from service.domain.catalog import Kind, Level
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.rules import Rebound, Rule

NEVER = -1


def judge_rebound(frame: Frame, rule: Rule, check: Rebound) -> Verdicts:
    """Occurrences reported in the last `window` days, for regions that were cleared before it began to count.

    The days end with the last one that is due, so that the newest report is always among them.
    """
    rows = selected(frame, rule, Kind.INCIDENCE)
    timeline, running, evening = frame.told, frame.told.running, frame.evening[rows]
    calm, watched = _watch(frame, rule, rows, check)
    each = np.arange(len(rows))
    cleared = watched[each, evening].astype(np.int64)
    window = np.maximum(0, evening - check.window)
    counted = running.sums(rows, np.maximum(cleared, window), evening - 1)
    count = np.where(cleared >= 0, counted, 0.0)
    graded_ = graded(frame, rows, check.bounds, count)

    def figures(at: int) -> Figures:
        before = timeline.values[rows[at], cleared[at] : window[at]]
        return frame.figures(
            int(rows[at]),
            value=float(count[at]),
            window_first=day_at(timeline.first, window[at]),
            window_last=day_at(timeline.first, evening[at] - 1),
            cleared_on=day_at(timeline.first, cleared[at]) if cleared[at] >= 0 else None,
            calm_count=float(np.nansum(before)),
            calm_days=int(before.size),
        )

    # An alarm stays until the place has been calm again for as long as it took to be called cleared.
    hold = np.where(calm[each, evening], Level.NONE, Level.RED).astype(np.int8)
    return Verdicts(rows, graded_.level, hold, graded_.unjudged, figures)


def _watch(frame: Frame, rule: Rule, rows: Ints, check: Rebound) -> Arrays:
    """(rows, days + 1) each evening: whether it was calm, and the day from which on the detector watches."""
    timeline = frame.told

    def make(at: Ints) -> Arrays:
        daily = timeline.values[rows[at]]
        calm = _calm_runs(daily, timeline.covering(rows[at]), check)
        return np.pad(calm, ((0, 0), (1, 0))), _watched_since(daily, calm, check)

    return timeline.table(("rebound", rule.select, check), rows, make)


def _calm_runs(daily: Floats, covered: Bools | Ints, check: Rebound) -> Bools:
    """(rows, days) True where reports at or under the mark have covered `cleared_for` days since one above it."""
    calm: Ints = np.cumsum(np.where(daily <= check.cleared_at, covered, 0), axis=1)
    broken = np.maximum.accumulate(np.where(daily > check.cleared_at, calm, 0), axis=1)
    return np.asarray(calm - broken >= check.cleared_for)


def _watched_since(daily: Floats, calm: Bools, check: Rebound) -> Columns:
    """(rows, days + 1) index of the day the detector began to watch, as it stands each evening; NEVER before.

    It watches from the day after the first calm run. After a return the region must be cleared
    anew: only rows that had one are walked.
    """
    days = daily.shape[1]
    since = np.full((len(daily), days + 1), NEVER, dtype=column_type(days))
    if not days:
        return since
    first = np.where(calm.any(axis=1), np.argmax(calm, axis=1) + 1, NEVER)
    cleared = (first >= 0)[:, None] & (np.arange(days + 1) >= first[:, None])
    np.copyto(since, first[:, None].astype(since.dtype), where=cleared)
    lowest = min((bound for _, bound in check.bounds.each), default=np.inf)
    after = np.arange(days) >= first[:, None]
    returned = (first >= 0) & (np.where(after & (daily > 0), daily, 0.0).sum(axis=1) >= lowest)
    for row in np.flatnonzero(returned):
        for again in _cleared_again(daily[row], calm[row], int(first[row]), lowest, check.window):
            since[row, again:] = again
    return since


def _cleared_again(daily: Floats, calm: Bools, since: int, lowest: float, window: int) -> list[int]:
    """The days from which on the detector watched anew, after every return that was cleared again."""
    figures = np.nan_to_num(daily)
    found: list[int] = []
    while True:
        sums = np.cumsum(np.concatenate([[0.0], figures[since:]]))
        spans = sums[1:] - sums[np.maximum(np.arange(1, len(sums)) - window, 0)]
        alarms = np.flatnonzero(spans >= lowest)
        again = np.flatnonzero(calm[since + alarms[0] :]) if len(alarms) else alarms
        if not len(again):
            return found
        since += int(alarms[0] + again[0]) + 1
        found.append(since)
