"""rebound: what was cleared comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service.domain.catalog import Kind
from service.domain.rules import Bounds, Rebound
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    ByDay,
    Verdict,
    day,
    every,
    indicator,
    rule,
    verdict,
    world,
)

# Two in a week yellow, three orange; cleared by 30 days without a case.
REBOUND = Rebound(Bounds(yellow=2, orange=3, red=10))
WORLD = world(indicator("cases", Kind.INCIDENCE))
# Case after case until 5 March 2018: 30 calm days are 6 March to 4 April, so the detector watches from 5 April.
CALM = every("2018-01-01", "2018-12-31", 0) | {
    day(at): 1.0 for at in ("2018-01-15", "2018-02-01", "2018-02-18", "2018-03-05")
}


def seen(by_day: ByDay, as_of: str, check: Rebound = REBOUND) -> Verdict:
    return verdict(WORLD.frame(as_of, {("cases", TOWN): by_day}), check, TOWN)


def cases(*on: str) -> dict[date, float]:
    return CALM | {day(at): 1.0 for at in on}


def without(by_day: ByDay, first: str, count: int) -> dict[date, float]:
    silent = {day(first) + timedelta(days=i) for i in range(count)}
    return {at: value for at, value in by_day.items() if at not in silent}


class TestCleared:
    def test_cleared_after_thirty_calm_days(self) -> None:
        # three in a week, begun on the first day that is watched
        back = CALM | every("2018-04-05", "2018-04-07", 1)
        assert seen(back, "2018-04-07").level == "orange"
        assert seen(back, "2018-04-07").figures.cleared_on == day("2018-04-05")

    def test_not_cleared_after_twenty_nine(self) -> None:
        assert seen(CALM | every("2018-04-04", "2018-04-07", 1), "2018-04-07").level == "none"

    def test_missing_days_stop_the_clock(self) -> None:
        gap = without(CALM, "2018-03-10", 5)  # 30 reported days are now 6 March to 9 April
        assert seen(gap | every("2018-04-05", "2018-04-07", 1), "2018-04-07").level == "none"
        assert seen(gap | every("2018-04-10", "2018-04-12", 1), "2018-04-12").level == "orange"

    def test_a_case_sets_the_clock_back(self) -> None:
        begun_anew = CALM | {day("2018-03-20"): 1}  # 30 calm days are 21 March to 19 April
        assert seen(begun_anew | every("2018-04-17", "2018-04-19", 1), "2018-04-19").level == "none"
        assert seen(begun_anew | every("2018-04-20", "2018-04-22", 1), "2018-04-22").level == "orange"

    def test_cleared_at_allows_what_remains(self) -> None:
        check = Rebound(Bounds(yellow=9), cleared_at=1)
        remains = every("2018-01-01", "2018-02-28", 1) | every("2018-03-01", "2018-03-03", 3)
        assert seen(remains, "2018-03-03", check).level == "yellow"  # 4·1 + 3·3 = 13 in seven days
        assert seen(remains, "2018-03-03").level == "none", "never cleared where nothing may remain"

    def test_a_district_is_not_cleared_by_days_on_which_half_of_it_was_silent(self) -> None:
        w = world(indicator("cases", Kind.INCIDENCE), towns=2)
        back = CALM | every("2018-06-01", "2018-06-03", 1)
        always, half = every("2018-01-01", "2018-06-03", 0), every("2018-05-20", "2018-06-03", 0)
        levels = [
            verdict(
                w.frame("2018-06-03", {("cases", TOWN): back, ("cases", NEXT_TOWN): other}), REBOUND
            ).level
            for other in (always, half)
        ]
        assert levels == ["orange", "none"]


class TestReturn:
    def test_single_cases_raise_no_alarm(self) -> None:
        apart = cases("2018-05-24", "2018-07-17")
        assert [seen(apart, at).level for at in ("2018-05-24", "2018-07-17", "2018-07-31")] == ["none"] * 3

    def test_three_in_a_week_do(self) -> None:
        back = cases("2018-05-24", "2018-07-17", "2018-08-25", "2018-08-28", "2018-08-31")
        alarm = seen(back, "2018-08-31")
        assert alarm.level == "orange"
        assert (alarm.figures.value, alarm.figures.window_first, alarm.figures.window_last) == (
            3,
            day("2018-08-25"),
            day("2018-08-31"),
        )
        # 5 April to 24 August: 26 + 31 + 30 + 31 + 24 days with two single cases
        assert (alarm.figures.calm_count, alarm.figures.calm_days) == (2, 142)

    @pytest.mark.parametrize(("second", "level"), [("2018-08-07", "yellow"), ("2018-08-08", "none")])
    def test_the_window_is_seven_days(self, second: str, level: str) -> None:
        assert seen(cases("2018-08-01", second), second).level == level

    def test_several_on_one_day_count(self) -> None:
        assert seen(CALM | {day("2018-08-01"): 10.0}, "2018-08-01").level == "red"

    def test_a_place_that_was_never_clear_cannot_rebound(self) -> None:
        busy = every("2018-01-01", "2018-08-31", 0) | {
            at: 1 for at in every("2018-01-01", "2018-08-31", 1) if at.day % 9 == 0
        }
        assert seen(busy, "2018-08-31").level == "none"

    def test_nothing_reported_lately_is_no_data(self) -> None:
        silent = {at: value for at, value in CALM.items() if at < day("2018-08-01")}
        assert seen(silent, "2018-08-31").level is None


class TestHold:
    BACK = cases("2018-08-25", "2018-08-28", "2018-08-31")

    def test_an_alarm_holds_until_the_place_has_been_calm_for_as_long_again(self) -> None:
        # calm from 1 September: the 30th day is the 30th
        assert (seen(self.BACK, "2018-09-29").level, seen(self.BACK, "2018-09-29").hold) == ("none", "red")
        assert (seen(self.BACK, "2018-09-30").level, seen(self.BACK, "2018-09-30").hold) == ("none", "none")

    def test_the_alert_is_frozen_at_its_level_and_then_resolves(self) -> None:
        folded = WORLD.run(
            "2018-08-24", "2018-10-02", {("cases", TOWN): self.BACK}, rule(REBOUND, level="subdistrict")
        )
        told = [
            (d.as_of, o.transition.kind, o.level.code) for d in folded for o in d.outcomes if o.transition
        ]
        assert told == [
            (day("2018-08-28"), "fired", "yellow"),  # the second in a week
            (day("2018-08-31"), "worse", "orange"),
            (day("2018-09-30"), "resolved", "none"),
        ]
        assert {o.level.code for d in folded for o in d.outcomes if d.as_of > day("2018-08-31")} == {
            "orange",
            "none",
        }

    def test_missing_days_make_it_hold_longer(self) -> None:
        gap = without(self.BACK, "2018-09-10", 3)
        assert seen(gap, "2018-09-30").hold == "red"
        assert seen(gap, "2018-10-03").hold == "none"

    def test_after_a_return_the_place_must_be_cleared_anew(self) -> None:
        soon = self.BACK | every("2018-09-20", "2018-09-21", 1)  # 19 calm days are not 30
        later = self.BACK | every("2018-10-03", "2018-10-04", 1)  # cleared on 30 September
        assert seen(later, "2018-10-04").level == "yellow"
        assert seen(later, "2018-10-04").figures.cleared_on == day("2018-10-01")
        folded = WORLD.run(
            "2018-08-24", "2018-10-22", {("cases", TOWN): soon}, rule(REBOUND, level="subdistrict")
        )
        told = [(d.as_of, o.transition.kind) for d in folded for o in d.outcomes if o.transition]
        # still the same alarm: calm again for 30 days on 21 October
        assert told == [
            (day("2018-08-28"), "fired"),
            (day("2018-08-31"), "worse"),
            (day("2018-10-21"), "resolved"),
        ]

    def test_only_incidences_are_watched(self) -> None:
        f = world(indicator("parking")).frame("2018-08-31", {})
        with pytest.raises(ValueError, match="not enough values"):
            verdict(f, REBOUND, DISTRICT)
