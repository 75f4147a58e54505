"""Reporting cycles: report days, what they cover, and from which as-of day on they are due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.cycles import CUTOFF_WORKDAYS, Cycle, Deadlines
from tests.testkit.worlds import day

DEADLINES = Deadlines(china(), CUTOFF_WORKDAYS)
DAYS = st.dates(date(2016, 1, 1), date(2020, 12, 31))
CYCLES = st.sampled_from(Cycle)


@pytest.mark.parametrize(
    ("cycle", "first", "last", "days"),
    [
        (Cycle.DAILY, "2018-02-14", "2018-02-14", 1),
        (Cycle.WEEKLY, "2018-02-12", "2018-02-18", 7),  # Monday to Sunday
        (Cycle.MONTHLY, "2018-02-01", "2018-02-28", 28),
    ],
)
def test_a_report_covers_its_day_week_or_month(cycle: Cycle, first: str, last: str, days: int) -> None:
    wednesday = day("2018-02-14")
    assert (cycle.first(wednesday), cycle.last(wednesday)) == (day(first), day(last))
    assert cycle.days(wednesday) == days


@given(CYCLES, DAYS)
def test_reports_cover_every_day_once(cycle: Cycle, a_day: date) -> None:
    first, last = cycle.first(a_day), cycle.last(a_day)
    assert first <= a_day <= last
    assert cycle.first(last + timedelta(days=1)) == last + timedelta(days=1)
    assert (cycle.first(last), cycle.last(first)) == (first, last)


@pytest.mark.parametrize(
    ("cycle", "as_of", "due"),
    [
        # A day is judged at ten o'clock of the next working day, and so is its own report due.
        (Cycle.DAILY, "2018-02-25", "2018-02-25"),
        # The week to Sunday 4 March is due on Tuesday the 6th, when Monday is judged.
        (Cycle.WEEKLY, "2018-03-04", "2018-02-25"),
        (Cycle.WEEKLY, "2018-03-05", "2018-03-04"),
        # Spring Festival: the week to the 11th was due on the 13th, that to the 18th on Friday the 23rd;
        # the 22nd is the first day back.
        (Cycle.WEEKLY, "2018-02-21", "2018-02-11"),
        (Cycle.WEEKLY, "2018-02-22", "2018-02-18"),
        # February is due on the fifth working day of March, Wednesday the 7th.
        (Cycle.MONTHLY, "2018-03-05", "2018-01-31"),
        (Cycle.MONTHLY, "2018-03-06", "2018-02-28"),
    ],
)
def test_what_is_due_when_a_day_is_judged(cycle: Cycle, as_of: str, due: str) -> None:
    assert DEADLINES.last_due(cycle, day(as_of)) == day(due)


@given(CYCLES, DAYS)
def test_a_report_is_due_from_one_day_on(cycle: Cycle, a_day: date) -> None:
    report = cycle.last(a_day)
    since = DEADLINES.due_from(cycle, report)
    assert since >= report
    assert DEADLINES.last_due(cycle, since) >= report
    assert DEADLINES.last_due(cycle, since - timedelta(days=1)) < report


@given(DAYS)
def test_a_daily_report_is_due_with_its_day(a_day: date) -> None:
    assert DEADLINES.last_due(Cycle.DAILY, a_day) == a_day
    assert DEADLINES.due_from(Cycle.DAILY, a_day) == a_day


@given(CYCLES, DAYS)
def test_the_last_closed_report_is_the_last_whose_closing_day_has_come(cycle: Cycle, by: date) -> None:
    last = DEADLINES.last_closed(cycle, by)
    after = cycle.last(last + timedelta(days=1))
    assert cycle.last(last) == last
    assert DEADLINES.closing_day(last, cycle) <= by < DEADLINES.closing_day(after, cycle)
