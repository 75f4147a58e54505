"""Templates: whatever a feed reports and however things are called, what is filled in is read back as it was meant."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from service.domain.catalog import Catalog, Cover, Feed, Indicator, Kind, Region, Reporting
from service.domain.cycles import Cycle
from service.domain.names import NameIndex
from service.errors import Invalid
from service.ingest.names import Names
from service.ingest.parse.sheets import read_sheets
from service.ingest.rows import Parsed
from service.sheets.sheet import Sheet
from service.sheets.workbook import read_workbook
from service.workbooks.grid import Grid, Key, lay_out
from service.workbooks.template import write_book
from tests.testkit.worlds import DISTRICT, SOURCES, indicator, town
from tests.unit.ingest.test_names import chaoyang

DAY = date(2018, 8, 31)
# Names that mean something else to a reader of tables, or look like something else.
NASTY = (
    "合计", "全区", "日期", "指标", "数值", "当日数", "备注", "单位", "序号", "上次填报", "2018年8月31日", "=1+1", "@SUM(A1)",
    "/", "新建（个）", "面积（万平方米）", "单位：公顷", "备注：无", "a", "A", "甲", "甲街道", "甲乡", "district", "数据日期", "-1",
)  # fmt: skip


def catalogue(indicators: list[Indicator], regions: list[str], *covers: Cover, name: str = "填报") -> Catalog:
    """A district of towns with these names, and a feed."""
    feed = Feed("feed", name, "reported", covers, date(2016, 1, 1))
    towns = [Region(town(n), called, "subdistrict", DISTRICT) for n, called in enumerate(regions, 1)]
    return replace(
        chaoyang(),
        indicators=tuple(indicators),
        regions=(Region(DISTRICT, "朝阳区", "district", ""), *towns),
        feeds=(feed,),
        targets=(),
        groups=(),
        sources=SOURCES,
    )


def measured(code: str, name: str, **more: object) -> Indicator:
    return replace(indicator(code), name=name, **more)  # type: ignore[arg-type]


def names_of(catalog: Catalog) -> Names:
    owed = {(s.node.indicator, s.node.region, s.node.scope): s for s in catalog.series}
    return Names(catalog, NameIndex(catalog), owed, owed.__getitem__)


def grid_of(catalog: Catalog) -> Grid:
    owed = {(s.node.indicator, s.node.region, s.node.scope): s for s in catalog.series}
    return lay_out(catalog, names_of(catalog), owed, DAY)


def book_of(catalog: Catalog, figures: Mapping[Key, tuple[date, float]] | None = None) -> bytes:
    return write_book(catalog, catalog.feeds[0], DAY, grid_of(catalog), figures or {})


def form(book: bytes) -> Worksheet:
    sheet = load_workbook(io.BytesIO(book))["填报"]
    assert isinstance(sheet, Worksheet)
    return sheet


def filled(book: bytes, grid: Grid, values: Mapping[Key, float | str]) -> bytes:
    """The book with figures in the cells they belong to."""
    loaded = load_workbook(io.BytesIO(book))
    sheet = loaded["填报"]
    first = 5 if grid.turned else 6
    for row, line in enumerate(grid.lines, first):
        for column, key in enumerate(line.cells, len(line.keys) + 1):
            cell = sheet.cell(row, column)
            assert cell.protection.locked == (key is None)
            if key is not None and key in values:
                cell.value = values[key]
    out = io.BytesIO()
    loaded.save(out)
    return out.getvalue()


def read(book: bytes, catalog: Catalog) -> Parsed:
    found = read_workbook(book)
    assert not found.wrong
    sheets = [Sheet(s.rows, s.name, merged=tuple(s.merged)) for s in found.sheets]
    return read_sheets(sheets, catalog, names_of(catalog), None)


def readings(parsed: Parsed) -> dict[Key, float | None]:
    assert parsed.faults == []
    assert {row.day for row in parsed.rows} <= {DAY}
    return {(row.indicator, row.region, row.scope): row.value for row in parsed.rows}


@st.composite
def catalogues(draw: st.DrawFn) -> Catalog:
    """Feeds of a few indicators, regions and scopes, with names that ask for trouble."""
    names = st.sampled_from(NASTY)
    shorts = st.sampled_from(("", "", "{scope}", "{scope}腾退"))
    indicators = [
        measured(
            f"i{n}", draw(names), short=draw(shorts), unit=draw(st.sampled_from(("m2", "percent", "ratio")))
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    towns = [draw(names) for _ in range(draw(st.integers(1, 3)))]
    covers = [
        Cover(
            (one.code,),
            tuple(town(n) for n in draw(st.sets(st.integers(1, len(towns)), min_size=1))),
            tuple(
                draw(
                    st.lists(
                        st.sampled_from(("", "第二批", "甲", "单位")), min_size=1, max_size=2, unique=True
                    )
                )
            ),
        )
        for one in indicators
    ]
    return catalogue(indicators, towns, *covers, name=draw(names))


@settings(max_examples=15, deadline=None)
@given(catalogues(), st.data())
def test_what_is_filled_in_is_read_back(catalog: Catalog, data: st.DataObject) -> None:
    try:
        grid = grid_of(catalog)
    except Invalid as error:
        assert error.code == "no_template"
        return
    owed = [key for line in grid.lines for key in line.cells if key]
    assert sorted(owed) == sorted((s.node.indicator, s.node.region, s.node.scope) for s in catalog.series)
    numbers = st.floats(0, 1e9, allow_subnormal=False).map(lambda v: float(f"{v:.12g}"))
    values = data.draw(st.dictionaries(st.sampled_from(owed), numbers))
    last = {key: (date(2018, 8, 30), 77.0) for key in owed}
    book = filled(book_of(catalog, last), grid, values)
    assert readings(read(book, catalog)) == values


def test_regions_stand_in_rows_indicators_in_columns_with_their_units() -> None:
    towns = (town(1), town(2))
    area = measured("area", "拆除面积", unit="m2", maximum=500.0)
    sheet = form(
        book_of(catalogue([area, measured("n", "车位")], ["甲街道", "乙乡"], Cover(("area", "n"), towns)))
    )
    assert [[cell.value for cell in row[:4]] for row in sheet["A4:D7"]] == [
        ["街乡", "拆除面积", "车位", "备注"],
        ["单位", "平方米", "个", None],
        ["甲街道", None, None, None],
        ["乙乡", None, None, None],
    ]
    assert sheet.protection.sheet and not sheet.protection.password
    assert sheet.freeze_panes == "B6"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$4:$5"


def test_a_feed_of_one_region_has_its_indicators_in_rows_and_the_last_figures_beside_them() -> None:
    several = [measured("area", "拆除面积", unit="m2"), measured("n", "车位")]
    catalog = catalogue(several, ["甲街道"], Cover(("area", "n"), (town(1),)))
    sheet = form(book_of(catalog, {("n", town(1), ""): (date(2018, 8, 29), 5.0)}))
    assert [cell.value for cell in sheet["A4:G4"][0]] == [
        "指标", "单位", "数值", "备注", "上次填报", "上次日期", "填报口径",
    ]  # fmt: skip
    assert (sheet["A6"].value, sheet["E6"].value, sheet["F6"].value.date()) == ("车位", 5, date(2018, 8, 29))


def test_a_cell_takes_figures_within_the_bounds_and_the_words_of_a_ledger() -> None:
    area = measured("area", "拆除面积", unit="m2", maximum=500.0)
    sheet = form(book_of(catalogue([area], ["甲街道", "乙乡"], Cover(("area",), (town(1), town(2))))))
    (rule,) = [v for v in sheet.data_validations.dataValidation if "B6" in v.sqref]
    assert rule.type == "custom"
    assert 'B$5<>"平方米",AND(B6>=0,B6<=500)' in rule.formula1
    for word in ("零报告", "撤回", "不适用", "/"):
        assert f"|{word}|" in rule.formula1
    assert "应在 0 至 500 平方米之间" in str(rule.error)
    (units,) = [v for v in sheet.data_validations.dataValidation if "B5" in v.sqref]
    assert (units.type, "万平方米" in units.formula1) == ("list", True)


@pytest.mark.parametrize(
    ("kind", "reporting", "cycle", "said"),
    [
        (Kind.FLOW, Reporting.DAILY, Cycle.DAILY, "当日数"),
        (Kind.FLOW, Reporting.CUMULATIVE, Cycle.WEEKLY, "本年累计数"),
        (Kind.INCIDENCE, Reporting.DAILY, Cycle.WEEKLY, "本周数"),
        (Kind.MEAN, Reporting.DAILY, Cycle.MONTHLY, "本月均值"),
        (Kind.STOCK, Reporting.DAILY, Cycle.MONTHLY, "月末数"),
    ],
)
def test_it_says_which_days_a_figure_is_of(kind: Kind, reporting: Reporting, cycle: Cycle, said: str) -> None:
    catalog = catalogue([measured("n", "车位", kind=kind)], ["甲", "乙"])
    cover = Cover(("n",), (town(1), town(2)), reporting=reporting)
    catalog = replace(catalog, feeds=(replace(catalog.feeds[0], covers=(cover,), cycle=cycle),))
    sheet = form(book_of(catalog))
    assert f"各格填{said}" in str(sheet["A3"].value)
    assert all(said in str(v.prompt) for v in sheet.data_validations.dataValidation if "B6" in v.sqref)


def test_a_series_that_was_switched_is_asked_for_as_its_day_has_it() -> None:
    towns = (town(1), town(2))
    switched = Cover(("n",), towns, switched=(date(2018, 8, 1),))
    sheet = form(book_of(catalogue([measured("n", "车位")], ["甲", "乙"], switched)))
    assert "各格填本年累计数" in str(sheet["A3"].value)


def test_scopes_that_no_header_can_name_have_rows_of_their_own() -> None:
    cover = Cover(("n",), (town(1), town(2)), ("第一批", "第二批"))
    grid = grid_of(catalogue([measured("n", "车位")], ["甲街道", "乙乡"], cover))
    assert grid.keys == ("街乡", "范围")
    assert [line.keys for line in grid.lines] == [
        ("甲街道", "第一批"), ("甲街道", "第二批"), ("乙乡", "第一批"), ("乙乡", "第二批"),
    ]  # fmt: skip


def test_names_that_would_be_misread_are_replaced_by_codes() -> None:
    grid = grid_of(
        catalogue(
            [measured("n", "合计")], ["甲", "甲", "全区", "丁"], Cover(("n",), tuple(map(town, range(1, 5))))
        )
    )
    assert grid.headings[0].text == "n"
    assert [line.keys[0] for line in grid.lines] == [town(1), town(2), town(3), "丁"]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    formula = "=HYPERLINK(1)"
    catalog = catalogue(
        [measured("n", formula)], ["甲", formula], Cover(("n",), (town(1), town(2))), name=formula
    )
    for sheet in load_workbook(io.BytesIO(book_of(catalog))):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_an_untouched_template_holds_no_figures() -> None:
    catalog = catalogue([measured("n", "车位")], ["甲", "乙"], Cover(("n",), (town(1), town(2))))
    parsed = read(book_of(catalog, {("n", town(1), ""): (date(2018, 8, 30), 9.0)}), catalog)
    assert (parsed.rows, parsed.faults, parsed.count) == ([], [], 0)
    assert {notice.code for notice in parsed.notices} == {"not_reported", "blank"}


def test_thousands_of_series_are_one_sheet() -> None:
    regions = [f"第{n}社区" for n in range(1, 301)]
    many = [measured(f"i{n}", f"指标{n}") for n in range(8)]
    catalog = catalogue(many, regions, Cover(tuple(i.code for i in many), tuple(map(town, range(1, 301)))))
    grid = grid_of(catalog)
    values = dict.fromkeys((("i0", town(1), ""), ("i7", town(300), "")), 1.0)
    assert readings(read(filled(book_of(catalog), grid, values), catalog)) == values
