"""Tables as clerks keep them, read with the shipped catalogue of Chaoyang."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import Fault
from service.ingest.parse.sheets import read_sheets
from service.ingest.rows import Parsed
from service.sheets.cells import Cell
from service.sheets.sheet import Area, Sheet, letters
from tests.testkit.bodies import faults_of
from tests.unit.ingest.test_names import chaoyang, names

DAY = date(2018, 8, 31)
PARKING, DEMOLISHED = "residential_parking_added", "illegal_construction_demolished"
PARKING_ZH, DEMOLISHED_ZH, WALLS_ZH = "新增居住区停车位", "拆除违法建设面积", "整治“开墙打洞”"
JINZHAN, DONGBA, CHAOWAI = "110105036", "110105039", "110105002"


def sheet(
    *rows: list[Cell], name: str = "Sheet1", merged: tuple[Area, ...] = (), **hidden: frozenset[int]
) -> Sheet:
    return Sheet(list(rows), name=name, merged=merged, **hidden)  # type: ignore[arg-type]


def text(*lines: str) -> Sheet:
    """A text file without quotes."""
    return Sheet([[*line.split(",")] for line in lines], lines=list(range(1, len(lines) + 1)))


def read(*sheets: Sheet, feed: str = "urban_management", day: date | None = None) -> Parsed:
    return read_sheets(sheets, chaoyang(), names(feed), day)


def figures(parsed: Parsed) -> list[tuple[str, str, date, float | None, str | None]]:
    assert faults_of(parsed) == []
    assert parsed.count == len(parsed.rows)
    return [(r.indicator, r.region, r.day, r.value, r.unit) for r in parsed.rows]


def only(faults: list[Fault]) -> tuple[str, str]:
    (fault,) = faults
    assert fault.zh.endswith(("。", "？")) and fault.en
    return fault.code, fault.where


def notices(parsed: Parsed) -> dict[str, str]:
    return {notice.code: notice.zh for notice in parsed.notices}


# ---- long form


def test_a_row_is_a_reading_whatever_language_its_header_has() -> None:
    chinese = text("序号,日期,指标,区域,数值,单位,备注", f"1,2018/8/31,{PARKING_ZH},金盏乡,12,个,补报")
    english = text("day,indicator,region,value,unit,note", f"2018-08-31,{PARKING},{JINZHAN},12,个,补报")
    assert figures(read(chinese)) == figures(read(english)) == [(PARKING, JINZHAN, DAY, 12.0, "个")]
    assert read(chinese).rows[0].note == "补报"


def test_faults_of_a_row_lie_in_their_cells() -> None:
    parsed = read(
        text("日期,指标,区域,数值", "8月31日,停车位,金站乡,约12", f"2018-08-31,{PARKING_ZH},金盏乡,3")
    )
    assert [(f.code, f.where) for f in faults_of(parsed)] == [
        ("no_year", "line 2 column 1"),
        ("unknown_indicator", "line 2 column 2"),
        ("unknown_region", "line 2 column 3"),
        ("not_a_number", "line 2 column 4"),
    ]
    assert (parsed.count, len(parsed.rows)) == (2, 1)
    assert parsed.rows[0].at("region") == "line 3 column 3"


def test_code_and_name_may_stand_in_two_columns_that_must_agree() -> None:
    header: list[Cell] = ["区域代码", "区域名称", PARKING_ZH]
    good = sheet(header, [110105036.0, "金盏乡", 1.0], ["", "东坝", 2.0], name="2018-08-31")
    assert [r.region for r in read(good).rows] == [JINZHAN, DONGBA]
    assert only(faults_of(read(sheet(header, ["110105036", "东坝乡", 1.0]), day=DAY))) == (
        "names_differ",
        "Sheet1!B2",
    )


def test_a_figure_without_its_region_is_a_fault_and_a_region_without_a_figure_is_not() -> None:
    parsed = read(text("日期,区域,新增居住区停车位", "2018-08-31,,3", "2018-08-31,金盏乡,"))
    assert only(faults_of(parsed)) == ("missing_field", "line 2 column 2")
    assert "第3行第3列" in notices(parsed)["blank"]


# ---- wide form


def test_regions_down_and_indicators_across_with_titles_above() -> None:
    ledger = sheet(
        ["朝阳区2018年疏整促台账", None, None],
        ["截至2018年8月31日", None, "填报单位：区城管执法监察局"],
        ["街乡", f"{DEMOLISHED_ZH}（万平方米）", WALLS_ZH],
        ["金盏乡", 1.25, 3.0],
        ["朝外", "12,000平方米", None],
        merged=((0, 0, 0, 2),),
    )
    parsed = read(ledger, feed="urban_enforcement")
    assert figures(parsed) == [
        (DEMOLISHED, JINZHAN, DAY, 1.25, "万平方米"),
        ("wall_openings_rectified", JINZHAN, DAY, 3.0, None),
        (DEMOLISHED, CHAOWAI, DAY, 12000.0, "平方米"),
    ]
    assert [r.where for r in parsed.rows] == ["Sheet1!B4", "Sheet1!C4", "Sheet1!B5"]
    assert "Sheet1!C5" in notices(parsed)["blank"]


def test_regions_down_and_days_across_of_the_feeds_only_indicator() -> None:
    ledger = sheet(["2018年停车位"], ["街乡", "8月30日", "2018-08-31", "合计"], ["金盏乡", 1.0, 2.0, 3.0])
    parsed = read(ledger)
    assert [(r.day, r.value) for r in parsed.rows] == [(date(2018, 8, 30), 1.0), (DAY, 2.0)]
    assert "Sheet1!D2" in notices(parsed)["total_columns"]


def test_the_indicator_may_stand_in_the_title() -> None:
    ledger = sheet([f"2018年{DEMOLISHED_ZH}日报"], ["街乡", "8月31日"], ["金盏乡", 100.0])
    assert figures(read(ledger, feed="urban_enforcement")) == [(DEMOLISHED, JINZHAN, DAY, 100.0, None)]
    untitled = sheet(["2018年日报"], ["街乡", "8月31日"], ["金盏乡", 100.0])
    assert read(untitled, feed="urban_enforcement").faults[0].code == "no_indicator"


def test_indicators_down_and_regions_across() -> None:
    ledger = sheet(
        ["指标", "计量单位", "金盏乡", "东坝乡"], [DEMOLISHED_ZH, "公顷", 1.0, 2.0], name="2018年8月31日"
    )
    assert figures(read(ledger, feed="urban_enforcement")) == [
        (DEMOLISHED, JINZHAN, DAY, 1.0, "公顷"),
        (DEMOLISHED, DONGBA, DAY, 2.0, "公顷"),
    ]


def test_headers_of_two_rows_merged_as_clerks_do() -> None:
    ledger = sheet(
        ["街乡", DEMOLISHED_ZH, None, WALLS_ZH, None],
        [None, "2018-08-30", "2018-08-31", "2018-08-30", "2018-08-31"],
        ["金盏乡", 1.0, 2.0, 3.0, 4.0],
        merged=((0, 1, 0, 0), (0, 0, 1, 2), (0, 0, 3, 4)),
    )
    found = [(r.indicator, r.day.day, r.value) for r in read(ledger, feed="urban_enforcement").rows]
    walls = "wall_openings_rectified"
    assert found == [(DEMOLISHED, 30, 1.0), (DEMOLISHED, 31, 2.0), (walls, 30, 3.0), (walls, 31, 4.0)]


def test_a_row_of_units_below_the_header_belongs_to_it() -> None:
    ledger = sheet(["街乡", DEMOLISHED_ZH, WALLS_ZH], ["单位", "公顷", "处"], ["金盏乡", 1.0, 2.0])
    assert [r.unit for r in read(ledger, feed="urban_enforcement", day=DAY).rows] == ["公顷", "处"]


def test_a_region_merged_over_its_rows_is_said_for_each() -> None:
    ledger = sheet(
        ["区域", "指标", "数值"],
        ["金盏乡", DEMOLISHED_ZH, 1.0],
        [None, WALLS_ZH, 2.0],
        merged=((1, 2, 0, 0),),
    )
    assert [r.region for r in read(ledger, feed="urban_enforcement", day=DAY).rows] == [JINZHAN, JINZHAN]


def test_a_figure_merged_over_rows_is_of_nobody_in_particular() -> None:
    ledger = sheet(["街乡", PARKING_ZH], ["金盏乡", 5.0], ["东坝乡", None], merged=((1, 2, 1, 1),))
    assert only(faults_of(read(ledger, day=DAY))) == ("merged_figure", "Sheet1!B2")


def test_the_unit_above_the_table_is_that_of_what_it_fits() -> None:
    ledger = sheet(["单位：万平方米"], ["街乡", DEMOLISHED_ZH, WALLS_ZH], ["金盏乡", 1.0, 2.0])
    assert [r.unit for r in read(ledger, feed="urban_enforcement", day=DAY).rows] == ["万平方米", None]
    several = sheet(["单位：万平方米、处"], ["街乡", DEMOLISHED_ZH], ["金盏乡", 1.0])
    assert only(read(several, feed="urban_enforcement", day=DAY).faults) == ("several_units", "Sheet1!A1")
    office = sheet(["填报单位：金盏乡"], ["街乡", DEMOLISHED_ZH], ["金盏乡", 1.0])
    assert read(office, feed="urban_enforcement", day=DAY).rows[0].unit is None


def test_the_only_scope_the_feed_reports_need_not_be_written() -> None:
    ledger = sheet(["街乡", "“一绿”试点拆迁腾退面积"], ["东风乡", 5.0])
    assert [r.scope for r in read(ledger, feed="rural_affairs", day=DAY).rows] == ["第二批试点"]


# ---- which day


def test_the_day_is_asked_for_where_nothing_says_it() -> None:
    ledger = sheet(["街乡", PARKING_ZH], ["金盏乡", 5.0])
    assert only(read(ledger).faults) == ("no_day", "Sheet1!1:1")
    assert [r.day for r in read(ledger, day=DAY).rows] == [DAY]


def test_two_days_for_one_sheet_are_no_day() -> None:
    ledger = sheet(["2018年8月1日至2018年8月31日"], ["街乡", PARKING_ZH], ["金盏乡", 5.0])
    assert read(ledger).faults[0].code == "several_days"
    titled = sheet(["2018年8月30日"], ["街乡", PARKING_ZH], ["金盏乡", 5.0])
    assert read(titled, day=DAY).faults[0].code == "several_days"


def test_each_sheet_has_its_day() -> None:
    sheets = [sheet(["街乡", PARKING_ZH], ["金盏乡", float(n)], name=f"2018-08-{n}") for n in (30, 31)]
    parsed = read(*sheets)
    assert [(r.day.day, r.value, r.where) for r in parsed.rows] == [(30, 30.0, "2018-08-30!B2"), (31, 31.0, "2018-08-31!B2")]  # fmt: skip


# ---- totals, hidden, not applicable


@pytest.mark.parametrize("word", ["合计", "合 计", "总计", "全区", "朝阳区", "Total"])
def test_a_total_is_compared_and_never_stored(word: str) -> None:
    right = read(sheet(["街乡", PARKING_ZH], ["金盏乡", 5.0], ["东坝乡", 6.0], [word, 11.0]), day=DAY)
    assert [r.region for r in right.rows] == [JINZHAN, DONGBA]
    assert set(notices(right)) == {"totals"}
    wrong = read(sheet(["街乡", PARKING_ZH], [word, 12.0], ["金盏乡", 5.0], ["东坝乡", 6.0]), day=DAY)
    assert len(wrong.rows) == 2
    assert "12个" in notices(wrong)["total_differs"] and "11个" in notices(wrong)["total_differs"]


def test_subtotals_are_of_the_rows_around_them() -> None:
    rows: list[list[Cell]] = [["金盏乡", 5.0], ["小计", 5.0], ["东坝乡", 6.0], ["小计", 6.0], ["合计", 11.0]]
    assert "total_differs" not in notices(read(sheet(["街乡", PARKING_ZH], *rows), day=DAY))
    above: list[list[Cell]] = [["小计", 5.0], ["金盏乡", 5.0], ["小计", 6.0], ["东坝乡", 6.0]]
    assert "total_differs" not in notices(read(sheet(["街乡", PARKING_ZH], *above), day=DAY))
    rows[1] = ["小计", 6.5]
    assert "6.5" in notices(read(sheet(["街乡", PARKING_ZH], *rows), day=DAY))["total_differs"]


def test_a_total_may_be_rounded_and_in_another_unit() -> None:
    ledger = sheet(["街乡", DEMOLISHED_ZH], ["金盏乡", 12341.0], ["东坝乡", 1000.0], ["合计", "1.33万平方米"])
    assert "total_differs" not in notices(read(ledger, feed="urban_enforcement", day=DAY))


def test_totals_alone_report_nothing() -> None:
    assert read(sheet(["街乡", PARKING_ZH], ["合计", 12.0]), day=DAY).faults[0].code == "only_totals"


def test_a_total_by_a_formula_without_a_result_is_no_fault() -> None:
    parsed = read(sheet(["街乡", PARKING_ZH], ["金盏乡", 5.0], ["合计", "=SUM(B2)"]), day=DAY)
    assert len(figures(parsed)) == 1


def test_hidden_rows_and_columns_are_taken_and_named() -> None:
    rows: list[list[Cell]] = [["街乡", PARKING_ZH], ["金盏乡", 5.0], ["东坝乡", 6.0]]
    parsed = read(sheet(*rows, hidden_rows=frozenset({2}), hidden_columns=frozenset({1})), day=DAY)
    assert len(figures(parsed)) == 2
    assert "Sheet1第3行" in notices(parsed)["hidden_rows"]
    assert "Sheet1!B1" in notices(parsed)["hidden_columns"]


def test_not_applicable_is_no_row_and_is_named() -> None:
    parsed = read(sheet(["街乡", PARKING_ZH], ["金盏乡", "/"], ["东坝乡", 0.0]), day=DAY)
    assert [r[3] for r in figures(parsed)] == [0.0]
    assert "Sheet1!B2" in notices(parsed)["not_applicable"]


def test_what_stands_below_the_table_and_a_repeated_header_are_no_rows() -> None:
    header: list[Cell] = ["街乡", PARKING_ZH]
    parsed = read(sheet(header, ["金盏乡", 5.0], header, ["东坝乡", 6.0], ["填表人：", "张三"], []), day=DAY)
    assert len(figures(parsed)) == 2
    assert "Sheet1第5行" in notices(parsed)["left_out"]


# ---- what is wrong with a table


@pytest.mark.parametrize(
    ("table", "code", "where"),
    [
        (sheet(["街乡", "停车位数"], ["金盏乡", 5.0]), "unknown_column", "Sheet1!B1"),
        (sheet(["街乡", PARKING_ZH, None], ["金盏乡", 5.0, 6.0]), "no_header", "Sheet1!C1"),
        (sheet(["街乡", PARKING_ZH, "居住区停车位"], ["金盏乡", 5.0, 6.0]), "header_twice", "Sheet1!C1"),
        (sheet(["街乡", "备注", PARKING_ZH, "备注"], ["金盏乡", "", 5.0, ""]), "header_twice", "Sheet1!D1"),
        (sheet(["日期", "街乡", "2018-08-31"], ["2018-08-31", "金盏乡", 5.0]), "header_twice", "Sheet1!C1"),
        (sheet(["街乡", "日期"], ["金盏乡", "2018-08-31"]), "no_figures", "Sheet1!1:1"),
        (sheet(["名称", "甲"], ["金盏乡", 5.0]), "no_header", "Sheet1!1:1"),
        (text("街乡,新增居住区停车位", "金盏乡,1,966"), "ragged_row", "line 2"),
        (text("街乡,新增居住区停车位", "金盏乡"), "ragged_row", "line 2"),
        (sheet(["街乡", PARKING_ZH], ["金盏乡", "=B1+B2"]), "no_result", "Sheet1!B2"),
        (sheet(["街乡", PARKING_ZH], ["#N/A", 1.0]), "error_cell", "Sheet1!A2"),
        (sheet(["街乡", "范围", PARKING_ZH], ["金盏乡", "片区", 1.0]), "unknown_scope", "Sheet1!B2"),
        (sheet(["街乡", "来源", PARKING_ZH], ["金盏乡", "市级", 1.0]), "unknown_source", "Sheet1!B2"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_told_where_and_why(table: Sheet, code: str, where: str) -> None:
    assert only(faults_of(read(table, day=DAY))) == (code, where)


def test_a_sheet_without_figures_is_left_out_and_named() -> None:
    explained = sheet(["填表说明"], ["请按日填报"], name="说明")
    parsed = read(explained, sheet(["街乡", PARKING_ZH], ["金盏乡", 5.0]), sheet(), day=DAY)
    assert len(figures(parsed)) == 1
    assert [(n.code, n.where) for n in parsed.notices] == [("no_header", "说明!1:1")]


def test_columns_are_lettered_as_in_a_workbook() -> None:
    assert [letters(column) for column in (0, 25, 26, 701, 702, 16383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


words: st.SearchStrategy[Cell] = st.sampled_from(
    [None, "", "街乡", "日期", "指标", "数值", "单位", PARKING_ZH, DEMOLISHED_ZH, "金盏乡", "东坝", "合计", "小计", "2018-08-31",
     "8月31日", "2018年", "/", "12", "1,966", "157个", "约12", "=A1", "#N/A", "单位：公顷", 5.0, 20180831.0, "公顷", "备注"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(words, max_size=5), max_size=7), st.booleans(), st.sampled_from([None, DAY]))
def test_any_table_adds_up(rows: list[list[Cell]], is_text: bool, day: date | None) -> None:
    lines = list(range(1, len(rows) + 1)) if is_text else None
    parsed = read(Sheet(rows, "" if is_text else "S", lines), feed="urban_enforcement", day=day)
    assert len(parsed.rows) + len(parsed.broken) <= parsed.count
    assert parsed.faults or len(parsed.rows) + len(parsed.broken) == parsed.count
    assert all(row.faults and row.said for row in parsed.broken)
    assert len({row.where for row in parsed.rows}) == len(parsed.rows)
    assert all(row.at("value") == row.where for row in parsed.rows)


# ---- broken rows


def test_a_broken_cell_says_what_could_be_read_and_what_is_written_otherwise() -> None:
    ledger = sheet(
        ["截至2018年8月31日", None, None, None],
        ["街乡", f"{DEMOLISHED_ZH}（公顷）", WALLS_ZH, "备注"],
        ["金站乡", 1.5, "约3", "已核"],
        ["金盏乡", "没有", 4.0, None],
    )
    parsed = read(ledger, feed="urban_enforcement")
    assert [(b.where, dict(b.said), [f.code for f in b.faults]) for b in parsed.broken] == [
        ("Sheet1!B3", {"day": "2018-08-31", "indicator": DEMOLISHED, "region": "金站乡", "unit": "公顷", "note": "已核", "value": 1.5},
         ["unknown_region"]),
        ("Sheet1!C3", {"day": "2018-08-31", "indicator": "wall_openings_rectified", "region": "金站乡", "note": "已核", "value": "约3"},
         ["unknown_region", "not_a_number"]),
        ("Sheet1!B4", {"day": "2018-08-31", "indicator": DEMOLISHED, "region": JINZHAN, "unit": "公顷", "value": "没有"},
         ["not_a_number"]),
    ]  # fmt: skip
    assert (parsed.count, [row.where for row in parsed.rows]) == (4, ["Sheet1!C4"])


def test_of_code_and_name_that_differ_both_are_kept_and_of_a_ragged_row_its_text() -> None:
    header: list[Cell] = ["区域代码", "区域名称", PARKING_ZH]
    (differing,) = read(sheet(header, ["110105036", "东坝乡", 1.0]), day=DAY).broken
    assert differing.said["region"] == "110105036 / 东坝乡"
    (ragged,) = read(text(f"街乡,{PARKING_ZH},备注", "金盏乡,1,966,好"), day=DAY).broken
    assert (ragged.where, ragged.said) == ("line 2", {"row": "金盏乡 | 1 | 966 | 好"})


def test_a_great_many_columns_of_one_header_are_told_one_by_one() -> None:
    # Each is held against the others once, not for every figure: 3000 would take minutes.
    parsed = read(
        text(",".join(["街乡", *[PARKING_ZH] * 3000]), ",".join(["金盏乡", *["1"] * 3000])), day=DAY
    )
    assert parsed.count == 3000
    assert [fault.code for fault in parsed.faults] == ["header_twice"] * 2999
