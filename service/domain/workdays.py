"""Working days as data: the calendar is published by the State Council, not computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from service.domain.arrays import Bools, Ints


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, from `first` on.

    workday          (days,) True on working days, make-up days (调休) included
    published_until  last day that is known; later ones are assumed
    """

    first: date
    workday: Bools
    published_until: date

    @cached_property
    def _counted(self) -> Ints:
        return np.concatenate([[0], np.cumsum(self.workday)]).astype(np.int64)

    def _index(self, day: date) -> int:
        index = (day - self.first).days
        if not 0 <= index < len(self.workday):
            raise ValueError(f"no working-day calendar for {day}")
        return index

    def is_workday(self, day: date) -> bool:
        return bool(self.workday[self._index(day)])

    def next_workday(self, day: date, count: int = 1) -> date:
        """The count-th working day after this day."""
        while count:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def workdays_after(self, day: date, until: date) -> int:
        """Working days in (day, until]; 0 where until is not after day."""
        if until <= day:
            return 0
        return int(self._counted[self._index(until) + 1] - self._counted[self._index(day) + 1])
