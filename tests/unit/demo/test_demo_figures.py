"""The demo's year meets every published figure, and behaves between them."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from service.demo.figures import (
    CASES,
    FIRST,
    FLOWS,
    JIA,
    LAST,
    PILOTS,
    REAL,
    SUBDISTRICTS,
    DemoYear,
    demo_year,
)
from service.demo.shapes import Flow, split, spread
from service.domain.arrays import Floats, Ints

NEW_YEAR = date(2018, 1, 1)
DAYS = 365
TARGETED = [flow for flow in FLOWS if flow.target]
ON_COURSE = [f for f in TARGETED if f.indicator not in ("one_green_area_vacated", "parks_built_renovated")]

# indicator, day, sum since 1 January, as the documents state it
CHECKPOINTS = [
    ("illegal_construction_demolished", date(2018, 6, 30), 5_212_500),
    ("residential_parking_added", date(2018, 6, 30), 1_966),
    ("residential_parking_added", date(2018, 8, 31), 1_966),
    ("convenience_outlets_built", date(2018, 6, 30), 135),
    ("convenience_outlets_built", date(2018, 8, 31), 157),
    ("leave_blank_greening_area", date(2018, 6, 30), 550_000),
    ("parks_built_renovated", date(2018, 8, 31), 11),
    ("one_green_area_vacated", date(2018, 6, 30), 390_000),
    ("school_places_added", date(2018, 6, 30), 14_000),
    ("shantytown_households_renovated", date(2018, 6, 30), 2_187),
    ("affordable_housing_started", date(2018, 6, 30), 3_037),
    ("affordable_housing_completed", date(2018, 6, 30), 8_807),
    ("wall_openings_rectified", date(2018, 8, 31), 1_714),
    ("unlicensed_businesses_rectified", date(2018, 8, 31), 3_600),
    ("group_rentals_rectified", date(2018, 8, 31), 1_161),
]
# The last published day of each, from which the mean rate goes on; parking stands still.
GOES_ON = [c for c in CHECKPOINTS if c[0] != "residential_parking_added" and c[2] != 135]


@cache
def whole() -> DemoYear:
    return demo_year(LAST)


def daily(indicator: str) -> Ints:
    """(days,) the district's figures since 2016: the sum of all that is reported."""
    rows = [s.figures for s in whole().series if s.indicator == indicator]
    return np.asarray(np.sum(rows, axis=0), dtype=np.int64)


def since_new_year(indicator: str) -> Ints:
    """(365,) running sums of 2018."""
    return np.cumsum(daily(indicator)[(NEW_YEAR - FIRST).days :], dtype=np.int64)


def at(day: date) -> int:
    return (day - NEW_YEAR).days


def lag(flow: Flow) -> Floats:
    """(365,) points behind the linear plan of 2018."""
    assert flow.target
    expected = np.arange(1, DAYS + 1) / DAYS
    return np.asarray((expected - since_new_year(flow.indicator) / flow.target) * 100)


def longest_still(moves: Ints) -> int:
    """Most days in a row without progress, from before the first day to the last move."""
    marks = np.concatenate([[-1], np.flatnonzero(moves)])
    return int(np.diff(marks).max()) - 1


@pytest.mark.parametrize(("indicator", "day", "total"), CHECKPOINTS)
def test_published_sums_are_met_exactly(indicator: str, day: date, total: int) -> None:
    assert since_new_year(indicator)[at(day)] == total


def test_every_published_flow_is_checked() -> None:
    assert {flow.indicator for flow in FLOWS} == {indicator for indicator, _, _ in CHECKPOINTS}


@pytest.mark.parametrize(("indicator", "day", "total"), GOES_ON)
def test_after_its_last_published_day_the_mean_rate_goes_on(indicator: str, day: date, total: int) -> None:
    target = next(flow.target for flow in FLOWS if flow.indicator == indicator)
    for end in (date(2018, month, 1) - timedelta(days=1) for month in range(8, 13)):
        if end > day:
            straight = total * (at(end) + 1) // (at(day) + 1)
            assert since_new_year(indicator)[at(end)] == min(straight, target or straight)


def test_parking_moves_until_30_june_and_then_stands_still() -> None:
    moves = np.diff(since_new_year("residential_parking_added"), prepend=0)
    assert np.flatnonzero(moves)[-1] == at(date(2018, 6, 30))
    assert longest_still(moves) < 20


