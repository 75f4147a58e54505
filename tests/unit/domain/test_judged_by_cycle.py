"""Weekly and monthly reports, judged: what is not due is not seen, and a report stands for the days it covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.catalog import Kind, Target
from service.domain.cycles import CUTOFF_WORKDAYS, CYCLES, Cycle, Deadlines
from service.domain.fold import Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.history import History, fold_days
from service.domain.reportdays import reporting
from service.domain.rollup import Panel
from service.domain.rules import Bounds, Discrepancy, Jump, Missing, Rank, Rebound, Stall, Threshold
from tests.testkit.worlds import (
    DISTRICT,
    TOWN,
    World,
    day,
    every,
    feed,
    indicator,
    listed,
    reports,
    target,
    town,
    verdict,
    world,
)
from tests.unit.domain.test_properties import DAYS, FIRST, RULES, WORLD, panels, progress_by_node

WEEKLY, MONTHLY = Cycle.WEEKLY, Cycle.MONTHLY
DEADLINES = Deadlines(china(), CUTOFF_WORKDAYS)
# The small world in which everybody reports by a cycle of his own.
MIXED = World(
    replace(
        WORLD.catalog,
        feeds=tuple(
            replace(f, cycle={"towns": WEEKLY, "people": MONTHLY, "monitor": WEEKLY}.get(f.code, f.cycle))
            for f in WORLD.catalog.feeds
        ),
    )
)


def on_report_days(panel: Panel) -> Panel:
    """What of a panel stands on days that carry reports."""
    told = reporting(MIXED.catalog, FIRST, DAYS)
    return Panel(FIRST, np.where(told, panel.values, np.nan))


def due(panel: Panel, as_of: date) -> Panel:
    """What of a panel is due as of a day."""
    days = FIRST.toordinal() + np.arange(DAYS)
    ends = [DEADLINES.last_due(series.cycle, as_of).toordinal() for series in MIXED.layout.series]
    return Panel(FIRST, np.where(days <= np.array(ends)[:, None], panel.values, np.nan))


# ---- what a day may see


@settings(max_examples=25, deadline=None)
@given(panels(), st.lists(st.integers(0, DAYS - 1), min_size=1, max_size=4))
def test_a_day_sees_what_is_due_and_nothing_else(panel: Panel, columns: list[int]) -> None:
    """In any order of days, from a panel that knows more."""
    panel = on_report_days(panel)
    history = History(MIXED.layout, panel, china())
    for column in columns:
        as_of = FIRST + timedelta(days=column)
        one = history.frame(as_of)
        two = frame_as_of(MIXED.layout, due(panel, as_of), as_of, china())
        assert progress_by_node(one) == progress_by_node(two)
        assert np.array_equal(one.daily.values, two.daily.values, equal_nan=True)
        assert np.array_equal(one.panel.values, two.panel.values, equal_nan=True)
        assert fold_day(one, RULES, {}) == fold_day(two, RULES, {})


@settings(max_examples=5, deadline=None)
@given(panels(), st.data())
def test_what_comes_in_touches_no_day_before_it_is_due(panel: Panel, data: st.DataObject) -> None:
    """Late and corrected reports judge again from `due_from` on; that is all there is to judge."""
    known = on_report_days(panel).values
    begin, end = date(2017, 12, 25), date(2018, 1, 14)
    lived: list[Day] = []

    def judge() -> None:
        as_of = begin + timedelta(days=len(lived))
        frame = frame_as_of(MIXED.layout, Panel(FIRST, known.copy()), as_of, china())
        lived.append(fold_day(frame, RULES, lived[-1].clocks if lived else {}))

    told = np.argwhere(reporting(MIXED.catalog, FIRST, DAYS))
    while begin + timedelta(days=len(lived)) <= end:
        judge()
        if len(lived) % 3:
            continue
        row, column = told[data.draw(st.integers(0, len(told) - 1))].tolist()
        known[row, column] = data.draw(st.sampled_from([np.nan, 0.0, 5.0]))
        first = DEADLINES.due_from(MIXED.layout.series[row].cycle, FIRST + timedelta(days=column))
        days = len(lived)
        del lived[max(0, (first - begin).days) :]
        while len(lived) < days:
            judge()
    history = History(MIXED.layout, Panel(FIRST, known), china())
    assert lived == [d for _, d in fold_days(history, lambda _: RULES, begin, end)]


@settings(max_examples=15, deadline=None)
@given(panels(), st.data())
def test_what_is_learnt_leaves_the_frames_of_a_fresh_panel(panel: Panel, data: st.DataObject) -> None:
    panel = on_report_days(panel)
    for _ in range(3):
        as_of = FIRST + timedelta(days=data.draw(st.integers(0, DAYS - 1)))
        kept = frame_as_of(MIXED.layout, panel, as_of, china())
        fresh = frame_as_of(MIXED.layout, Panel(FIRST, panel.values.copy()), as_of, china())
        assert progress_by_node(kept) == progress_by_node(fresh)
        assert fold_day(kept, RULES, {}) == fold_day(fresh, RULES, {})
        row, column = data.draw(st.integers(0, len(panel.values) - 1)), data.draw(st.integers(0, DAYS - 1))
        panel.values[row, column] = data.draw(st.sampled_from([np.nan, 0.0, 3.0]))
        panel.learn(np.array([row]), FIRST + timedelta(days=column))


# ---- what a report stands for

PARKING = indicator("parking")
AT_LEAST: list[Target] = [target("parking", 3650)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=28, max_size=28),
    st.sampled_from([WEEKLY, MONTHLY]),
    st.dates(date(2018, 2, 1), date(2018, 12, 31)),
    st.booleans(),
)
def test_reports_say_what_their_days_say(
    some: list[int], cycle: Cycle, as_of: date, cumulative: bool
) -> None:
    """As of the last report day that is due, sums, shares and means come out as if every day had been told."""
    last = DEADLINES.last_due(cycle, as_of)
    told = {d: float(some[d.toordinal() % 28]) for d in every("2016-12-26", "2018-12-31", 0)}
    # Weeks that straddle the turn of a year count in the year of their Sunday: none of them brings anything.
    for turn in (date(2017, 1, 1), date(2018, 1, 1), date(2019, 1, 1)):
        told |= {d: 0.0 for d in told if cycle is WEEKLY and abs((d - turn).days) < 7}
    by_day, by_report = told, reports(cycle, told, "2018-12-31")
    if cumulative:
        by_day = {d: sum(v for e, v in told.items() if e.year == d.year and e <= d) for d in told}
        by_report = {d: by_day[d] for d in by_report}
    found = []
    for each, figures, at in ((Cycle.DAILY, by_day, last), (cycle, by_report, as_of)):
        w = world(PARKING, targets=AT_LEAST, cycle=each, cumulative=cumulative)
        frame = w.frame(at, {("parking", TOWN): figures})
        p, row = frame.progress, w.row("parking")
        names = (
            "to_date",
            "completion",
            "expected",
            "lag",
            "required_rate",
            "mean_rate",
            "days_left",
            "stale",
        )
        found.append([p.data_day(row), *(getattr(p, name)[row] for name in names)])
    assert found[0] == pytest.approx(found[1], nan_ok=True)


def weekly(values: list[float | None], first: str = "2018-01-07") -> dict[date, float]:
    """Reports of weeks, from a Sunday on."""
    told = enumerate(values)
    return {day(first) + timedelta(weeks=n): v for n, v in told if v is not None}


def parking(cycle: Cycle, by_day: dict[date, float], as_of: str) -> Frame:
    return world(PARKING, targets=AT_LEAST, cycle=cycle).frame(as_of, {("parking", TOWN): by_day})


def test_rates_are_per_day_covered() -> None:
    """Four weeks are 28 days, and a week that is missing covers none."""
    frame = parking(WEEKLY, weekly([700, 14, 21, None, 28, 35]), "2018-02-13")
    p = frame.progress
    row = frame.layout.row[frame.layout.nodes[0]]
    assert p.data_day(row) == day("2018-02-11")
    assert p.recent_rate[row] == (14 + 21 + 28 + 35) / 28
    assert p.projected[row] == 798 + p.days_left[row] * 3.5


def test_of_months_at_least_28_days_count() -> None:
    frame = parking(
        MONTHLY, {day("2018-01-31"): 62.0, day("2018-02-28"): 28.0, day("2018-03-31"): 62.0}, "2018-04-20"
    )
    assert frame.progress.recent_rate.tolist() == [2.0, 2.0]  # March alone


def test_a_mean_weighs_months_by_their_days() -> None:
    w = world(
        indicator("air", Kind.MEAN, level="district"),
        targets=[target("air", 50, comparator="<=")],
        cycle=MONTHLY,
    )
    told = {day("2018-01-31"): 60.0, day("2018-02-28"): 40.0}
    p = w.frame("2018-03-20", {("air", DISTRICT): told}).progress
    assert p.to_date[0] == pytest.approx((31 * 60 + 28 * 40) / 59)
    assert p.allowed_mean[0] == pytest.approx((50 * 365 - 31 * 60 - 28 * 40) / (365 - 59))


def test_as_many_weeks_of_last_year_are_compared_with() -> None:
    """2017 had a Sunday on New Year's Day: eight Sundays by 25 February 2018 stand beside eight."""
    told = weekly([5.0] * 8) | weekly([4.0] * 60, "2016-12-04")
    assert parking(WEEKLY, told, "2018-02-28").progress.last_year.tolist() == [32, 32]


