"""discrepancy: two sources tell different figures of one node."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Kind, Reporting, Source
from service.domain.facts import Side
from service.domain.frame import Frame
from service.domain.rules import Bounds, Discrepancy
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    SOURCES,
    TOWN,
    ByDay,
    World,
    day,
    days,
    every,
    feed,
    indicator,
    judged_regions,
    listed,
    town,
    verdict,
    world,
)

APART = Discrepancy(Bounds(notice=1, yellow=5, orange=10), absolute=2, relative=0.10)
TOWNS = [TOWN, NEXT_TOWN]


def two_sources(kind: Kind = Kind.FLOW, verified: list[str] = TOWNS, **coverage: float) -> World:
    """Two towns that report; the city verifies them, or some."""
    return world(
        replace(indicator("works", kind), **coverage),  # type: ignore[arg-type]
        indicator("trees"),
        towns=2,
        feeds=[
            feed("towns", ["works", "trees"], TOWNS),
            feed("city", ["works"], verified, source="verified"),
        ],
    )


def frame(reported: ByDay, verified: ByDay, as_of: str, kind: Kind = Kind.FLOW) -> Frame:
    return two_sources(kind).frame(
        as_of, {("works", TOWN, "reported"): reported, ("works", TOWN, "verified"): verified}
    )


def same_until(last: str) -> dict[date, float]:
    return every("2018-03-01", last, 10)


class TestTolerance:
    @pytest.mark.parametrize(
        ("verified", "level"),
        [
            (12, "none"),  # 22 against 20: 2 apart is not beyond 2
            (12.1, "none"),  # 2.1 apart is beyond 2, but 9.5 % of 22.1
            (12.5, "notice"),  # 2.5 apart, 11.1 % of 22.5
            (8, "none"),  # 18 against 20: 2
            (7, "notice"),  # 3 apart, 15 % of 20
        ],
    )
    def test_a_difference_counts_once_it_exceeds_both(self, verified: float, level: str) -> None:
        f = frame(listed("2018-03-01", 10, 10), listed("2018-03-01", 10, verified), "2018-03-02")
        assert verdict(f, APART, TOWN).level == level

    def test_sums_of_the_same_figures_in_another_order_are_the_same(self) -> None:
        exact = Discrepancy(Bounds(notice=1))
        f = frame(listed("2018-03-01", 0.1, 0.2, 0.3), listed("2018-03-01", 0.3, 0.2, 0.1), "2018-03-03")
        assert verdict(f, exact, TOWN).level == "none"

    def test_what_one_has_and_the_other_has_not_is_apart_whatever_the_share(self) -> None:
        f = frame(listed("2018-03-01", 3), listed("2018-03-01", 0), "2018-03-01")
        assert verdict(f, APART, TOWN).level == "notice"


class TestAge:
    @pytest.mark.parametrize(
        ("as_of", "level"),
        [
            ("2018-03-10", "none"),
            ("2018-03-11", "notice"),  # the first day
            ("2018-03-14", "notice"),
            ("2018-03-15", "yellow"),  # the fifth
            ("2018-03-20", "orange"),  # the tenth
        ],
    )
    def test_the_level_follows_the_days_it_has_stood(self, as_of: str, level: str) -> None:
        reported, verified = same_until("2018-03-31"), same_until("2018-03-31") | {day("2018-03-11"): -90.0}
        assert verdict(frame(reported, verified, as_of), APART, TOWN).level == level

    def test_what_is_put_right_is_over_and_begins_anew(self) -> None:
        verified = same_until("2018-03-31") | {
            day("2018-03-05"): -90.0,  # 100 apart from the 5th on
            day("2018-03-10"): 110.0,  # made good on the 10th
            day("2018-03-12"): -90.0,
        }
        figures = verdict(frame(same_until("2018-03-31"), verified, "2018-03-14"), APART, TOWN).figures
        assert (figures.window_first, figures.window_last) == (day("2018-03-12"), day("2018-03-14"))

    def test_they_are_compared_on_days_both_speak_for(self) -> None:
        # The city verifies on Sundays: 4, 11 and 18 March; what was reported on Monday is no difference.
        reported = same_until("2018-03-20")
        verified = {day("2018-03-04"): 40.0, day("2018-03-11"): 70.0, day("2018-03-18"): 40.0}
        seen = verdict(frame(reported, verified, "2018-03-17"), APART, TOWN)
        assert (seen.level, seen.figures.window_last) == ("none", day("2018-03-11"))
        seen = verdict(frame(reported, verified, "2018-03-20"), APART, TOWN)
        assert (seen.level, seen.figures.window_first) == ("notice", day("2018-03-18"))
        assert seen.figures.sides == (Side("verified", 150.0), Side("reported", 180.0))
        assert (seen.figures.value, seen.figures.bound) == (30, 18)

    def test_a_day_shared_too_long_ago_is_no_data(self) -> None:
        f = frame(every("2018-03-01", "2018-04-30", 10), listed("2018-03-01", 100), "2018-04-05")
        assert verdict(f, APART, TOWN).level == "notice", "35 days after 1 March"
        f = frame(every("2018-03-01", "2018-04-30", 10), listed("2018-03-01", 100), "2018-04-06")
        assert verdict(f, APART, TOWN).level is None

    def test_one_source_alone_is_no_data(self) -> None:
        assert verdict(frame(same_until("2018-03-10"), {}, "2018-03-10"), APART, TOWN).level is None


class TestWhatIsCompared:
    def test_last_years_figures_do_not_count(self) -> None:
        f = frame(
            same_until("2018-03-03") | listed("2017-12-31", 500), same_until("2018-03-03"), "2018-03-03"
        )
        assert verdict(f, APART, TOWN).level == "none"

    def test_means_are_compared_as_means(self) -> None:
        # 50, 60 against 50, 90: means of 55 and 70
        f = frame(listed("2018-03-01", 50, 60), listed("2018-03-01", 50, 90), "2018-03-02", Kind.MEAN)
        figures = verdict(f, APART, TOWN).figures
        assert figures.sides == (Side("verified", 70.0), Side("reported", 55.0))

    def test_levels_are_compared_as_they_stand(self) -> None:
        f = frame(listed("2018-03-01", 50, 60), listed("2018-03-01", 90, 61), "2018-03-02", Kind.STOCK)
        assert verdict(f, APART, TOWN).level == "none"

    def test_roll_ups_are_compared_where_both_have_the_same_regions_below(self) -> None:
        works = {("works", DISTRICT), ("works", TOWN), ("works", NEXT_TOWN)}
        assert judged_regions(two_sources().frame("2018-03-01", {}), APART) == works
        one_verified = two_sources(verified=[TOWN])
        assert judged_regions(one_verified.frame("2018-03-01", {}), APART) == {("works", TOWN)}

    def test_small_differences_below_add_up_above(self) -> None:
        # 18 against 20 in each town is within 2; 36 against 40 isn't within 2, but within 10 %; 17 isn't
        w = two_sources()

        def of_each(verified: float) -> Frame:
            figures = {(code, source): 10.0 for code in TOWNS for source in ("reported", "verified")}
            return w.frame(
                "2018-03-02",
                {
                    ("works", code, source): listed(
                        "2018-03-01", figure, 10 if source == "reported" else verified - 10
                    )
                    for (code, source), figure in figures.items()
                },
            )

        assert verdict(of_each(18), APART).level == "none"
        assert verdict(of_each(17.9), APART).level == "notice"
        assert verdict(of_each(17.9), APART).figures.value == pytest.approx(4.2)

    def test_a_day_on_which_too_few_below_have_reported_is_not_compared(self) -> None:
        readings = {
            ("works", code, s): same_until("2018-03-05") for code in TOWNS for s in ("reported", "verified")
        }
        readings["works", NEXT_TOWN, "verified"] = same_until("2018-03-03")
        figures = verdict(two_sources().frame("2018-03-05", readings), APART).figures
        assert figures.window_last == day("2018-03-03")

    @pytest.mark.parametrize(
        ("city", "second_town", "level"),
        [
            (30, True, "notice"),  # 20 from both towns: 10 short
            (30, False, None),  # 10 from one of two: the other may have the missing 20
            (5, False, "notice"),  # 10 from one of two already exceed 5
            (10, False, "none"),
        ],
    )
    def test_a_roll_up_some_have_yet_to_report_to_may_exceed_a_total_but_not_fall_short_of_it(
        self, city: float, second_town: bool, level: str | None
    ) -> None:
        w = world(
            replace(indicator("works"), min_coverage=0.5),
            towns=2,
            feeds=[
                feed("towns", ["works"], TOWNS),
                feed("city", ["works"], [DISTRICT], source="verified", reporting=Reporting.CUMULATIVE),
            ],
        )
        readings = {
            ("works", TOWN, "reported"): listed("2018-03-01", 10),
            ("works", NEXT_TOWN, "reported"): listed("2018-03-01", *([10] if second_town else [])),
            ("works", DISTRICT, "verified"): listed("2018-03-01", city),
        }
        seen = verdict(w.frame("2018-03-01", readings), APART, DISTRICT)
        assert seen.level == level
        if level:
            assert seen.figures.sides[0] == Side("verified", city)
            assert (seen.figures.sides[1].covered, seen.figures.sides[1].declared) == (1 + second_town, 2)

    def test_a_mean_of_some_regions_is_not_that_of_all(self) -> None:
        w = world(
            replace(indicator("air", Kind.MEAN), min_coverage=0.5),
            towns=2,
            feeds=[feed("towns", ["air"], TOWNS), feed("city", ["air"], [DISTRICT], source="verified")],
        )
        both = {("air", code, "reported"): listed("2018-03-01", 90) for code in TOWNS}
        city = {("air", DISTRICT, "verified"): listed("2018-03-01", 50)}
        assert verdict(w.frame("2018-03-01", both | city), APART, DISTRICT).level == "notice"
        one = {("air", TOWN, "reported"): listed("2018-03-01", 90)}
        assert verdict(w.frame("2018-03-01", one | city), APART, DISTRICT).level is None

    def test_a_source_that_sums_and_one_that_counts_are_compared(self) -> None:
        w = world(
            indicator("works"),
            feeds=[
                feed("town", ["works"], [TOWN]),
                feed("city", ["works"], [TOWN], source="verified", reporting=Reporting.CUMULATIVE),
            ],
        )
        readings = {
            ("works", TOWN, "reported"): same_until("2018-03-05"),
            ("works", TOWN, "verified"): listed("2018-03-01", 10, None, None, None, 50),
        }
        assert verdict(w.frame("2018-03-05", readings), APART, TOWN).level == "none"

    def test_a_rule_may_name_the_two_and_takes_the_preferred_ones_otherwise(self) -> None:
        w = world(
            indicator("works"),
            feeds=[feed(s.code, ["works"], [TOWN], source=s.code) for s in SOURCES],
        )
        figures = {"verified": 100, "sensor": 50, "reported": 10}
        f = w.frame("2018-03-01", {("works", TOWN, s): listed("2018-03-01", v) for s, v in figures.items()})
        assert [s.source for s in verdict(f, APART, TOWN).figures.sides] == ["verified", "sensor"]
        named = replace(APART, sources=("reported", "sensor"))
        assert [s.source for s in verdict(f, named, TOWN).figures.sides] == ["sensor", "reported"]

    def test_where_there_is_one_source_nothing_is_worked_out(self) -> None:
        f = world(indicator("works")).frame("2018-03-01", {})
        assert judged_regions(f, APART) == set()
        assert not f.timeline.panel.made, "no rule needed another source's figures"


CELLS = st.lists(st.none() | st.integers(0, 9), min_size=14, max_size=14)


@settings(max_examples=40, deadline=None)
@given(CELLS, CELLS, st.integers(0, 13))
def test_it_does_not_matter_who_is_right(one: list[int | None], other: list[int | None], at: int) -> None:
    """With the sources' figures exchanged the same difference stands as long; a source agrees with itself."""
    as_of = date(2018, 3, 1) + timedelta(days=at)
    given_, asked = listed("2018-03-01", *one), listed("2018-03-01", *other)
    seen = [
        verdict(frame(a, b, as_of.isoformat()), APART, TOWN) for a, b in ((given_, asked), (asked, given_))
    ]
    assert seen[0].level == seen[1].level
    assert seen[0].figures.window_first == seen[1].figures.window_first
    assert verdict(frame(given_, given_, as_of.isoformat()), APART, TOWN).level in ("none", None)


@settings(max_examples=25, deadline=None)
@given(CELLS, CELLS)
def test_one_source_alone_makes_the_same_figures_as_a_catalogue_that_knows_no_other(
    one: list[int | None], other: list[int | None]
) -> None:
    """Rolled up for themselves, the readings of a source give what they give where nobody else reports."""
    readings = {("works", TOWN, "verified"): listed("2018-03-01", *one)}
    readings |= {("works", NEXT_TOWN, "verified"): listed("2018-03-01", *other)}
    alone = world(
        indicator("works"),
        towns=2,
        feeds=[feed("city", ["works"], TOWNS, source="verified")],
        sources=[Source("verified", "", "", 1)],
    )
    f = two_sources().frame(
        "2018-03-14", readings | {("works", town(1), "reported"): same_until("2018-03-14")}
    )
    own = f.of_source("verified")
    expected = alone.frame("2018-03-14", readings, first=day("2018-01-01"))
    for region in (DISTRICT, *TOWNS):
        row = next(at for at, n in enumerate(own.layout.nodes) if n.region == region)
        assert np.array_equal(
            own.timeline.values[row], expected.daily.values[alone.row("works", region)], equal_nan=True
        )
    assert len(days("2018-01-01", "2018-03-14")) == own.timeline.days
