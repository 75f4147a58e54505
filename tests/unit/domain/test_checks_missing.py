"""missing: working days in a row that a feed owes; one verdict a feed, with the list inside."""

from __future__ import annotations

import pytest

from service.domain.catalog import Kind
from service.domain.facts import Gap
from service.domain.frame import Frame
from service.domain.rules import Bounds, Missing
from tests.testkit.worlds import (
    NEXT_TOWN,
    TOWN,
    ByDay,
    Verdict,
    World,
    day,
    every,
    feed,
    indicator,
    verdict,
    world,
)

MISSING = Missing(Bounds(notice=3, yellow=5, orange=10))


def one_town(last: str | None, as_of: str, first_day: str = "2016-01-01") -> Verdict:
    """A feed of one town that was silent after `last`."""
    w = world(indicator("parking"), feeds=[feed("a", ["parking"], [TOWN], first_day=day(first_day))])
    by_day: ByDay = every("2018-01-01", last, 0) if last else {}
    return verdict(w.frame(as_of, {("parking", TOWN): by_day}), MISSING, feed="a")


@pytest.mark.parametrize(
    ("last", "as_of", "owed", "level"),
    [
        ("2018-07-08", "2018-07-08", 0, "none"),
        ("2018-07-08", "2018-07-10", 2, "none"),  # Monday and Tuesday
        ("2018-07-08", "2018-07-11", 3, "notice"),
        ("2018-07-06", "2018-07-08", 0, "none"),  # silent at the weekend only
        ("2018-07-05", "2018-07-10", 3, "notice"),  # Friday, Monday, Tuesday
        ("2018-07-08", "2018-07-15", 5, "yellow"),
        ("2018-09-30", "2018-10-07", 0, "none"),  # the National Day's week
        ("2018-09-28", "2018-10-08", 3, "notice"),  # Sat 29 and Sun 30 September are worked, Mon 8 October
        ("2018-07-01", "2018-07-13", 10, "orange"),
    ],
)
def test_working_days_since_the_last_report_are_owed(last: str, as_of: str, owed: int, level: str) -> None:
    seen = one_town(last, as_of)
    assert (seen.figures.value, seen.level) == (owed, level)


def test_a_feed_that_never_reported_owes_from_its_first_day() -> None:
    seen = one_town(None, "2018-07-13", first_day="2018-07-09")
    assert seen.figures.value == 5
    assert seen.figures.gaps == (Gap(TOWN, ("parking",), day("2018-07-09"), day("2018-07-13"), None, 5),)


def test_nothing_is_owed_before_the_first_day() -> None:
    assert one_town(None, "2018-07-13", first_day="2018-07-16").level == "none"


def test_a_zero_is_a_report() -> None:
    assert one_town("2018-07-13", "2018-07-13").level == "none"


class TestOneVerdictAFeed:
    w = world(
        indicator("parking"),
        indicator("trees"),
        indicator("cases", Kind.INCIDENCE),
        towns=3,
        feeds=[
            feed("both", ["parking", "trees"], [TOWN, NEXT_TOWN]),
            feed("cases", ["cases"], ["110105003"]),
        ],
    )
    # `both`: TOWN's trees silent after 5 July, NEXT_TOWN wholly silent after 8 July.
    frame: Frame = w.frame(
        "2018-07-13",
        {
            ("parking", TOWN): every("2018-01-01", "2018-07-13", 0),
            ("trees", TOWN): every("2018-01-01", "2018-07-05", 0),
            ("parking", NEXT_TOWN): every("2018-01-01", "2018-07-08", 0),
            ("trees", NEXT_TOWN): every("2018-01-01", "2018-07-08", 0),
            ("cases", "110105003"): every("2018-01-01", "2018-07-13", 0),
        },
    )

    def test_its_slowest_series_counts(self) -> None:
        # after Thursday 5 July: the 6th, and Monday 9 to Friday 13
        assert verdict(self.frame, MISSING, feed="both").figures.value == 6
        assert verdict(self.frame, MISSING, feed="both").level == "yellow"
        assert verdict(self.frame, MISSING, feed="cases").level == "none"

    def test_the_list_inside_has_the_longest_silent_region_first(self) -> None:
        assert verdict(self.frame, MISSING, feed="both").figures.gaps == (
            Gap(TOWN, ("trees",), day("2018-07-06"), day("2018-07-13"), day("2018-07-05"), 6),
            Gap(NEXT_TOWN, ("parking", "trees"), day("2018-07-09"), day("2018-07-13"), day("2018-07-08"), 5),
        )

    def test_regions_that_owe_nothing_are_counted_as_covered(self) -> None:
        figures = verdict(self.frame, MISSING, feed="both").figures
        assert (figures.covered, figures.declared) == (0, 2)
        figures = verdict(self.frame, MISSING, feed="cases").figures
        assert (figures.covered, figures.declared) == (1, 1)


def test_what_is_reported_for_the_whole_district_is_no_sub_district() -> None:
    w = world(indicator("parking"), indicator("air", Kind.MEAN, level="district"), towns=2)
    f = w.frame("2018-07-13", {("parking", TOWN): every("2018-01-01", "2018-07-13", 0)})
    figures = verdict(f, MISSING, feed=w.catalog.feeds[0].code).figures
    assert (figures.covered, figures.declared) == (1, 2)


def test_staleness_does_not_silence_missing() -> None:
    assert one_town("2018-03-01", "2018-07-13").level == "orange"


def test_every_source_owes_for_itself() -> None:
    w: World = world(
        indicator("parking"),
        feeds=[feed("a", ["parking"], [TOWN]), feed("b", ["parking"], [TOWN], source="verified")],
    )
    f = w.frame("2018-07-13", {("parking", TOWN, "reported"): every("2018-01-01", "2018-07-13", 0)})
    assert [verdict(f, MISSING, feed=code).level for code in "ab"] == ["none", "orange"]
