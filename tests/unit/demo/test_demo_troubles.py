"""What goes wrong in the demo goes wrong on invented sub-districts, on days that do no other harm."""

from __future__ import annotations

from datetime import date

import pytest

from service.catalog.workdays import china
from service.demo.figures import (
    BAD_ROW,
    CASES,
    CORRECTION,
    FIRST,
    JIA,
    LAST,
    LATE,
    OWN_FEED,
    SILENT,
    YI,
    demo_year,
    troubles,
)


def test_troubles_happen_only_on_the_invented_two() -> None:
    assert [OWN_FEED[trouble.region] for trouble in troubles()] == [t.feed for t in troubles()]
    assert {trouble.region for trouble in troubles()} == {JIA, YI}


def test_the_late_day_is_three_working_days_late() -> None:
    assert LATE.day.month == 5
    due = china().next_workday(LATE.day)
    assert china().next_workday(due, 3) == LATE.handed_in
    assert LATE.day not in CASES


def test_the_correction_ends_at_the_true_figure() -> None:
    row = next(
        s
        for s in demo_year(LAST).series
        if s.indicator == CORRECTION.indicator and s.region == CORRECTION.region
    )
    assert row.feed == CORRECTION.feed
    assert row.figures[(CORRECTION.day - FIRST).days] == CORRECTION.right != CORRECTION.wrong
    assert CORRECTION.indicator == "wall_openings_rectified"
    assert CORRECTION.day.month == CORRECTION.corrected.month == 6
    assert CORRECTION.corrected > china().next_workday(CORRECTION.day)


def test_the_silent_week_runs_from_monday_to_sunday() -> None:
    assert (SILENT.first, SILENT.last) == (date(2018, 7, 9), date(2018, 7, 15))
    assert (SILENT.first.weekday(), SILENT.last.weekday()) == (0, 6)
    assert SILENT.handed_in == date(2018, 7, 17)


def test_the_bad_row_is_no_number() -> None:
    assert BAD_ROW.day.month == BAD_ROW.posted.month == 3
    with pytest.raises(ValueError, match="could not convert"):
        float(BAD_ROW.value)
