"""Messages on a place in the city's ranking, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Kind, Level
from service.domain.facts import Facts, Figures
from service.words.messages import compose
from tests.unit.words.samples import JUNE_30, facts

JULY_9 = date(2018, 7, 9)
PLACE = Figures(data_day=JUNE_30, to_date=12.0, value=12.0, bound=10.0)
RANKED = replace(
    facts("threshold", "全市排名靠后", Level.YELLOW, PLACE, JUNE_30, JULY_9),
    indicator="拆除违法建设全市排名",
    short="拆除违法建设全市排名",
    kind=Kind.STOCK,
    unit="位",
    source="市级认定",
)
AIMED = replace(RANKED, figures=replace(PLACE, target=5.0, comparator="<=", bound=None))
ELSEWHERE = replace(RANKED, region="东城区", beside_root=True)


@pytest.mark.parametrize(
    ("told", "headline", "figures"),
    [
        (RANKED, "拆除违法建设全市排名列第12位", "截至6月30日,最新列第12位;界限为第10位。"),
        (AIMED, "拆除违法建设全市排名列第12位", "截至6月30日,最新列第12位;年度目标为前5位。"),
        (ELSEWHERE, "东城区拆除违法建设全市排名列第12位", "截至6月30日,最新列第12位;界限为第10位。"),
    ],
)
def test_a_rank_is_a_place_and_no_sum(told: Facts, headline: str, figures: str) -> None:
    text = compose(told).text.splitlines()
    assert (text[0], text[1]) == (f"【黄灯|全市排名靠后】{headline}", figures)


def test_a_rank_in_english() -> None:
    text = compose(AIMED, "en").text.splitlines()
    assert "place 12" in text[0] and "target: among the first 5" in text[1]
