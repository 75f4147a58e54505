"""The city's bulletin: a table of districts, what was counted of each and where it ranks."""

from __future__ import annotations

from datetime import date

import pytest

from service.ingest.parse.sheets import read_sheets
from service.ingest.rows import Parsed
from service.sheets.cells import Cell
from service.sheets.sheet import Area, Sheet
from tests.testkit.bodies import faults_of
from tests.testkit.bulletins import DEMOLISHED, EVERYWHERE, OURS, RANK, bulletin_catalog
from tests.unit.ingest.test_names import names

DAY = date(2018, 6, 30)
DISTRICTS = ["东城", "西城", "朝阳", "丰台", "石景山", "海淀", "门头沟", "房山", "通州", "顺义", "昌平", "大兴", "怀柔", "平谷", "密云",
             "延庆"]  # fmt: skip
TITLE: list[Cell] = ["全市拆除违法建设情况通报（截至2018年6月30日）"]
MERGED: tuple[Area, ...] = ((1, 2, 0, 0), (1, 1, 1, 4))


def bulletin(*more: list[Cell], districts: list[str] = DISTRICTS, ranks: list[Cell] | None = None) -> Sheet:
    """Two rows of header, the districts, and what comes below."""
    ranks = ranks or [float(n) for n in range(1, len(districts) + 1)]
    body: list[list[Cell]] = [
        [f"{name}区", 10.0 + n, f"{50 + n}.0%", ranks[n], 20.0] for n, name in enumerate(districts)
    ]
    head: list[list[Cell]] = [
        ["区", "拆除违法建设", None, None, None],
        [None, "完成量（万平方米）", "完成率", "排名", "任务量"],
    ]
    return Sheet([TITLE, *head, *body, *more], name="通报", merged=MERGED)


def read(sheet: Sheet, where: tuple[str, str] = EVERYWHERE) -> Parsed:
    catalog = bulletin_catalog(where)
    return read_sheets([sheet], catalog, names("city_bulletin", catalog), None)


def notices(parsed: Parsed) -> dict[str, str]:
    assert len({n.code for n in parsed.notices}) == len(parsed.notices)
    return {notice.code: notice.zh for notice in parsed.notices}


def test_figures_and_ranks_of_every_district_are_read() -> None:
    parsed = read(bulletin(["全市", sum(10.0 + n for n in range(16)), "62%", "—", None]))
    assert (faults_of(parsed), parsed.count, len(parsed.rows)) == ([], 32, 32)
    ours = {r.indicator: (r.day, r.value, r.unit) for r in parsed.rows if r.region == "110105"}
    assert ours == {DEMOLISHED: (DAY, 12.0, "万平方米"), RANK: (DAY, 3.0, None)}
    told = notices(parsed)
    assert set(told) == {"totals", "left_out_column"}
    assert "C2“完成率”" in told["left_out_column"] and "E2“任务量”" in told["left_out_column"]


def test_rows_of_districts_the_feed_does_not_report_are_named_once_and_not_stored() -> None:
    parsed = read(bulletin(["全市", 280.0, "62%", "—", None]), OURS)
    assert {(r.indicator, r.region, r.value) for r in parsed.rows} == {
        (DEMOLISHED, "110105", 12.0),
        (RANK, "110105", 3.0),
    }
    assert (faults_of(parsed), parsed.count) == ([], 2)
    told = notices(parsed)
    assert set(told) == {"totals", "left_out_column", "other_regions"}
    assert told["other_regions"].startswith(
        "15个区域不在本渠道报送范围，其30个数据未入库：东城区、西城区、丰台区"
    )


def test_a_total_of_the_city_is_compared_with_all_its_districts_or_with_none() -> None:
    whole = notices(read(bulletin(["全市", 281.0, None, None, None]), OURS))
    assert "合计为 281万平方米，各行之和为 280万平方米" in whole["total_differs"]
    some = notices(read(bulletin(["全市", 281.0, None, None, None], districts=DISTRICTS[:6])))
    assert "合计未核对：表中缺10个区域的数据" in some["total_not_compared"]
    assert "total_differs" not in some
    rows = notices(read(bulletin(["合计", 75.0, None, None, None], districts=DISTRICTS[:6])))
    assert "total_differs" not in rows and "total_not_compared" not in rows


