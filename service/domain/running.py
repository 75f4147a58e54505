"""Running sums: what any span of days comes to, without reading its days.

A difference of two plain running sums is worthless where the span's sum is small against what came
before it (0.1 m² this year after a million the year before). So the rounding error of every addition
is kept beside the sum: it can be told exactly from the sums themselves, and the two together hold
twice the digits. A sum of days comes out as if it had been added up without rounding in between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from service.domain.arrays import Bools, Columns, Floats, Ints, blocks, column_type
from service.domain.reportdays import Rhythm


@dataclass(frozen=True, eq=False)
class Weights:
    """How many days figures stand for, where that isn't one each.

    averaged  (rows,) True where figures are averaged over the days they stand for
    """

    rhythm: Rhythm
    averaged: Bools


@dataclass(frozen=True)
class Running:
    """Per row and day; arrays are (rows, days + 1), column d is what stands before day d.

    total    sum of the figures of the days with data; of a mean, each times the days it stands for
    rest     what rounding has lost from it
    counted  how many days they stand for: covered by a report each
    reports  how many figures they are; the very same array where every figure stands for one day
    last     index of the last day with data, -1 where there is none
    """

    total: Floats
    rest: Floats
    counted: Columns
    reports: Columns
    last: Columns

    @property
    def by_report(self) -> Running:
        """The same, counting reports in place of the days they cover."""
        return replace(self, counted=self.reports)

    def sums(self, rows: Ints, first: Ints, last: Ints) -> Floats:
        """(rows,) sum of the days with data from first to last, both included; 0 where there are none."""
        low, high = _ends(first, last)
        whole = self.total[rows, high] - self.total[rows, low]
        return np.asarray(whole + (self.rest[rows, high] - self.rest[rows, low]))

    def counts(self, rows: Ints, first: Ints, last: Ints) -> Ints:
        """(rows,) days covered by the figures from first to last, both included."""
        low, high = _ends(first, last)
        return (self.counted[rows, high] - self.counted[rows, low]).astype(np.int64)

    def since(self, rows: Ints, first: Ints) -> tuple[Floats, Ints]:
        """(rows, days) sum of the days with data from a day up to each, and the days they cover; nothing of before it."""
        low = np.maximum(first, 0)
        total = self.total[rows, 1:] - self.total[rows, low][:, None]
        rest = self.rest[rows, 1:] - self.rest[rows, low][:, None]
        counted = self.counted[rows, 1:] - self.counted[rows, low][:, None]
        return total + rest, counted.astype(np.int64)

    def nth_last(self, rows: Ints, at: Ints, count: int) -> Ints:
        """(rows,) the day from which on `count` days are covered up to day `at`; the first that is where fewer are.

        A report counts whole: where the days begin within what it covers, they are more.
        """
        sought = np.maximum(self.counted[rows, at + 1].astype(np.int64) - count, 0)
        return bisect(self.counted, rows, sought, at + 1)


def _ends(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Columns whose difference is the span from first to last; the same one twice where that is empty."""
    low = np.maximum(first, 0)
    return low, np.maximum(last + 1, low)


def no_sums(rows: int, days: int, *, weighted: bool = False) -> Running:
    """Room for the running sums of that many days; nothing is in it but the beginning.

    weighted  whether figures may stand for more days than one
    """
    shape, kind = (rows, days + 1), column_type(days)
    counted = np.zeros(shape, kind)
    reports = counted.copy() if weighted else counted
    return Running(np.zeros(shape), np.zeros(shape), counted, reports, np.full(shape, -1, kind))


def run(running: Running, figures: Floats, rows: Ints, low: int = 0, weights: Weights | None = None) -> None:
    """Take in the figures of some rows (all days of every row of the table) from a day on; in place."""
    kind = running.last.dtype
    days = np.arange(low, figures.shape[1], dtype=kind)
    for block in blocks(len(rows), figures.shape[1] - low):
        at = rows[block]
        new = figures[at, low:]
        has = ~np.isnan(new)
        told = np.where(has, new, 0.0)
        if weights:
            covered = weights.rhythm.covered(at, low)
            told = np.where(weights.averaged[at][:, None], told * covered, told)
            _take_counts(running.counted, at, has * covered, low)
        _take_sums(running, at, told, low)
        _take_counts(running.reports, at, has, low)
        reported = np.where(has, days, running.last[at, low][:, None])
        running.last[at, low + 1 :] = np.maximum.accumulate(reported, axis=1)


def _take_counts(counted: Columns, at: Ints, new: Bools | Ints, low: int) -> None:
    counted[at, low + 1 :] = counted[at, low][:, None] + np.cumsum(new, axis=1, dtype=counted.dtype)


def _take_sums(running: Running, at: Ints, new: Floats, low: int) -> None:
    before = running.total[at, low]
    sums = np.cumsum(np.column_stack([before, new]), axis=1)
    old, total = sums[:, :-1], sums[:, 1:]
    # What was added is what the sum grew by, but for the rounding: Knuth's exact error of an addition.
    grown = total - old
    lost = (old - (total - grown)) + (new - grown)
    running.total[at, low + 1 :] = total
    running.rest[at, low + 1 :] = np.cumsum(np.column_stack([running.rest[at, low], lost]), axis=1)[:, 1:]


def bisect(rising: Columns, rows: Ints, sought: Ints, high: Ints) -> Ints:
    """(rows,) the last column up to `high` at which a row that never falls is still at or under what is sought."""
    low, high = np.zeros_like(high), high.copy()
    while (open_ := low < high).any():
        middle = (low + high + 1) // 2
        under = rising[rows, middle] <= sought
        low = np.where(open_ & under, middle, low)
        high = np.where(open_ & ~under, middle - 1, high)
    return low
