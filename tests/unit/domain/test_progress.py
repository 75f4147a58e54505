"""The formulas of progress, with the sums done by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from service.domain.arrays import year_before
from service.domain.catalog import Kind, Plan
from service.domain.progress import Progress
from tests.testkit.worlds import (
    DISTRICT,
    LINEAR,
    TOWN,
    ByDay,
    Readings,
    day,
    every,
    indicator,
    listed,
    target,
    world,
)

HALF_YEAR = ("2018-01-01", "2018-06-30")  # 181 days; 184 are left
PARKING = indicator("parking")
AIR = indicator("air", Kind.MEAN, level="district")
PEOPLE = indicator("people", Kind.STOCK, level="district")
CASES = indicator("cases", Kind.INCIDENCE)


class Row:
    """One node's progress, figures that are undefined as None."""

    def __init__(self, progress: Progress, row: int) -> None:
        self._progress, self._row = progress, row

    def __getattr__(self, name: str) -> float | None:
        value = getattr(self._progress, name)[self._row]
        return None if isinstance(value, float) and np.isnan(value) else value.item()

    @property
    def data_day(self) -> date | None:
        return self._progress.data_day(self._row)


def flow(
    by_day: ByDay, as_of: str, value: float | None = 1_340_000, comparator: str = ">=", plan: Plan = LINEAR
) -> Row:
    targets = [] if value is None else [target("parking", value, comparator=comparator, plan=plan)]
    w = world(PARKING, targets=targets)
    return Row(w.frame(as_of, {("parking", TOWN): by_day}).progress, w.row("parking"))


def district(name: str, readings: Readings, as_of: str, *, kind: Kind, **of_target: float | str) -> Row:
    value = of_target.pop("value", None)
    targets = [target(name, float(value), **of_target)] if value is not None else []  # type: ignore[arg-type]
    w = world(indicator(name, kind, level="district"), targets=targets)
    return Row(w.frame(as_of, readings).progress, w.row(name))


def air(by_day: ByDay, as_of: str, **of_target: float | str) -> Row:
    return district("air", {("air", DISTRICT): by_day}, as_of, kind=Kind.MEAN, **of_target)


def people(by_day: ByDay, as_of: str, **of_target: float | str) -> Row:
    return district("people", {("people", DISTRICT): by_day}, as_of, kind=Kind.STOCK, **of_target)


# 390,000 m² vacated in the half year, all of it in the first days: 181 days reported.
ONE_GREEN = every(*HALF_YEAR, 0) | listed("2018-01-01", 200_000, 190_000)