@pytest.mark.parametrize("flow", TARGETED, ids=lambda flow: flow.indicator)
def test_a_target_is_reached_exactly_and_zeros_follow(flow: Flow) -> None:
    sums = since_new_year(flow.indicator)
    assert flow.target and sums[-1] <= flow.target
    if sums[-1] == flow.target:
        reached = int(np.argmax(sums == flow.target))
        assert not np.diff(sums)[reached:].any()


def test_which_targets_are_reached_within_the_year() -> None:
    unmet = {f.indicator for f in TARGETED if since_new_year(f.indicator)[-1] != f.target}
    assert unmet == {"one_green_area_vacated", "residential_parking_added", "parks_built_renovated"}


@pytest.mark.parametrize("flow", ON_COURSE, ids=lambda flow: flow.indicator)
def test_what_is_on_course_never_lags_by_five_points(flow: Flow) -> None:
    assert lag(flow)[at(date(2018, 2, 1)) :].max() < 5


@pytest.mark.parametrize("flow", ON_COURSE, ids=lambda flow: flow.indicator)
def test_what_is_on_course_is_projected_to_arrive(flow: Flow) -> None:
    """Year so far + the days left at the mean of the last 28 days, every day after 31 March."""
    assert flow.target
    figures, sums = daily(flow.indicator)[(NEW_YEAR - FIRST).days :], since_new_year(flow.indicator)
    for day in range(at(date(2018, 4, 1)), DAYS):
        recent = figures[day - 27 : day + 1].mean()
        assert sums[day] + (DAYS - 1 - day) * recent >= 0.97 * flow.target


def test_one_green_falls_behind_once_and_stays_behind() -> None:
    points = lag(next(flow for flow in FLOWS if flow.scope))
    first = int(np.argmax(points >= 5))
    assert first <= at(date(2018, 5, 31))
    assert points[first:].min() >= 5
    # 390,000 of 1,340,000 is 29.1 %; 181 of 365 days are 49.6 %
    assert points[at(date(2018, 6, 30))] == pytest.approx(20.5, abs=0.05)
    assert since_new_year("one_green_area_vacated")[at(date(2018, 6, 30))] / 1_340_000 == pytest.approx(
        0.291, abs=0.0005
    )


def test_parks_are_slow_but_never_at_a_standstill() -> None:
    parks = next(flow for flow in FLOWS if flow.indicator == "parks_built_renovated")
    moves = np.diff(since_new_year(parks.indicator), prepend=0)
    assert np.diff(np.concatenate([[-1], np.flatnonzero(moves)])).max() <= 27
    assert moves.max() == 1
    # 11 of 25 is 44.0 %; 243 of 365 days are 66.6 %
    assert lag(parks)[at(date(2018, 8, 31))] == pytest.approx(22.6, abs=0.05)
    assert lag(parks)[at(date(2018, 7, 24)) : at(date(2018, 9, 1))].min() >= 20


def test_weekends_are_quieter() -> None:
    figures = daily("illegal_construction_demolished")
    weekend = np.array([day.weekday() >= 5 for day in whole().days])
    working = figures > 0
    assert figures[weekend & working].mean() < 0.8 * figures[~weekend & working].mean()


def test_pm25_has_its_published_means_and_a_high_winter() -> None:
    figures = daily("pm25_mean")
    this_year = figures[(NEW_YEAR - FIRST).days :]
    before = figures[(date(2017, 1, 1) - FIRST).days :]
    assert this_year[:181].sum() == 10_317 == 57 * 181
    assert before[:181].sum() == 12_123
    assert round(before[:181].mean(), 2) == 66.98
    assert round((57 / before[:181].mean() - 1) * 100, 1) == -14.9
    assert figures.min() >= 5 and figures.max() <= 300
    assert this_year[:59].mean() > 1.4 * this_year[151:243].mean()
    means = np.cumsum(this_year) / np.arange(1, DAYS + 1)
    assert means[180:].max() == 57  # from 30 June on it only gets better


def test_no_new_illegal_construction_anywhere() -> None:
    assert not daily("new_illegal_construction").any()


def test_new_group_rentals_are_found_in_jia_only() -> None:
    found = {s.region for s in whole().series if s.indicator == "new_group_rentals" and s.figures.any()}
    assert found == {JIA}
    days = [FIRST + timedelta(days=int(i)) for i in np.flatnonzero(daily("new_group_rentals"))]
    assert days == list(CASES)


