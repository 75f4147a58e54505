"""open_age 超期未办结: a case that was found and has not been treated.

Reports count cases, they do not name them: which one was treated is taken to be the oldest that was open.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from service.domain.arrays import Floats, Ints, day_at, last_with_data
from service.domain.catalog import NodeKey
from service.domain.checks.verdicts import Verdicts, chosen, graded
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import OpenAge, Rule, Select


def judge_open_age(frame: Frame, rule: Rule, check: OpenAge) -> Verdicts:
    """Days from the day the oldest open case was found to the last day both counts speak for.

    Only where both are reported, and nothing below is: in a sum of regions what one treats would close what
    another found.
    """
    rows, treated_rows = _both(frame.layout, rule.select, check)
    data = np.minimum(frame.progress.data[rows], frame.progress.data[treated_rows])
    found = _sums(frame, rows, data)
    left = found - _treated(found, _sums(frame, treated_rows, data))[:, -1:] if found.size else found
    # The oldest open case was found the day after the last on which all found by then were treated.
    since = last_with_data(left <= 1e-9 * np.maximum(1.0, np.abs(found))) + 1
    age = np.maximum(data - since, 0)
    is_open = since <= data

    def figures(at: int) -> Figures:
        bound = max((b for _, b in check.bounds.each if b <= age[at]), default=0.0)
        overdue = left[at, max(0, int(data[at] - bound))]
        return frame.figures(
            int(rows[at]),
            value=float(max(overdue, 0.0)),
            bound=float(bound),
            open_count=float(max(left[at, -1], 0.0)),
            open_since=day_at(frame.timeline.first, since[at]) if is_open[at] else None,
            window_last=day_at(frame.timeline.first, data[at]),
        )

    values = np.where(is_open, age, -np.inf)
    return graded(frame, rows, check.bounds, values, figures, unjudged=frame.unjudged[treated_rows])


@lru_cache(maxsize=64)
def _both(layout: Layout, select: Select, check: OpenAge) -> tuple[Ints, Ints]:
    """Rows of what is found among the selected, and of what is treated in the same regions."""
    found, treated = [], []
    for row in np.flatnonzero(chosen(layout, select)).tolist():
        node = layout.nodes[row]
        other = layout.row.get(NodeKey(check.treated, node.region, node.scope))
        if node.indicator == check.found and other is not None and layout.lowest[[row, other]].all():
            found.append(row)
            treated.append(other)
    return np.array(found, dtype=np.int64), np.array(treated, dtype=np.int64)


def _sums(frame: Frame, rows: Ints, data: Ints) -> Floats:
    """(rows, days) running sums; nothing counts after the last day both speak for."""
    daily = frame.daily.values[rows]
    counts = np.arange(daily.shape[1]) <= data[:, None]
    return np.cumsum(np.where(counts, np.nan_to_num(daily), 0.0), axis=1)


def _treated(found: Floats, treated: Floats) -> Floats:
    """What was treated of what was found; more than was open belongs to cases found before the panel begins."""
    older = np.maximum.accumulate(np.maximum(treated - found, 0.0), axis=1)
    return treated - older
