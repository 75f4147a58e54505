"""sql: the figures a query gave, against bounds; what it says nothing of, and what becomes of no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from service.domain.answers import Answer, NoAnswer, answer_of
from service.domain.catalog import Level
from service.domain.facts import EventKind
from service.domain.frame import Frame
from service.domain.rules import Bounds, Sql
from service.errors import Invalid
from tests.testkit.worlds import DISTRICT, NEXT_TOWN, TOWN, day, every, indicator, rule, verdict, world

W = world(indicator("parking"), towns=2)
BOTH = {("parking", town): every("2018-01-01", "2018-03-31", 1) for town in (TOWN, NEXT_TOWN)}
CHECK = Sql(Bounds(yellow=5, red=10), "")
FAILED = NoAnswer(Invalid("query_timeout", "超时。", "too slow."))


def answering(answer: Answer | NoAnswer | None, as_of: str | date = "2018-03-31") -> Frame:
    """A day on which the query of the rule `rule` said this; None where nobody asked it."""
    return replace(W.frame(as_of, BOTH), answers={"rule": answer} if answer else {})


def figure(value: float | None, region: str = TOWN) -> Answer:
    return answer_of(W.layout, [("parking", region, "", value)])


@pytest.mark.parametrize(
    ("value", "level", "bound"), [(4.9, "none", None), (5.0, "yellow", 5.0), (12.0, "red", 10.0)]
)
def test_the_figure_is_held_against_the_bounds(value: float, level: str, bound: float | None) -> None:
    said = verdict(answering(figure(value)), CHECK, TOWN)
    assert (said.level, said.figures.value, said.figures.bound) == (level, value, bound)


def test_smaller_may_be_worse() -> None:
    below = Sql(Bounds(yellow=10, red=5, below=True, clear=2), "")
    assert verdict(answering(figure(5.0)), below, TOWN).level == "red"
    said = verdict(answering(figure(11.0)), below, TOWN)
    assert (said.level, said.hold, said.figures.bound) == ("none", "yellow", None)
    assert verdict(answering(figure(11.0)), below, NEXT_TOWN).level == "none"


def test_a_node_the_query_does_not_name_has_nothing_the_matter() -> None:
    said = verdict(answering(figure(12.0)), CHECK, NEXT_TOWN)
    assert (said.level, said.hold, said.figures.value) == ("none", "none", None)
    assert verdict(answering(answer_of(W.layout, [])), CHECK, DISTRICT).level == "none"


@pytest.mark.parametrize("answer", [figure(None), FAILED, None], ids=["NULL", "failed", "not asked"])
def test_without_a_figure_nothing_is_judged(answer: Answer | NoAnswer | None) -> None:
    assert verdict(answering(answer), CHECK, TOWN).level is None


def test_a_stale_figure_is_not_judged_whatever_the_query_says() -> None:
    assert verdict(answering(figure(12.0), "2018-04-20"), CHECK, TOWN).level is None


def test_an_alert_stands_still_while_the_query_fails_and_falls_when_it_answers() -> None:
    named_nobody = answer_of(W.layout, [])
    answers: list[Answer | NoAnswer] = [figure(12.0), FAILED, FAILED, figure(None), named_nobody]
    frames = [answering(answer, date(2018, 3, 1 + n)) for n, answer in enumerate(answers)]
    lived = W.fold(frames, rule(CHECK, level="subdistrict"))
    outcomes = [day.outcomes for day in lived]
    assert [len(each) for each in outcomes] == [1] * 5
    assert [each[0].level for each in outcomes] == [Level.RED] * 4 + [Level.NONE]
    assert [each[0].figures is None for each in outcomes] == [False, True, True, True, False]
    last = outcomes[-1][0].transition
    assert last is not None and last.kind is EventKind.RESOLVED


def test_an_alert_goes_on_over_the_end_of_the_year() -> None:
    readings = {("parking", TOWN): every("2018-12-01", "2019-01-05", 1)}
    frames = [
        replace(W.frame(day(as_of), readings, date(2017, 1, 1)), answers={"rule": figure(12.0)})
        for as_of in ("2018-12-31", "2019-01-01")
    ]
    first, second = W.fold(frames, rule(CHECK, level="subdistrict"))
    assert first.clocks.keys() == second.clocks.keys() and len(first.clocks) == 1


class TestAnAnswer:
    def test_is_the_figure_of_each_node_named(self) -> None:
        rows = [("parking", NEXT_TOWN, "", 3.0), ("parking", DISTRICT, None, None)]
        answer = answer_of(W.layout, rows)
        assert answer.rows.tolist() == [W.row("parking", NEXT_TOWN), W.row("parking")]
        assert np.array_equal(answer.values, [3.0, np.nan], equal_nan=True)

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([("parkng", TOWN, "", 1.0)], f"the catalogue has no figure parkng {TOWN}."),
            ([("parking", TOWN, "东", 1.0)], f"the catalogue has no figure parking {TOWN} 东."),
            ([("parking", None, "", 1.0)], "the catalogue has no figure parking -."),
            ([("parking", TOWN, "", 1.0)] * 2, f"the query names parking {TOWN} more than once."),
            ([("parking", TOWN, "", float("-inf"))], f"the figure of parking {TOWN} is infinite."),
        ],
    )
    def test_that_is_wrong_in_one_place_is_none(
        self, rows: list[tuple[str, str, str, float]], sentence: str
    ) -> None:
        with pytest.raises(Invalid) as raised:
            answer_of(W.layout, rows)
        assert raised.value.en == sentence and raised.value.zh
