"""What becomes of every alert on a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.alerting import AT_REST, Clock
from service.domain.catalog import Kind, Level, NodeKey
from service.domain.facts import Reason
from service.domain.fold import AlertKey, Day, fold_day, parse_key
from service.domain.rules import Active, Bounds, Missing, NewGrowth, Pace, Rebound, RuleSet, Span
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    World,
    day,
    every,
    feed,
    indicator,
    rule,
    target,
    world,
)

PACE = rule(Pace(Bounds(notice=5, yellow=10, orange=20, red=30)), name="pace")
PARKING = NodeKey("parking", DISTRICT, "")
# Nothing is ever built: red from the day a tenth of the year is due and 30 points are lacking (day 110, 20 April).
STILL = {("parking", TOWN): every("2018-01-01", "2019-12-31", 0)}


def parking(*years: int) -> World:
    return world(
        indicator("parking"), targets=[target("parking", 100, year=year) for year in years or (2018,)]
    )


def told(folded: list[Day]) -> list[tuple[str, str, str, str]]:
    """(day, what, level, reason) of every transition."""
    return [
        (d.as_of.isoformat(), o.transition.kind.value, o.level.code, o.reason.value)
        for d in folded
        for o in d.outcomes
        if o.transition
    ]


class TestKeys:
    @pytest.mark.parametrize(
        "key",
        [
            AlertKey("pace", PARKING, "", day("2018-01-01")),
            AlertKey("pace", NodeKey("a", "1", "第二批试点"), "", None, "team=a,x=b|c"),
            AlertKey("missing", None, "feed", None),
        ],
    )
    def test_a_key_is_its_text(self, key: AlertKey) -> None:
        assert parse_key(key.text) == key

    def test_an_alert_on_a_target_bears_its_period(self) -> None:
        (d,) = parking().run("2018-06-01", "2018-06-01", STILL, PACE)
        (key,) = d.clocks
        assert key == AlertKey("pace", PARKING, "", day("2018-01-01"))

    def test_labels_are_part_of_the_key(self) -> None:
        labelled = rule(PACE.check, name="pace", labels={"b": "2", "a": "1"})
        (d,) = parking().run("2018-06-01", "2018-06-01", STILL, labelled)
        assert [key.labels for key in d.clocks] == ["a=1,b=2"]

    def test_missing_is_one_alert_a_feed(self) -> None:
        w = world(
            indicator("parking"),
            towns=2,
            feeds=[feed("a", ["parking"], [TOWN, NEXT_TOWN]), feed("b", [], [])],
        )
        readings = {("parking", t): every("2018-01-01", "2018-06-01", 0) for t in (TOWN, NEXT_TOWN)}
        (d,) = w.run("2018-06-15", "2018-06-15", readings, rule(Missing(Bounds(notice=3)), name="missing"))
        assert list(d.clocks) == [AlertKey("missing", None, "a", None)]
        (outcome,) = d.outcomes
        assert outcome.figures is not None and len(outcome.figures.gaps) == 2

    def test_rules_have_clocks_of_their_own(self) -> None:
        slow = rule(PACE.check, name="slow", hold_for=Span(5))
        folded = parking().run("2018-06-01", "2018-06-06", STILL, PACE, slow)
        assert told(folded) == [
            ("2018-06-01", "fired", "red", "condition"),
            ("2018-06-06", "fired", "red", "condition"),
        ]


class TestDays:
    def test_a_pending_alert_is_remembered_and_does_not_speak(self) -> None:
        waiting = rule(PACE.check, name="pace", hold_for=Span(3))
        folded = parking().run("2018-06-01", "2018-06-04", STILL, waiting)
        assert [len(d.clocks) for d in folded] == [1] * 4
        assert [len(d.outcomes) for d in folded] == [0, 0, 0, 1]
        assert folded[-1].outcomes[0].since == day("2018-06-01")

    def test_a_firing_alert_speaks_every_day_with_the_days_figures(self) -> None:
        folded = parking().run("2018-06-01", "2018-06-02", STILL, PACE)
        figures = [o.figures for d in folded for o in d.outcomes]
        assert [f.days_left for f in figures if f] == [213, 212]  # 1 June is day 152
        assert [o.transition is None for d in folded for o in d.outcomes] == [False, True]

    def test_an_alert_without_data_goes_on_and_has_no_new_figures(self) -> None:
        silent = {("parking", TOWN): every("2018-01-01", "2018-06-01", 0)}
        folded = parking().run("2018-06-01", "2018-06-10", silent, PACE)
        last = folded[-1]
        (outcome,) = last.outcomes
        assert (outcome.level, outcome.transition, outcome.figures) == (Level.RED, None, None)
        assert last.clocks == folded[4].clocks, "stale since 6 June: the clock stands"

    def test_what_resolves_is_forgotten(self) -> None:
        done = {("parking", TOWN): STILL["parking", TOWN] | {day("2018-06-02"): 100.0}}
        folded = parking().run("2018-06-01", "2018-06-03", done, PACE)
        assert told(folded)[-1] == ("2018-06-02", "resolved", "none", "condition")
        assert folded[1].clocks == {} and folded[2].outcomes == ()

    def test_working_day_clocks_rest_at_the_weekend(self) -> None:
        # Friday 1 June counts 0, Monday 1, Tuesday 2
        patient = rule(PACE.check, name="pace", hold_for=Span(2, working=True))
        assert told(parking().run("2018-06-01", "2018-06-08", STILL, patient))[0][0] == "2018-06-05"

    def test_where_nothing_is_wrong_nothing_is_remembered(self) -> None:
        steady = {("parking", TOWN): every("2018-01-01", "2018-12-31", 1)}
        assert all(
            not d.clocks and not d.outcomes for d in parking().run("2018-06-01", "2018-06-03", steady, PACE)
        )


class TestEndings:
    def test_at_new_year_the_alerts_of_the_year_close(self) -> None:
        folded = parking(2018, 2019).run("2018-12-30", "2019-01-02", STILL, PACE)
        assert told(folded) == [
            ("2018-12-30", "fired", "red", "condition"),
            ("2019-01-01", "resolved", "none", "period_closed"),
        ]
        assert folded[2].clocks == {}

    def test_they_close_too_where_the_new_year_has_no_target(self) -> None:
        folded = parking(2018).run("2018-12-31", "2019-01-01", STILL, PACE)
        assert told(folded)[-1] == ("2019-01-01", "resolved", "none", "period_closed")

    def test_the_new_year_begins_an_alert_of_its_own(self) -> None:
        folded = parking(2018, 2019).run("2018-12-31", "2019-02-10", STILL, PACE)
        assert told(folded)[-1] == ("2019-02-06", "fired", "yellow", "condition")  # day 37: 10.1 %
        assert {key.period for key in folded[-1].clocks} == {day("2019-01-01")}

    def test_a_rebound_outlives_the_year(self) -> None:
        w = world(indicator("cases", Kind.INCIDENCE))
        back = every("2018-01-01", "2019-01-10", 0) | {day("2018-12-30"): 3.0}
        watch = rule(Rebound(Bounds(yellow=2)), name="back", level="subdistrict")
        folded = w.run("2018-12-30", "2019-01-05", {("cases", TOWN): back}, watch)
        assert told(folded) == [("2018-12-30", "fired", "yellow", "condition")]
        assert folded[-1].outcomes[0].level is Level.YELLOW

    def test_a_removed_rule_resolves_its_alerts(self) -> None:
        w = parking()
        before = fold_day(w.frame("2018-06-01", STILL), RuleSet((PACE,)), {})
        after = fold_day(w.frame("2018-06-02", STILL), RuleSet(()), before.clocks)
        assert told([after]) == [("2018-06-02", "resolved", "none", "rule_removed")]
        assert after.outcomes[0].figures is None and after.clocks == {}

    def test_a_removed_rule_drops_what_was_pending_in_silence(self) -> None:
        w = parking()
        waiting = rule(PACE.check, name="pace", hold_for=Span(3))
        before = fold_day(w.frame("2018-06-01", STILL), RuleSet((waiting,)), {})
        after = fold_day(w.frame("2018-06-02", STILL), RuleSet(()), before.clocks)
        assert (after.clocks, after.outcomes) == ({}, ())

    def test_a_rule_that_looks_elsewhere_closes_no_period(self) -> None:
        w = parking()
        before = fold_day(w.frame("2018-06-01", STILL), RuleSet((PACE,)), {})
        elsewhere = rule(PACE.check, name="pace", indicators=("trees",))
        after = fold_day(w.frame("2018-06-02", STILL), RuleSet((elsewhere,)), before.clocks)
        assert after.outcomes[0].reason is Reason.RULES_CHANGED

    def test_a_feed_that_is_gone_resolves_its_alert(self) -> None:
        w = parking()
        key = AlertKey("missing", None, "gone", None)
        clocks = {key: Clock(Level.YELLOW, day("2018-05-01"), (0, 0, -1, -1))}
        after = fold_day(
            w.frame("2018-06-01", STILL), RuleSet((rule(Missing(Bounds(notice=3)), name="missing"),)), clocks
        )
        assert told([after]) == [("2018-06-01", "resolved", "none", "catalog_changed")]


class TestSeason:
    SUMMER = rule(PACE.check, name="pace", active=Active((6, 2), (6, 4)), hold_for=Span(1))

    def test_outside_its_season_a_rule_fires_nothing(self) -> None:
        assert told(parking().run("2018-05-30", "2018-06-02", STILL, self.SUMMER)) == []

    def test_within_it_does(self) -> None:
        assert told(parking().run("2018-05-30", "2018-06-03", STILL, self.SUMMER)) == [
            ("2018-06-03", "fired", "red", "condition")
        ]

    def test_after_it_what_fires_goes_on_and_its_clock_stands(self) -> None:
        done = {("parking", TOWN): STILL["parking", TOWN] | {day("2018-06-05"): 100.0}}
        folded = parking().run("2018-06-02", "2018-06-07", done, self.SUMMER)
        assert told(folded) == [("2018-06-03", "fired", "red", "condition")]
        assert [d.clocks for d in folded[3:]] == [folded[2].clocks] * 3
        assert [(o.level, o.transition, o.figures) for o in folded[-1].outcomes] == [(Level.RED, None, None)]

    def test_on_free_days_a_rule_of_working_days_stands_still(self) -> None:
        weekdays = rule(PACE.check, name="pace", active=Active(workdays=True), hold_for=Span(1))
        # 1 June 2018 is a Friday; its Monday is the second day that counts.
        assert told(parking().run("2018-06-01", "2018-06-05", STILL, weekdays)) == [
            ("2018-06-04", "fired", "red", "condition")
        ]


class TestPurity:
    def test_the_day_before_is_not_changed(self) -> None:
        w = parking()
        clocks = {
            AlertKey("pace", PARKING, "", day("2018-01-01")): Clock(
                Level.NOTICE, day("2018-05-01"), (9, -1, -1, -1)
            )
        }
        kept = dict(clocks)
        fold_day(w.frame("2018-06-01", STILL), RuleSet((PACE,)), clocks)
        assert clocks == kept

    def test_a_day_folded_twice_is_the_same(self) -> None:
        f = parking().frame("2018-06-01", STILL)
        assert fold_day(f, RuleSet((PACE,)), {}) == fold_day(f, RuleSet((PACE,)), {})

    def test_a_reading_after_as_of_changes_nothing(self) -> None:
        w = parking()
        later = {
            ("parking", TOWN): every("2018-01-01", "2018-06-01", 0) | every("2018-06-02", "2018-12-31", 50)
        }
        one, other = (fold_day(w.frame("2018-06-01", r), RuleSet((PACE,)), {}) for r in (STILL, later))
        assert one == other

    def test_an_alert_nobody_knows_of_begins_at_rest(self) -> None:
        w = world(indicator("cases", Kind.INCIDENCE))
        growth = rule(NewGrowth(Bounds(yellow=0)), name="growth", level="subdistrict")
        (d,) = w.run("2018-06-01", "2018-06-01", {("cases", TOWN): {day("2018-06-01"): 1.0}}, growth)
        (outcome,) = d.outcomes
        assert outcome.transition is not None and outcome.transition.before is AT_REST.level
        assert outcome.since == day("2018-06-01")
        assert d.as_of - outcome.since == timedelta(0)
