"""Running sums: what any span of days comes to, without reading its days.

A difference of two plain running sums is worthless where the span's sum is small against what came
before it (0.1 m² this year after a million the year before). So the rounding error of every addition
is kept beside the sum: it can be told exactly from the sums themselves, and the two together hold
twice the digits. A sum of days comes out as if it had been added up without rounding in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.domain.arrays import Columns, Floats, Ints, blocks, column_type


@dataclass(frozen=True)
class Running:
    """Per row and day; arrays are (rows, days + 1), column d is what stands before day d.

    total    sum of the figures of the days with data
    rest     what rounding has lost from it
    counted  how many days they stand for
    last     index of the last day with data, -1 where there is none
    """

    total: Floats
    rest: Floats
    counted: Columns
    last: Columns

    def sums(self, rows: Ints, first: Ints, last: Ints) -> Floats:
        """(rows,) sum of the days with data from first to last, both included; 0 where there are none."""
        low, high = _ends(first, last)
        whole = self.total[rows, high] - self.total[rows, low]
        return np.asarray(whole + (self.rest[rows, high] - self.rest[rows, low]))

    def counts(self, rows: Ints, first: Ints, last: Ints) -> Ints:
        """(rows,) days with data from first to last, both included."""
        low, high = _ends(first, last)
        return (self.counted[rows, high] - self.counted[rows, low]).astype(np.int64)

    def since(self, rows: Ints, first: Ints) -> tuple[Floats, Ints]:
        """(rows, days) sum and number of the days with data from a day up to each; of days before it nothing is told."""
        low = np.maximum(first, 0)
        total = self.total[rows, 1:] - self.total[rows, low][:, None]
        rest = self.rest[rows, 1:] - self.rest[rows, low][:, None]
        counted = self.counted[rows, 1:] - self.counted[rows, low][:, None]
        return total + rest, counted.astype(np.int64)

    def nth_last(self, rows: Ints, at: Ints, count: int) -> Ints:
        """(rows,) the day from which on `count` days have data up to and on day `at`; the first that has where fewer do."""
        sought = np.maximum(self.counted[rows, at + 1].astype(np.int64) - count, 0)
        return bisect(self.counted, rows, sought, at + 1)


def _ends(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Columns whose difference is the span from first to last; the same one twice where that is empty."""
    low = np.maximum(first, 0)
    return low, np.maximum(last + 1, low)


def no_sums(rows: int, days: int) -> Running:
    """Room for the running sums of that many days; nothing is in it but the beginning."""
    shape, kind = (rows, days + 1), column_type(days)
    return Running(np.zeros(shape), np.zeros(shape), np.zeros(shape, kind), np.full(shape, -1, kind))


def run(running: Running, figures: Floats, rows: Ints, low: int = 0) -> None:
    """Take in the figures of some rows (all days of every row of the table) from a day on; in place."""
    kind = running.last.dtype
    days = np.arange(low, figures.shape[1], dtype=kind)
    for block in blocks(len(rows), figures.shape[1] - low):
        at = rows[block]
        new = figures[at, low:]
        has = ~np.isnan(new)
        _take_sums(running, at, np.where(has, new, 0.0), low)
        counted = np.cumsum(has, axis=1, dtype=kind)
        running.counted[at, low + 1 :] = running.counted[at, low][:, None] + counted
        reported = np.where(has, days, running.last[at, low][:, None])
        running.last[at, low + 1 :] = np.maximum.accumulate(reported, axis=1)


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
