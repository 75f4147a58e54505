"""Day after day from one panel, for those who look back: replay and rule tests.

A frame of a history equals the one `frame_as_of` makes; daily figures and roll-ups, which no later
day changes, are worked out once and not once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from service.domain.alerting import Clock
from service.domain.answers import Answer, NoAnswer
from service.domain.arrays import Floats, Ints
from service.domain.fold import AlertKey, Day, fold_day
from service.domain.frame import Frame, panel_origin
from service.domain.layout import Layout
from service.domain.progress import progress_of
from service.domain.rollup import Daily, Panel, derived, official, rolled_up
from service.domain.rules import RuleSet
from service.domain.workdays import WorkCalendar

# What the queries of rules answer as of a day, by rule.
Ask = Callable[[date, RuleSet], Mapping[str, Answer | NoAnswer]]


class History:
    """Frames of any day the panel reaches, made fastest in the order of days.

    The panel begins no later than `panel_origin` of the first day asked for.
    """

    def __init__(self, layout: Layout, panel: Panel, workdays: WorkCalendar) -> None:
        self._layout = layout
        self._panel = panel
        self._workdays = workdays
        self._span: _Span | None = None

    def frame(self, as_of: date) -> Frame:
        """Everything as of a day; the panel is cut where life cuts it, at the day's own origin."""
        span = self._at(max(self._panel.first, panel_origin(self._layout.catalog, as_of)))
        daily = span.daily(as_of)
        progress = progress_of(self._layout, daily, as_of, self._workdays)
        return Frame(self._layout, span.panel.until(as_of), daily, progress, self._workdays)

    def _at(self, origin: date) -> _Span:
        if self._span is None or self._span.panel.first != origin:
            skipped = (origin - self._panel.first).days
            self._span = _Span(self._layout, Panel(origin, self._panel.values[:, skipped:]))
        return self._span


class _Span:
    """The daily figures of a panel with one origin."""

    def __init__(self, layout: Layout, panel: Panel) -> None:
        self.panel = panel
        self._layout = layout
        self._series = derived(layout, panel, panel.new_years)
        self._source: Ints | None = None
        self._values: Floats = np.empty((0, 0))

    def daily(self, as_of: date) -> Daily:
        """Daily figures up to a day; rolled up anew only where another source counts than before."""
        days = (as_of - self.panel.first).days + 1
        source = official(self._layout, self._series[:, :days])
        if self._source is None or not np.array_equal(source, self._source):
            self._source, self._values = source, rolled_up(self._layout, self._series, source)
        return Daily(self.panel.first, self._values[:, :days])


def fold_days(
    history: History,
    rules_on: Callable[[date], RuleSet],
    first: date,
    last: date,
    before: Mapping[AlertKey, Clock] | None = None,
    ask: Ask = lambda _day, _rules: {},
) -> Iterator[tuple[Frame, Day]]:
    """Live from first to last, each day from the clocks of the day before; at rest to begin with."""
    clocks = before or {}
    for number in range((last - first).days + 1):
        as_of = first + timedelta(days=number)
        rules = rules_on(as_of)
        frame = replace(history.frame(as_of), answers=ask(as_of, rules))
        day = fold_day(frame, rules, clocks)
        clocks = day.clocks
        yield frame, day
