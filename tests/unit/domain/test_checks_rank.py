"""rank: among the last of its peers, or again and again among the worst of a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Direction, Kind, RegionGroup
from service.domain.checks import judge
from service.domain.checks.rank import places
from service.domain.frame import Frame, frame_as_of
from service.domain.layout import lay_out
from service.domain.rules import Bounds, Rank, Rule, Select
from tests.testkit.worlds import (
    DISTRICT,
    day,
    every,
    indicator,
    judged_regions,
    listed,
    rule,
    target,
    town,
    verdict,
    world,
)

LAST = Rank(Bounds(notice=3, orange=1, below=True), by="period_to_date")
UP, DOWN = Direction.UP, Direction.DOWN


def towns(*figures: float | None, direction: Direction = UP, kind: Kind = Kind.FLOW) -> Frame:
    """One figure of each town, on 1 March."""
    w = world(replace(indicator("works", kind), direction=direction), towns=len(figures))
    return w.frame(
        "2018-03-01", {("works", town(n)): listed("2018-03-01", x) for n, x in enumerate(figures, 1)}
    )


def levels(f: Frame, check: Rank = LAST) -> list[str | None]:
    """The level of each town, in their order."""
    below = [r.code for r in f.layout.catalog.regions if r.level == "subdistrict"]
    return [verdict(f, check, code).level for code in below]


class TestStanding:
    def test_the_last_by_their_place_from_the_bottom(self) -> None:
        assert levels(towns(60, 50, 40, 30, 20, 10)) == ["none", "none", "none", "notice", "notice", "orange"]

    def test_of_what_should_be_little_the_most_is_last(self) -> None:
        seen = levels(towns(60, 50, 40, 30, 20, 10, direction=DOWN))
        assert seen == ["orange", "notice", "notice", "none", "none", "none"]

    def test_place_and_peers_are_told(self) -> None:
        figures = verdict(towns(60, 50, 40, 30, 20, 10), LAST, town(5)).figures
        assert (figures.place, figures.peers, figures.value) == (2, 6, 20)

    @pytest.mark.parametrize(
        ("figures", "expected"),
        [
            # The tied have places 1 and 2 and take the 2nd: a notice, and nobody is the very last.
            ((60, 50, 40, 30, 10, 10), ["none", "none", "none", "notice", "notice", "notice"]),
            # Five tied at the bottom have the fifth place: no one is singled out.
            ((60, 0, 0, 0, 0, 0), ["none", "none", "none", "none", "none", "none"]),
        ],
    )
    def test_a_tie_takes_the_best_of_its_places(
        self, figures: tuple[float, ...], expected: list[str]
    ) -> None:
        assert levels(towns(*figures)) == expected

    def test_fewer_than_five_peers_make_no_ranking(self) -> None:
        assert levels(towns(40, 30, 20, 10)) == [None] * 4
        assert levels(towns(40, 30, 20, 10), replace(LAST, peers=4))[-1] == "orange"

    def test_while_too_many_peers_are_silent_nobody_is_last(self) -> None:
        # Nine of ten are ranked, eight of ten aren't
        nine = [*(float(n) for n in range(1, 10)), None]
        assert levels(towns(*nine))[0] == "orange" and levels(towns(*nine))[-1] is None
        assert levels(towns(*nine[:8], None, None)) == [None] * 10

    def test_regions_below_another_parent_are_no_peers(self) -> None:
        f = towns(60, 50, 40, 30, 20, 10)
        assert judged_regions(f, LAST) >= {("works", DISTRICT)}
        assert verdict(f, LAST, DISTRICT).level is None, "the district has no peers"

    def test_a_group_is_ranked_in_itself(self) -> None:
        f = towns(60, 50, 40, 30, 20, 10)
        group = Select(regions=tuple(town(n) for n in range(1, 6)))
        verdicts = judge(f, Rule("r", replace(LAST, among="selected"), "", group))
        regions = [f.layout.nodes[row].region for row in verdicts.rows]
        assert verdicts.seen(regions.index(town(5))).level == 3, "last of the five"

    def test_each_group_is_ranked_in_itself_and_named(self) -> None:
        east = RegionGroup("east", "东部街乡", tuple(town(n) for n in range(1, 6)))
        west = RegionGroup("west", "西部街乡", tuple(town(n) for n in range(6, 11)))
        others = RegionGroup("key", "重点街乡", (town(1), town(10)))
        w = world(indicator("works"), towns=11, groups=[others, east, west])
        # The west did ten times as much; the eleventh is in no group.
        amounts = [*(10.0 * n for n in range(1, 6)), *(100.0 * n for n in range(1, 6)), 1.0]
        f = w.frame(
            "2018-03-01", {("works", town(n)): listed("2018-03-01", x) for n, x in enumerate(amounts, 1)}
        )
        among = Rule("r", replace(LAST, among="group"), "", Select(groups=("east", "west")))
        verdicts = judge(f, among)
        seen = {
            f.layout.nodes[row].region: verdicts.figures(at) for at, row in enumerate(verdicts.rows.tolist())
        }
        assert seen.keys() == {*east.regions, *west.regions}, "who is in none of the groups is not ranked"
        assert {(x.place, x.peers, x.group) for code, x in seen.items() if code in (town(1), town(6))} == {
            (1, 5, "east"),
            (1, 5, "west"),
        }
        assert seen[town(10)].group == "west", "a group that is not selected counts for nothing"

    def test_among_all_or_siblings_no_group_is_named(self) -> None:
        assert verdict(towns(60, 50, 40, 30, 20, 10), LAST, town(5)).figures.group is None

    def test_behind_the_plan_by_completion_or_lag(self) -> None:
        w = world(
            indicator("works"),
            towns=6,
            targets=[target("works", 100 * n, region=town(n)) for n in range(1, 7)],
        )
        # The same 50 of 100, 200 … 600: the last town is furthest behind
        f = w.frame("2018-03-01", {("works", town(n)): listed("2018-03-01", 50) for n in range(1, 7)})
        by: Literal["completion", "lag"]
        for by in ("completion", "lag"):
            assert levels(f, replace(LAST, by=by)) == ["none", "none", "none", "notice", "notice", "orange"]

    def test_who_has_met_the_target_is_never_last(self) -> None:
        w = world(
            indicator("works"),
            towns=6,
            targets=[target("works", 10 * n, region=town(n)) for n in range(1, 7)],
        )
        f = w.frame("2018-03-01", {("works", town(n)): listed("2018-03-01", 60) for n in range(1, 7)})
        assert set(levels(f, replace(LAST, by="completion"))) == {"none"}

    def test_without_targets_nobody_is_ranked_by_completion(self) -> None:
        assert judged_regions(towns(1, 2, 3, 4, 5), replace(LAST, by="completion")) == set()


def months(
    figures: Mapping[int, tuple[float, ...]], as_of: str = "2018-04-30", direction: Direction = DOWN
) -> Frame:
    """Each town's figure of a day, by month: the 10th of January, February …; zero on all other days."""
    count = len(next(iter(figures.values())))
    w = world(replace(indicator("works", Kind.INCIDENCE), direction=direction), towns=count)
    readings = {}
    for n in range(count):
        readings["works", town(n + 1)] = every("2018-01-01", as_of, 0) | {
            day(f"2018-{month:02}-10"): of[n] for month, of in figures.items()
        }
    return w.frame(as_of, readings)


