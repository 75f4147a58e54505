"""Headers as ledgers have them: corners that name both axes, two rows of header, 当日 beside 累计."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Catalog, Reporting
from service.domain.cycles import Cycle
from service.ingest.parse.sheets import read_sheets
from service.ingest.parse.subheads import Part, subhead
from service.ingest.rows import Parsed
from service.sheets.cells import Cell
from service.sheets.sheet import Sheet
from tests.testkit.bodies import faults_of
from tests.unit.ingest.test_names import chaoyang, names

PARKING, PARKING_ZH, WALLS = "residential_parking_added", "新增居住区停车位", "整治“开墙打洞”"
JINZHAN, DONGBA = "110105036", "110105039"
DAY = date(2018, 8, 31)


def declared(reporting: Reporting, cycle: Cycle = Cycle.DAILY) -> Catalog:
    """The shipped catalogue, where everything is reported in one way."""
    feeds = (
        replace(f, cycle=cycle, covers=tuple(replace(c, reporting=reporting) for c in f.covers))
        for f in chaoyang().feeds
    )
    return replace(chaoyang(), feeds=tuple(feeds))


def read(*rows: list[Cell], catalog: Catalog | None = None, feed: str = "urban_management") -> Parsed:
    catalog = catalog or chaoyang()
    return read_sheets([Sheet([list(row) for row in rows], name="台账")], catalog, names(feed, catalog), DAY)


def figures(parsed: Parsed) -> list[tuple[str, float | None]]:
    assert faults_of(parsed) == []
    assert parsed.count == len(parsed.rows)
    return [(r.region, r.value) for r in parsed.rows]


def told(parsed: Parsed, code: str) -> list[str]:
    return [notice.zh for notice in parsed.notices if notice.code == code]


# ---- corners


@pytest.mark.parametrize(
    "corner",
    [
        "街乡\\指标",
        "指标/街乡",
        "街乡　指标",
        "指标\n街乡",
        "街乡／指标",
        "指标 \\ 街乡",
        "街道/乡镇",
        " 指标\n\n  街乡名称 ",
    ],
)
def test_a_corner_names_both_axes_whichever_comes_first(corner: str) -> None:
    assert figures(read([corner, PARKING_ZH], ["金盏乡", 1.0], ["东坝乡", 2.0])) == [
        (JINZHAN, 1.0),
        (DONGBA, 2.0),
    ]


@pytest.mark.parametrize("corner", ["街乡\\指标", "指标/街乡"])
def test_a_corner_of_a_turned_table(corner: str) -> None:
    assert figures(read([corner, "金盏乡", "东坝乡"], [PARKING_ZH, 1.0, 2.0])) == [
        (JINZHAN, 1.0),
        (DONGBA, 2.0),
    ]


def test_a_corner_with_days() -> None:
    parsed = read(["街乡\\日期", "2018-08-30", "2018-08-31"], ["金盏乡", 1.0, 2.0])
    assert [(r.day.day, r.value) for r in parsed.rows] == [(30, 1.0), (31, 2.0)]


def test_a_corner_of_a_word_nobody_knows_is_no_header() -> None:
    parsed = read(["街乡\\甲乙", PARKING_ZH], ["金盏乡", 1.0])
    assert [f.code for f in parsed.faults] == ["no_header"]


# ---- 当日 beside 累计

BOTH: tuple[list[Cell], ...] = (
    ["街乡", PARKING_ZH, None, None, None],
    [None, "当日", "累计", "年度任务", "完成率"],
    ["金盏乡", 3.0, 120.0, 200.0, "60%"],
    ["东坝乡", 0.0, 7.0, 100.0, "7%"],
)


def test_of_day_and_sum_the_one_that_is_reported_is_taken() -> None:
    daily = read(*BOTH)
    assert figures(daily) == [(JINZHAN, 3.0), (DONGBA, 0.0)]
    assert {r.reporting for r in daily.rows} == {"daily"}
    (left,) = told(daily, "left_out_column")
    assert all(place in left for place in ("台账!C1“累计”", "台账!D1“年度任务”", "台账!E1“完成率”"))
    sums = read(*BOTH, catalog=declared(Reporting.CUMULATIVE))
    assert figures(sums) == [(JINZHAN, 120.0), (DONGBA, 7.0)]
    assert "台账!B1“当日”" in told(sums, "left_out_column")[0]


def test_a_series_that_switches_is_read_by_its_days() -> None:
    feeds = (
        replace(f, covers=tuple(replace(c, switched=(DAY,)) for c in f.covers)) for f in chaoyang().feeds
    )
    parsed = read(
        ["日期", "街乡", "当日", "累计"], ["2018-08-30", "金盏乡", 3.0, 120.0], ["2018-08-31", "金盏乡", 4.0, 124.0],
        catalog=replace(chaoyang(), feeds=tuple(feeds)),
    )  # fmt: skip
    assert figures(parsed) == [(JINZHAN, 3.0), (JINZHAN, 124.0)]


@pytest.mark.parametrize(
    "header",
    [[PARKING_ZH, "累计"], [f"{PARKING_ZH}当日", f"{PARKING_ZH}累计"], [f"当日完成{PARKING_ZH}", None]],
)
def test_the_indicators_name_alone_or_with_what_is_meant(header: list[Cell]) -> None:
    parsed = read(["街乡", *header], ["金盏乡", 3.0, None if header[1] is None else 120.0])
    if header[1] is None:
        assert [f.code for f in parsed.faults] == ["unknown_column"]
    else:
        assert figures(parsed) == [(JINZHAN, 3.0)]


def test_a_sum_alone_is_told_to_the_check() -> None:
    """`validate` refuses it where the series is daily."""
    parsed = read(["街乡", f"{PARKING_ZH}累计"], ["金盏乡", 120.0])
    assert [(r.value, r.reporting) for r in parsed.rows] == [(120.0, "cumulative")]


def test_a_blank_day_is_not_reported_though_the_sum_is_there() -> None:
    parsed = read(BOTH[0], BOTH[1], ["金盏乡", None, 120.0, None, None], ["东坝乡", 1.0, 8.0, None, None])
    assert figures(parsed) == [(DONGBA, 1.0)]
    assert "台账!B3" in told(parsed, "blank")[0]


def test_weeks_and_months_are_taken_where_they_are_what_is_reported() -> None:
    rows: tuple[list[Cell], ...] = (
        ["街乡", "新增居住区停车位", None, None], [None, "当日", "本月", "累计"], ["金盏乡", 1.0, 9.0, 120.0],
    )  # fmt: skip
    assert figures(read(*rows)) == [(JINZHAN, 1.0)]
    assert figures(read(*rows, catalog=declared(Reporting.DAILY, Cycle.MONTHLY))) == [(JINZHAN, 9.0)]
    alone = read(["街乡", "本月"], ["金盏乡", 9.0], ["东坝乡", 9.0])
    (fault,) = alone.faults
    assert (fault.code, fault.where, alone.count) == ("wrong_span", "台账!B1", 2)
    assert "这一列是每月的数，本渠道按日报送" in fault.zh


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["2018-08-31", 130.0, 120.0]], "累计（120）小于当期（130）"),
        (
            [["2018-08-30", 3.0, 117.0], ["2018-08-31", 3.0, 121.0]],
            "累计为 121，上期累计 117 加当期 3 与之不符",
        ),
        ([["2018-01-01", 3.0, 4.0]], "累计为 4，上期累计 0 加当期 3 与之不符"),
        ([["2018-08-30", 3.0, 117.0], ["2018-08-31", 3.0, 120.0]], None),
        ([["2018-08-29", 3.0, 117.0], ["2018-08-31", 3.0, 121.0]], None),
        ([["2018-01-01", 3.0, 3.0]], None),
        ([["2018-08-31", -1.0, 4.0]], None),
    ],
)
@pytest.mark.parametrize("reporting", Reporting)
def test_a_sum_at_odds_with_its_days_is_told(
    rows: list[list[Cell]], said: str | None, reporting: Reporting
) -> None:
    body = [[row[0], "金盏乡", *row[1:]] for row in rows]
    parsed = read(["日期", "街乡", "当日", "本年累计"], *body, catalog=declared(reporting))
    assert faults_of(parsed) == []
    found = told(parsed, "sums_differ")
    assert (len(found), said is None or said in found[0]) == (0 if said is None else 1, True)


# ---- rows of header


def test_a_third_row_of_units_and_a_header_repeated_on_every_page() -> None:
    head: list[list[Cell]] = [
        ["街乡", "拆除违法建设面积", None],
        [None, "当日", "累计"],
        ["单位", "平方米", "万平方米"],
    ]
    parsed = read(
        *head,
        ["金盏乡", 500.0, 1.2],
        head[0],
        head[1],
        head[2],
        ["东坝乡", 20.0, 0.3],
        feed="urban_enforcement",
    )
    assert [(r.region, r.value, r.unit) for r in parsed.rows] == [
        (JINZHAN, 500.0, "平方米"),
        (DONGBA, 20.0, "平方米"),
    ]
    assert faults_of(parsed) == []


def test_sub_headers_of_the_next_indicator_are_its_own() -> None:
    parsed = read(
        ["街乡", "拆除违法建设面积", None, WALLS, None], [None, "当日", "累计", "当日", "累计"], ["金盏乡", 1.0, 10.0, 2.0, 20.0],
        feed="urban_enforcement",
    )  # fmt: skip
    assert [(r.indicator, r.value) for r in parsed.rows] == [
        ("illegal_construction_demolished", 1.0), ("wall_openings_rectified", 2.0),
    ]  # fmt: skip


def test_nothing_but_what_is_worked_out_is_no_table_of_figures() -> None:
    parsed = read(["街乡", PARKING_ZH, None], [None, "任务", "完成率"], ["金盏乡", 200.0, 0.6])
    assert [f.code for f in parsed.faults] == ["no_figures"]


def test_an_indicator_of_that_name_is_meant_rather_than_what_is_worked_out() -> None:
    rate = replace(
        chaoyang().indicator[PARKING],
        code="parking_rate",
        name="新增居住区停车位完成率",
        short="",
        unit="percent",
    )
    feeds = tuple(
        replace(f, covers=(*f.covers, replace(f.covers[0], indicators=("parking_rate",)))) if f.code == "urban_management" else f
        for f in chaoyang().feeds
    )  # fmt: skip
    catalog = replace(chaoyang(), indicators=(*chaoyang().indicators, rate), feeds=feeds)
    parsed = read(
        ["街乡", PARKING_ZH, None], [None, "完成数", "完成率"], ["金盏乡", 120.0, 60.0], catalog=catalog
    )
    assert [(r.indicator, r.value) for r in parsed.rows] == [(PARKING, 120.0), ("parking_rate", 60.0)]


WORDS = {
    "完成率": Part.DERIVED, "完成比例": Part.DERIVED, "年度任务": Part.DERIVED, "目标值": Part.DERIVED, "计划数": Part.DERIVED,
    "任务量": Part.DERIVED, "同比": Part.DERIVED, "同比±%": Part.DERIVED, "同比增长": Part.DERIVED, "上年同期": Part.DERIVED,
    "去年同期数": Part.DERIVED, "较上年同期增减": Part.DERIVED, "序时进度": Part.DERIVED, "尚差": Part.DERIVED, "占任务比": Part.DERIVED,
    "累计完成率": Part.DERIVED, "本月任务": Part.DERIVED, "较上月": Part.DERIVED,
    "排名": Part.RANK, "位次": Part.RANK, "名次": Part.RANK, "全市排名": Part.RANK, "完成率排名": Part.RANK, "Rank": Part.RANK,
    "累计": Part.FIGURE, "本年累计完成": Part.FIGURE, "当日新增": Part.FIGURE, "本周": Part.FIGURE, "年初以来": Part.FIGURE,
    "新增": None, "完成": None, "面积": None, "率先": None, "任务清单": None, "综合排名": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_what_a_sub_header_means(word: str) -> None:
    meant = subhead(word)
    assert (meant.part if meant else None) == WORDS[word]