def test_a_month_is_compared_with_the_whole_month() -> None:
    told = {day("2016-01-31"): 10.0, day("2016-02-29"): 20.0, day("2017-01-31"): 1.0, day("2017-02-28"): 2.0}
    assert parking(MONTHLY, told, "2017-03-20").progress.last_year.tolist() == [30, 30]


def test_a_figure_is_stale_once_a_report_that_is_due_lacks() -> None:
    told = weekly([7, 7])
    for as_of, stale in (("2018-01-22", True), ("2018-01-21", False), ("2018-01-16", False)):
        assert parking(WEEKLY, told, as_of).progress.stale.tolist() == [stale] * 2, as_of


def test_decembers_report_is_judged_by_the_target_of_its_year() -> None:
    """It is due in January; until January's own report is, the year it belongs to is what is judged."""
    w = world(PARKING, targets=[target("parking", 100, year=2017), target("parking", 200)], cycle=MONTHLY)
    told = {date(2017, month, Cycle.MONTHLY.last(date(2017, month, 1)).day): 10.0 for month in range(1, 13)}
    row = w.row("parking")
    for as_of, data, to_date, completion in (
        ("2018-01-04", "2017-11-30", 110, 1.10),
        ("2018-01-08", "2017-12-31", 120, 1.20),
        ("2018-02-05", "2017-12-31", 120, 1.20),
    ):
        p = w.frame(as_of, {("parking", TOWN): told}, date(2016, 1, 1)).progress
        assert (str(p.data_day(row)), p.to_date[row]) == (data, to_date)
        assert (p.completion[row], p.period_end[row]) == (pytest.approx(completion), day("2017-12-31"))
    p = w.frame("2018-02-06", {("parking", TOWN): told | {day("2018-01-31"): 8.0}}).progress
    assert (p.to_date[row], p.target[row], p.period_start[row]) == (8, 200, day("2018-01-01"))


