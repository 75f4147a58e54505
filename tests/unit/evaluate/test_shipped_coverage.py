"""Nothing of the shipped catalogue goes unwatched: a year in which everything goes wrong, judged by the shipped rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from service.catalog.publish import check_folders
from service.catalog.workdays import china
from service.domain.catalog import Kind, Level, NodeKey, SeriesKey, Target
from service.domain.checks import judge
from service.domain.frame import Frame, frame_as_of
from service.domain.layout import lay_out
from service.domain.rollup import Panel
from service.domain.rules import Check, Jump, Missing, NewGrowth, Pace, Rebound, Stall, Threshold
from service.evaluate.rulefiles.rulefile import read_rules
from service.shipped import shipped, shipped_catalog
from tests.testkit.worlds import day

CATALOG = check_folders([shipped_catalog()])[1]
RULES = read_rules(shipped("alert_rules"), CATALOG).rules
LAYOUT = lay_out(CATALOG)
FIRST, LAST = day("2017-01-01"), day("2018-12-30")
INCIDENCES = [i.code for i in CATALOG.indicators if i.kind is Kind.INCIDENCE]
OPEN_FLOWS = [t for t in CATALOG.targets if CATALOG.indicator[t.indicator].kind is Kind.FLOW]


def frame_of(figure: Callable[[SeriesKey], float], last_days: Callable[[SeriesKey], list[float]]) -> Frame:
    """Every series with the same figure on every day of two years, and other ones on the last days."""
    values = np.empty((len(LAYOUT.series), (LAST - FIRST).days + 1))
    for row, series in enumerate(LAYOUT.series):
        values[row] = figure(series)
        ends = last_days(series)
        values[row, values.shape[1] - len(ends) :] = ends
    return frame_as_of(LAYOUT, Panel(FIRST, values), LAST, china())


@pytest.fixture(scope="module")
def idle() -> Frame:
    """Nothing is done all year, and the air is bad."""
    bad = {Kind.MEAN: 100.0}
    return frame_of(lambda s: bad.get(CATALOG.indicator[s.node.indicator].kind, 0.0), lambda _: [])


@pytest.fixture(scope="module")
def relapsed() -> Frame:
    """Two quiet years, and on the last day the most there can be of everything."""

    def most(series: SeriesKey) -> list[float]:
        maximum = CATALOG.indicator[series.node.indicator].maximum
        assert maximum is not None
        return [maximum]

    return frame_of(lambda _: 0.0, most)


def speaking(frame: Frame, *checks: type[Check]) -> Iterator[tuple[str, NodeKey, Level]]:
    """Rule, node and level of everything that is wrong, by rules of these checks."""
    for rule in RULES.rules:
        if isinstance(rule.check, checks) and rule.active.on(frame.as_of, frame.workdays):
            verdicts = judge(frame, rule)
            for at, row in enumerate(verdicts.rows.tolist()):
                level = verdicts.seen(at).level
                if level:
                    yield rule.name, frame.layout.nodes[row], level


@pytest.mark.parametrize("target", CATALOG.targets, ids=lambda t: t.code)
def test_a_target_that_is_missed_by_far_is_told_by_pace_or_threshold(idle: Frame, target: Target) -> None:
    node = NodeKey(target.indicator, target.region, target.scope)
    levels = [level for _, at, level in speaking(idle, Pace, Threshold) if at == node]
    assert len(levels) == 1 and levels[0] >= Level.ORANGE


@pytest.mark.parametrize("target", OPEN_FLOWS, ids=lambda t: t.code)
def test_an_open_target_without_progress_is_told_by_stall(idle: Frame, target: Target) -> None:
    node = NodeKey(target.indicator, target.region, target.scope)
    assert [level for _, at, level in speaking(idle, Stall) if at == node] == [Level.YELLOW]


@pytest.mark.parametrize("indicator", INCIDENCES)
@pytest.mark.parametrize("check", [Rebound, NewGrowth])
def test_what_should_not_occur_is_told_in_every_sub_district_when_it_does(
    relapsed: Frame, indicator: str, check: type[Check]
) -> None:
    found = [(rule, at.region) for rule, at, level in speaking(relapsed, check) if at.indicator == indicator]
    towns = {s.node.region for s in CATALOG.series if s.node.indicator == indicator}
    assert len(found) == len(towns) == 43 and {region for _, region in found} == towns
    assert len({rule for rule, _ in found}) == 1, "by one rule"


def test_a_feed_that_is_silent_is_told() -> None:
    silent = frame_of(lambda _: np.nan, lambda _: [])
    (missing,) = (rule for rule in RULES.rules if isinstance(rule.check, Missing))
    verdicts = judge(silent, missing)
    assert [verdicts.seen(at).level for at in range(len(verdicts.rows))] == [Level.ORANGE] * len(
        CATALOG.feeds
    )


@pytest.mark.parametrize("indicator", [i.code for i in CATALOG.indicators])
def test_a_report_that_is_out_of_all_proportion_or_never_changes_is_doubted(
    idle: Frame, relapsed: Frame, indicator: str
) -> None:
    """A sum that leaps, a monitor that hangs: one frame has the leap, the other the same mean for two years."""
    nodes = {s.node for s in CATALOG.series if s.node.indicator == indicator}
    frame = idle if CATALOG.indicator[indicator].kind is Kind.MEAN else relapsed
    assert {at for _, at, _ in speaking(frame, Jump) if at.indicator == indicator} == nodes
