"""The calendar the service closes days by."""

from __future__ import annotations

from datetime import date

from service.catalog.workdays import FIRST_YEAR, china


def test_the_calendar_is_made_once() -> None:
    assert china() is china()


def test_it_begins_where_the_published_years_begin_and_says_where_they_end() -> None:
    calendar = china()
    assert calendar.first == date(FIRST_YEAR, 1, 1)
    assert (calendar.published_until.month, calendar.published_until.day) == (12, 31)
    assert calendar.published_until.year >= 2026
