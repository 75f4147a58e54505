"""pace, projection, threshold and new_growth: one figure of progress against bounds."""

from __future__ import annotations

import pytest

from service.domain.catalog import Kind, Plan
from service.domain.frame import Frame
from service.domain.rules import Bounds, NewGrowth, Pace, Projection, Threshold
from tests.testkit.worlds import (
    DISTRICT,
    LINEAR,
    TOWN,
    ByDay,
    every,
    indicator,
    judged_regions,
    listed,
    target,
    town,
    verdict,
    world,
)

PACE = Pace(Bounds(notice=5, yellow=10, orange=20, red=30, clear=1))
PROJECTION = Projection(Bounds(notice=0.95, yellow=0.80, below=True, clear=0.02))


def flow(by_day: ByDay, as_of: str, value: float, comparator: str = ">=", plan: Plan = LINEAR) -> Frame:
    w = world(indicator("parking"), targets=[target("parking", value, comparator=comparator, plan=plan)])
    return w.frame(as_of, {("parking", TOWN): by_day})


def so_far(figure: float, as_of: str) -> ByDay:
    """A figure that came on 1 January, and zeros since."""
    return every("2018-01-01", as_of, 0) | listed("2018-01-01", figure)


class TestPace:
    @pytest.mark.parametrize(
        ("parks", "level"),
        [
            (11, "orange"),  # 243/365 = 66.6 %; 11/25 = 44.0 %: 22.6 points
            (9, "red"),  # 36.0 %: 30.6 points
            (12, "yellow"),  # 48.0 %: 18.6 points
            (15, "notice"),  # 60.0 %: 6.6 points
            (16, "none"),  # 64.0 %: 2.6 points
            (20, "none"),  # ahead
        ],
    )
    def test_points_behind_the_plan_give_the_level(self, parks: int, level: str) -> None:
        assert verdict(flow(so_far(parks, "2018-08-31"), "2018-08-31", 25), PACE).level == level

    def test_a_level_is_held_until_a_point_less(self) -> None:
        # 29/50 = 58 % of 66.6 %: 8.6 points; 28.5/50 = 57 %: 9.6 points, less than a point below yellow
        seen = verdict(flow(so_far(28.5, "2018-08-31"), "2018-08-31", 50), PACE)
        assert (seen.level, seen.hold) == ("notice", "yellow")

    @pytest.mark.parametrize(("as_of", "level"), [("2018-02-05", "none"), ("2018-02-06", "yellow")])
    def test_a_year_is_not_judged_before_a_tenth_of_it_is_due(self, as_of: str, level: str) -> None:
        # 5 February is day 36 of 365: 9.9 %; the 6th 10.1 %
        assert verdict(flow(so_far(0, as_of), as_of, 100), PACE).level == level

    def test_a_target_that_is_met_is_never_behind(self) -> None:
        assert verdict(flow(so_far(100, "2018-12-31"), "2018-12-31", 100), PACE).level == "none"

    def test_a_ceiling_used_up_too_early_is_behind_though_not_yet_passed(self) -> None:
        # 80 of at most 100 by 30 June, where 49.6 % are due: 30.4 points
        f = flow(so_far(80, "2018-06-30"), "2018-06-30", 100, "<=")
        assert f.progress.met.any()
        assert verdict(f, PACE).level == "red"

    def test_a_ceiling_that_is_used_slowly_is_not_behind(self) -> None:
        assert verdict(flow(so_far(10, "2018-06-30"), "2018-06-30", 100, "<="), PACE).level == "none"

    def test_lumpy_works_are_not_judged(self) -> None:
        f = flow(so_far(0, "2018-08-31"), "2018-08-31", 25, plan=Plan("none"))
        assert verdict(f, PACE).level is None

    def test_a_stale_figure_is_no_data(self) -> None:
        assert verdict(flow(so_far(0, "2018-08-26"), "2018-08-31", 25), PACE).level is None
        assert verdict(flow(so_far(0, "2018-08-27"), "2018-08-31", 25), PACE).level == "red"

    def test_an_incomplete_roll_up_is_no_data(self) -> None:
        w = world(indicator("parking"), towns=2, targets=[target("parking", 25)])
        assert (
            verdict(w.frame("2018-08-31", {("parking", TOWN): so_far(0, "2018-08-31")}), PACE).level is None
        )

    def test_what_has_no_target_is_not_looked_at(self) -> None:
        w = world(indicator("parking"), indicator("trees"), towns=2, targets=[target("trees", 5)])
        assert judged_regions(w.frame("2018-08-31", {}), PACE) == {("trees", DISTRICT)}

    def test_the_figures_are_those_of_progress(self) -> None:
        figures = verdict(flow(so_far(11, "2018-08-31"), "2018-08-31", 25), PACE).figures
        assert (figures.to_date, figures.target, figures.comparator, figures.days_left) == (11, 25, ">=", 122)
        assert figures.lag == pytest.approx(0.2258, abs=5e-5)
        assert (figures.covered, figures.declared, figures.allowed_mean) == (1, 1, None)


