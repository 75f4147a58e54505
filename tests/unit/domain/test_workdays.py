"""Working days as the State Council published them for 2018."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import ASSUMED_DAYS, china
from tests.testkit.worlds import day


@pytest.mark.parametrize(
    ("at", "worked", "why"),
    [
        ("2018-04-08", True, "a Sunday, made up for 清明"),
        ("2018-04-06", False, "a Friday of 清明"),
        ("2018-02-11", True, "a Sunday before 春节, made up"),
        ("2018-02-15", False, "除夕, a Thursday"),
        ("2018-09-29", True, "a Saturday before the National Day, made up"),
        ("2018-10-01", False, "the National Day, a Monday"),
        ("2018-10-07", False, "the last day of the holiday"),
        ("2018-10-08", True, "the Monday after it"),
        ("2018-08-31", True, "a plain Friday"),
        ("2018-09-01", False, "a plain Saturday"),
    ],
)
def test_the_calendar_of_2018_is_the_published_one(at: str, worked: bool, why: str) -> None:
    assert china().is_workday(day(at)) is worked, why


@pytest.mark.parametrize(
    ("after", "count", "expected"),
    [
        ("2018-08-31", 1, "2018-09-03"),  # a Friday closes on Monday
        ("2018-08-30", 1, "2018-08-31"),
        ("2018-09-30", 1, "2018-10-08"),  # over the National Day
        ("2018-09-28", 1, "2018-09-29"),  # a Friday whose Saturday is worked
        ("2018-09-28", 3, "2018-10-08"),  # Sat 29, Sun 30, Mon 8 October
        ("2018-02-14", 1, "2018-02-22"),  # 春节, 15 to 21 February
        ("2018-04-07", 1, "2018-04-08"),
        ("2018-08-31", 0, "2018-08-31"),
    ],
)
def test_the_nth_working_day_after_a_day(after: str, count: int, expected: str) -> None:
    assert china().next_workday(day(after), count) == day(expected)


@pytest.mark.parametrize(
    ("after", "until", "count"),
    [
        ("2018-07-08", "2018-07-15", 5),  # Monday to Friday
        ("2018-07-13", "2018-07-15", 0),  # a weekend
        ("2018-09-28", "2018-10-08", 3),  # 29, 30 September and 8 October
        ("2018-07-15", "2018-07-15", 0),
        ("2018-07-16", "2018-07-09", 0),  # nothing before it begins
    ],
)
def test_working_days_are_counted_after_the_first_day_up_to_the_last(
    after: str, until: str, count: int
) -> None:
    assert china().workdays_after(day(after), day(until)) == count


def test_2018_has_250_working_days() -> None:
    # 365 days − 104 at weekends − 18 holidays on weekdays + 7 made up (11 and 24 Feb, 8 and 28 Apr, 29 and 30 Sep, 29 Dec)
    assert china().workdays_after(day("2017-12-31"), day("2018-12-31")) == 365 - 104 - 18 + 7


def test_years_that_are_not_published_are_assumed_and_said_to_be() -> None:
    calendar = china()
    beyond = [calendar.published_until + timedelta(days=i) for i in range(1, ASSUMED_DAYS + 1)]
    assert all(calendar.is_workday(at) is (at.weekday() < 5) for at in beyond)


@pytest.mark.parametrize("at", ["2003-12-31", "2150-01-01"])
def test_a_day_outside_the_calendar_is_refused_by_name(at: str) -> None:
    with pytest.raises(ValueError, match=at):
        china().is_workday(day(at))


@settings(max_examples=50, deadline=None)
@given(st.dates(date(2016, 1, 1), date(2020, 12, 31)), st.integers(1, 40))
def test_counting_to_the_nth_working_day_gives_n(start: date, count: int) -> None:
    end = china().next_workday(start, count)
    assert china().is_workday(end)
    assert china().workdays_after(start, end) == count
