"""亮灯标准: bounds that differ by indicator, task and phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.domain.arrays import Floats, Ints, Levels
from service.domain.frame import Frame
from service.domain.rules import Bounds, Lamps


@dataclass(frozen=True)
class Lit:
    """Bounds by row: `which` (rows,) is the table each row is graded by."""

    tables: tuple[Bounds, ...]
    which: Ints

    def grade(self, values: Floats) -> Levels:
        return self._each([table.grade(values) for table in self.tables], values)

    def hold(self, values: Floats) -> Levels:
        return self._each([table.hold(values) for table in self.tables], values)

    def _each(self, levels: list[Levels], values: Floats) -> Levels:
        chosen = np.zeros(values.shape, dtype=np.int8)
        for at, level in enumerate(levels):
            chosen[self.which == at] = level[self.which == at]
        return chosen


def lit_by(frame: Frame, rows: Ints, lamps: Lamps) -> Lit:
    """The table that counts for each row on the as-of day; only the tables in use are graded by."""
    layout = frame.layout
    by_indicator = [lamps.place(i.code, i.task, frame.as_of) for i in layout.catalog.indicators]
    table_of = np.array(by_indicator, dtype=np.int64)[layout.indicator_of[rows]]
    used, which = np.unique(table_of, return_inverse=True)
    return Lit(tuple(lamps.tables[at].bounds for at in used.tolist()), which.astype(np.int64))