OFTEN = Rank(Bounds(notice=2, orange=3), months=3, worst=2, by="period_to_date")
FEBRUARY_TO_APRIL = {
    # The worst two: 1 and 2 in February, 1 and 3 in March, 1 and 2 in April
    2: (9.0, 8.0, 1.0, 2.0, 3.0),
    3: (9.0, 1.0, 8.0, 2.0, 3.0),
    4: (9.0, 8.0, 1.0, 2.0, 3.0),
}


class TestMonths:
    def test_months_among_the_worst_are_counted(self) -> None:
        assert levels(months(FEBRUARY_TO_APRIL), OFTEN) == ["orange", "notice", "none", "none", "none"]
        figures = verdict(months(FEBRUARY_TO_APRIL), OFTEN, town(2)).figures
        assert (figures.times, figures.months, figures.place, figures.peers) == (2, 3, 2, 5)
        assert (figures.window_first, figures.window_last) == (day("2018-02-01"), day("2018-04-30"))

    def test_a_month_counts_once_it_is_over(self) -> None:
        # On 29 April the months are January to March, and in January all were at nought: all tie, none is worst
        f = months(FEBRUARY_TO_APRIL | {1: (0.0,) * 5}, "2018-04-29")
        assert levels(f, OFTEN) == ["notice", "none", "none", "none", "none"]

    def test_a_month_is_judged_by_its_own_figure_and_not_by_the_year(self) -> None:
        f = months(
            {2: (900.0, 8.0, 7.0, 2.0, 3.0), 3: (0.0, 8.0, 7.0, 2.0, 3.0), 4: (0.0, 8.0, 7.0, 2.0, 3.0)}
        )
        assert levels(f, OFTEN) == ["none", "orange", "notice", "none", "none"]

    def test_of_progress_the_least_is_the_worst(self) -> None:
        f = months(dict.fromkeys((2, 3, 4), (9.0, 8.0, 1.0, 2.0, 3.0)), direction=UP)
        assert levels(f, OFTEN) == ["none", "none", "orange", "orange", "none"]

    def test_a_region_silent_for_much_of_a_month_is_not_ranked_in_it(self) -> None:
        w = world(replace(indicator("works", Kind.INCIDENCE), direction=DOWN, min_coverage=0.8), towns=6)
        # The sixth has most, but was silent for half of February and March
        begun = {n: every("2018-02-01", "2018-04-30", n / 10) for n in range(1, 6)}
        begun[6] = (
            every("2018-02-01", "2018-02-14", 9)
            | every("2018-03-01", "2018-03-15", 9)
            | every("2018-04-01", "2018-04-30", 9)
        )
        f = w.frame("2018-04-30", {("works", town(n)): by_day for n, by_day in begun.items()})
        assert verdict(f, OFTEN, town(6)).figures.times == 1
        assert verdict(f, OFTEN, town(4)).figures.times == 2, "in February and March, in the sixth's place"

    def test_months_before_the_panel_begins_are_not_counted(self) -> None:
        w = world(replace(indicator("works", Kind.INCIDENCE), direction=DOWN), towns=5)
        readings = {("works", town(n)): every("2018-03-01", "2018-03-31", n) for n in range(1, 6)}
        f = w.frame("2018-03-31", readings, first=day("2018-03-01"))
        assert verdict(f, OFTEN, town(5)).figures.times == 1
        assert levels(w.frame("2018-03-30", readings, first=day("2018-03-01")), OFTEN) == [None] * 5

    def test_months_are_counted_within_each_group(self) -> None:
        f = months(FEBRUARY_TO_APRIL)
        east = RegionGroup("east", "东部街乡", tuple(town(n) for n in range(3, 6)))
        layout = lay_out(replace(f.layout.catalog, groups=(east,)))
        within = Rule("r", replace(OFTEN, among="group", peers=3, worst=1), "", Select(groups=("east",)))
        verdicts = judge(frame_as_of(layout, f.panel, f.as_of, f.workdays), within)
        times = [verdicts.figures(at).times for at in range(3)]
        # Of the third, fourth and fifth town the third was worst in March, the fifth in February and April
        assert (times, verdicts.figures(0).group, verdicts.figures(0).peers) == ([1, 0, 2], "east", 3)

    def test_its_alerts_do_not_close_with_the_year(self) -> None:
        assert not rule(OFTEN).yearly and rule(LAST).yearly


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(-4, 4)), max_size=30))
def test_a_place_is_the_number_of_peers_that_are_no_better(rows: list[tuple[int, int | None]]) -> None:
    group = np.array([g for g, _ in rows], dtype=np.int64)
    bad = np.array([np.nan if b is None else b for _, b in rows], dtype=np.float64)
    for at, place in enumerate(places(bad, group).tolist()):
        no_better = int(((group == group[at]) & (bad >= bad[at])).sum())
        assert np.isnan(place) if np.isnan(bad[at]) else place == no_better
