"""Two sources at two levels: the city verifies a district's total, the towns report; one of the two is official."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.catalog.workdays import china
from service.domain.catalog import GROUP_LEVEL, Kind, Region, RegionGroup, Reporting
from service.domain.cycles import Cycle
from service.domain.facts import Side
from service.domain.fold import fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.reportdays import reporting
from service.domain.rollup import Panel
from service.domain.rules import (
    Bounds,
    Discrepancy,
    Jump,
    Missing,
    OpenAge,
    Pace,
    Rank,
    RuleSet,
    Stall,
    Threshold,
)
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    Readings,
    World,
    day,
    every,
    feed,
    indicator,
    judged_regions,
    listed,
    rule,
    target,
    town,
    verdict,
    world,
)

FIRST, DAYS = date(2017, 12, 20), 40
CITY, OTHER = "110000", "110106"
TOWNS = (town(1), town(2), town(3))
FAR_TOWNS = (f"{OTHER}001", f"{OTHER}002")
KINDS = {"works": Kind.FLOW, "cases": Kind.INCIDENCE, "people": Kind.STOCK, "air": Kind.MEAN}


def city() -> World:
    """A city of two districts: it verifies one of them, and a town of the other; a monitor stands in one town."""
    w = world(
        *(indicator(code, kind, stale_after=2, min_coverage=0.6) for code, kind in KINDS.items()),
        towns=3,
        targets=[
            target("works", 300),
            target("works", 40, region=CITY),
            target("works", 200, year=2017),
            target("people", 90, baseline=10),
        ],
        feeds=[
            feed("towns", KINDS, (*TOWNS, *FAR_TOWNS)),
            feed("city", KINDS, [DISTRICT], source="verified", first_day=date(2017, 12, 28)),
            feed("far", KINDS, [FAR_TOWNS[0]], source="verified"),
            feed("monitor", ["works", "air"], [TOWNS[1]], source="sensor"),
        ],
        groups=[RegionGroup("districts", "区", (DISTRICT, OTHER))],
        rolled_up=["districts"],
    )
    regions = (
        Region(CITY, CITY, "city", ""),
        Region(DISTRICT, DISTRICT, "district", CITY),
        Region(OTHER, OTHER, "district", CITY),
        *(Region(code, code, "subdistrict", code[:6]) for code in (*TOWNS, *FAR_TOWNS)),
        Region("districts", "各区", GROUP_LEVEL, ""),
    )
    return World(replace(w.catalog, root=CITY, regions=regions))


WORLD = city()
CHILDREN = {CITY: (DISTRICT, OTHER), "districts": (DISTRICT, OTHER), DISTRICT: TOWNS, OTHER: FAR_TOWNS}
RULES = RuleSet(
    (
        rule(Pace(Bounds(notice=1, clear=0.5), from_expected=0), name="pace"),
        rule(Stall(Bounds(notice=3)), name="stall"),
        rule(Missing(Bounds(notice=2)), name="missing"),
        rule(Threshold(Bounds(notice=10), of="value"), name="value"),
        rule(Discrepancy(Bounds(notice=1), absolute=1), name="apart"),
        rule(Discrepancy(Bounds(notice=2), sources=("reported", "verified")), name="these"),
        rule(Jump(Bounds(notice=3), history=10, least=3), name="jump"),
        rule(Jump(Bounds(notice=2), of="repeats"), name="same"),
        rule(Rank(Bounds(notice=1), months=1, worst=1, peers=2), name="often"),
        rule(OpenAge(Bounds(notice=2), found="cases", treated="works"), name="open"),
    )
)


# The same, in which the city counts by the week, and the far towns by the month.
BY_CYCLES = World(
    replace(
        WORLD.catalog,
        feeds=tuple(
            replace(f, cycle={"city": Cycle.WEEKLY, "far": Cycle.MONTHLY}.get(f.code, f.cycle))
            for f in WORLD.catalog.feeds
        ),
    )
)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Readings with silences of some days, so that sources go stale and come back."""
    series = len(WORLD.layout.series)
    week = draw(st.lists(st.sampled_from([None, 0, 1, 2, 5, 9, -1]), min_size=9, max_size=9))
    values = np.array([np.nan if cell is None else cell for cell in week], dtype=np.float64)
    panel = np.stack([np.resize(np.roll(values, 2 * row), DAYS) for row in range(series)])
    for _ in range(draw(st.integers(2, 8))):
        row, begin = draw(st.integers(0, series - 1)), draw(st.integers(0, DAYS - 1))
        panel[row, begin : begin + draw(st.integers(1, 25))] = draw(st.sampled_from([np.nan, np.nan, 3.0]))
    return Panel(FIRST, panel)


