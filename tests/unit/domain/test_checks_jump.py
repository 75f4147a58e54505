"""jump: implausible against the series' own history, and a sensor that tells the same for days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Kind, Reporting
from service.domain.facts import Side
from service.domain.frame import Frame
from service.domain.rules import Bounds, Jump
from tests.testkit.worlds import (
    DISTRICT,
    TOWN,
    ByDay,
    day,
    days,
    every,
    feed,
    indicator,
    judged_regions,
    listed,
    verdict,
    world,
)

JUMP = Jump(Bounds(notice=8, orange=20), history=10, least=5, floor=1)
HUNG = Jump(Bounds(notice=3, yellow=5), of="repeats", sources=("sensor",))


def flow(by_day: ByDay, as_of: str) -> Frame:
    return world(indicator("works")).frame(as_of, {("works", TOWN): by_day})


def air(by_day: ByDay, as_of: str) -> Frame:
    w = world(
        indicator("air", Kind.MEAN, level="district"),
        feeds=[feed("monitor", ["air"], [DISTRICT], source="sensor")],
    )
    return w.frame(as_of, {("air", DISTRICT, "sensor"): by_day})


class TestDeviation:
    @pytest.mark.parametrize(
        ("figure", "level"),
        [
            # 8, 9, 10, 11, 12 twice: median 10, distances 2 1 0 1 2, their median 1, spread 1.4826
            (10, "none"),
            (21, "none"),  # 11 / 1.4826 = 7.4
            (22, "notice"),  # 12 / 1.4826 = 8.1
            (-2, "notice"),  # as far below
            (40, "orange"),  # 30 / 1.4826 = 20.2
        ],
    )
    def test_the_distance_from_the_usual_figure_in_usual_spreads_gives_the_level(
        self, figure: float, level: str
    ) -> None:
        by_day = listed("2018-03-01", 8, 9, 10, 11, 12, 12, 11, 10, 9, 8, figure)
        seen = verdict(flow(by_day, "2018-03-11"), JUMP, TOWN)
        assert seen.level == level
        assert (seen.figures.value, seen.figures.usual, seen.figures.sample) == (figure, 10, 10)
        assert seen.figures.spread == pytest.approx(1.4826)

    def test_the_day_itself_says_nothing_of_what_is_usual(self) -> None:
        seen = verdict(flow(listed("2018-03-01", 5, 5, 5, 5, 5, 500), "2018-03-06"), JUMP, TOWN)
        assert (seen.figures.usual, seen.figures.spread, seen.level) == (5, 1, "orange")

    @pytest.mark.parametrize(("figure", "level"), [(7, "none"), (8, "notice")])
    def test_a_count_that_is_nearly_always_nothing_has_the_smallest_spread_there_is(
        self, figure: float, level: str
    ) -> None:
        by_day = every("2018-03-01", "2018-03-10", 0) | listed("2018-03-11", figure)
        assert verdict(flow(by_day, "2018-03-11"), JUMP, TOWN).level == level

    def test_without_a_floor_whatever_differs_from_what_never_changed_is_a_jump(self) -> None:
        exact = Jump(Bounds(notice=8), history=10, least=5, floor=0)
        by_day = every("2018-03-01", "2018-03-10", 3)
        assert verdict(flow(by_day, "2018-03-10"), exact, TOWN).level == "none"
        assert verdict(flow(by_day | listed("2018-03-11", 4), "2018-03-11"), exact, TOWN).level == "notice"

    def test_one_earlier_jump_does_not_make_the_next_look_usual(self) -> None:
        by_day = listed("2018-03-01", 8, 9, 10, 11, 12, 900, 11, 10, 9, 8, 900)
        assert verdict(flow(by_day, "2018-03-11"), JUMP, TOWN).level == "orange"

    def test_too_little_history_is_no_data(self) -> None:
        assert verdict(flow(listed("2018-03-01", 5, 5, 5, 5, 500), "2018-03-05"), JUMP, TOWN).level is None
        assert verdict(flow(listed("2018-03-01", 5, 5, 5, 5, 5, 5), "2018-03-06"), JUMP, TOWN).level == "none"

    def test_history_is_counted_in_reported_days(self) -> None:
        # Ten reports, every third day, the last ten of twelve: 3 … 12, median 7.5
        by_day = {at: float(n) for n, at in enumerate(days("2018-03-01", "2018-04-03")[::3], 1)}
        seen = verdict(flow(by_day | {day("2018-04-06"): 9.0}, "2018-04-06"), JUMP, TOWN)
        assert (seen.figures.usual, seen.figures.sample) == (7.5, 10)

    def test_a_stale_figure_is_no_data(self) -> None:
        by_day = listed("2018-03-01", 8, 9, 10, 11, 12, 500)
        assert verdict(flow(by_day, "2018-03-10"), JUMP, TOWN).level == "orange"
        assert verdict(flow(by_day, "2018-03-11"), JUMP, TOWN).level is None

    def test_a_cumulative_report_is_judged_by_what_the_day_brought(self) -> None:
        w = world(indicator("works"), cumulative=True)
        sums = listed("2018-03-01", 8, 17, 27, 38, 50, 62, 1062)
        seen = verdict(w.frame("2018-03-07", {("works", TOWN): sums}), JUMP, TOWN)
        assert (seen.figures.value, seen.level) == (1000, "orange")

    def test_only_what_is_reported_is_doubted(self) -> None:
        f = world(indicator("works")).frame("2018-03-01", {})
        assert judged_regions(f, JUMP) == {("works", TOWN)}
        assert judged_regions(f, Jump(Bounds(notice=8), sources=("sensor",))) == set()

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.none() | st.integers(0, 30), min_size=20, max_size=45),
        st.integers(-50, 50),
        st.sampled_from([1, 2, 10]),
    )
    def test_the_level_does_not_depend_on_where_zero_is_or_on_the_unit(
        self, figures: list[int | None], shift: int, unit: int
    ) -> None:
        """Figures and floor in another unit, or from another zero, are as implausible as before."""
        last = days("2018-03-01", "2018-04-30")[len(figures)].isoformat()
        plain = listed("2018-03-01", *figures, 40)
        other = {at: float(unit * (figure + shift)) for at, figure in plain.items()}
        turned = Jump(JUMP.bounds, history=10, least=5, floor=float(unit))
        one, two = verdict(flow(plain, last), JUMP, TOWN), verdict(flow(other, last), turned, TOWN)
        assert one.level == two.level
        before = [f for f in figures if f is not None][-10:]
        if one.level is not None:
            assert one.figures.usual == np.median(before)


class TestRepeats:
    @pytest.mark.parametrize(
        ("figures", "level", "times"),
        [
            ([50, 57, 57], "none", 2),
            ([50, 57, 57, 57], "notice", 3),
            ([57, None, 57, None, 57], "notice", 3),  # days without a report neither count nor break it
            ([57, 57, 57, 57, 57], "yellow", 5),
            ([57, 57, 57, 58], "none", 1),
            ([57, 57, 57, 58, 57], "none", 1),
            ([0, 0, 0, 0, 0], "none", 0),  # zero is no defect
        ],
    )
    def test_reported_days_with_the_same_figure_give_the_level(
        self, figures: list[float | None], level: str, times: int
    ) -> None:
        as_of = days("2018-03-01", "2018-03-09")[len(figures) - 1].isoformat()
        seen = verdict(air(listed("2018-03-01", *figures), as_of), HUNG)
        assert (seen.level, seen.figures.times) == (level, times)

    def test_the_days_of_the_run_are_told(self) -> None:
        figures = verdict(air(listed("2018-03-01", 50, 57, None, 57, 57), "2018-03-06"), HUNG).figures
        assert (figures.window_first, figures.window_last) == (day("2018-03-02"), day("2018-03-05"))
        assert (figures.value, figures.times) == (57, 3)
        assert figures.sides == (Side("sensor", 57.0),)

    def test_people_may_report_the_same_figure_for_days(self) -> None:
        f = world(indicator("works")).frame(
            "2018-03-09", {("works", TOWN): every("2018-03-01", "2018-03-09", 5)}
        )
        assert judged_regions(f, HUNG) == set()

    def test_a_sum_that_stands_still_is_no_sensor_that_hangs(self) -> None:
        w = world(
            indicator("works", level="district"),
            feeds=[feed("m", ["works"], [DISTRICT], source="sensor", reporting=Reporting.CUMULATIVE)],
        )
        f = w.frame("2018-03-09", {("works", DISTRICT, "sensor"): every("2018-03-01", "2018-03-09", 5)})
        assert judged_regions(f, HUNG) == set()

    def test_a_sensor_that_has_fallen_silent_is_no_data(self) -> None:
        assert verdict(air(every("2018-03-01", "2018-03-05", 57), "2018-03-10"), HUNG).level is None