class TestFlow:
    def test_a_flow_behind_its_plan(self) -> None:
        p = flow(ONE_GREEN, "2018-06-30")
        assert p.to_date == 390_000
        assert p.completion == pytest.approx(0.29104, abs=5e-6)  # 390000 / 1340000
        assert p.expected == pytest.approx(0.49589, abs=5e-6)  # 181 / 365
        assert p.lag == pytest.approx(0.20485, abs=5e-6)
        assert p.shortfall == pytest.approx(274_493.15, abs=5e-3)  # 1340000·181/365 = 664493.15; − 390000
        assert p.to_target == 950_000
        assert p.required_rate == pytest.approx(5163.04, abs=5e-3)  # 950000 / 184
        assert p.mean_rate == pytest.approx(2154.70, abs=5e-3)  # 390000 / 181
        assert p.days_left == 184
        assert p.allowed_mean is None

    def test_progress_is_taken_at_the_day_the_figure_speaks_for(self) -> None:
        p = flow(ONE_GREEN, "2018-07-03")
        assert p.data_day == day("2018-06-30")
        assert p.expected == pytest.approx(181 / 365)
        assert p.days_left == 184

    def test_parks_of_the_demo(self) -> None:
        p = flow(every("2018-01-01", "2018-08-31", 0) | listed("2018-02-01", *[1] * 11), "2018-08-31", 25)
        assert p.completion == pytest.approx(0.44)  # 11 / 25
        assert p.lag == pytest.approx(0.2258, abs=5e-5)  # 243/365 = 0.6658; − 0.44

    def test_the_recent_rate_is_the_mean_of_the_last_28_days_with_data(self) -> None:
        # 30 days of 10, a silent week, 20 days of 3: the last 28 with data are 20 of 3 and 8 of 10.
        by_day = every("2018-05-01", "2018-05-30", 10) | every("2018-06-07", "2018-06-26", 3)
        p = flow(by_day, "2018-06-26")
        assert p.recent_rate == pytest.approx((20 * 3 + 8 * 10) / 28)  # 140/28 = 5
        # 26 June is day 177: 188 days are left. 360 + 188·5
        assert p.projected == pytest.approx(1300)

    def test_beyond_the_target_the_distance_is_negative_and_the_target_met(self) -> None:
        p = flow(listed("2018-01-01", 30), "2018-01-01", 25)
        assert (p.to_target, p.met, p.completion) == (-5, True, 1.2)

    def test_under_a_ceiling_ahead_of_the_plan_is_behind(self) -> None:
        # half of the ceiling used up by day 73, a fifth of the year
        p = flow(every("2018-01-01", "2018-03-14", 0) | listed("2018-01-01", 50), "2018-03-14", 100, "<=")
        assert p.completion == 0.5
        assert p.expected == pytest.approx(0.2)
        assert p.lag == pytest.approx(0.3)
        assert p.met is True

    def test_lumpy_works_have_neither_plan_nor_lag(self) -> None:
        p = flow(ONE_GREEN, "2018-06-30", plan=Plan("none"))
        assert (p.expected, p.lag, p.shortfall) == (None, None, None)
        assert p.completion == pytest.approx(390 / 1340)


class TestMean:
    # 10,317 over 181 days: 180 days of 57 and one of 57
    HALF = every(*HALF_YEAR, 57)

    def test_the_allowed_remaining_mean(self) -> None:
        p = air(self.HALF, "2018-06-30", value=58, comparator="<")
        assert p.to_date == 57  # 10317 / 181
        assert p.allowed_mean == pytest.approx(58.98, abs=5e-3)  # (58·365 − 10317) / 184 = 10853 / 184
        assert p.met is True

    def test_days_without_data_count_neither_above_nor_below(self) -> None:
        by_day = listed("2018-01-01", 40, None, 60)
        p = air(by_day, "2018-01-03", value=58, comparator="<")
        assert p.to_date == 50  # 100 / 2
        assert p.allowed_mean == pytest.approx(
            (58 * (2 + 362) - 100) / 362
        )  # two days with data, 362 to come

    def test_a_mean_is_not_part_of_its_target(self) -> None:
        p = air(self.HALF, "2018-06-30", value=58, comparator="<")
        assert [p.completion, p.expected, p.lag, p.shortfall, p.to_target, p.required_rate] == [None] * 6
        assert [p.mean_rate, p.recent_rate, p.projected] == [None] * 3

    def test_compared_with_last_year(self) -> None:
        p = air(self.HALF | every("2017-01-01", "2017-06-30", 66.98), "2018-06-30")
        assert p.last_year == pytest.approx(66.98)
        assert p.year_on_year == pytest.approx(-0.149, abs=5e-5)  # 57 / 66.98 − 1 = −0.14900


