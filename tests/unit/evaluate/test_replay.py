"""Episodes, their sums, and what two replays differ in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner

from service.catalog.workdays import china
from service.cli.replays import as_json, told, told_differences
from service.cli.rules import Instant, rules
from service.clock import beijing
from service.domain.catalog import Kind, Level
from service.domain.facts import Reason
from service.domain.rules import Bounds, Pace, Rebound, Rule, RuleSet, Span
from service.evaluate.compare import compare
from service.evaluate.replay import Replay, Source, days_needed, replay
from tests.testkit.worlds import DISTRICT, TOWN, day, every, indicator, listed, rule, target, world

WORLD = world(indicator("parking"), indicator("cases", Kind.INCIDENCE), targets=[target("parking", 365)])
QUICK = rule(Rebound(Bounds(yellow=2, red=5), cleared_for=3, window=2), name="back", level="subdistrict")
PACE = rule(Pace(Bounds(notice=5, yellow=10)), name="pace", level="district", hold_for=Span(2))
# 1 and 2 January and so on are calm; two cases on the 10th, six on the 20th and again on 3 February.
CASES = every("2018-01-01", "2018-03-31", 0) | {
    day("2018-01-10"): 2.0,
    day("2018-01-20"): 2.0,
    day("2018-01-21"): 6.0,
    day("2018-02-20"): 2.0,
}


def run(
    *rules_: Rule, first: str = "2018-01-01", last: str = "2018-03-31", cases: Mapping[date, float] = CASES
) -> Replay:
    panel = WORLD.panel({("cases", TOWN): cases}, date(2017, 1, 1), max(cases))
    return replay(Source(WORLD.layout, panel, china(), lambda _: RuleSet(rules_)), day(first), day(last))


def courses(found: Replay) -> list[tuple[str, str, str, int]]:
    """(fired, resolved, levels, days) of every episode."""
    return [
        (str(e.fired), str(e.resolved), " ".join(level.code for _, level in e.path), e.days)
        for e in found.episodes
    ]


class TestEpisodes:
    def test_tell_when_an_alert_fired_rose_and_ended(self) -> None:
        """Three calm days after the last case end it: the 13th, the 24th, the 23rd."""
        assert courses(run(QUICK)) == [
            ("2018-01-10", "2018-01-13", "yellow", 3),
            ("2018-01-20", "2018-01-24", "yellow red", 4),
            ("2018-02-20", "2018-02-23", "yellow", 3),
        ]

    def test_that_go_on_have_no_end(self) -> None:
        (_, episode) = run(QUICK, last="2018-01-22").episodes
        assert (episode.resolved, episode.until, episode.days) == (None, day("2018-01-22"), 3)

    def test_outside_the_days_asked_for_are_left_out(self) -> None:
        assert [fired for fired, *_ in courses(run(QUICK, first="2018-01-14", last="2018-02-10"))] == [
            "2018-01-20"
        ]

    def test_that_reach_into_the_days_asked_for_are_told_whole(self) -> None:
        """The fold begins where life began, not at --from."""
        assert courses(run(QUICK, first="2018-01-22"))[0] == ("2018-01-20", "2018-01-24", "yellow red", 4)

    def test_before_the_first_judged_day_the_fold_begins_at_from(self) -> None:
        later = replace(WORLD.catalog, evaluate_from=date(2018, 6, 1))
        layout = world(indicator("parking")).layout
        assert days_needed(replace(layout, catalog=later), day("2018-02-01"))[1] == day("2018-02-01")
        assert days_needed(replace(layout, catalog=later), day("2018-07-01")) == (
            date(2017, 1, 1),
            day("2018-06-01"),
        )

    def test_say_why_they_ended(self) -> None:
        panel = WORLD.panel({("cases", TOWN): CASES}, date(2017, 1, 1), max(CASES))
        gone = Source(
            WORLD.layout, panel, china(), lambda on: RuleSet((QUICK,) if on < day("2018-01-12") else ())
        )
        (episode,) = replay(gone, day("2018-01-01"), day("2018-02-01")).episodes
        assert (episode.resolved, episode.reason) == (day("2018-01-12"), Reason.RULE_REMOVED)


class TestSummary:
    def test_counts_what_fired_again_within_a_fortnight(self) -> None:
        """Ended on the 13th, fired on the 20th: flapping. Ended on the 24th, fired on 20 February: not."""
        (summary,) = run(QUICK).summary()
        assert (summary.rule, summary.alerts, summary.open, summary.flapping) == ("back", 3, 0, 1)
        assert (summary.median_days, summary.worst) == (3, {Level.YELLOW: 2, Level.RED: 1})

    def test_is_empty_where_nothing_fired(self) -> None:
        calm = run(QUICK, cases=every("2018-01-01", "2018-03-31", 0))
        assert (calm.summary(), calm.episodes) == ((), ())
        assert list(told(calm))[-1] == "0 alerts in 90 days, 2018-01-01 to 2018-03-31"


class TestComparison:
    def test_of_the_same_rules_finds_nothing(self) -> None:
        assert compare(run(QUICK), run(QUICK)) == ()
        assert list(told_differences(())) == ["compared: 0 added, 0 removed, 0 moved"]

    def test_tells_what_a_milder_rule_leaves_out_and_moves(self) -> None:
        milder = replace(QUICK, check=Rebound(Bounds(yellow=3, red=5), cleared_for=3, window=2))
        lines = list(told_differences(compare(run(QUICK), run(milder))))
        about = f"back cases {TOWN}"
        assert lines == [
            f"removed: {about}",
            "    - yellow, fired 2018-01-10, resolved 2018-01-13 (condition), 3 days",
            f"moved: {about}",
            "    - yellow > red, fired 2018-01-20, resolved 2018-01-24 (condition), 4 days",
            "    + red, fired 2018-01-21, resolved 2018-01-24 (condition), 3 days",
            f"removed: {about}",
            "    - yellow, fired 2018-02-20, resolved 2018-02-23 (condition), 3 days",
            "compared: 0 added, 2 removed, 1 moved",
        ]

    def test_turned_round_calls_added_what_was_removed(self) -> None:
        milder = replace(QUICK, check=Rebound(Bounds(yellow=3, red=5), cleared_for=3, window=2))
        there, back = compare(run(QUICK), run(milder)), compare(run(milder), run(QUICK))
        assert [(d.before, d.after) for d in there] == [(d.after, d.before) for d in back]
        assert [d.kind for d in back] == ["added", "moved", "added"]


class TestCommand:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2018-06-30T10:00", beijing(date(2018, 6, 30), 10)),
            ("2018-06-30T02:00+00:00", beijing(date(2018, 6, 30), 10)),
        ],
    )
    def test_reads_instants_in_beijing_time(self, text: str, moment: object) -> None:
        assert Instant().convert(text, None, None) == moment

    def test_takes_a_bare_day_to_its_end(self) -> None:
        end = Instant().convert("2018-06-30", None, None)
        assert beijing(date(2018, 6, 30), 23, 59) < end < beijing(date(2018, 7, 1))

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--from", "2018-02-01", "--to", "2018-01-01"], "--to lies before --from"),
            (["--from", "2018-02-01", "--to", "2018-02-03", "--known-at", "soon"], "no moment"),
            (["--from", "2018-02-01"], "Missing option '--to'"),
        ],
    )
    def test_says_what_is_wrong_with_its_usage(self, arguments: list[str], said: str) -> None:
        result = CliRunner().invoke(rules, ["replay", *arguments])
        assert result.exit_code == 2 and said in result.output


def test_a_pace_is_pending_before_it_is_an_episode() -> None:
    silent = WORLD.panel(
        {("parking", TOWN): listed("2018-01-01", *[0.0] * 60)}, date(2017, 1, 1), day("2018-03-01")
    )
    source = Source(WORLD.layout, silent, china(), lambda _: RuleSet((PACE,)))
    (episode,) = replay(source, day("2018-01-01"), day("2018-02-20")).episodes
    # Ten per cent are due on 6 February, day 37; two days later it fires.
    assert (episode.since, episode.fired) == (day("2018-02-06"), day("2018-02-08"))
    assert episode.key.node is not None and episode.key.node.region == DISTRICT


def test_rules_in_shadow_are_marked() -> None:
    found = run(replace(QUICK, shadow=True), PACE)
    lines = list(told(found))
    assert all(("back (shadow)" in line) == ("back" in line) for line in lines)
    assert any("back (shadow)" in line for line in lines)
    assert not any("pace (shadow)" in line for line in lines)
    assert {one["rule"]: one["shadow"] for one in as_json(found, None)["rules"]}["back"] is True


def test_a_district_in_shadow_marks_every_rule() -> None:
    rules_ = RuleSet((QUICK, PACE))
    assert rules_.in_shadow(WORLD.catalog) == frozenset()
    assert rules_.in_shadow(replace(WORLD.catalog, shadow=True)) == {"back", "pace"}