def test_jia_is_cleared_from_5_april_and_not_before() -> None:
    early = [day for day in CASES if day < date(2018, 4, 5)]
    gaps = [(b - a).days for a, b in zip([FIRST, *early], early, strict=False)]
    assert max(gaps) <= 20
    assert early[-1] == date(2018, 3, 5)
    assert (date(2018, 4, 5) - early[-1]).days - 1 == 30  # 6 March to 4 April


def test_jia_s_group_rentals_come_back_in_the_last_week_of_august() -> None:
    late = [day for day in CASES if day >= date(2018, 4, 5)]
    assert [(day.month, day.day) for day in late] == [(5, 24), (7, 17), (8, 25), (8, 28), (8, 31)]
    assert daily("new_group_rentals").max() == 1


def test_figures_are_whole_and_never_negative() -> None:
    for series in whole().series:
        assert series.figures.dtype == np.int64
        assert series.figures.min() >= 0


def test_a_day_s_figures_do_not_depend_on_the_day_the_demo_runs_to() -> None:
    for as_of in (FIRST, date(2017, 2, 28), date(2018, 3, 14), date(2018, 8, 31)):
        year = demo_year(as_of)
        assert year.days[0] == FIRST and year.days[-1] == as_of
        for cut, full in zip(year.series, whole().series, strict=True):
            assert (cut.feed, cut.indicator, cut.region, cut.scope) == (
                full.feed,
                full.indicator,
                full.region,
                full.scope,
            )
            assert len(cut.figures) == len(year.days)
            assert np.array_equal(cut.figures, full.figures[: len(year.days)])


def test_every_machine_invents_the_same_figures() -> None:
    """Whole numbers throughout: change the demo's shapes on purpose, and this line with them."""
    seen = hashlib.sha256()
    for series in whole().series:
        seen.update(f"{series.feed} {series.indicator} {series.region} {series.scope}\n".encode())
        seen.update(series.figures.astype("<i8").tobytes())
    assert seen.hexdigest()[:16] == "e499f78a0009d238"


@pytest.mark.parametrize("as_of", [date(2015, 12, 31), date(2019, 1, 1)])
def test_days_without_figures_are_refused(as_of: date) -> None:
    with pytest.raises(ValueError, match="2016-01-01 to 2018-12-31"):
        demo_year(as_of)


def test_figures_cannot_be_changed_by_whoever_reads_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        demo_year(LAST).series[0].figures[0] = 1


def test_every_subdistrict_reports_every_indicator_once() -> None:
    keys = [(s.indicator, s.region, s.scope) for s in whole().series]
    assert len(keys) == len(set(keys)) == 14 * 45 + 3 + 1
    for flow in FLOWS:
        regions = {r for i, r, _ in keys if i == flow.indicator}
        assert regions == set(PILOTS if flow.scope else SUBDISTRICTS)
    assert len(REAL) == 43


def test_small_figures_reach_many_subdistricts() -> None:
    outlets = [s for s in whole().series if s.indicator == "convenience_outlets_built"]
    assert sum(bool(s.figures[-DAYS:].any()) for s in outlets) > 40


def test_the_years_before_differ_a_little() -> None:
    for flow in FLOWS:
        figures = daily(flow.indicator)
        assert figures[:366].sum() == flow.history[0]
        assert figures[366:731].sum() == flow.history[1]
        last_year = figures[366 : 366 + 243].sum()
        this_year = figures[731 : 731 + 243].sum()
        assert this_year != last_year
        assert 0.4 < this_year / last_year < 1.8


def test_spread_is_exact_and_proportional() -> None:
    # 10 over 1:2:2 → running sums 2, 6, 10
    assert spread(10, np.array([1, 2, 2])).tolist() == [2, 4, 4]
    # A total too small for all falls due as the running share passes a whole.
    assert spread(1, np.array([1, 1, 1])).tolist() == [0, 0, 1]


def test_split_adds_up_every_day_and_follows_the_weights() -> None:
    weights = np.array([1, 3, 0, 6])
    figures = np.array([0, 1, 2, 997, 5] * 50)
    parts = split(figures, weights)
    assert np.array_equal(parts.sum(axis=0), figures)
    assert not parts[2].any()
    assert parts.sum(axis=1) / figures.sum() == pytest.approx([0.1, 0.3, 0.0, 0.6], abs=0.005)