@pytest.mark.parametrize(
    "written", ["3", 3.0, "第3名", "第3", "3名", "第 3 位", "３", "3（并列）", "3(并列)", "并列第3", "并列3"]
)
def test_ranks_as_people_write_them(written: Cell) -> None:
    parsed = read(bulletin(districts=["朝阳"], ranks=[written]))
    assert [r.value for r in parsed.rows if r.indicator == RANK] == [3.0]


@pytest.mark.parametrize(
    "written", ["前三", "第三名", "3.5", 3.5, 0.0, "零报告", "-1", "3/16", "倒数第3", "3%", "A"]
)
def test_anything_else_is_no_rank(written: Cell) -> None:
    (fault,) = faults_of(read(bulletin(districts=["朝阳"], ranks=[written])))
    assert (fault.code, fault.where) == ("not_a_rank", "通报!D4")


def test_a_text_file_has_no_merged_cells_and_is_read_the_same() -> None:
    lines = [
        ["全市通报（截至2018年6月30日）", "", "", ""],
        ["区", "拆除违法建设", "", ""],
        ["", "完成量（万平方米）", "完成率", "排名"],
        ["朝阳区", "12", "60%", "第3名"],
    ]
    parsed = read(Sheet([list(line) for line in lines], lines=[1, 2, 3, 4]))
    assert {(r.indicator, r.value, r.unit) for r in parsed.rows} == {
        (DEMOLISHED, 12.0, "万平方米"),
        (RANK, 3.0, None),
    }
    assert set(notices(parsed)) == {"left_out_column"}


HEADS: dict[str, list[list[Cell]]] = {
    "one row": [["区", "拆除违法建设（万平方米）", "完成率", "全市排名"], ["朝阳区", 12.0, "60%", 3.0]],
    "names written out": [
        ["区", "拆除违法建设完成量（万平方米）", "拆除违法建设完成率（%）", "拆除违法建设排名"], ["朝阳区", 12.0, 60.0, 3.0],
    ],
    "the rank's own name": [["区", "拆除违法建设（万平方米）", "任务", "拆除违法建设全市排名"], ["朝阳区", 12.0, 20.0, 3.0]],
    "keys in the second row": [[None, "拆除违法建设", None, None], ["区", "完成量（万平方米）", "完成率", "位次"],
                               ["朝阳区", 12.0, "60%", 3.0]],
    "one to a row": [["区", "指标", "完成量", "单位", "排名"], ["朝阳区", "拆除违法建设", 12.0, "万平方米", 3.0]],
    "turned": [["指标", "朝阳区", None], [None, "完成量（万平方米）", "排名"], ["拆除违法建设", 12.0, 3.0]],
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_a_rank_is_that_of_the_indicator_it_stands_with(name: str) -> None:
    parsed = read(Sheet([TITLE, *HEADS[name]], name="通报"))
    assert faults_of(parsed) == []
    assert {(r.indicator, r.value, r.unit) for r in parsed.rows} == {
        (DEMOLISHED, 12.0, "万平方米"),
        (RANK, 3.0, None),
    }


def test_a_rank_of_what_is_not_ranked_is_left_out() -> None:
    """Nobody declared a ranking of the parks."""
    catalog = bulletin_catalog()
    table = Sheet([["街乡", "新建改造大中小微公园", "排名"], ["金盏乡", 1.0, 2.0]], name="2018-06-30")
    parsed = read_sheets([table], catalog, names("landscape", catalog), None)
    assert [(r.indicator, r.value) for r in parsed.rows] == [("parks_built_renovated", 1.0)]
    assert "C1“排名”" in notices(parsed)["left_out_column"]


def test_one_rank_behind_several_indicators_is_whose() -> None:
    catalog = bulletin_catalog()
    table = Sheet(
        [["区", "整治“开墙打洞”", "拆除违法建设", "排名"], ["朝阳区", 1.0, 2.0, 3.0]], name="2018-06-30"
    )
    (fault,) = read_sheets([table], catalog, names("city_bulletin", catalog), None).faults
    assert (fault.code, fault.where) == ("whose_rank", "2018-06-30!D1")
