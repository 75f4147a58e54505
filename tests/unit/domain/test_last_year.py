"""The plan `previous_year`: what is due by a day is the share last year had come to by the same date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Plan
from service.domain.cycles import Cycle
from service.domain.evidence import SeriesSpan, evidence_of
from service.domain.fold import AlertKey
from service.domain.frame import Frame
from service.domain.rules import Bounds, Pace
from service.domain.working import work_out
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    ByDay,
    World,
    day,
    every,
    feed,
    indicator,
    reports,
    rule,
    target,
    verdict,
    world,
)

SHAPE = Plan("previous_year")
PACE = Pace(Bounds(notice=5, orange=20), from_expected=0)
YEAR = 365


def shaped(**catalog: object) -> World:
    return world(indicator("works"), targets=[target("works", 1000, plan=SHAPE)], **catalog)  # type: ignore[arg-type]


def due(w: World, readings: ByDay, as_of: str | date) -> float | None:
    """The share due as of a day, None where it is not known."""
    at = day(as_of) if isinstance(as_of, str) else as_of
    begin = date(at.year - 2, 12, 1)
    frame = w.frame(at, {("works", TOWN): readings}, first=begin)
    share = float(frame.progress.expected[w.row("works")])
    return None if np.isnan(share) else share


def two_halves(low: float, high: float) -> ByDay:
    """2017: `low` a day in the first half, `high` in the second; 2018: 1 a day."""
    return {
        **every("2017-01-01", "2017-06-30", low),
        **every("2017-07-01", "2017-12-31", high),
        **every("2018-01-01", "2018-12-31", 1),
    }


def test_a_half_year_in_which_a_tenth_was_done_asks_for_a_tenth() -> None:
    # 181 days of 1 are 181; 184 of 9 are 1656: 181 of 1837 by the end of June, and 62 × 9 more by the end of August.
    readings = two_halves(1, 9)
    assert due(shaped(), readings, "2018-01-01") == pytest.approx(1 / 1837)
    assert due(shaped(), readings, "2018-06-30") == pytest.approx(181 / 1837)
    assert due(shaped(), readings, "2018-08-31") == pytest.approx((181 + 62 * 9) / 1837)
    assert due(shaped(), readings, "2018-12-31") == 1


def test_pace_is_judged_by_it() -> None:
    w = shaped()
    # 181 of 1000 are done, and 181 of 1837 due: ahead. By days half of it would be due.
    seen = verdict(w.frame("2018-06-30", {("works", TOWN): two_halves(1, 9)}), PACE)
    assert seen.level == "none"
    assert seen.figures.lag == pytest.approx(181 / 1837 - 0.181)
    assert verdict(w.frame("2018-06-30", {("works", TOWN): two_halves(9, 1)}), PACE).level == "orange"


class TestWhereLastYearCannotSay:
    """Nothing is due and nobody is judged; nothing is invented."""

    this_year = every("2018-01-01", "2018-12-31", 1)

    @pytest.mark.parametrize(
        "last_year",
        [
            {},
            every("2017-01-01", "2017-12-31", 0),
            every("2017-01-01", "2017-12-31", -1),
            every("2017-03-01", "2017-12-31", 1),  # 306 of 365 days are fewer than nine in ten
            every("2017-01-01", "2017-11-20", 1),  # 324
        ],
        ids=["silent", "nothing", "less than nothing", "began late", "broke off"],
    )
    def test_no_share_is_known(self, last_year: ByDay) -> None:
        w = shaped()
        readings = {**last_year, **self.this_year}
        assert due(w, readings, "2018-06-30") is None
        assert verdict(w.frame("2018-06-30", {("works", TOWN): readings}), PACE).level is None
        # At the end of its period all of a target is due, whatever the year before was.
        assert due(w, readings, "2018-12-31") == 1

    def test_nine_days_in_ten_are_enough(self) -> None:
        # 329 of 365 days are more than nine in ten; 145 of them by the end of June: 1 January to 5 February are silent.
        readings = {**every("2017-02-06", "2017-12-31", 1), **self.this_year}
        assert due(shaped(), readings, "2018-06-30") == pytest.approx(145 / 329)

    def test_a_year_before_the_panel_cannot_say(self) -> None:
        w = shaped()
        frame = w.frame("2018-06-30", {("works", TOWN): two_halves(1, 1)}, first=date(2017, 1, 2))
        assert np.isnan(frame.progress.expected[w.row("works")])

    def test_of_a_roll_up_enough_of_all_below_must_have_reported(self) -> None:
        w = shaped(towns=2)
        whole, half = two_halves(1, 1), every("2017-01-01", "2017-09-30", 1)
        both = {("works", TOWN): whole, ("works", NEXT_TOWN): {**half, **self.this_year}}
        row = w.row("works")
        # 365 and 273 of 730 days: fewer than nine in ten, although every day has a figure.
        assert np.isnan(w.frame("2018-06-30", both).progress.expected[row])
        readings = {("works", TOWN): whole, ("works", NEXT_TOWN): whole}
        assert w.frame("2018-06-30", readings).progress.expected[row] == pytest.approx(181 / 365)

    def test_what_is_official_now_says_what_last_year_was(self) -> None:
        towns = [feed("towns", ["works"], [TOWN]), feed("city", ["works"], [DISTRICT], source="verified")]
        w = shaped(feeds=towns)
        readings = {
            ("works", TOWN, "reported"): two_halves(1, 9),
            ("works", DISTRICT, "verified"): every("2018-01-01", "2018-06-30", 1),
        }
        assert np.isnan(w.frame("2018-06-30", readings).progress.expected[w.row("works")])
        # Stale after four days, the city's figures give way to the towns', and to the towns' last year.
        later = w.frame("2018-07-05", readings)
        assert later.progress.expected[w.row("works")] == pytest.approx((181 + 5 * 9) / 1837)


@pytest.mark.parametrize(
    ("as_of", "before"),
    [
        ("2020-02-28", 59),  # 28 February 2019
        ("2020-02-29", 59),  # likewise
        ("2020-03-01", 60),
        ("2021-02-28", 59),  # 28 February 2020
        ("2021-03-01", 61),  # 1 March 2020, the 29th with it
    ],
)
def test_leap_days_are_those_of_last_year(as_of: str, before: int) -> None:
    at = day(as_of)
    w = world(indicator("works"), targets=[target("works", 1000, plan=SHAPE, year=at.year)])
    readings = every(f"{at.year - 1}-01-01", as_of, 1)
    assert due(w, readings, at) == pytest.approx(before / (366 if at.year == 2021 else 365))


def test_a_period_of_months_is_compared_with_the_same_months() -> None:
    summer = replace(
        target("works", 100, plan=SHAPE), period_start=date(2018, 5, 1), period_end=date(2018, 8, 31)
    )
    w = world(indicator("works"), targets=[summer])
    # Of 123 days from May to August 31 + 30 by the end of June.
    assert due(w, two_halves(1, 1), "2018-06-30") == pytest.approx(61 / 123)


@pytest.mark.parametrize(
    ("cycle", "as_of", "part", "whole"),
    [
        # Sunday 1 July 2018 is compared with Sunday 2 July 2017: 26 weeks of 52, the last of them ending on 31 December.
        (Cycle.WEEKLY, "2018-07-04", 26, 52),
        (Cycle.MONTHLY, "2018-07-08", 6, 12),
    ],
)
def test_weeks_and_months_are_compared_with_as_many(cycle: Cycle, as_of: str, part: int, whole: int) -> None:
    w = shaped(cycle=cycle)
    readings = reports(cycle, every("2016-12-26", "2018-12-30", 1), "2018-12-31", lambda _: 1.0)
    assert due(w, readings, as_of) == pytest.approx(part / whole)


amounts = st.one_of(st.none(), st.floats(-5, 100, allow_subnormal=False).map(lambda x: round(x, 2)))


@settings(max_examples=60, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=40), st.integers(0, YEAR - 1))
def test_the_share_is_what_its_definition_says(cells: list[float | None], at: int) -> None:
    w = world(indicator("works", min_coverage=0.5), targets=[target("works", 1000, plan=SHAPE)])
    last_year = [cells[n % len(cells)] for n in range(YEAR)]
    first, as_of = date(2017, 1, 1), date(2018, 1, 1) + timedelta(days=at)
    readings = {first + timedelta(days=n): value for n, value in enumerate(last_year) if value is not None}
    share = due(w, {**readings, **every("2018-01-01", "2018-12-31", 1)}, as_of)
    told = [value for value in last_year if value is not None]
    if at == YEAR - 1:
        assert share == 1
    elif len(told) < 0.5 * YEAR or sum(told) <= 1e-9:
        assert share is None or sum(told) > 0
    else:
        part = sum(value for value in last_year[: at + 1] if value is not None)
        assert share == pytest.approx(min(max(part / sum(told), 0), 1), abs=1e-9)
        assert share is not None and 0 <= share <= 1


def test_its_evidence_is_last_years_readings_too() -> None:
    w = shaped()
    frame: Frame = w.frame("2018-06-30", {("works", TOWN): two_halves(1, 9)})
    node = frame.layout.nodes[w.row("works")]
    found = work_out(frame, rule(PACE), AlertKey("rule", node, "", date(2018, 1, 1)))
    assert found is not None
    assert found.working.due is not None
    assert found.working.due.share == pytest.approx(frame.progress.expected[w.row("works")])
    assert evidence_of(frame, found) == (
        SeriesSpan(0, date(2017, 1, 1), date(2017, 12, 31)),
        SeriesSpan(0, date(2018, 1, 1), date(2018, 6, 30)),
    )