# ---- rolled up


def both() -> World:
    """Two towns, of which one reports by the week."""
    feeds = [feed("d", ["parking"], [TOWN]), feed("w", ["parking"], [town(2)], cycle=WEEKLY)]
    return world(indicator("parking", min_coverage=1.0), towns=2, feeds=feeds, targets=AT_LEAST)


def test_a_sum_speaks_for_the_last_day_that_is_due_from_all() -> None:
    w = both()
    told = {("parking", TOWN): every("2018-01-01", "2018-02-20", 1), ("parking", town(2)): weekly([7.0] * 7)}
    p = w.frame("2018-02-16", told).progress
    top, one = w.row("parking"), w.row("parking", TOWN)
    assert (p.data_day(top), p.to_date[top], p.covered[top], p.declared[top]) == (day("2018-02-11"), 84, 2, 2)
    assert (p.data_day(one), p.to_date[one]) == (day("2018-02-16"), 47)
    assert not p.stale[top] and not p.incomplete[top]


def test_who_reports_by_the_week_has_spoken_until_the_next_is_due() -> None:
    """The daily town's last report is of a Wednesday: the week before it is there, and nobody lacks."""
    w = both()
    told = {("parking", TOWN): every("2018-01-01", "2018-02-07", 1), ("parking", town(2)): weekly([7.0] * 5)}
    p, top = w.frame("2018-02-08", told).progress, w.row("parking")
    assert (p.data_day(top), p.covered[top], p.declared[top]) == (day("2018-02-04"), 2, 2)
    told["parking", town(2)] = weekly([7.0] * 4)
    p = w.frame("2018-02-08", told).progress
    assert (p.data_day(top), p.covered[top], bool(p.incomplete[top])) == (day("2018-02-04"), 1, True)