class TestProjection:
    @pytest.mark.parametrize(
        ("recent", "level"),
        [
            (4.0, "none"),
            (3.7, "notice"),  # 1350.5 / 1460 = 92.5 %
            (2.5, "yellow"),  # 912.5 / 1460 = 62.5 %
        ],
    )
    def test_the_year_so_far_and_the_rest_at_the_recent_rate(self, recent: float, level: str) -> None:
        # 181 days at the recent rate, 184 to come at the same: 365 · rate of 1,460.
        f = flow(every("2018-01-01", "2018-06-30", recent), "2018-06-30", 1460)
        assert verdict(f, PROJECTION).level == level

    def test_the_recent_rate_counts_and_not_the_years(self) -> None:
        # 2 a day in the first 153 days, 10 a day in the last 28: 306 + 280 + 184·10 = 2426 of 2400
        by_day = every("2018-01-01", "2018-06-02", 2) | every("2018-06-03", "2018-06-30", 10)
        f = flow(by_day, "2018-06-30", 2400)
        assert verdict(f, PROJECTION).level == "none"
        assert verdict(f, PROJECTION).figures.projected == pytest.approx(2426)

    @pytest.mark.parametrize(("as_of", "level"), [("2018-04-01", "none"), ("2018-04-02", "yellow")])
    def test_nothing_is_said_before_a_quarter_is_due(self, as_of: str, level: str) -> None:
        # 1 April is day 91: 24.9 %; the 2nd 25.2 %
        assert verdict(flow(so_far(1, as_of), as_of, 1460), PROJECTION).level == level

    def test_a_target_that_is_met_needs_no_projection(self) -> None:
        assert verdict(flow(so_far(25, "2018-06-30"), "2018-06-30", 25), PROJECTION).level == "none"

    def test_only_flows_are_projected(self) -> None:
        w = world(
            indicator("parking"),
            indicator("air", Kind.MEAN, level="district"),
            targets=[target("parking", 5), target("air", 58, comparator="<")],
        )
        assert judged_regions(w.frame("2018-06-30", {}), PROJECTION) == {("parking", DISTRICT)}


