"""Workbooks as sheets of cells, written by a real writer and broken by hand."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from service.errors import Faulty
from service.sheets.cells import Figure, read_figure
from service.sheets.sheet import Sheet
from service.sheets.workbook import read_workbook
from service.sheets.xlsx import read_xlsx
from tests.testkit.books import bomb, plain, replaced, rewritten, rows, workbook


def only(book: bytes) -> Sheet:
    (sheet,), _ = read_xlsx(book)
    return sheet


def fault(book: bytes) -> tuple[str, str]:
    with pytest.raises(Faulty) as raised:
        read_xlsx(book)
    return raised.value.faults[0].code, raised.value.faults[0].where


def test_cells_are_text_and_numbers_from_a1_on() -> None:
    sheet = only(plain([], [None, "金盏乡", 12, 0.5, True], name="八月"))
    assert sheet.rows == [[None] * 5, [None, "金盏乡", 12.0, 0.5, "TRUE"]]
    assert (sheet.name, sheet.place(1, 1)) == ("八月", "八月!B2")


def test_dates_are_iso_and_per_cent_has_its_sign() -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        day = book.add_format({"num_format": "yyyy年m月d日"})
        sheet.write_datetime(0, 0, datetime(2018, 8, 31), day)
        sheet.write_datetime(1, 0, datetime(2018, 8, 31, 12, 30), day)
        sheet.write_number(2, 0, 0.034, book.add_format({"num_format": "0.0%"}))
        sheet.write_number(3, 0, 0.034, book.add_format({"num_format": '0.0"%"'}))
        sheet.write_number(4, 0, 0.5, book.add_format({"num_format": 9}))

    sheet = only(workbook(("Sheet1", fill)))
    assert [row[0] for row in sheet.rows] == ["2018-08-31", "2018-08-31 12:30:00", "3.400%", 0.034, "50.0%"]
    assert read_figure(sheet.rows[2][0]) == Figure(3.4, "%")


def test_formulas_are_their_results_and_say_so_where_there_is_none() -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
        sheet.write_formula(2, 0, "=SUM(A1:A9)", None, 7)
        sheet.write_formula(3, 0, '=""', None, "x")

    book = replaced(workbook(("Sheet1", fill)), "<v>7</v>", "")
    sheet = only(replaced(book, "<v>x</v>", "<v></v>"))
    assert [row[0] for row in sheet.rows] == [2.0, "#N/A", "=SUM(A1:A9)", None]


def test_what_is_merged_or_hidden_is_known() -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        rows(["台账", None], ["街乡", "停车位"], ["金盏乡", 1])(_, sheet)
        sheet.merge_range("A1:B1", "台账")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("B:B", None, None, {"hidden": True})

    sheet = only(workbook(("Sheet1", fill)))
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({2}), frozenset({1}))
    assert (sheet.at(0, 1), sheet.said(0, 1)) == (None, "台账")


def test_a_hidden_sheet_is_left_out_and_named() -> None:
    def hidden(book: Workbook, sheet: Worksheet) -> None:
        sheet.write(0, 0, "下拉选项")
        sheet.hide()

    sheets, notices = read_xlsx(workbook(("数据", rows(["a"])), ("选项", hidden)))
    assert [sheet.name for sheet in sheets] == ["数据"]
    assert [(n.code, n.where) for n in notices] == [("hidden_sheet", "选项")]


def test_formatting_far_beyond_the_table_costs_nothing() -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write(0, 0, 1)
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))

    assert only(workbook(("Sheet1", fill))).rows == [[1.0]]


def test_a_figure_in_the_last_cell_is_refused_before_memory_is_asked_for() -> None:
    assert len(bomb()) < 6000
    assert fault(bomb()) == ("workbook_too_many_cells", "Sheet1!XFD1048576")


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def old_format(inside: str) -> bytes:
    """The beginning of a file as programs wrote them before 2007; one with a password is wrapped in it still."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + inside.encode("utf-16-le") + b"\0" * 512


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'


def without(part: str) -> bytes:
    return rewritten(plain(["a"]), lambda name, content: None if name == part else content)


def cut(part: str) -> bytes:
    return rewritten(plain(["a"]), lambda name, content: content[:-20] if name == part else content)


SHEET = "xl/worksheets/sheet1.xml"
BROKEN = {
    "nothing": (b"", "not_a_workbook"),
    "text": ("区域,数值".encode(), "not_a_workbook"),
    "another kind of zip": (zipped(word__document="x"), "not_a_workbook"),
    "an old format": (old_format("Workbook"), "old_format"),
    "a password": (old_format("EncryptedPackage"), "encrypted"),
    "cut off": (plain(["a", 1])[:-40], "damaged"),
    "without its sheet": (without(SHEET), "damaged"),
    "without its texts": (without("xl/sharedStrings.xml"), "damaged"),
    "half a sheet": (cut(SHEET), "damaged"),
    "entities": (replaced(plain(["a"]), "<worksheet", DOCTYPE), "damaged"),
    "row 0": (replaced(plain([1]), 'r="A1"', 'r="A0"'), "damaged"),
    "a cell that is none": (replaced(plain([1]), 'r="A1"', 'r="1A"'), "damaged"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_workbook_is_told_what_to_do(name: str) -> None:
    book, code = BROKEN[name]
    assert fault(book) == (f"workbook_{code}", "workbook")


def test_a_workbook_that_takes_all_memory_ends_only_its_own_process() -> None:
    """One text of 32,767 characters, said in half a million cells."""

    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_string(0, 0, "长" * 32_767)
        for row in range(1, 60_000):
            sheet.write_string(row, 0, "b")

    book = rewritten(
        workbook(("Sheet1", fill)),
        lambda part, c: c.replace(b"<v>1</v>", b"<v>0</v>") if part == "xl/worksheets/sheet1.xml" else c,
    )
    assert fault(book) == ("workbook_too_demanding", "workbook")


numbers = st.floats(-1e12, 1e12).map(lambda value: float(f"{value:.15g}"))
cells = (
    st.none() | numbers | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5)
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_was_written_is_what_is_read(lines: list[list[str | float | None]]) -> None:
    (sheet,) = read_workbook(plain(*lines)).sheets
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            filled = row < len(sheet.rows) and column < len(sheet.rows[row])
            assert (sheet.rows[row][column] if filled else None) == (cell or (0.0 if cell == 0 else None))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mangled_workbook_is_read_or_refused(data: st.DataObject) -> None:
    book = bytearray(plain(["街乡", "停车位"], ["金盏乡", 5], [date(2018, 8, 31).isoformat(), 1.5]))
    for _ in range(data.draw(st.integers(1, 3))):
        book[data.draw(st.integers(0, len(book) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_workbook(bytes(book))
    except Exception as error:  # whatever the reader meets ends its process, which means `damaged`
        assert not isinstance(error, MemoryError)
