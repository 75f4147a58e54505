"""From reports to daily figures: what was reported by day or as sums, by whom, and rolled up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from service.domain.catalog import Kind
from service.domain.rollup import Panel
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
    listed,
    target,
    town,
    world,
)

PARKING = indicator("parking")
AIR = indicator("air", Kind.MEAN)
PEOPLE = indicator("people", Kind.STOCK)
FIRST, FIFTH = "2018-03-01", "2018-03-05"


def figures(w: World, name: str, readings: Readings, *, region: str = DISTRICT) -> list[float | None]:
    """Daily figures of 1 to 5 March, None where there is none."""
    values = w.frame(FIFTH, readings).daily.values[w.row(name, region), -5:]
    return [None if np.isnan(value) else float(value) for value in values]


def coverage(w: World, name: str, readings: Readings, as_of: str = FIFTH) -> tuple[int, int]:
    p = w.frame(as_of, readings).progress
    return int(p.covered[w.row(name)]), int(p.declared[w.row(name)])


class TestRollUp:
    def test_a_flow_is_the_sum_of_those_that_reported(self) -> None:
        readings = {
            ("parking", TOWN): listed(FIRST, 1, 2, None, 4, 5),
            ("parking", NEXT_TOWN): listed(FIRST, 10, None, None, 0, 50),
        }
        # 1+10, 2, nobody, 4+0, 5+50
        assert figures(world(PARKING, towns=2), "parking", readings) == [11, 2, None, 4, 55]

    def test_an_incidence_is_summed_too(self) -> None:
        readings = {("cases", TOWN): listed(FIRST, 1, 0), ("cases", NEXT_TOWN): listed(FIRST, 2, 3)}
        w = world(indicator("cases", Kind.INCIDENCE), towns=2)
        assert figures(w, "cases", readings)[:2] == [3, 3]

    def test_a_mean_is_the_mean_of_those_that_reported(self) -> None:
        readings = {
            ("air", TOWN): listed(FIRST, 40, 60, None, 80),
            ("air", NEXT_TOWN): listed(FIRST, 50, None, None, 20),
        }
        # (40+50)/2, 60, nobody, (80+20)/2
        assert figures(world(AIR, towns=2), "air", readings) == [45, 60, None, 50, None]

    def test_a_stock_is_the_sum_of_each_childs_latest(self) -> None:
        readings = {
            ("people", TOWN): listed(FIRST, 100, None, 120, None, None),
            ("people", NEXT_TOWN): listed(FIRST, None, 30, None, 40, None),
        }
        # 100, 100+30, 120+30, 120+40
        assert figures(world(PEOPLE, towns=2), "people", readings)[:4] == [100, 130, 150, 160]

    def test_a_stock_on_which_everybody_is_silent_has_no_figure_that_day(self) -> None:
        readings = {("people", TOWN): listed(FIRST, 100, None, 120)}
        w = world(PEOPLE, towns=2)
        assert figures(w, "people", readings) == [100, None, 120, None, None]
        assert w.frame("2018-03-20", readings).progress.data_day(w.row("people")) == day("2018-03-03")

    def test_a_negative_correction_is_taken_off(self) -> None:
        readings = {("parking", TOWN): listed(FIRST, -3), ("parking", NEXT_TOWN): listed(FIRST, 10)}
        assert figures(world(PARKING, towns=2), "parking", readings)[0] == 7

    def test_a_target_below_the_reporting_level_does_not_wipe_out_what_is_reported(self) -> None:
        monitor = indicator("air", Kind.MEAN, level="district")
        w = world(monitor, targets=[target("air", 58, comparator="<", region=TOWN)])
        assert figures(w, "air", {("air", DISTRICT): listed(FIRST, 40, 60)})[:2] == [40, 60]

    def test_a_target_of_a_region_that_does_not_report_leaves_the_sum_alone(self) -> None:
        w = world(
            PARKING,
            towns=2,
            feeds=[feed("a", ["parking"], [TOWN])],
            targets=[target("parking", 5, region=NEXT_TOWN)],
        )
        readings = {("parking", TOWN): listed(FIRST, 7)}
        assert figures(w, "parking", readings)[0] == 7
        assert coverage(w, "parking", readings, as_of=FIRST) == (1, 1)


class TestCoverage:
    def test_coverage_is_who_reported_on_the_data_day_of_those_who_owe(self) -> None:
        readings = {
            ("parking", town(n)): every(FIRST, FIFTH if n > 1 else "2018-03-04", 1) for n in range(1, 11)
        }
        assert coverage(world(PARKING, towns=10), "parking", readings) == (9, 10)

    @pytest.mark.parametrize(("silent", "incomplete"), [(0, False), (1, False), (2, True)])
    def test_nine_in_ten_is_complete_and_eight_is_not(self, silent: int, incomplete: bool) -> None:
        w = world(PARKING, towns=10)
        f = w.frame(FIFTH, {("parking", town(n)): every(FIRST, FIFTH, 1) for n in range(1, 11 - silent)})
        assert bool(f.progress.incomplete[w.row("parking")]) is incomplete
        assert bool(f.unjudged[w.row("parking")]) is incomplete

    def test_zero_counts_as_reported(self) -> None:
        readings = {("parking", TOWN): listed(FIFTH, 0), ("parking", NEXT_TOWN): listed(FIFTH, 0)}
        assert coverage(world(PARKING, towns=2), "parking", readings) == (2, 2)

    def test_a_region_owes_from_its_feeds_first_day_on(self) -> None:
        late = [
            feed("a", ["parking"], [TOWN]),
            feed("b", ["parking"], [NEXT_TOWN], first_day=day("2018-03-04")),
        ]
        w = world(PARKING, towns=2, feeds=late)
        readings = {("parking", TOWN): every(FIRST, FIFTH, 1)}
        assert coverage(w, "parking", readings, as_of="2018-03-03") == (1, 1)
        assert coverage(w, "parking", readings, as_of="2018-03-04") == (1, 2)

    @pytest.mark.parametrize("turned", [False, True])
    def test_a_second_source_that_begins_later_does_not_lift_the_duty_of_the_first(
        self, turned: bool
    ) -> None:
        feeds = [
            feed("a", ["parking"], [TOWN]),
            feed("b", ["parking"], [TOWN], source="verified", first_day=day("2018-07-01")),
        ]
        w = world(PARKING, feeds=feeds[::-1] if turned else feeds)
        assert coverage(w, "parking", {("parking", TOWN): every(FIRST, FIFTH, 1)}) == (1, 1)


class TestCumulative:
    def sums(self, *given: float | None) -> list[float | None]:
        w = world(PARKING, cumulative=True)
        return figures(w, "parking", {("parking", TOWN): listed(FIRST, *given)}, region=TOWN)

    def test_a_days_figure_is_the_difference_to_the_report_before(self) -> None:
        # the first of the year from zero; 10−4, 10−10, 15−10, 15−15
        assert self.sums(4, 10, 10, 15, 15) == [4, 6, 0, 5, 0]

    def test_a_gap_day_carries_no_figure(self) -> None:
        # 4, nobody, nobody, 15−4, 16−15
        assert self.sums(4, None, None, 15, 16) == [4, None, None, 11, 1]

    def test_a_fall_is_a_negative_figure(self) -> None:
        assert self.sums(10, 7, 9, 9, 9) == [10, -3, 2, 0, 0]

    def test_the_first_report_of_a_year_counts_from_zero(self) -> None:
        w = world(PARKING, cumulative=True)
        readings = {("parking", TOWN): listed("2017-12-30", 90, 100, None, 3, 5)}
        values = w.frame("2018-01-03", readings).daily.values[w.row("parking", TOWN), -5:]
        # 90 from zero (first of 2017), 100−90, nobody on 1 January, 3 from zero, 5−3
        assert values.tolist()[:2] + values.tolist()[3:] == [90, 10, 3, 2]
        assert np.isnan(values[2])

    def test_daily_reports_stand_as_they_are_beside_cumulative_ones(self) -> None:
        w = world(PARKING, indicator("trees"), cumulative=True)
        daily = world(indicator("trees"))
        given = listed(FIRST, 4, 10)
        assert figures(w, "trees", {("trees", TOWN): given})[:2] == [4, 6]
        assert figures(daily, "trees", {("trees", TOWN): given})[:2] == [4, 10]


class TestOfficialSource:
    """verified > sensor > reported, as long as it is fresh; one source for the whole."""

    w = world(
        PARKING,
        feeds=[feed("a", ["parking"], [TOWN]), feed("b", ["parking"], [TOWN], source="verified")],
    )

    def official(self, reported: str, verified: str, *, as_of: str = "2018-03-20") -> list[float | None]:
        """Figures of 1 to 20 March, where `reported` says 1 and `verified` says 100 up to their last day."""
        readings = {
            ("parking", TOWN, "reported"): every(FIRST, reported, 1) if reported else {},
            ("parking", TOWN, "verified"): every("2018-03-03", verified, 100) if verified else {},
        }
        values = self.w.frame(as_of, readings).daily.values[self.w.row("parking"), -20:]
        return [None if np.isnan(value) else float(value) for value in values]

    def test_fresh_and_verified_beats_reported_and_is_not_spliced(self) -> None:
        # stale_after is 4: 16 March is 4 days before the 20th. 1 and 2 March, which only `reported` has, stay empty.
        assert self.official("2018-03-20", "2018-03-16") == [None] * 2 + [100] * 14 + [None] * 4

    def test_verified_and_stale_gives_way_for_the_whole_period(self) -> None:
        assert self.official("2018-03-20", "2018-03-15") == [1] * 20

    def test_where_both_are_stale_the_one_that_reported_last_counts(self) -> None:
        assert self.official("2018-03-10", "2018-03-09") == [1] * 10 + [None] * 10
        assert self.official("2018-03-09", "2018-03-10") == [None] * 2 + [100] * 8 + [None] * 10

    def test_where_both_went_stale_on_the_same_day_precedence_decides(self) -> None:
        assert self.official("2018-03-10", "2018-03-10") == [None] * 2 + [100] * 8 + [None] * 10

    def test_a_source_that_never_reported_is_not_fresh(self) -> None:
        readings = {("parking", TOWN, "reported"): listed(FIRST, 1, 1)}
        f = self.w.frame("2018-03-02", readings, first=day(FIRST))  # a panel shorter than stale_after
        assert f.progress.to_date[self.w.row("parking")] == 2

    def test_precedence_does_not_depend_on_the_order_of_feeds(self) -> None:
        turned = world(PARKING, feeds=self.w.catalog.feeds[::-1])
        readings = {
            ("parking", TOWN, "reported"): every(FIRST, FIFTH, 1),
            ("parking", TOWN, "verified"): every(FIRST, FIFTH, 2),
        }
        assert figures(self.w, "parking", readings) == figures(turned, "parking", readings) == [2] * 5


class TestPanel:
    panel = Panel(date(2018, 3, 1), np.array([[1.0, 2.0, 3.0]]))

    def test_a_panel_as_of_a_day_holds_nothing_later(self) -> None:
        assert self.panel.until(date(2018, 3, 2)).values.tolist() == [[1.0, 2.0]]

    @pytest.mark.parametrize("before", ["2018-02-28", "2018-02-27", "2018-01-01"])
    def test_a_panel_as_of_a_day_before_it_is_empty(self, before: str) -> None:
        assert self.panel.until(day(before)).values.shape == (1, 0)

    def test_days_after_the_last_column_are_silent_days(self) -> None:
        values = self.panel.until(date(2018, 3, 5)).values
        assert values[0, :3].tolist() == [1.0, 2.0, 3.0]
        assert np.isnan(values[0, 3:]).tolist() == [True, True]