class TestLevels:
    def test_a_stock_goes_from_its_baseline_to_its_target(self) -> None:
        p = people(listed("2018-07-02", 385.0), "2018-07-02", value=380, comparator="<=", baseline=395)
        assert p.completion == pytest.approx(2 / 3)  # (385−395)/(380−395) = 10/15
        assert p.expected == pytest.approx(183 / 365)
        assert p.lag == pytest.approx(183 / 365 - 2 / 3), "ahead of its plan, though under a ceiling"
        assert p.met is False

    def test_a_stock_that_has_not_moved_from_its_baseline_is_behind(self) -> None:
        p = people(listed("2018-07-02", 395.0), "2018-07-02", value=380, comparator="<=", baseline=395)
        assert p.completion == 0
        assert p.lag == pytest.approx(183 / 365)

    def test_a_stock_without_a_baseline_has_no_way_to_be_behind_on(self) -> None:
        p = people(listed("2018-07-02", 390.0), "2018-07-02", value=395, comparator="<=")
        assert p.completion == pytest.approx(390 / 395)
        assert (p.lag, p.met) == (None, True)

    def test_the_latest_value_counts(self) -> None:
        p = people(listed("2018-03-01", 390.0, 391.0, None, 389.5), "2018-03-06")
        assert (p.to_date, p.value, p.data_day) == (389.5, 389.5, day("2018-03-04"))

    def test_last_years_level_is_that_of_the_last_report_by_the_same_day(self) -> None:
        p = people(listed("2017-03-01", 400, None, 410) | listed("2018-03-02", 390), "2018-03-02")
        assert p.last_year == 400
        assert p.year_on_year == pytest.approx(-0.025)


class TestIncidence:
    def test_occurrences_are_summed_and_have_no_completion(self) -> None:
        w = world(CASES, targets=[target("cases", 10, comparator="<=")])
        f = w.frame("2018-01-04", {("cases", TOWN): listed("2018-01-01", 2, 0, None, 1)})
        p = Row(f.progress, w.row("cases"))
        assert (p.to_date, p.met) == (3, True)
        assert p.mean_rate == pytest.approx(3 / 4)
        assert p.recent_rate == pytest.approx(3 / 3)
        assert [p.completion, p.expected, p.lag, p.shortfall, p.required_rate, p.projected] == [None] * 6


class TestUndefined:
    def test_without_a_target_nothing_is_invented(self) -> None:
        p = flow(ONE_GREEN, "2018-06-30", None)
        assert p.to_date == 390_000
        undefined = [p.target, p.completion, p.expected, p.lag, p.shortfall, p.to_target, p.required_rate]
        assert undefined == [None] * 7
        assert p.met is False

    def test_a_target_of_zero_has_no_completion(self) -> None:
        p = flow(listed("2018-01-01", 3), "2018-01-01", 0, "<=")
        assert (p.completion, p.expected, p.lag) == (None, None, None)
        assert p.met is False

    def test_on_the_last_day_no_rate_is_required(self) -> None:
        p = flow(listed("2018-12-31", 3), "2018-12-31")
        assert (p.required_rate, p.days_left, p.expected) == (None, 0, 1)
        assert air(listed("2018-12-31", 50), "2018-12-31", value=58, comparator="<").allowed_mean is None

    def test_before_the_first_report_of_the_year_nothing_is_known(self) -> None:
        p = flow(every("2017-01-01", "2017-12-31", 5), "2018-01-02")
        unknown = [
            p.data_day,
            p.value,
            p.to_date,
            p.completion,
            p.expected,
            p.lag,
            p.required_rate,
            p.mean_rate,
            p.recent_rate,
        ]
        assert unknown == [None] * 9
        assert (p.stale, p.met, p.covered) == (True, False, 0)

    def test_a_year_that_is_not_on_hand_is_not_compared_with(self) -> None:
        w = world(PARKING)
        f = w.frame(
            "2018-01-05", {("parking", TOWN): every("2017-06-01", "2018-01-05", 1)}, first=day("2017-06-01")
        )
        assert Row(f.progress, w.row("parking")).last_year is None

    def test_no_figure_is_ever_infinite(self) -> None:
        for value in (0.0, 1.0, None):
            w = world(PARKING, targets=[] if value is None else [target("parking", value)])
            for as_of in ("2018-01-01", "2018-12-31"):
                p = w.frame(as_of, {("parking", TOWN): every("2017-01-01", as_of, 0)}).progress
                floats = [v for v in vars(p).values() if isinstance(v, np.ndarray) and v.dtype == np.float64]
                assert not any(np.isinf(v).any() for v in floats)


