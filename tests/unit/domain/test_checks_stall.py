"""stall: reported days without progress while the target is open."""

from __future__ import annotations

import pytest

from service.domain.catalog import Kind
from service.domain.frame import Frame
from service.domain.rules import Bounds, Stall
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    ByDay,
    day,
    days,
    every,
    indicator,
    judged_regions,
    listed,
    target,
    verdict,
    world,
)

STALL = Stall(Bounds(notice=30, yellow=90))
# 1,966 of 2,000 spaces by 30 June, none since.
PARKING = every("2018-01-01", "2018-12-31", 0) | {day("2018-01-05"): 1900, day("2018-06-30"): 66}


def frame(by_day: ByDay, as_of: str, value: float = 2000, comparator: str = ">=") -> Frame:
    w = world(indicator("parking"), targets=[target("parking", value, comparator=comparator)])
    return w.frame(as_of, {("parking", TOWN): by_day})


def still_days(by_day: ByDay, as_of: str) -> int | None:
    return verdict(frame(by_day, as_of), STALL).figures.still_days


def test_parking_stood_still_for_62_days_by_the_end_of_august() -> None:
    seen = verdict(frame(PARKING, "2018-08-31"), STALL)
    assert seen.figures.still_days == 62  # 31 of July, 31 of August
    assert seen.figures.last_move == day("2018-06-30")
    assert seen.level == "notice"


@pytest.mark.parametrize(
    ("as_of", "level"),
    [("2018-07-29", "none"), ("2018-07-30", "notice"), ("2018-09-27", "notice"), ("2018-09-28", "yellow")],
)
def test_the_level_follows_the_days(as_of: str, level: str) -> None:
    # 30 July is the 30th day after 30 June, 28 September the 90th
    assert verdict(frame(PARKING, as_of), STALL).level == level


def test_any_progress_begins_the_count_anew() -> None:
    assert still_days(PARKING | {day("2018-08-20"): 1}, "2018-08-31") == 11


def test_a_figure_taken_back_is_no_progress() -> None:
    assert still_days(PARKING | {day("2018-08-20"): -1}, "2018-08-31") == 62


def test_days_without_a_report_are_not_counted() -> None:
    silent = {at: value for at, value in PARKING.items() if at not in days("2018-07-10", "2018-07-19")}
    assert still_days(silent, "2018-08-31") == 52


def test_silence_is_no_data_and_not_standing_still() -> None:
    gone = {at: value for at, value in PARKING.items() if at <= day("2018-07-30")}
    assert verdict(frame(gone, "2018-08-31"), STALL).level is None


def test_days_on_which_too_few_reported_are_not_counted() -> None:
    w = world(indicator("parking"), towns=2, targets=[target("parking", 2000)])
    july = every("2018-07-01", "2018-07-31", 0)
    f = w.frame(
        "2018-08-31",
        {("parking", TOWN): PARKING, ("parking", NEXT_TOWN): every("2018-06-01", "2018-08-31", 0)},
    )
    assert verdict(f, STALL).figures.still_days == 62
    partly = {at: 0.0 for at in days("2018-06-01", "2018-08-31") if at not in july}
    f = w.frame("2018-08-31", {("parking", TOWN): PARKING, ("parking", NEXT_TOWN): partly})
    assert verdict(f, STALL).figures.still_days == 31, "in July one of two reported"


def test_a_target_that_is_met_is_at_rest() -> None:
    assert verdict(frame(PARKING, "2018-08-31", value=1966), STALL).level == "none"


def test_a_year_that_never_moved_stands_still_from_its_first_day() -> None:
    seen = verdict(frame(every("2017-01-01", "2018-02-15", 0) | listed("2017-12-31", 5), "2018-02-15"), STALL)
    assert seen.figures.still_days == 46  # 31 of January, 15 of February
    assert seen.figures.last_move == day("2017-12-31")


def test_only_flows_with_a_target_can_stall() -> None:
    w = world(
        indicator("parking"),
        indicator("trees"),
        indicator("air", Kind.MEAN, level="district"),
        targets=[target("parking", 5), target("air", 58, comparator="<")],
    )
    assert judged_regions(w.frame("2018-03-01", {}), STALL) == {("parking", DISTRICT)}
