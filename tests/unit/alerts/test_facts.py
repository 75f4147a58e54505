"""From a verdict to the words: codes become names, and figures are stored as they were said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.alerts.facts import Saying, Speaker, facts_of
from service.alerts.figures import from_plain, to_plain
from service.domain.catalog import Level, Source
from service.domain.checks import judge
from service.domain.facts import EventKind, Reason
from service.domain.fold import fold_day
from service.domain.rules import Bounds, Discrepancy, Pace, RuleSet
from service.words.messages import compose
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    every,
    feed,
    indicator,
    listed,
    rule,
    target,
    world,
)

RULE = rule(Discrepancy(Bounds(yellow=2), absolute=5, relative=0.05), level="subdistrict")


def test_two_sources_that_differ_are_told_by_their_names() -> None:
    w = world(
        indicator("works"),
        feeds=[feed("town", ["works"], [TOWN]), feed("city", ["works"], [TOWN], source="verified")],
    )
    agreed = every("2018-03-01", "2018-03-03", 10)
    f = w.frame(
        "2018-03-03",
        {
            ("works", TOWN, "reported"): agreed,
            ("works", TOWN, "verified"): agreed | listed("2018-03-02", 4),
        },
    )
    (outcome,) = fold_day(f, RuleSet((RULE,)), {}).outcomes
    assert outcome.figures is not None and judge(f, RULE).level.tolist() == [2]
    saying = Saying(
        key=outcome.key,
        number="2018-0305-01",
        event=EventKind.FIRED,
        reason=Reason.CONDITION,
        level=outcome.level,
        before=outcome.level,
        since=outcome.since,
        figures=outcome.figures,
        retroactive=False,
    )
    speaker = Speaker(f, date(2018, 3, 5), "")
    told = compose(facts_of(speaker, RULE, "discrepancy", saying)).text
    # 24 against 30: 6 apart, a fifth of the larger; 5 is more than 5 % of 30
    assert told.splitlines()[1] == (
        "截至3月3日,市级认定累计24个,填报累计30个;相差6个(20.0%),允许相差5个。3月2日起不一致,已2天。"
    )
    assert from_plain(to_plain(outcome.figures)) == outcome.figures
    own = replace(RULE, summary="{region}两数不一", description="{sides}。", runbook="https://example.org/r")
    lines = compose(facts_of(speaker, own, "discrepancy", saying)).text.splitlines()
    assert lines[0].endswith("110105001两数不一")
    assert (
        lines[1] == "市级认定24个、填报30个。3月2日起不一致,已2天。" or lines[1] == "市级认定24个、填报30个。"
    )
    assert "查看:https://example.org/r" in lines


@pytest.mark.parametrize(("as_of", "source"), [("2018-03-14", "市级认定"), ("2018-03-15", "属地填报")])
def test_a_message_names_the_source_its_figures_are_from(as_of: str, source: str) -> None:
    """The city verifies the district's total until 10 March, fresh for four days; two of three towns report."""
    w = world(
        indicator("works"),
        towns=3,
        targets=[target("works", 1e6)],
        feeds=[
            feed("towns", ["works"], [TOWN, NEXT_TOWN]),
            feed("city", ["works"], [DISTRICT], source="verified"),
        ],
    )
    readings = {
        ("works", TOWN, "reported"): every("2018-03-01", "2018-03-20", 1),
        ("works", NEXT_TOWN, "reported"): every("2018-03-01", "2018-03-20", 1),
        ("works", DISTRICT, "verified"): every("2018-03-01", "2018-03-10", 5),
    }
    behind = rule(Pace(Bounds(notice=1)), level="district")
    f = w.frame(as_of, readings)
    (outcome,) = fold_day(f, RuleSet((behind,)), {}).outcomes
    assert outcome.figures is not None
    saying = Saying(
        key=outcome.key,
        number="2018-0316-01",
        event=EventKind.FIRED,
        reason=Reason.CONDITION,
        level=outcome.level,
        before=outcome.level,
        since=outcome.since,
        figures=outcome.figures,
        retroactive=False,
    )
    facts = facts_of(Speaker(f, date(2018, 3, 16), ""), behind, "pace", saying)
    assert (facts.source, facts.localities) == (source, ("110105001", "110105002"))
    assert f"数据:{source}" in compose(facts).text


def test_a_source_that_names_the_localities_itself_is_named_once() -> None:
    w = world(
        indicator("works"), targets=[target("works", 1e6)], sources=[Source("reported", "属地填报", "", 1)]
    )
    f = w.frame("2018-03-14", {("works", TOWN): every("2018-01-01", "2018-03-14", 1)})
    (outcome,) = fold_day(f, RuleSet((rule(Pace(Bounds(notice=1)), level="district"),)), {}).outcomes
    assert outcome.figures is not None
    saying = Saying(
        key=outcome.key,
        number="2018-0316-01",
        event=EventKind.FIRED,
        reason=Reason.CONDITION,
        level=outcome.level,
        before=Level.NONE,
        since=outcome.since,
        figures=outcome.figures,
        retroactive=False,
    )
    assert facts_of(Speaker(f, date(2018, 3, 16), ""), RULE, "pace", saying).source == "属地填报"
