"""Several tables on one sheet: below one another, and in parts beside each other."""

from __future__ import annotations

from datetime import date

import pytest

from service.ingest.parse.blocks import MOST
from service.ingest.parse.sheets import read_sheets
from service.ingest.rows import Parsed
from service.sheets.cells import Cell
from service.sheets.sheet import Sheet
from tests.testkit.bodies import faults_of
from tests.unit.ingest.test_names import chaoyang, names

PARKING, DEMOLISHED, NEW = "新增居住区停车位", "拆除违法建设", "新增违法建设"
CHAOWAI, JINZHAN, DONGFENG, DONGBA = "110105002", "110105036", "110105030", "110105039"


def read(*rows: list[Cell], feed: str = "urban_enforcement", day: date | None = None) -> Parsed:
    sheet = Sheet([list(row) for row in rows], name="台账")
    return read_sheets([sheet], chaoyang(), names(feed), day)


def figures(parsed: Parsed) -> list[tuple[str, int, str, float | None]]:
    """Indicator's first word, day of the month, region and value."""
    assert faults_of(parsed) == []
    assert parsed.count == len(parsed.rows)
    return [(r.indicator.split("_")[0], r.day.day, r.region, r.value) for r in parsed.rows]


def codes(parsed: Parsed) -> list[str]:
    return [notice.code for notice in parsed.notices]


# ---- below one another


def test_a_second_table_is_of_what_its_own_title_says() -> None:
    """Under the same header, and so easily taken for more of the first."""
    parsed = read(
        [f"{DEMOLISHED}（2018年8月30日）"],
        ["街乡", "完成数"],
        ["朝外", 1.0],
        [f"{NEW}（2018年8月31日）"],
        ["街乡", "完成数"],
        ["东坝", 5.0],
    )
    assert figures(parsed) == [("illegal", 30, CHAOWAI, 1.0), ("new", 31, DONGBA, 5.0)]


def test_the_same_table_of_another_day() -> None:
    parsed = read(
        ["2018年8月30日"],
        ["街乡", PARKING],
        ["朝外", 1.0],
        [],
        ["2018年8月31日"],
        ["街乡", PARKING],
        ["朝外", 5.0],
        feed="urban_management",
    )
    assert [(r.day.day, r.value) for r in parsed.rows] == [(30, 1.0), (31, 5.0)]
    assert faults_of(parsed) == []


def test_a_second_table_of_other_columns_has_its_own_totals_and_the_first_titles_day() -> None:
    parsed = read(
        ["2018年8月31日", "单位：万平方米"],
        ["一、拆违"],
        ["街乡", DEMOLISHED],
        ["朝外", 1.0],
        ["合计", 1.0],
        ["填报人：张三"],
        [],
        ["二、新增违建"],
        ["序号", "街乡", NEW],
        [1.0, "朝外", 5.0],
        [2.0, "金盏", 6.0],
        [None, "合计", 11.0],
    )
    assert figures(parsed) == [
        ("illegal", 31, CHAOWAI, 1.0),
        ("new", 31, CHAOWAI, 5.0),
        ("new", 31, JINZHAN, 6.0),
    ]
    assert {r.unit for r in parsed.rows} == {"万平方米"}
    assert codes(parsed) == ["totals", "left_out", "totals"]


def test_a_second_title_that_says_nothing_known_is_not_that_of_the_first() -> None:
    parsed = read(
        [f"2018年8月31日{DEMOLISHED}"],
        ["街乡", "完成数"],
        ["朝外", 1.0],
        ["二、新开墙洞"],
        ["街乡", "完成数"],
        ["朝外", 5.0],
    )
    assert [f.code for f in parsed.faults] == ["no_indicator"]
    assert [(r.where, r.value) for r in parsed.rows] == [("台账!B3", 1.0)]


@pytest.mark.parametrize("between", [[], [[]], [["2018年8月31日"]], [["金盏", None]]])
def test_a_header_on_every_page_does_not_begin_another_table(between: list[list[Cell]]) -> None:
    parsed = read(
        ["2018年8月31日"],
        ["街乡", DEMOLISHED],
        ["朝外", 1.0],
        *between,
        ["街乡", DEMOLISHED],
        ["东坝", 2.0],
        ["合计", 3.0],
    )
    assert figures(parsed) == [("illegal", 31, CHAOWAI, 1.0), ("illegal", 31, DONGBA, 2.0)]
    assert "total_differs" not in codes(parsed)


@pytest.mark.parametrize("row", [["街道", 5.0], ["地区", "/"], ["街道", "5个"]])
def test_a_row_of_figures_is_never_a_header(row: list[Cell]) -> None:
    parsed = read(["2018年8月31日"], ["街乡", DEMOLISHED], ["朝外", 1.0], row, ["金盏", 2.0])
    assert [r.value for r in parsed.rows] == [1.0, 2.0]
    assert [f.code for f in faults_of(parsed)] == ([] if row[1] == "/" else ["unknown_region"])


def test_more_tables_than_anybody_keeps_on_a_sheet() -> None:
    """Each costs some milliseconds."""
    rows: list[list[Cell]] = []
    for day in range(MOST + 1):
        rows += [[f"2018年8月{1 + day % 30}日"], ["街乡", DEMOLISHED], ["朝外", 1.0]]
    parsed = read(*rows)
    assert [f.code for f in parsed.faults] == ["too_many_tables"] and not parsed.rows
    assert read(*rows[:60]).count == 20


# ---- beside each other


def test_a_table_in_two_halves() -> None:
    parsed = read(
        ["2018年8月31日"],
        ["序号", "街乡", DEMOLISHED, "序号", "街乡", DEMOLISHED, "备注"],
        [1.0, "朝外", 1.0, 3.0, "金盏", 5.0, "补报"],
        [2.0, "东坝", 2.0, 4.0, "东风", 6.0],
        [None, None, None, None, "合计", 14.0],
    )
    assert [(r.region, r.value, r.note) for r in parsed.rows] == [
        (CHAOWAI, 1.0, None),
        (DONGBA, 2.0, None),
        (JINZHAN, 5.0, "补报"),
        (DONGFENG, 6.0, None),
    ]
    assert "total_differs" not in codes(parsed) and faults_of(parsed) == []


def test_a_total_of_one_half_is_compared_with_it() -> None:
    head: list[Cell] = ["街乡", DEMOLISHED, None, "街乡", DEMOLISHED]
    rows: list[list[Cell]] = [["2018年8月31日"], head, ["朝外", 1.0, None, "金盏", 5.0]]
    assert "total_differs" not in codes(read(*rows, ["合计", 1.0, None, "合计", 5.0]))
    assert codes(read(*rows, ["合计", 1.0, None, "合计", 7.0])).count("total_differs") == 1


def test_more_parts_beside_each_other_than_anybody_writes_are_headers_twice() -> None:
    parsed = read(["2018年8月31日"], ["街乡", DEMOLISHED] * 9, ["朝外", 1.0] * 9)
    assert {f.code for f in parsed.faults} == {"header_twice"}


def test_the_same_figure_twice_in_one_half_is_still_a_fault() -> None:
    parsed = read(["2018年8月31日"], ["街乡", DEMOLISHED, DEMOLISHED], ["朝外", 1.0, 2.0])
    assert [f.code for f in parsed.faults] == ["header_twice"]