@dataclass(frozen=True)
class Naive:
    """The same figures, one by one, as they are defined."""

    panel: Panel
    indicator: str
    days: int

    def told(self, region: str) -> Iterator[tuple[int, int]]:
        """(rank, series) of those who report a region itself."""
        for at, s in enumerate(WORLD.layout.series):
            if (s.node.indicator, s.node.region) == (self.indicator, region):
                yield WORLD.catalog.source[s.source].rank, at

    def told_below(self, region: str) -> Iterator[tuple[int, int]]:
        for child in CHILDREN.get(region, ()):
            yield from self.told(child)
            yield from self.told_below(child)

    def last(self, series: int) -> int:
        return max(np.flatnonzero(~np.isnan(self.panel.values[series, : self.days])).tolist(), default=-1)

    def source(self, region: str) -> int | None:
        """The official series; None where the region is rolled up."""
        candidates = [(rank, [at], at) for rank, at in self.told(region)]
        if below := list(self.told_below(region)):
            candidates.append((min(rank for rank, _ in below), [at for _, at in below], -1))

        def preference(candidate: tuple[int, list[int], int]) -> tuple[int, int]:
            last = max(self.last(at) for at in candidate[1])
            fresh = last >= 0 and self.days - 1 - last <= 2
            return (self.days if fresh else last), -candidate[0]

        best = max(candidates, key=preference)[2]
        return None if best < 0 else best

    def figure(self, region: str, at: int) -> float | None:
        """The figure of a day."""
        if (series := self.source(region)) is not None:
            value = self.panel.values[series, at]
            return None if np.isnan(value) else float(value)
        said = [self.figure(child, at) for child in CHILDREN[region]]
        if all(one is None for one in said):
            return None
        if KINDS[self.indicator] is Kind.STOCK:
            said = [self.latest(child, at) for child in CHILDREN[region]]
        known = [one for one in said if one is not None]
        return sum(known) / (len(known) if KINDS[self.indicator] is Kind.MEAN else 1)

    def latest(self, region: str, at: int) -> float | None:
        return next((f for d in range(at, -1, -1) if (f := self.figure(region, d)) is not None), None)

    def leaves(self, region: str) -> list[str]:
        if self.source(region) is not None:
            return [region]
        return [leaf for child in CHILDREN[region] for leaf in self.leaves(child)]

    def coverage(self, region: str, at: int) -> tuple[int, int]:
        """Covered and declared on a day."""
        lag = 2 if KINDS[self.indicator] is Kind.STOCK else 0
        leaves = self.leaves(region)
        spoken = [
            any(self.figure(leaf, d) is not None for d in range(max(0, at - lag), at + 1)) for leaf in leaves
        ]
        first = {leaf: min(WORLD.layout.series[s].first_day for _, s in self.told(leaf)) for leaf in leaves}
        return sum(spoken), sum(first[leaf] <= FIRST + timedelta(days=at) for leaf in leaves)


@settings(max_examples=25, deadline=None)
@given(panels(), st.integers(0, DAYS - 1))
def test_figures_and_coverage_are_what_they_are_defined_as(panel: Panel, at: int) -> None:
    f = frame_as_of(WORLD.layout, panel, FIRST + timedelta(days=at), china())
    new_year = (date(2018, 1, 1) - FIRST).days
    for node in WORLD.layout.nodes:
        row, naive = WORLD.layout.row[node], Naive(panel, node.indicator, at + 1)
        figures = [naive.figure(node.region, d) for d in range(at + 1)]
        assert [None if np.isnan(v) else v for v in f.daily.values[row]] == pytest.approx(figures)
        data = max((d for d in range(at + 1) if figures[d] is not None), default=-1)
        begin = new_year if at >= new_year else 0
        spoken = [v for v in figures[begin:] if v is not None] if data >= begin else []
        covered, declared = naive.coverage(node.region, data if spoken else at)
        assert (f.progress.covered[row], f.progress.declared[row]) == (covered if spoken else 0, declared)
        kind = KINDS[node.indicator]
        expected = None
        if spoken and kind in (Kind.FLOW, Kind.INCIDENCE):
            expected = sum(spoken)
        elif spoken:
            expected = sum(spoken) / len(spoken) if kind is Kind.MEAN else spoken[-1]
        to_date = f.progress.to_date[row]
        assert (None if np.isnan(to_date) else to_date) == pytest.approx(expected)
        complete = f.told.complete(np.array([row]))[0, : at + 1]
        itself = naive.leaves(node.region) == [node.region]
        for d in range(at + 1):
            counted = sum(naive.figure(leaf, d) is not None for leaf in naive.leaves(node.region))
            owed = naive.coverage(node.region, d)[1]
            assert complete[d] == (figures[d] is not None and (itself or counted >= 0.6 * owed))