def test_a_feed_owes_the_report_of_the_week_it_begins_in() -> None:
    feeds = [
        feed("d", ["parking"], [TOWN]),
        feed("w", ["parking"], [town(2)], cycle=WEEKLY, first_day=day("2018-01-17")),
    ]
    w = world(indicator("parking", min_coverage=1.0), towns=2, feeds=feeds, targets=AT_LEAST)
    told: dict[tuple[str, str], dict[date, float]] = {("parking", TOWN): every("2018-01-01", "2018-02-20", 1)}
    top = w.row("parking")
    for as_of, declared in (("2018-01-19", 1), ("2018-01-21", 1), ("2018-01-22", 2)):
        assert w.frame(as_of, told).progress.declared[top] == declared, as_of
    owed = verdict(w.frame("2018-01-22", told), Missing(Bounds(notice=1)), feed="w")
    assert (owed.level, owed.figures.gaps[0].first) == ("notice", day("2018-01-17"))


# ---- the checks


def test_weeks_without_progress_stand_for_their_days() -> None:
    frame = parking(WEEKLY, weekly([7, 0, 0, None, 0]), "2018-02-06")
    seen = verdict(frame, Stall(Bounds(notice=21, yellow=22)))
    assert (seen.level, seen.figures.still_days, seen.figures.last_move) == ("notice", 21, day("2018-01-07"))


@pytest.mark.parametrize(("calm", "level"), [([0, 0, 0, 0, 3], "yellow"), ([0, None, 0, 0, 3], "none")])
def test_a_place_is_cleared_by_the_weeks_that_were_told(calm: list[float | None], level: str) -> None:
    """Twenty-eight days covered by reports; a week that is missing stops the clock."""
    w = world(indicator("cases", Kind.INCIDENCE), cycle=WEEKLY)
    frame = w.frame("2018-02-06", {("cases", TOWN): weekly(calm)})
    seen = verdict(frame, Rebound(Bounds(yellow=3), cleared_for=28, window=7), TOWN)
    assert seen.level == level
    assert (seen.figures.window_first, seen.figures.window_last) == (day("2018-01-29"), day("2018-02-04"))