class TestMet:
    @pytest.mark.parametrize(
        ("comparator", "below", "at", "above"),
        [
            (">=", False, True, True),
            (">", False, False, True),
            ("<=", True, True, False),
            ("<", True, False, False),
        ],
    )
    def test_the_comparator_decides(self, comparator: str, below: bool, at: bool, above: bool) -> None:
        values = (57.9999999, 58, 58.0000001)
        met = [
            air(listed("2018-01-01", v), "2018-01-01", value=58, comparator=comparator).met for v in values
        ]
        assert met == [below, at, above]

    def test_a_ratio_that_rounds_to_one_does_not_meet_the_target(self) -> None:
        p = flow(listed("2018-01-01", 1_339_999.5), "2018-01-01")
        assert p.completion is not None and round(p.completion, 4) == 1.0
        assert p.met is False


class TestDataDay:
    @pytest.mark.parametrize(("as_of", "stale"), [("2018-07-04", False), ("2018-07-05", True)])
    def test_a_figure_is_stale_once_it_lags_by_more_than_the_cycle_allows(
        self, as_of: str, stale: bool
    ) -> None:
        assert flow(ONE_GREEN, as_of).stale is stale  # 30 June + 4 days is 4 July

    def test_a_figure_reported_after_as_of_is_not_there_yet(self) -> None:
        p = flow(ONE_GREEN | listed("2018-07-01", 999), "2018-06-30")
        assert (p.data_day, p.to_date) == (day("2018-06-30"), 390_000)

    def test_a_withdrawn_day_moves_the_data_day_back(self) -> None:
        withdrawn = {at: value for at, value in ONE_GREEN.items() if at != day("2018-06-30")}
        assert flow(withdrawn, "2018-06-30").data_day == day("2018-06-29")


class TestYearBefore:
    @pytest.mark.parametrize(
        ("at", "before"),
        [
            ("2018-08-31", "2017-08-31"),
            ("2020-02-29", "2019-02-28"),
            ("2021-02-28", "2020-02-28"),
            ("2021-03-01", "2020-03-01"),
        ],
    )
    def test_the_same_date_a_year_before(self, at: str, before: str) -> None:
        assert year_before(day(at)) == day(before)

    def test_a_leap_day_is_compared_with_the_days_up_to_28_february(self) -> None:
        by_day = every("2019-01-01", "2019-03-31", 1) | every("2020-01-01", "2020-02-29", 1)
        p = flow(by_day, "2020-02-29", None)
        assert (p.to_date, p.last_year) == (60, 59)  # 31 + 29; 31 + 28


class TestWhichTarget:
    def test_the_assured_target_goes_before_the_ambition_in_any_order(self) -> None:
        assured, ambition = target("parking", 100), target("parking", 120, ambition="力争")
        for targets in ([assured, ambition], [ambition, assured]):
            w = world(PARKING, targets=targets)
            f = w.frame("2018-01-01", {("parking", TOWN): listed("2018-01-01", 1)})
            assert f.progress.target[w.row("parking")] == 100

    def test_a_target_counts_from_the_day_it_is_valid(self) -> None:
        w = world(PARKING, targets=[target("parking", 100, valid_from="2018-03-01")])
        readings = {("parking", TOWN): every("2018-01-01", "2018-03-01", 1)}
        values = [
            w.frame(at, readings).progress.target[w.row("parking")] for at in ("2018-02-28", "2018-03-01")
        ]
        assert np.isnan(values[0]) and values[1] == 100

    def test_each_year_has_its_own(self) -> None:
        w = world(PARKING, targets=[target("parking", 100), target("parking", 80, year=2019)])
        p = w.frame("2019-01-01", {("parking", TOWN): every("2018-01-01", "2019-01-01", 1)}).progress
        row = w.row("parking")
        assert (p.target[row], p.to_date[row], p.period_start[row]) == (80, 1, day("2019-01-01"))