class TestThreshold:
    OVER = Threshold(Bounds(notice=1.0, yellow=1.05, orange=1.10, clear=0.01), per_target=True)

    def air(self, mean: float, targets: bool = True) -> Frame:
        found = [target("air", 58, comparator="<")] if targets else []
        w = world(indicator("air", Kind.MEAN, level="district"), targets=found)
        return w.frame("2018-06-30", {("air", DISTRICT): every("2018-06-01", "2018-06-30", mean)})

    @pytest.mark.parametrize(
        ("mean", "level"),
        [
            (57, "none"),
            (58, "notice"),
            (60.9, "yellow"),
            (63.8, "orange"),
            (60.8, "notice"),
        ],  # 58·1.05 = 60.9, 58·1.1 = 63.8
    )
    def test_the_mean_to_date_as_a_multiple_of_its_target(self, mean: float, level: str) -> None:
        assert verdict(self.air(mean), self.OVER).level == level

    def test_the_figures_tell_the_value_and_not_the_multiple(self) -> None:
        assert verdict(self.air(60.9), self.OVER).figures.value == pytest.approx(60.9)

    def test_per_target_needs_a_target(self) -> None:
        assert judged_regions(self.air(60, targets=False), self.OVER) == set()

    def test_fixed_bounds_need_none(self) -> None:
        assert verdict(self.air(60, targets=False), Threshold(Bounds(red=60))).level == "red"

    def test_the_days_own_value(self) -> None:
        check = Threshold(Bounds(red=75), of="value")
        w = world(indicator("air", Kind.MEAN, level="district"))
        f = w.frame("2018-06-30", {("air", DISTRICT): listed("2018-06-28", 10, 10, 80)})
        assert verdict(f, check).level == "red"
        assert verdict(f, Threshold(Bounds(red=75))).level == "none", "the mean to date is 33.3"

    def test_a_figure_that_is_not_known_is_no_data(self) -> None:
        assert verdict(self.air(60), Threshold(Bounds(red=0), of="year_on_year")).level is None

    def test_below(self) -> None:
        check = Threshold(Bounds(yellow=40, red=20, below=True))
        assert [verdict(self.air(mean), check).level for mean in (41, 40, 20)] == ["none", "yellow", "red"]


class TestNewGrowth:
    def cases(self, *figures: float | None, allowance: float = 0) -> str | None:
        w = world(indicator("cases", Kind.INCIDENCE))
        f = w.frame("2018-03-03", {("cases", TOWN): listed("2018-03-01", *figures)})
        check = NewGrowth(Bounds(yellow=0, orange=500, red=2000), allowance=allowance)
        return verdict(f, check, TOWN).level

    @pytest.mark.parametrize(
        ("figures", "allowance", "level"),
        [
            ((0, 0, 0), 0, "none"),
            ((0, 1, 0), 0, "yellow"),
            ((0, 300, 200), 0, "orange"),
            ((2000, 0, 0), 0, "red"),
            ((0, 100, 0), 100, "none"),  # at the allowance
            ((0, 101, 0), 100, "yellow"),  # beyond it by one
            ((0, 600, 0), 100, "orange"),  # beyond it by 500
            ((5, -5, 0), 0, "none"),  # taken back
        ],
    )
    def test_what_goes_beyond_the_allowance(
        self, figures: tuple[float, ...], allowance: float, level: str
    ) -> None:
        assert self.cases(*figures, allowance=allowance) == level

    def test_nothing_reported_is_no_data_and_not_zero(self) -> None:
        assert self.cases(None, None, None) is None

    def test_every_region_is_judged_by_itself(self) -> None:
        w = world(indicator("cases", Kind.INCIDENCE), towns=2)
        f = w.frame(
            "2018-03-01",
            {("cases", TOWN): listed("2018-03-01", 0), ("cases", town(2)): listed("2018-03-01", 3)},
        )
        check = NewGrowth(Bounds(yellow=0))
        assert [verdict(f, check, region).level for region in (TOWN, town(2), DISTRICT)] == [
            "none",
            "yellow",
            "yellow",
        ]

    def test_the_figures_tell_count_and_allowance(self) -> None:
        w = world(indicator("cases", Kind.INCIDENCE))
        f = w.frame("2018-03-01", {("cases", TOWN): listed("2018-03-01", 7)})
        figures = verdict(f, NewGrowth(Bounds(yellow=0), allowance=2), TOWN).figures
        assert (figures.value, figures.bound) == (7, 2)

    def test_only_incidences_are_looked_at(self) -> None:
        w = world(indicator("cases", Kind.INCIDENCE), indicator("parking"))
        assert {i for i, _ in judged_regions(w.frame("2018-03-01", {}), NewGrowth(Bounds(yellow=0)))} == {
            "cases"
        }
