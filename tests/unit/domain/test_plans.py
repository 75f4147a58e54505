"""Plan curves: the share of a target due by the end of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.catalog import Plan
from service.domain.plans import expected_share, plan_faults, plan_line
from tests.testkit.worlds import day, target

YEAR = date(2018, 1, 1), date(2018, 12, 31)
LINEAR, WORKDAYS, NONE = Plan(), Plan("workdays"), Plan("none")
MILESTONES = Plan("milestones", ((date(2018, 6, 30), 0.5), (date(2018, 10, 31), 0.9)))


def share(plan: Plan, at: str | date) -> float | None:
    when = at if isinstance(at, date) else day(at)
    return expected_share(target("x", 1, plan=plan), when, china())


@pytest.mark.parametrize(
    ("plan", "at", "expected", "why"),
    [
        (LINEAR, "2018-08-31", 243 / 365, "31+28+31+30+31+30+31+31 days of 365"),
        (LINEAR, "2018-06-30", 181 / 365, "the half year"),
        (LINEAR, "2018-01-01", 1 / 365, "by the end of the first day"),
        (WORKDAYS, "2018-01-01", 0.0, "New Year is not worked"),
        (WORKDAYS, "2018-01-07", 4 / 250, "2 to 5 January are worked"),
        (WORKDAYS, "2018-09-30", 189 / 250, "250 less 18 of October, 22 of November, 21 of December"),
        (WORKDAYS, "2018-10-07", 189 / 250, "the National Day's week brings nothing"),
        (MILESTONES, "2018-01-01", 0.0, "the line starts at (start, 0)"),
        (MILESTONES, "2018-04-01", 0.25, "90 of the 180 days to 30 June"),
        (MILESTONES, "2018-06-30", 0.5, "at the first point"),
        (MILESTONES, "2018-08-30", 0.5 + 0.4 * 61 / 123, "61 of the 123 days to 31 October"),
        (MILESTONES, "2018-10-31", 0.9, "at the last point"),
        (MILESTONES, "2018-11-01", 1.0, "all of it after the last"),
    ],
)
def test_the_share_due(plan: Plan, at: str, expected: float, why: str) -> None:
    assert share(plan, at) == pytest.approx(expected, abs=1e-15), why


@pytest.mark.parametrize("plan", [LINEAR, WORKDAYS, MILESTONES])
def test_nothing_is_due_before_the_start_and_everything_at_the_end(plan: Plan) -> None:
    assert [share(plan, at) for at in ("2017-12-31", "2018-12-31", "2019-05-01")] == [0.0, 1.0, 1.0]


def test_lumpy_works_have_no_share() -> None:
    assert [share(NONE, at) for at in ("2017-12-31", "2018-06-30", "2018-12-31")] == [None] * 3


def test_a_milestone_on_the_first_day_is_due_on_it() -> None:
    assert share(Plan("milestones", ((date(2018, 1, 1), 0.2),)), "2018-01-01") == 0.2


def test_milestones_may_be_written_in_any_order() -> None:
    turned = Plan("milestones", MILESTONES.milestones[::-1])
    assert share(turned, "2018-08-30") == share(MILESTONES, "2018-08-30")


def test_a_period_without_working_days_falls_back_to_the_calendar() -> None:
    week = replace(
        target("x", 1, plan=WORKDAYS), period_start=day("2018-10-01"), period_end=day("2018-10-05")
    )
    assert expected_share(week, day("2018-10-02"), china()) == 2 / 5


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (
            Plan("liner"),
            "unknown plan curve 'liner': use one of linear, workdays, milestones, previous_year, none",
        ),
        (Plan("milestones"), "milestones are given for the curve `milestones`, and only for it"),
        (
            Plan("linear", ((date(2018, 6, 30), 0.5),)),
            "milestones are given for the curve `milestones`, and only for it",
        ),
        (
            Plan("milestones", ((date(2018, 6, 30), 0.6), (date(2018, 9, 30), 0.5))),
            "milestone shares rise from 0 to 1",
        ),
        (Plan("milestones", ((date(2018, 6, 30), 1.5),)), "milestone shares rise from 0 to 1"),
        (Plan("milestones", ((date(2018, 6, 30), float("nan")),)), "milestone shares rise from 0 to 1"),
    ],
)
def test_a_wrong_plan_is_told_what_is_wrong(plan: Plan, sentence: str) -> None:
    assert plan_faults(plan, *YEAR) == sentence


@pytest.mark.parametrize("plan", [LINEAR, WORKDAYS, MILESTONES, NONE])
def test_a_sound_plan_has_no_fault(plan: Plan) -> None:
    assert plan_faults(plan, *YEAR) is None


@settings(max_examples=50, deadline=None)
@given(st.sampled_from([LINEAR, WORKDAYS, MILESTONES]), st.dates(date(2017, 12, 1), date(2019, 1, 31)))
def test_what_is_due_never_falls(plan: Plan, at: date) -> None:
    before, after = share(plan, at), share(plan, date.fromordinal(at.toordinal() + 1))
    assert before is not None and after is not None
    assert 0 <= before <= after <= 1


@pytest.mark.parametrize("plan", [LINEAR, WORKDAYS, MILESTONES])
def test_the_line_of_a_plan_says_what_is_due_on_every_day(plan: Plan) -> None:
    goal = target("x", 2000, plan=plan)
    line = plan_line(goal, china())
    assert (line[0], line[-1]) == ((date(2017, 12, 31), 0.0), (date(2018, 12, 31), 2000.0)) and len(
        line
    ) == 366
    assert dict(line)[day("2018-06-30")] == 2000 * (share(plan, "2018-06-30") or 0)


def test_the_line_of_a_level_begins_at_its_baseline() -> None:
    line = plan_line(target("x", 360, baseline=374), china())
    assert (line[0][1], line[-1][1]) == (374, 360)


@pytest.mark.parametrize("curve", ["none", "previous_year"])
def test_what_dates_do_not_tell_has_no_line(curve: str) -> None:
    assert plan_line(target("x", 1, plan=Plan(curve)), china()) == ()
