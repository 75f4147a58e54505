"""Reporting cycles: which days carry a report, which days it covers, and from when it is due.

A report of a week or a month is stamped with its last day and covers all of it. A day closes for a
cycle only when the cycle's own cut-off has passed: what is not due yet is not seen.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from service.domain.arrays import year_before
from service.domain.workdays import WorkCalendar

# A year of whole weeks.
WEEKS_OF_A_YEAR = timedelta(weeks=52)


class Cycle(StrEnum):
    """How often a feed reports."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    def last(self, day: date) -> date:
        """The report day of the day, week (ending on Sunday) or month a day lies in."""
        match self:
            case Cycle.DAILY:
                return day
            case Cycle.WEEKLY:
                return day + timedelta(days=6 - day.weekday())
            case Cycle.MONTHLY:
                return day.replace(day=monthrange(day.year, day.month)[1])

    def first(self, day: date) -> date:
        """The first day that is covered by the report a day lies in."""
        match self:
            case Cycle.DAILY:
                return day
            case Cycle.WEEKLY:
                return day - timedelta(days=day.weekday())
            case Cycle.MONTHLY:
                return day.replace(day=1)

    def days(self, day: date) -> int:
        """Days that are covered by the report a day lies in."""
        return (self.last(day) - self.first(day)).days + 1

    def latest(self, day: date) -> date:
        """The last report day up to a day."""
        last = self.last(day)
        return last if last == day else self.first(day) - timedelta(days=1)

    def year_before(self, day: date) -> date:
        """The day a year before that is compared with: the same date, or the same weekday of the same week.

        So many weeks are compared with as many, and a month with the whole month.
        """
        match self:
            case Cycle.DAILY:
                return year_before(day)
            case Cycle.WEEKLY:
                return day - WEEKS_OF_A_YEAR
            case Cycle.MONTHLY:
                same = year_before(day)
                return self.last(same) if day == self.last(day) else same


# In this order wherever cycles are counted: the one that reports most often first.
CYCLES = tuple(Cycle)

# Working days after a report day on which it is due: the week and the month leave time to add up.
CUTOFF_WORKDAYS: Mapping[Cycle, int] = {Cycle.DAILY: 1, Cycle.WEEKLY: 2, Cycle.MONTHLY: 5}

# Minutes before a deadline at which who has not reported everything is reminded: within the morning it falls on.
REMIND_MINUTES = 60


class Deadlines:
    """When reports are due, in as-of days: what a day may see when it is judged.

    cutoff_workdays  working days after a report day on which it is due, by cycle
    """

    def __init__(self, workdays: WorkCalendar, cutoff_workdays: Mapping[Cycle, int]) -> None:
        self._workdays = workdays
        self._cutoff = cutoff_workdays

    def closing_day(self, day: date, cycle: Cycle = Cycle.DAILY) -> date:
        """The working day on which a day closes for a cycle."""
        return self._workdays.next_workday(day, self._cutoff[cycle])

    def last_closed(self, cycle: Cycle, by: date) -> date:
        """The last report day that is closed once the cut-off of a day has passed."""
        report = cycle.latest(by)
        while self.closing_day(report, cycle) > by:
            report = cycle.first(report) - timedelta(days=1)
        return report

    def last_due(self, cycle: Cycle, as_of: date) -> date:
        """The last report day of a cycle that is due when an as-of day is judged."""
        if cycle is Cycle.DAILY:
            return as_of
        closes = self.closing_day(as_of)
        report = cycle.last(as_of)
        while report > as_of or self.closing_day(report, cycle) > closes:
            report = cycle.first(report) - timedelta(days=1)
        return report

    def due_from(self, cycle: Cycle, report: date) -> date:
        """The first as-of day at which a report is due."""
        due, day = self.closing_day(report, cycle), report
        while self.closing_day(day) < due:
            day += timedelta(days=1)
        return day
