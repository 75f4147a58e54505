"""Day after day from one panel, for those who look back: replay and rule tests.

A frame of a history is the one `frame_as_of` makes: daily figures, roll-ups and running sums, which no
later day changes, are kept with the panel (`service.domain.timeline`), and a day is a matter of looking up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from service.domain.alerting import Clock
from service.domain.answers import Answer, NoAnswer
from service.domain.fold import AlertKey, Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.layout import Layout
from service.domain.rollup import Panel
from service.domain.rules import RuleSet
from service.domain.workdays import WorkCalendar

# What the queries of rules answer as of a day, by rule.
Ask = Callable[[date, RuleSet], Mapping[str, Answer | NoAnswer]]


class History:
    """Frames of any day the panel reaches, made fastest in the order of days.

    The panel begins no later than `panel_origin` of the first day asked for. A frame holds until the next is asked for.
    """

    def __init__(self, layout: Layout, panel: Panel, workdays: WorkCalendar) -> None:
        self._layout = layout
        self._panel = panel
        self._workdays = workdays

    def frame(self, as_of: date) -> Frame:
        """Everything as of a day."""
        return frame_as_of(self._layout, self._panel, as_of, self._workdays)


def fold_days(
    history: History,
    rules_on: Callable[[date], RuleSet],
    first: date,
    last: date,
    *,
    ask: Ask = lambda _day, _rules: {},
    telling: bool = True,
) -> Iterator[tuple[Frame, Day]]:
    """Live from first to last, each day from the clocks of the day before; at rest to begin with.

    telling  whether outcomes carry their figures
    """
    clocks: Mapping[AlertKey, Clock] = {}
    for number in range((last - first).days + 1):
        as_of = first + timedelta(days=number)
        rules = rules_on(as_of)
        frame = replace(history.frame(as_of), answers=ask(as_of, rules))
        day = fold_day(frame, rules, clocks, telling=telling)
        clocks = day.clocks
        yield frame, day