def test_repeats_and_history_count_reports() -> None:
    w = world(indicator("noise", Kind.STOCK), cycle=WEEKLY)
    frame = w.frame("2018-03-06", {("noise", TOWN): weekly([3, 4, 3, 4, 5, 5, 5, 5, 5])})
    same = verdict(frame, Jump(Bounds(notice=5), of="repeats", sources=("*",)), TOWN)
    assert (same.level, same.figures.times) == ("notice", 5)
    told = verdict(frame, Jump(Bounds(notice=1), history=8, least=8, floor=0.1), TOWN)
    assert told.figures.sample == 8
    assert verdict(frame, Jump(Bounds(notice=1), history=8, least=9), TOWN).level is None


def test_two_sources_are_compared_on_the_days_both_tell() -> None:
    """The month against its days: what differs comes out when the month is due, and not before."""
    feeds = [
        feed("d", ["parking"], [TOWN]),
        feed("m", ["parking"], [TOWN], source="verified", cycle=MONTHLY),
    ]
    w = world(PARKING, feeds=feeds, targets=AT_LEAST)
    told = {
        ("parking", TOWN, "reported"): every("2018-01-01", "2018-03-15", 1),
        ("parking", TOWN, "verified"): {day("2018-01-31"): 31.0, day("2018-02-28"): 20.0},
    }
    apart = Discrepancy(Bounds(notice=1), absolute=2)
    assert verdict(w.frame("2018-03-05", told), apart, TOWN).level == "none"
    seen = verdict(w.frame("2018-03-06", told), apart, TOWN)
    assert (seen.level, seen.figures.value, seen.figures.window_last) == ("notice", 8, day("2018-02-28"))


def test_a_month_is_ranked_once_it_is_due_from_everybody() -> None:
    w = world(indicator("cases", Kind.INCIDENCE), towns=3, cycle=MONTHLY)
    told = {
        ("cases", town(n)): {day("2018-01-31"): float(n), day("2018-02-28"): float(4 - n)} for n in (1, 2, 3)
    }
    often = Rank(Bounds(notice=1), months=1, worst=1, peers=2, by="period_to_date")
    for as_of, worst in (("2018-03-05", town(1)), ("2018-03-06", town(3))):
        levels = {town(n): verdict(w.frame(as_of, told), often, town(n)).level for n in (1, 2, 3)}
        assert [code for code, level in levels.items() if level == "notice"] == [worst], as_of


@pytest.mark.parametrize(
    ("as_of", "owed", "last_covered"),
    [
        # The week to 8 July is due on Tuesday the 10th, when Monday is judged; each working day is one more.
        ("2018-07-08", 0, None),
        ("2018-07-09", 1, "2018-07-08"),
        ("2018-07-11", 3, "2018-07-08"),
        ("2018-07-16", 6, "2018-07-15"),
    ],
)
def test_a_week_is_missing_from_the_day_it_is_due(as_of: str, owed: int, last_covered: str | None) -> None:
    frame = parking(WEEKLY, weekly([1.0], "2018-07-01"), as_of)
    seen = verdict(frame, Missing(Bounds(notice=1)), feed="feed")
    assert seen.figures.value == owed
    spans = [(gap.first, gap.last) for gap in seen.figures.gaps]
    assert spans == ([(day("2018-07-02"), day(last_covered))] if last_covered else [])


def test_daily_figures_of_before_a_feed_went_weekly_still_add_up() -> None:
    """Readings on days that carry no report any more are part of the sums, and cover no days of their own."""
    told = every("2018-01-01", "2018-01-28", 1) | weekly([7.0], "2018-02-04")
    frame = parking(WEEKLY, told, "2018-02-06")
    assert frame.progress.to_date.tolist() == [35, 35]
    assert frame.progress.recent_rate.tolist() == [1, 1]


def test_values_may_be_anything_and_no_cycle_is_left_out() -> None:
    assert set(CYCLES) == set(CUTOFF_WORKDAYS)
    frame = parking(MONTHLY, listed("2018-01-31", 5), "2018-02-01")
    assert verdict(frame, Threshold(Bounds(notice=1), of="period_to_date"), TOWN).level is None