@settings(max_examples=25, deadline=None)
@given(panels(), st.data())
def test_what_is_learnt_and_replayed_is_what_a_fresh_panel_says(panel: Panel, data: st.DataObject) -> None:
    of = data.draw(st.sampled_from([WORLD, BY_CYCLES]))
    reported = reporting(of.catalog, FIRST, DAYS)
    panel.values[~reported] = np.nan
    for _ in range(data.draw(st.integers(1, 4))):
        as_of = FIRST + timedelta(days=data.draw(st.integers(0, DAYS - 1)))
        kept = frame_as_of(of.layout, panel, as_of, china())
        told = fold_day(kept, RULES, {})
        fresh = frame_as_of(of.layout, Panel(FIRST, panel.values.copy()), as_of, china())
        assert np.array_equal(kept.daily.values, fresh.daily.values, equal_nan=True)
        for name in ("to_date", "expected", "lag", "year_on_year", "covered", "declared", "stale"):
            one, other = (getattr(f.progress, name).astype(float) for f in (kept, fresh))
            assert np.array_equal(one, other, equal_nan=True), name
        assert told == fold_day(fresh, RULES, {})
        cells = st.tuples(st.integers(0, len(panel.values) - 1), st.integers(0, DAYS - 1))
        changed = [cell for cell in data.draw(st.lists(cells, max_size=6)) if reported[cell]]
        for row, column in changed:
            panel.values[row, column] = data.draw(st.sampled_from([np.nan, 0.0, 3.0]))
        if changed:
            first = FIRST + timedelta(days=min(column for _, column in changed))
            panel.learn(np.unique([row for row, _ in changed]), first)


# A district and its two towns

WORKS = indicator("works")


def verified_district(*towns: str, kind: Kind = Kind.FLOW) -> World:
    """Two towns; those given report; the city verifies the district."""
    return world(
        replace(WORKS, kind=kind),
        towns=2,
        targets=[target("works", 100)],
        feeds=[
            feed("towns", ["works"], towns or (TOWN, NEXT_TOWN)),
            feed("city", ["works"], [DISTRICT], source="verified"),
        ],
    )


def told(reported: str, verified: str) -> Readings:
    """The towns report 1 each a day from 1 March on, the city verifies 5, up to these days."""
    return {
        ("works", TOWN, "reported"): every("2018-03-01", reported, 1),
        ("works", NEXT_TOWN, "reported"): every("2018-03-01", reported, 1),
        ("works", DISTRICT, "verified"): every("2018-03-01", verified, 5),
    }


def standing(f: Frame, w: World) -> tuple[float, int, int]:
    row = w.row("works")
    return float(f.progress.to_date[row]), int(f.progress.covered[row]), int(f.progress.declared[row])


def test_what_is_verified_counts_for_the_whole_period_while_it_is_fresh() -> None:
    w = verified_district()
    readings = told("2018-03-20", "2018-03-10")
    # stale_after is 4: verified figures of the 10th count on the 14th: 10 × 5. From the 15th on the towns' do: 2 × 15.
    assert standing(w.frame("2018-03-14", readings), w) == (50, 1, 1)
    assert standing(w.frame("2018-03-15", readings), w) == (30, 2, 2)
    assert w.frame("2018-03-15", readings).progress.stale[w.row("works")] == np.False_


def test_a_count_by_the_month_is_fresh_until_the_next_is_overdue() -> None:
    w = world(
        WORKS,
        feeds=[
            feed("towns", ["works"], [TOWN]),
            feed(
                "city",
                ["works"],
                [DISTRICT],
                source="verified",
                cycle=Cycle.MONTHLY,
                reporting=Reporting.CUMULATIVE,
            ),
        ],
    )
    readings: Readings = {
        ("works", TOWN, "reported"): every("2018-01-01", "2018-05-31", 1),
        ("works", DISTRICT, "verified"): {day("2018-01-31"): 50.0, day("2018-02-28"): 90.0},
    }

    def to_date(as_of: str) -> tuple[float, date | None]:
        f = w.frame(as_of, readings)
        return float(f.progress.to_date[w.row("works")]), f.progress.data_day(w.row("works"))

    # February's count is due at ten on 7 March, the fifth working day, when the 6th closes; it counts until March's is.
    assert to_date("2018-03-05") == (50, day("2018-01-31"))
    assert to_date("2018-03-06") == (90, day("2018-02-28"))
    assert to_date("2018-04-07") == (90, day("2018-02-28"))
    # That is due on 9 April, when the 8th closes, and did not come: the town's figures count, 1 a day.
    assert to_date("2018-04-08") == (98, day("2018-04-08"))


