"""open_age: days for which the oldest case found has not been treated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Kind, Reporting
from service.domain.frame import Frame
from service.domain.rules import Bounds, OpenAge
from tests.testkit.worlds import (
    DISTRICT,
    FIRST_DAY,
    NEXT_TOWN,
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

OPEN = OpenAge(Bounds(notice=3, yellow=7, red=30), found="found", treated="treated")
NOTHING = every("2018-03-01", "2018-04-30", 0)


def frame(found: ByDay, treated: ByDay, as_of: str) -> Frame:
    w = world(indicator("found", Kind.INCIDENCE), indicator("treated"))
    return w.frame(as_of, {("found", TOWN): found, ("treated", TOWN): treated})


def on(*cases: tuple[str, float]) -> ByDay:
    return NOTHING | {day(at): count for at, count in cases}


@pytest.mark.parametrize(
    ("as_of", "level"),
    [
        ("2018-03-05", "none"),  # found that day
        ("2018-03-07", "none"),
        ("2018-03-08", "notice"),  # three days later
        ("2018-03-12", "yellow"),
        ("2018-04-04", "red"),  # 26 of March, 4 of April: 30
    ],
)
def test_the_level_follows_the_days_since_the_oldest_open_case_was_found(as_of: str, level: str) -> None:
    seen = verdict(frame(on(("2018-03-05", 1)), NOTHING, as_of), OPEN, TOWN)
    assert (seen.level, seen.figures.open_since, seen.figures.open_count) == (level, day("2018-03-05"), 1)


def test_cases_are_treated_in_the_order_they_were_found() -> None:
    # Two on the 5th, three on the 10th; three treated on the 12th: one of the 5th's would be the last to go,
    # so two of the 10th are open, for ten days on the 20th.
    f = frame(on(("2018-03-05", 2), ("2018-03-10", 3)), on(("2018-03-12", 3)), "2018-03-20")
    seen = verdict(f, OPEN, TOWN)
    assert (seen.level, seen.figures.open_since, seen.figures.open_count) == ("yellow", day("2018-03-10"), 2)


def test_the_cases_beyond_the_bound_are_counted() -> None:
    # On the 20th: one of the 5th (15 days), three of the 13th (7 days), one of the 16th (4 days); yellow is 7 days
    f = frame(on(("2018-03-05", 1), ("2018-03-13", 3), ("2018-03-16", 1)), NOTHING, "2018-03-20")
    figures = verdict(f, OPEN, TOWN).figures
    assert (figures.bound, figures.value, figures.open_count) == (7, 4, 5)


def test_nothing_is_open_once_all_that_was_found_is_treated() -> None:
    f = frame(on(("2018-03-05", 2)), on(("2018-03-06", 1), ("2018-03-20", 1)), "2018-03-20")
    seen = verdict(f, OPEN, TOWN)
    assert (seen.level, seen.figures.open_since, seen.figures.open_count) == ("none", None, 0)


def test_what_was_treated_of_older_cases_treats_none_of_these() -> None:
    # Two treated before any was found here: they were found before the first reading.
    f = frame(on(("2018-03-05", 1)), on(("2018-03-02", 2)), "2018-03-20")
    assert verdict(f, OPEN, TOWN).figures.open_since == day("2018-03-05")


def test_a_case_taken_back_is_not_open() -> None:
    f = frame(on(("2018-03-05", 1), ("2018-03-07", -1)), NOTHING, "2018-03-20")
    assert verdict(f, OPEN, TOWN).level == "none"


def test_age_is_counted_to_the_last_day_both_speak_for() -> None:
    treated = {at: value for at, value in NOTHING.items() if at <= day("2018-03-10")}
    f = frame(on(("2018-03-05", 1)), treated, "2018-03-12")
    assert verdict(f, OPEN, TOWN).figures.window_last == day("2018-03-10")
    assert verdict(f, OPEN, TOWN).level == "notice", "5 days by the 10th"


@pytest.mark.parametrize("silent", ["found", "treated"])
def test_silence_of_either_is_no_data(silent: str) -> None:
    short = {at: value for at, value in on(("2018-03-05", 1)).items() if at <= day("2018-03-10")}
    found, treated = (short, NOTHING) if silent == "found" else (on(("2018-03-05", 1)), short)
    assert verdict(frame(found, treated, "2018-03-14"), OPEN, TOWN).level is not None
    assert verdict(frame(found, treated, "2018-03-15"), OPEN, TOWN).level is None


def test_a_sum_of_regions_is_not_looked_at() -> None:
    w = world(indicator("found", Kind.INCIDENCE), indicator("treated"), indicator("other"), towns=2)
    assert judged_regions(w.frame("2018-03-10", {}), OPEN) == {("found", TOWN), ("found", NEXT_TOWN)}


def test_where_nobody_counts_what_is_treated_nothing_is_judged() -> None:
    w = world(
        indicator("found", Kind.INCIDENCE),
        indicator("treated"),
        towns=2,
        feeds=[feed("a", ["found"], [TOWN, NEXT_TOWN]), feed("b", ["treated"], [TOWN])],
    )
    assert judged_regions(w.frame("2018-03-10", {}), OPEN) == {("found", TOWN)}
    assert DISTRICT != TOWN


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=10, max_size=40), st.booleans())
def test_it_is_a_queue(flows: list[tuple[int, int]], cumulative: bool) -> None:
    """The oldest open case is the head of a queue, however its counts are reported."""
    queue: list[int] = []
    for at, (found, treated) in enumerate(flows):
        queue += [at] * found
        del queue[:treated]
    # What a queue cannot hold was treated before it was found: leave it out of what is reported.
    waiting, taken = 0, []
    for found, treated in flows:
        taken.append(min(treated, waiting + found))
        waiting += found - taken[-1]
    first, found_by, treated_by = day("2018-03-01"), [f for f, _ in flows], taken
    if cumulative:
        found_by = [sum(found_by[: n + 1]) for n in range(len(flows))]
        treated_by = [sum(taken[: n + 1]) for n in range(len(flows))]
    reporting = Reporting.CUMULATIVE if cumulative else Reporting.DAILY
    w = world(
        indicator("found", Kind.INCIDENCE),
        indicator("treated"),
        feeds=[feed("a", ["found", "treated"], [TOWN], reporting=reporting, first_day=FIRST_DAY)],
    )
    last = first + timedelta(days=len(flows) - 1)
    readings = {
        ("found", TOWN): listed("2018-03-01", *found_by),
        ("treated", TOWN): listed("2018-03-01", *treated_by),
    }
    figures = verdict(w.frame(last, readings), OPEN, TOWN).figures
    assert figures.open_count == len(queue)
    assert figures.open_since == (days("2018-03-01", last.isoformat())[queue[0]] if queue else None)
