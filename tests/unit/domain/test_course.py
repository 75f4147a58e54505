"""A figure's course: its days counted in blocks, and the target it is told against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.course import Course, blocks, finite, target_told
from service.domain.facts import Figures
from tests.testkit.worlds import indicator, target, world
from tests.unit.words import models
from tests.unit.words.samples import AUGUST_31

FACTS = models.REBOUNDED
YEAR = [date(2018, 1, 1) + timedelta(days=at) for at in range(243)]


def test_the_last_block_is_the_alerts_window() -> None:
    found = blocks(Course(FACTS, daily=tuple((day, 1.0) for day in YEAR)))
    assert (found[-1].first, found[-1].last, found[-1].count) == (date(2018, 8, 25), AUGUST_31, 7)
    assert (found[0].first, found[0].count) == (YEAR[0], 5)  # 243 = 34 × 7 + 5


def test_what_nobody_reported_is_unknown_and_what_was_never_judged_is_left_out() -> None:
    told = tuple((day, 0.0) for day in YEAR if day >= date(2018, 8, 4) and not 11 <= day.day <= 17)
    found = blocks(Course(FACTS, daily=told))
    assert [block.count for block in found] == [0, None, 0, 0]
    assert found[0].first == date(2018, 8, 4)


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(YEAR), st.floats(-1e6, 1e6)), st.integers(1, 40))
def test_blocks_count_every_day_once(daily: dict[date, float], length: int) -> None:
    figures = Figures(window_first=AUGUST_31 - timedelta(days=length - 1), window_last=AUGUST_31)
    course = Course(replace(FACTS, figures=figures), daily=tuple(sorted(daily.items())))
    found = blocks(course)
    assert abs(sum(block.count or 0 for block in found) - sum(daily.values())) <= 1e-3
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(found))


def test_the_version_of_a_target_is_that_of_the_day() -> None:
    first = target("parking", 2000)
    later = replace(first, value=2500, valid_from=date(2018, 7, 1))
    catalog = world(indicator("parking"), targets=[first, later]).layout.catalog
    assert [target_told(catalog, first.code, day) for day in (date(2018, 6, 30), date(2018, 7, 1))] == [
        first,
        later,
    ]
    assert target_told(catalog, None, AUGUST_31) is None


def test_what_is_no_number_is_no_point() -> None:
    day = YEAR[0]
    assert finite([(day, None), (day, float("nan")), (day, float("inf")), (day, 1.0)]) == ((day, 1.0),)