def test_where_both_are_stale_what_was_told_last_counts() -> None:
    w = verified_district()
    assert standing(w.frame("2018-03-30", told("2018-03-08", "2018-03-09")), w) == (45, 1, 1)
    assert standing(w.frame("2018-03-30", told("2018-03-09", "2018-03-08")), w) == (18, 2, 2)


def test_an_incomplete_roll_up_does_not_concern_what_is_verified() -> None:
    w = verified_district()
    readings = {
        ("works", TOWN, "reported"): every("2018-03-01", "2018-03-05", 1),
        ("works", DISTRICT, "verified"): every("2018-03-01", "2018-03-05", 5),
    }
    assert not w.frame("2018-03-05", readings).unjudged[w.row("works")]
    # On the 10th nobody is fresh; precedence decides between those who went stale together.
    assert standing(w.frame("2018-03-10", readings), w) == (25, 1, 1)


class TestDiscrepancy:
    """市区比对: what the city verifies against the sum of what the towns report."""

    check = Discrepancy(Bounds(notice=2), absolute=1)

    def test_the_district_is_compared_with_the_sum_of_its_towns(self) -> None:
        f = verified_district().frame("2018-03-02", told("2018-03-02", "2018-03-02"))
        v = verdict(f, self.check)
        assert v.level == "notice"
        assert v.figures.sides == (Side("verified", 10), Side("reported", 4, covered=2, declared=2))
        assert judged_regions(f, self.check) == {("works", DISTRICT)}

    def test_whichever_of_the_two_is_official(self) -> None:
        f = verified_district().frame("2018-03-20", told("2018-03-20", "2018-03-02"))
        assert f.source[f.layout.row[f.layout.nodes[0]]] >= 0
        v = verdict(f, self.check)
        assert (v.level, v.figures.window_first, v.figures.window_last) == (
            "notice",
            day("2018-03-01"),
            day("2018-03-02"),
        )

    def test_days_to_which_too_few_towns_reported_are_not_compared(self) -> None:
        readings = {
            ("works", TOWN, "reported"): every("2018-03-01", "2018-03-02", 1),
            ("works", DISTRICT, "verified"): every("2018-03-01", "2018-03-02", 5),
        }
        assert verdict(verified_district().frame("2018-03-02", readings), self.check).level is None

    def test_a_source_that_leaves_out_towns_others_report_is_not_compared(self) -> None:
        w = world(
            WORKS,
            towns=2,
            feeds=[
                feed("towns", ["works"], [TOWN]),
                feed("monitor", ["works"], [NEXT_TOWN], source="sensor"),
                feed("city", ["works"], [DISTRICT], source="verified"),
            ],
        )
        f = w.frame("2018-03-02", {("works", TOWN, "reported"): listed("2018-03-01", 1, 1)})
        assert judged_regions(f, Discrepancy(self.check.bounds, sources=("reported", "verified"))) == set()


def test_a_jump_is_looked_for_in_reports_and_not_in_sums() -> None:
    check = Jump(Bounds(notice=3), least=3)
    readings = told("2018-03-20", "2018-03-10")
    w = verified_district()
    assert verdict(w.frame("2018-03-10", readings), check).level == "none"
    assert verdict(w.frame("2018-03-15", readings), check).level is None
    assert verdict(w.frame("2018-03-15", readings), check, TOWN).level == "none"


def test_cases_of_a_district_above_those_who_report_them_have_no_age() -> None:
    codes = ("cases", "treated")
    w = world(
        indicator("cases", Kind.INCIDENCE),
        indicator("treated"),
        towns=2,
        feeds=[feed("t", codes, [TOWN, NEXT_TOWN]), feed("c", codes, [DISTRICT], source="verified")],
    )
    check = OpenAge(Bounds(notice=1), found="cases", treated="treated")
    f = w.frame("2018-03-02", {("cases", DISTRICT, "verified"): listed("2018-03-01", 1, 1)})
    assert judged_regions(f, check) == {("cases", TOWN), ("cases", NEXT_TOWN)}
