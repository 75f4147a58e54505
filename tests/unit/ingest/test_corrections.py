"""Rows of the quarantine with what is corrected of them, read with the shipped catalogue of Chaoyang."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from service.catalog.publish import Published
from service.domain.layout import lay_out
from service.ingest.corrections import corrected
from service.ingest.rows import Broken, Row
from service.ingest.validate import Desk, reading_of
from tests.unit.ingest.test_names import chaoyang

DAY = date(2018, 8, 31)
DEMOLISHED, JINZHAN = "illegal_construction_demolished", "110105036"
SAID = {"day": "2018-08-31", "indicator": DEMOLISHED, "region": JINZHAN, "value": 5.0}


@cache
def desk(feed: str = "urban_enforcement") -> Desk:
    catalog = chaoyang()
    numbers = {(s.node, s.source): at for at, s in enumerate(catalog.series)}
    return Desk(Published(1, catalog, lay_out(catalog), {}, numbers), catalog.feed[feed], date(2018, 9, 3))


def meant(said: dict[str, object], **correction: object) -> Row:
    row = corrected("q", said, correction, desk())
    assert isinstance(row, Row), row
    return replace(row, where="")


PLAIN = Row("", DAY, DEMOLISHED, JINZHAN, 5.0)


@pytest.mark.parametrize(
    ("said", "correction", "expected"),
    [
        ({}, {}, PLAIN),
        ({"region": "金站乡"}, {"region": "金盏乡"}, PLAIN),
        ({"region": "金站乡"}, {"region": 110105036}, PLAIN),
        ({"indicator": "拆违"}, {"indicator": "拆除违法建设面积"}, PLAIN),
        ({"day": "8月31日"}, {"day": "2018年8月31日"}, PLAIN),
        ({"value": "约5"}, {"value": "5"}, PLAIN),
        ({"value": "约5"}, {"value": "５公顷"}, replace(PLAIN, unit="公顷")),
        ({"value": "5", "unit": "公顷"}, {"value": "6万平方米"}, replace(PLAIN, value=6.0, unit="万平方米")),
        ({"value": "5个"}, {"unit": "公顷"}, replace(PLAIN, unit="公顷")),
        ({"unit": "个"}, {"unit": None}, PLAIN),
        ({"value": 5.0}, {"value": None}, replace(PLAIN, value=None)),
        ({"value": None}, {}, replace(PLAIN, value=None)),
        ({"value": "x"}, {"value": "撤回"}, replace(PLAIN, value=None)),
        ({"value": "x"}, {"value": "零报告"}, replace(PLAIN, value=0.0)),
        ({"note": "补报", "remark": "没有这一栏"}, {}, replace(PLAIN, note="补报")),
        ({"source": "sensor"}, {"source": None}, PLAIN),
        ({"reporting": "total"}, {"reporting": "daily"}, replace(PLAIN, reporting="daily")),
    ],
)  # fmt: skip
def test_what_is_corrected_counts_and_the_rest_stays(
    said: dict[str, object], correction: dict[str, object], expected: Row
) -> None:
    assert meant({**SAID, **said}, **correction) == expected


@pytest.mark.parametrize(
    ("said", "correction", "faults"),
    [
        ({"region": "金站乡", "value": "约5"}, {}, {"unknown_region": "q.region", "not_a_number": "q.value"}),
        ({}, {"value": "-"}, {"not_a_number": "q.value"}),
        ({}, {"value": ""}, {"missing_field": "q.value"}),
        ({}, {"value": "不适用"}, {"no_figure": "q.value"}),
        ({}, {"value": True}, {"not_text": "q.value"}),
        ({}, {"region": " "}, {"missing_field": "q.region"}),
        ({"value": "1 / 2"}, {}, {"not_a_number": "q.value"}),
        ({"note": "\ufffd"}, {}, {"bad_character": "q.note"}),
        ({}, {"note": "\0"}, {"bad_character": "q.note"}),
        ({"day": "2018-02-30"}, {}, {"bad_day": "q.day"}),
        ({"reporting": "total"}, {}, {"bad_reporting": "q.reporting"}),
    ],
)  # fmt: skip
def test_what_is_still_wrong_says_in_which_field(
    said: dict[str, object], correction: dict[str, object], faults: dict[str, str]
) -> None:
    row = corrected("q", {**SAID, **said}, correction, desk())
    assert isinstance(row, Broken)
    assert {fault.code: fault.where for fault in row.faults} == faults


def test_a_row_that_could_not_be_read_needs_every_field() -> None:
    row = corrected("q", {"row": "金盏乡 | 1 | 966"}, {}, desk())
    assert isinstance(row, Broken)
    assert [fault.where for fault in row.faults] == ["q.day", "q.indicator", "q.region", "q.value"]
    assert meant({"row": "金盏乡 | 1 | 966"}, **{**SAID, "region": "金盏"}) == PLAIN


def test_the_reading_a_row_is_about_is_certain_only_where_nothing_about_it_is_in_doubt() -> None:
    certain = reading_of({**SAID, "value": "约5", "unit": "个"}, desk())
    assert certain is not None and certain[1] == DAY
    for doubt in ({"region": "金盏乡"}, {"day": "2018-09-30"}, {"day": "8月31日"}, {"indicator": 5}):
        assert reading_of({**SAID, **doubt}, desk()) is None, doubt
    assert reading_of({"row": "1 | 2"}, desk()) is None
