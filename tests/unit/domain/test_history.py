"""Looking back is living: a history's days are those life judged, whatever came late."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.arrays import Floats
from service.domain.fold import Day, fold_day
from service.domain.frame import frame_as_of, panel_origin
from service.domain.history import History, fold_days
from service.domain.rollup import Panel
from tests.unit.domain.test_properties import DAYS, FIRST, RULES, WORLD, panels, progress_by_node

BEGIN, END = date(2017, 12, 25), date(2018, 1, 7)


def looked_back(panel: Panel, first: date = BEGIN, last: date = END) -> list[Day]:
    """The days as replay sees them."""
    history = History(WORLD.layout, panel, china())
    return [day for _, day in fold_days(history, lambda _: RULES, first, last)]


@dataclass
class Life:
    """Days judged as they close; what changes behind them judges them, and those after them, again."""

    known: Floats
    days: list[Day] = field(default_factory=list)

    def close(self) -> None:
        self._judge(BEGIN + timedelta(days=len(self.days)))

    def learn(self, row: int, column: int, value: float) -> None:
        self.known[row, column] = value
        first = max(BEGIN, FIRST + timedelta(days=column))
        lived = len(self.days)
        del self.days[(first - BEGIN).days :]
        while len(self.days) < lived:
            self.close()

    def _judge(self, day: date) -> None:
        before = self.days[-1].clocks if self.days else {}
        frame = frame_as_of(WORLD.layout, Panel(FIRST, self.known), day, china())
        self.days.append(fold_day(frame, RULES, before))


@settings(max_examples=20, deadline=None)
@given(panels(), st.lists(st.integers(0, DAYS - 1), min_size=1, max_size=6))
def test_a_frame_of_a_history_is_the_frame_of_that_day(panel: Panel, columns: list[int]) -> None:
    """In any order of days, over a year's end, with sources that take turns."""
    history = History(WORLD.layout, panel, china())
    for column in columns:
        as_of = FIRST + timedelta(days=column)
        one, two = history.frame(as_of), frame_as_of(WORLD.layout, panel, as_of, china())
        assert progress_by_node(one) == progress_by_node(two)
        assert np.array_equal(one.daily.values, two.daily.values, equal_nan=True)
        assert fold_day(one, RULES, {}) == fold_day(two, RULES, {})


def test_a_day_looks_no_further_back_than_life_does() -> None:
    """A panel that begins years earlier is cut at the first day formulas look at."""
    years = Panel(date(2014, 1, 1), np.ones((len(WORLD.layout.series), 1600)))
    frame = History(WORLD.layout, years, china()).frame(date(2018, 3, 1))
    origin = panel_origin(WORLD.catalog, date(2018, 3, 1))
    assert (frame.panel.first, frame.daily.first) == (origin, origin) == (date(2017, 1, 1),) * 2


@settings(max_examples=15, deadline=None)
@given(panels(), st.data())
def test_looking_back_gives_what_was_lived_in_any_order_of_late_arrivals(
    panel: Panel, data: st.DataObject
) -> None:
    """Late and corrected cells arrive while days close; at every close, and at the end, both agree."""
    cells = st.tuples(st.integers(0, len(panel.values) - 1), st.integers(18, 37))
    late = data.draw(st.permutations(data.draw(st.lists(cells, max_size=5, unique=True))))
    arrives = [data.draw(st.integers(0, (END - BEGIN).days)) for _ in late]
    known = panel.values.copy()
    for row, column in late:
        known[row, column] = data.draw(st.sampled_from([np.nan, 0.0, 9.0]))
    life, closes = Life(known), (END - BEGIN).days + 1
    for close in range(closes):
        for (row, column), arrival in zip(late, arrives, strict=True):
            if arrival == close:
                life.learn(row, column, panel.values[row, column])
        life.close()
        then = Panel(FIRST, life.known.copy())
        assert life.days == looked_back(then, last=BEGIN + timedelta(days=close))
    assert life.days == looked_back(panel)
