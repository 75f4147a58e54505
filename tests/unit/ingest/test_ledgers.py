"""Ledgers as sub-districts keep them: what stands around the figures, and the words clerks use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Catalog
from service.domain.cycles import Cycle
from service.ingest.parse.sheets import read_sheets
from service.ingest.rows import Parsed
from service.sheets.cells import Cell
from service.sheets.sheet import Sheet, in_chinese
from tests.testkit.bodies import faults_of
from tests.unit.ingest.test_names import chaoyang, names

PARKING = "新增居住区停车位"
CHAOWAI, JINZHAN = "110105002", "110105036"


def by(cycle: Cycle) -> Catalog:
    return replace(chaoyang(), feeds=tuple(replace(feed, cycle=cycle) for feed in chaoyang().feeds))


def read(
    *rows: list[Cell], name: str = "台账", day: date | None = None, catalog: Catalog | None = None
) -> Parsed:
    catalog = catalog or chaoyang()
    sheet = Sheet([list(row) for row in rows], name=name)
    return read_sheets([sheet], catalog, names("urban_management", catalog), day)


def days(parsed: Parsed) -> list[date]:
    assert faults_of(parsed) == []
    return [row.day for row in parsed.rows]


def table(title: str = "2018年8月31日", region: str = "街乡", *more: list[Cell]) -> list[list[Cell]]:
    return [
        [title],
        ["序号", region, PARKING, "备注"],
        [1.0, "朝外街道", 12.0],
        [2.0, "金 盏 乡", 15.0],
        *more,
    ]


# ---- totals and footers


@pytest.mark.parametrize(
    "total",
    [
        ["合计", None, 27.0],
        ["总 计", None, 27.0],
        [None, "合计", 27.0],
        [None, "朝阳区合计", 27.0],
        [3.0, "街道小计", 27.0],
        [None, "农村地区合计", 27.0],
        ["小计", None, 27.0],
    ],
)
def test_a_row_of_totals_is_one_wherever_it_says_so(total: list[Cell]) -> None:
    parsed = read(*table("2018年8月31日", "街乡", total))
    assert [(r.region, r.value) for r in parsed.rows] == [(CHAOWAI, 12.0), (JINZHAN, 15.0)]
    assert faults_of(parsed) == []
    assert [n.code for n in parsed.notices] == ["totals"]


def test_a_total_that_is_not_the_sum_is_told_though_it_stands_in_the_first_column() -> None:
    parsed = read(*table("2018年8月31日", "街乡", ["合计", None, 28.0]))
    assert [n.code for n in parsed.notices] == ["total_differs", "totals"]


@pytest.mark.parametrize(
    "footer",
    [
        ["单位负责人签字：", None, "填报人：", 65001234.0],
        ["经办人：王五", None, "65001234"],
        ["填报人", "张三", "联系电话", "65001234"],
        ["联 系 人：张三", None, 65094321.0],
        ["（盖章）", None, "2018年9月1日"],
        ["统计时间：2018年8月31日17时", None, 17.0],
    ],
)
def test_what_is_signed_below_a_table_is_no_row(footer: list[Cell]) -> None:
    parsed = read(*table("2018年8月31日", "街乡", [], footer))
    assert len(parsed.rows) == 2 and faults_of(parsed) == []
    assert [n.code for n in parsed.notices] == ["left_out"]


# ---- headers


@pytest.mark.parametrize(
    "word", ["街镇", "街（乡）", "街道、乡", "各街乡", "填报单位", "地区办事处", "街乡（地区）", "单位名称"]
)
def test_a_column_of_regions(word: str) -> None:
    assert days(read(*table("2018年8月31日", word))) == [date(2018, 8, 31)] * 2


def test_who_reports_may_stand_in_the_title() -> None:
    parsed = read(["填报单位", "区城市管理委"], *table())
    assert days(parsed) == [date(2018, 8, 31)] * 2


def test_columns_of_words_are_left_out_and_told() -> None:
    parsed = read(
        ["2018年8月31日"], ["街乡", PARKING, "联系人", "联系电话"], ["朝外", 1.0, "张三", 65001234.0]
    )
    assert [r.value for r in parsed.rows] == [1.0] and faults_of(parsed) == []
    (told,) = parsed.notices
    assert told.code == "left_out_column" and "C2“联系人”、台账!D2“联系电话”" in told.zh


# ---- days


@pytest.mark.parametrize(
    "title",
    [
        "截至2018年8月31日17时",
        "填报日期：2018年9月1日 数据截至2018年8月31日",
        "（统计日期：2018.8.31 10:00）",
        "截至2018年8月31日24时（填报时间:2018-09-01）",
    ],
)
def test_the_day_the_figures_are_of(title: str) -> None:
    assert days(read(*table(title))) == [date(2018, 8, 31)] * 2


def test_the_day_a_table_was_filled_in_is_not_that_of_its_figures() -> None:
    """Figures of the 31st are due on the morning of the 1st."""
    for rows in (table("填报日期：2018年9月1日"), [["填报时间：", "2018-09-01"], *table("停车位台账")]):
        (fault,) = read(*rows).faults
        assert fault.code == "no_day" and "只写了填报日期（2018-09-01）" in fault.zh
        assert days(read(*rows, day=date(2018, 8, 31))) == [date(2018, 8, 31)] * 2


def test_a_column_that_says_when_a_row_was_filled_in_is_left_out() -> None:
    rows: list[list[Cell]] = [["街乡", "填报日期", PARKING], ["朝外", "2018-09-01", 1.0]]
    parsed = read(["截至2018年8月31日"], *rows)
    assert days(parsed) == [date(2018, 8, 31)]
    assert [(n.code, "填报日期" in n.zh) for n in parsed.notices] == [("left_out_column", True)]
    assert [fault.code for fault in read(*rows).faults] == ["no_day"]


@pytest.mark.parametrize(("title", "name"), [("8月31日", "台账"), ("台账", "8月31日"), ("台账", "8.31")])
def test_a_day_whose_year_is_missing(title: str, name: str) -> None:
    (fault,) = read(*table(title), name=name).faults
    assert fault.code == "no_year" and "31”没有年份" in fault.zh.replace("日", "")
    assert days(read(["2018年"], *table(title), name=name)) == [date(2018, 8, 31)] * 2


def test_days_of_the_month_that_the_title_or_the_sheets_name_says() -> None:
    head: list[Cell] = ["街乡", "1日", "2日", "合计"]
    wanted = [date(2018, 8, 1), date(2018, 8, 2)]
    assert days(read(["2018年8月停车位"], head, ["朝外", 1.0, 0.0, 1.0])) == wanted
    assert days(read(["2018年停车位"], head, ["朝外", 1.0, 0.0, 1.0], name="8月")) == wanted
    assert {f.code for f in read(["停车位"], head, ["朝外", 1.0, 0.0, 1.0]).faults} == {"no_month"}


def test_months_of_a_feed_that_reports_by_the_month() -> None:
    monthly, last = by(Cycle.MONTHLY), date(2018, 8, 31)
    assert days(read(*table("2018年8月份停车位"), catalog=monthly)) == [last] * 2
    assert days(read(*table("2018年停车位"), name="8月", catalog=monthly)) == [last] * 2
    assert days(read(*table("2018年8月1日—8月31日"), catalog=monthly)) == [last] * 2
    parsed = read(["2018年"], ["街乡", "7月", "8月"], ["朝外", 1.0, 0.0], catalog=monthly)
    assert days(parsed) == [date(2018, 7, 31), last]
    assert [f.code for f in read(*table("2018年8月份停车位")).faults] == ["no_day"]


def test_the_week_a_title_names() -> None:
    week = "2018年8月27日至2018年9月2日"
    assert days(read(*table(week), catalog=by(Cycle.WEEKLY))) == [date(2018, 9, 2)] * 2
    assert [f.code for f in read(*table(week)).faults] == ["several_days"]


# ---- what is told


def test_the_same_figure_twice_is_told() -> None:
    """Two sites of one sub-district, say: 20 were built, not 10."""
    parsed = read(["2018年8月31日"], ["街乡", PARKING], ["朝外", 10.0], ["朝外街道", 10.0], ["金盏", 10.0])
    assert [(n.code, "台账!B4" in n.zh) for n in parsed.notices] == [("repeated", True)]


@pytest.mark.parametrize(("said", "unit"), [("3个工地", "个工地"), ("100余", "余"), ("5人次", "人次")])
def test_a_word_behind_a_figure_that_is_no_unit(said: str, unit: str) -> None:
    (fault,) = faults_of(read(["2018年8月31日"], ["街乡", PARKING], ["朝外", said]))
    assert fault.code == "not_a_number" and f"数字后的“{unit}”不是认识的单位" in fault.zh


@pytest.mark.parametrize(
    "rows",
    [
        [["汇总"], [None, "甲"], ["朝外", 5.0]],
        [["指标", "合计"], [PARKING, 5.0]],
        [["街乡", PARKING], ["合计", 5.0]],
    ],
)
def test_a_sheet_that_is_not_meant_is_told_how_to_be_left_out(rows: list[list[Cell]]) -> None:
    found = read(*rows, day=date(2018, 8, 31))
    assert any("请在 A1 格写“本表不上报”" in fault.zh for fault in found.faults)


def test_rows_are_named_as_clerks_say_it() -> None:
    parsed = read(*table("2018年8月31日", "街乡", ["合计", None, 27.0]))
    assert [n.zh for n in parsed.notices] == ["合计行只作核对，不入库：台账第5行。"]
    assert [n.en for n in parsed.notices] == ["rows of totals were compared, not stored: 台账!5:5."]
    assert in_chinese("line 12") == "第12行" and in_chinese("line 12 column 3") == "第12行第3列"


@pytest.mark.parametrize(
    "name", ["金盏乡人民政府", "金盏乡政府", "金盏地区（乡）", "金盏（地区）乡", "金盏（乡）"]
)
def test_a_township_and_its_office(name: str) -> None:
    assert names("urban_management").region(name) == JINZHAN


def test_a_column_of_groups_is_no_scope() -> None:
    (fault,) = faults_of(read(["2018年8月31日"], ["片区", "街乡", PARKING], ["城区", "朝外", 1.0]))
    assert fault.code == "unknown_scope" and "本指标不分范围" in fault.zh and "改名“备注”" in fault.zh
