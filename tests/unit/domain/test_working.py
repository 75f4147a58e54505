"""Numbers behind figures give the figures again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.catalog import Kind, NodeKey, Plan, Reporting
from service.domain.evidence import SeriesSpan, evidence_of
from service.domain.fold import AlertKey
from service.domain.plans import expected_share
from service.domain.rules import Bounds, Discrepancy, Missing, Rule, Threshold
from service.domain.working import Worked, due_on, work_out
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    Readings,
    World,
    day,
    every,
    feed,
    indicator,
    rule,
    target,
    world,
)

BOUNDS = Bounds(yellow=1)
shares = st.floats(0, 1, allow_subnormal=False)


@st.composite
def milestone_plans(draw: st.DrawFn) -> Plan:
    offsets = sorted(draw(st.sets(st.integers(0, 364), min_size=1, max_size=5)))
    due = sorted(draw(st.lists(shares, min_size=len(offsets), max_size=len(offsets))))
    days = [date(2018, 1, 1) + timedelta(days=n) for n in offsets]
    return Plan("milestones", tuple(zip(days, due, strict=True)))


@settings(deadline=None)
@given(
    plan=st.one_of(st.sampled_from([Plan(), Plan("workdays"), Plan("none")]), milestone_plans()),
    offset=st.integers(-5, 370),
)
def test_what_is_due_is_worked_out_from_its_numbers(plan: Plan, offset: int) -> None:
    goal, on = target("x", 100, plan=plan), date(2018, 1, 1) + timedelta(days=offset)
    due, share = due_on(goal, on, china()), expected_share(goal, on, china())
    assert (due.share if due else None) == (share if share is None else pytest.approx(share, abs=1e-12))


def evidence(w: World, as_of: str, readings: Readings, of: Rule, node: NodeKey | None) -> set[SeriesSpan]:
    frame = w.frame(as_of, readings)
    period = frame.progress.period_start[frame.layout.row[node]] if node and of.yearly else None
    worked: Worked | None = work_out(frame, of, AlertKey("rule", node, "" if node else "feed", period))
    assert worked is not None
    return set(evidence_of(frame, worked))


def test_a_roll_up_is_made_of_its_leaves_from_the_period_on() -> None:
    w = world(indicator("x"), towns=2)
    full = every("2018-01-01", "2018-03-31", 1)
    found = evidence(
        w,
        "2018-03-31",
        {("x", TOWN): full, ("x", NEXT_TOWN): full},
        rule(Threshold(BOUNDS)),
        NodeKey("x", DISTRICT, ""),
    )
    assert found == {SeriesSpan(n, day("2018-01-01"), day("2018-03-31")) for n in (0, 1)}


def test_of_last_years_figure_its_days_are_evidence_too() -> None:
    w = world(indicator("x"))
    figures = {**every("2017-01-01", "2017-12-31", 1), **every("2018-01-01", "2018-02-28", 1)}
    of = rule(Threshold(BOUNDS, of="year_on_year"))
    found = evidence(w, "2018-02-28", {("x", TOWN): figures}, of, NodeKey("x", DISTRICT, ""))
    assert found == {
        SeriesSpan(0, day("2017-01-01"), day("2017-02-28")),
        SeriesSpan(0, day("2018-01-01"), day("2018-02-28")),
    }


def test_only_the_source_that_counts_is_evidence_unless_two_are_compared() -> None:
    w = world(
        indicator("x"),
        feeds=[feed("own", ["x"], [TOWN]), feed("city", ["x"], [TOWN], source="verified")],
    )
    full = every("2018-01-01", "2018-03-31", 1)
    readings = {("x", TOWN, "reported"): full, ("x", TOWN, "verified"): full}
    node = NodeKey("x", TOWN, "")
    official = evidence(w, "2018-03-31", readings, rule(Threshold(BOUNDS)), node)
    assert {w.layout.series[span.series].source for span in official} == {"verified"}
    both = evidence(w, "2018-03-31", readings, rule(Discrepancy(BOUNDS)), node)
    assert {w.layout.series[span.series].source for span in both} == {"reported", "verified"}


def test_of_what_is_missing_the_last_report_is_evidence_and_what_may_follow() -> None:
    w = world(indicator("x"), towns=2)
    readings = {("x", TOWN): every("2018-01-01", "2018-03-20", 1)}
    found = evidence(w, "2018-03-31", readings, rule(Missing(BOUNDS)), None)
    begun = w.layout.series[1].first_day
    assert found == {
        SeriesSpan(0, day("2018-03-20"), day("2018-03-31")),
        SeriesSpan(1, begun, day("2018-03-31")),
    }


def test_a_level_stands_at_the_last_report_of_each() -> None:
    w = world(indicator("x", Kind.STOCK), towns=2)
    readings = {
        ("x", TOWN): every("2018-01-01", "2018-03-20", 1),
        ("x", NEXT_TOWN): every("2018-03-01", "2018-03-31", 1),
    }
    found = evidence(w, "2018-03-31", readings, rule(Threshold(BOUNDS)), NodeKey("x", DISTRICT, ""))
    assert {span.first for span in found} == {day("2018-03-20"), day("2018-03-31")}


def test_an_alert_on_a_period_that_is_over_is_not_worked_out() -> None:
    w = world(indicator("x"), targets=[target("x", 10)])
    frame = w.frame("2019-01-05", {("x", TOWN): every("2018-01-01", "2019-01-05", 1)})
    key = AlertKey("rule", NodeKey("x", DISTRICT, ""), "", date(2018, 1, 1))
    assert work_out(frame, rule(Threshold(BOUNDS)), key) is None


def test_a_subject_that_is_not_there_is_not_worked_out() -> None:
    frame = world(indicator("x")).frame("2018-01-05", {("x", TOWN): every("2018-01-01", "2018-01-05", 1)})
    for key in (
        AlertKey("rule", NodeKey("y", DISTRICT, ""), "", None),
        AlertKey("rule", None, "nobody", None),
        AlertKey("rule", None, "feed", None),
    ):
        assert work_out(frame, rule(Threshold(BOUNDS)), key) is None


def test_cumulative_reports_are_worked_out_as_daily_figures() -> None:
    w = world(indicator("x"), feeds=[feed("feed", ["x"], [TOWN], reporting=Reporting.CUMULATIVE)])
    frame = w.frame("2018-01-03", {("x", TOWN): {day("2018-01-01"): 1.0, day("2018-01-03"): 6.0}})
    key = AlertKey("rule", NodeKey("x", TOWN, ""), "", date(2018, 1, 1))
    worked = work_out(frame, rule(Threshold(BOUNDS)), key)
    assert worked is not None
    assert (worked.working.total, worked.working.counted, worked.working.elapsed) == (6, 2, 3)
