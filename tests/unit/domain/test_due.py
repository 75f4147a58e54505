"""What is due: deadlines of report days, counts that add up, and what `missing` says once they have passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.clock import beijing
from service.domain.arrays import Bools, Floats
from service.domain.catalog import Kind, Reporting
from service.domain.checks.missing import owed_workdays
from service.domain.cycles import CUTOFF_WORKDAYS, Cycle, Deadlines
from service.domain.due import (
    LOOK_BACK,
    DueState,
    FeedCounts,
    FeedDue,
    Lacking,
    Reports,
    feed_counts,
    feeds_due,
    lacking_by_region,
    owing_feeds,
    report_day,
    report_days_about,
    today,
)
from service.domain.frame import frame_as_of
from service.domain.rollup import Panel
from tests.testkit.worlds import NEXT_TOWN, TOWN, World, day, feed, indicator, town, world

DEADLINES = Deadlines(china(), CUTOFF_WORKDAYS)
HOUR = 10
MONDAY = beijing(day("2018-09-03"), 8)


def open_days(cycle: Cycle, now: datetime) -> list[tuple[str, str, str]]:
    """First day, report day and deadline of what is open."""
    return [
        (str(each.first), str(each.day), f"{each.deadline:%m-%d %H}")
        for each in report_days_about(DEADLINES, cycle, HOUR, now)
        if each.deadline > now
    ]


def test_on_a_monday_morning_the_weekend_is_due_at_ten() -> None:
    assert open_days(Cycle.DAILY, MONDAY) == [
        ("2018-08-31", "2018-08-31", "09-03 10"),
        ("2018-09-01", "2018-09-01", "09-03 10"),
        ("2018-09-02", "2018-09-02", "09-03 10"),
        ("2018-09-03", "2018-09-03", "09-04 10"),
    ]


def test_at_ten_what_was_due_is_due_no_longer() -> None:
    assert open_days(Cycle.DAILY, beijing(MONDAY.date(), HOUR)) == [("2018-09-03", "2018-09-03", "09-04 10")]


def test_a_holiday_keeps_its_days_open_until_the_first_working_day() -> None:
    found = open_days(Cycle.DAILY, beijing(day("2018-10-03"), 12))
    assert [each[1][5:] for each in found] == ["09-30", "10-01", "10-02", "10-03"]
    assert {each[2] for each in found} == {"10-08 10"}  # Sunday 30 September is worked


def test_the_week_that_runs_is_open_and_the_one_before_until_its_cut_off() -> None:
    assert open_days(Cycle.WEEKLY, MONDAY) == [
        ("2018-08-27", "2018-09-02", "09-04 10"),
        ("2018-09-03", "2018-09-09", "09-11 10"),
    ]


@pytest.mark.parametrize("cycle", Cycle)
@pytest.mark.parametrize("now", ["2018-01-01", "2018-02-20", "2018-03-31", "2018-09-03", "2018-10-07"])
def test_every_day_looked_back_to_is_there_and_no_other(cycle: Cycle, now: str) -> None:
    at = beijing(day(now), 12)
    found = report_days_about(DEADLINES, cycle, HOUR, at)
    passed = [each for each in found if each.deadline <= at]
    assert passed and all(each.deadline > at - LOOK_BACK for each in passed[1:])
    assert found[-1] == report_day(DEADLINES, cycle, at.date(), HOUR, at)
    assert all(b.first == a.day + timedelta(days=1) for a, b in pairwise(found))
    before = report_day(DEADLINES, cycle, found[0].first - timedelta(days=1), HOUR, at)
    assert before.deadline <= at - LOOK_BACK


# Two feeds of three towns: one of them every day, the other by the week; a monitor beside them.
TOWNS = (town(1), town(2), town(3))
W = world(
    indicator("cases", Kind.INCIDENCE),
    indicator("parking"),
    indicator("rentals"),
    towns=3,
    feeds=[
        feed("daily", ["cases", "parking"], TOWNS, first_day=day("2018-08-31")),
        feed("weekly", ["rentals"], TOWNS, cycle=Cycle.WEEKLY, reporting=Reporting.CUMULATIVE),
    ],
)


def with_regions(w: World, **valid: tuple[str | None, str | None]) -> World:
    """The same with days from and until which regions exist, by the last digit of their code."""
    spans = {
        town(int(n[1:])): [date.fromisoformat(at) if at else None for at in span] for n, span in valid.items()
    }
    regions = [
        replace(r, valid_from=spans[r.code][0], valid_to=spans[r.code][1]) if r.code in spans else r
        for r in w.catalog.regions
    ]
    return World(replace(w.catalog, regions=tuple(regions)))


def told(
    w: World, now: datetime, values: dict[tuple[str, str, str], float], late: set[tuple[str, str, str]]
) -> tuple[FeedDue, ...]:
    """What is due, where figures are given by indicator, region and day."""
    reports = {}
    for cycle in w.layout.by_cycle:
        days = report_days_about(DEADLINES, cycle, HOUR, now)
        keys = [[(s.node.indicator, s.node.region, str(each.day)) for each in days] for s in w.layout.series]
        figures: Floats = np.array([[values.get(key, np.nan) for key in row] for row in keys])
        in_time: Bools = np.array([[key in values and key not in late for key in row] for row in keys])
        reports[cycle] = Reports(days, figures, in_time)
    return feeds_due(w.layout, reports)


def counted(found: tuple[FeedDue, ...]) -> list[tuple[int, str, int, int, int, int, int]]:
    return [(d.feed, str(d.report.day), d.owed, d.reported, d.zero, d.late, d.missing) for d in found]


FRIDAY = {
    ("cases", TOWN, "2018-08-31"): 0.0,
    ("cases", NEXT_TOWN, "2018-08-31"): 2.0,
    ("parking", NEXT_TOWN, "2018-08-31"): 0.0,
}


def test_a_zero_is_reported_and_a_blank_is_missing() -> None:
    found = told(W, MONDAY, FRIDAY, set())
    assert counted(found)[:4] == [
        (0, "2018-08-31", 6, 3, 2, 0, 3),
        (0, "2018-09-01", 6, 0, 0, 0, 6),
        (0, "2018-09-02", 6, 0, 0, 0, 6),
        (0, "2018-09-03", 6, 0, 0, 0, 6),
    ]
    assert lacking_by_region(W.layout, found[:1]) == (
        Lacking(TOWN, ("parking",)),
        Lacking(town(3), ("cases", "parking")),
    )


def test_nothing_is_owed_before_the_first_day_nor_by_a_region_that_is_no_more() -> None:
    w = with_regions(W, t1=(None, "2018-08-31"), t2=("2018-09-02", None))
    owed = {(d.feed, str(d.report.day)): d.owed for d in told(w, MONDAY, {}, set())}
    assert [owed.get((0, f"2018-{at}")) for at in ("08-30", "08-31", "09-01", "09-02")] == [None, 4, 2, 4]
    # A region answers for a week if it exists on the day its report is stamped with.
    assert [owed.get((1, f"2018-{at}")) for at in ("08-26", "09-02", "09-09")] == [2, 2, 2]


def test_until_the_deadline_a_day_is_open_and_then_overdue() -> None:
    friday = told(W, MONDAY, FRIDAY, set())[0]
    assert friday.state(MONDAY) is DueState.OPEN
    assert friday.state(friday.report.deadline) is DueState.OVERDUE
    everything = {(i, t, "2018-08-31"): 1.0 for i in ("cases", "parking") for t in TOWNS}
    assert told(W, MONDAY, everything, set())[0].state(friday.report.deadline) is DueState.COMPLETE


def test_today_shows_what_is_open_was_due_today_or_is_overdue() -> None:
    at = beijing(MONDAY.date(), 11)
    full = {
        (i, t, d): 1.0
        for i in ("cases", "parking")
        for t in TOWNS
        for d in ("2018-08-31", "2018-09-01", "2018-09-02")
    }
    late = {("cases", TOWN, "2018-08-31")}

    def shown(moment: datetime) -> list[str]:
        return [str(d.report.day)[5:] for d in today(told(W, moment, full, late), moment) if d.feed == 0]

    assert shown(at) == ["08-31", "09-01", "09-02", "09-03"]
    assert shown(at + timedelta(days=1)) == ["09-03", "09-04"]  # the weekend is settled, Monday overdue


def test_the_numbers_of_a_feed_are_those_of_its_next_deadline() -> None:
    late = {("cases", TOWN, "2018-08-31")}
    monday, tuesday = (
        feed_counts(W.layout, [d for d in told(W, at, FRIDAY, late) if d.feed == 0], at)[0]
        for at in (MONDAY, MONDAY + timedelta(days=1))
    )
    assert (monday.deadline, monday.owed, monday.reported, monday.zero, monday.missing, monday.overdue) == (
        beijing(day("2018-09-03"), 10), 18, 3, 2, 15, 0,
    )  # fmt: skip
    assert (tuesday.owed, tuesday.missing, tuesday.late, tuesday.overdue) == (6, 6, 1, 15)


def test_a_feed_that_owes_nothing_yet_counts_as_nothing() -> None:
    counts = feed_counts(W.layout, (), MONDAY)
    assert counts == (FeedCounts(0, None), FeedCounts(1, None))


def test_who_is_reminded_and_of_what() -> None:
    found = [d for d in told(W, MONDAY, FRIDAY, set()) if d.report.deadline.date() == MONDAY.date()]
    (owing,) = owing_feeds(W.layout, found)
    assert owing.spans == ((day("2018-08-31"), day("2018-09-02")),)
    assert (owing.owed, owing.missing, owing.regions) == (18, 15, TOWNS)
    assert (owing.zeros, owing.cumulative) == (True, False)
    weekly = [d for d in told(W, MONDAY, {}, set()) if d.feed == 1][-1:]
    (owing,) = owing_feeds(W.layout, weekly)
    assert owing.spans == ((day("2018-09-03"), day("2018-09-09")),)
    assert (owing.zeros, owing.cumulative) == (False, True)


def test_of_a_level_0_is_no_way_to_say_that_nothing_happened() -> None:
    w = world(indicator("pm", Kind.MEAN, level="district"))
    (owing,) = owing_feeds(w.layout, told(w, MONDAY, {}, set())[-1:])
    assert (owing.zeros, owing.cumulative, owing.regions) == (False, False, ("朝阳区",))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_counts_are_those_of_looking_at_each_report(data: st.DataObject) -> None:
    w = with_regions(W, t1=(None, "2018-09-01"), t3=("2018-09-01", None))
    keys = [
        (s.node.indicator, s.node.region, str(day("2018-08-26") + timedelta(days=i)))
        for s in w.layout.series
        for i in range(9)
    ]
    values = data.draw(st.dictionaries(st.sampled_from(keys), st.sampled_from([0.0, 1.0, -2.5])))
    late = data.draw(st.sets(st.sampled_from(keys)))
    for due in told(w, MONDAY, values, late):
        owed = [
            (s.node.indicator, s.node.region, str(due.report.day))
            for s in w.layout.series
            if s.feed == w.catalog.feeds[due.feed].code
            and s.first_day <= due.report.day
            and w.catalog.region[s.node.region].valid_on(due.report.day)
        ]
        reported = [key for key in owed if key in values]
        assert (due.owed, due.reported) == (len(owed), len(reported))
        assert due.zero == sum(values[key] == 0 for key in reported)
        assert due.late == len(set(reported) & late)
        assert due.missing == len(due.lacking) == due.owed - due.reported


@given(
    silent=st.lists(st.integers(0, 40), min_size=9, max_size=9),
    ends=st.integers(-5, 45),
    as_of=st.integers(0, 34),
)
@settings(max_examples=60, deadline=None)
def test_once_a_deadline_has_passed_missing_judges_what_was_listed(
    silent: list[int], ends: int, as_of: int
) -> None:
    """Each series reports up to a day; whoever lacks the last report it owed is missed by the check, and nobody else.

    The check counts working days: what lacks of a weekend alone is missed when the next of them is judged.
    """
    begin, first = day("2018-07-02"), day("2018-08-13")
    w = with_regions(W, t2=(None, str(first + timedelta(days=ends))))
    judged = china().next_workday(first + timedelta(days=as_of))
    while not china().is_workday(judged + timedelta(days=1)):
        judged = china().next_workday(judged)
    values = np.full((len(w.layout.series), 120), np.nan)
    for row, (until, series) in enumerate(zip(silent, w.layout.series, strict=True)):
        for at in range((first - begin).days + until):
            reported, region = begin + timedelta(days=at), w.catalog.region[series.node.region]
            if series.cycle.last(reported) == reported and region.valid_on(reported):
                values[row, at] = 1.0
    missed = np.flatnonzero(owed_workdays(frame_as_of(w.layout, Panel(begin, values), judged, china())))
    now = beijing(DEADLINES.closing_day(judged), HOUR)
    assert set(missed.tolist()) == set(lacking_their_last(w, begin, values, now))


def lacking_their_last(w: World, begin: date, values: Floats, now: datetime) -> Iterator[int]:
    """Series whose last report that was owed and is due by a moment is missing."""
    for cycle, rows in w.layout.by_cycle.items():
        stamps = {cycle.last(begin + timedelta(days=at)) for at in range(100)}
        days = [report_day(DEADLINES, cycle, stamp, HOUR, now) for stamp in sorted(stamps)]
        due = tuple(each for each in days if each.deadline <= now)
        figures = values[:, [(each.day - begin).days for each in due]]
        found = feeds_due(w.layout, {cycle: Reports(due, figures, ~np.isnan(figures))})
        lacking = {(row, told.report.day) for told in found for row in told.lacking.tolist()}
        for row in rows.tolist():
            series = w.layout.series[row]
            region = w.catalog.region[series.node.region]
            owed = [e.day for e in due if e.day >= series.first_day and region.valid_on(e.day)]
            if owed and (row, owed[-1]) in lacking:
                yield row
