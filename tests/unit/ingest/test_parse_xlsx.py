"""Workbooks as sheets of cells, written by a real writer and broken by hand."""

from __future__ import annotations

import re
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
from tests.testkit.books import bomb, parts_of, plain, replaced, rewritten, rows, workbook, zipped


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


def test_a_zero_that_a_library_wrote_as_a_formulas_result_is_none() -> None:
    """XlsxWriter calculates nothing and asks whoever opens the file to; a saved file asks no more."""

    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula(0, 0, "=B1", None, 0)
        sheet.write_formula(1, 0, "=B2", None, 5)
        sheet.write_number(2, 0, 0)

    book = workbook(("Sheet1", fill))
    assert [row[0] for row in only(book).rows] == ["=B1", 5.0, 0.0]
    saved = replaced(book, ' fullCalcOnLoad="1"', "")
    assert [row[0] for row in only(saved).rows] == [0.0, 5.0, 0.0]


def test_strict_workbooks_and_days_as_chinese_programs_number_them_are_read() -> None:
    """Formats 31 and 58 are days in Chinese Excel, without being written out in the file."""

    def fill(book: Workbook, sheet: Worksheet) -> None:
        for row, number in enumerate((14, 31, 58)):
            sheet.write_number(row, 0, 43277, book.add_format({"num_format": number}))

    book = workbook(("Sheet1", fill))
    for transitional, strict in (
        ("schemas.openxmlformats.org/spreadsheetml/2006/main", "purl.oclc.org/ooxml/spreadsheetml/main"),
        (
            "schemas.openxmlformats.org/officeDocument/2006/relationships",
            "purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ):
        book = replaced(book, transitional, strict)
    assert [row[0] for row in only(book).rows] == ["2018-06-26"] * 3


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
    "text": ("区域,数值".encode(), "not_a_workbook"),
    "a letter": (zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"x"}), "not_a_workbook"),
    "any files": (zipped({"台账.xlsx": plain(["a"])}), "archive"),
    "an OpenDocument": (
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        "opendocument",
    ),
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


def ledger() -> bytes:
    """Two sheets with all that the reader looks for."""

    def fill(book: Workbook, sheet: Worksheet) -> None:
        rows(["台账", None], ["街乡", "停车位"], ["金盏乡", 5], [date(2018, 8, 31).isoformat(), 1.5])(
            book, sheet
        )
        sheet.merge_range("A1:B1", "台账")
        sheet.write_formula("B5", "=B3+B4", book.add_format({"num_format": "0%"}), 6.5)
        sheet.set_row(3, None, None, {"hidden": True})

    return workbook(("台账", fill), ("说明", rows(["按日填报", 1])))


LEDGER = ledger()
PARTS = parts_of(LEDGER)


def read_or_refused(book: bytes) -> None:
    """Whatever the reader meets ends its process, which means `damaged`; but it must not take all memory."""
    try:
        read_workbook(book)
    except BaseException as error:
        assert type(error).__name__ == "PanicException" or isinstance(error, Exception)
        assert not isinstance(error, MemoryError)


def mangled(data: st.DataObject, content: bytes) -> bytes:
    """With a few bytes replaced, or cut off."""
    body = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    return bytes(body[: data.draw(st.sampled_from([None, None, data.draw(st.integers(0, len(body)))]))])


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_mangled_file_is_read_or_refused(data: st.DataObject) -> None:
    read_or_refused(mangled(data, LEDGER))


@settings(max_examples=120, deadline=None)
@given(st.data(), st.sampled_from(PARTS))
def test_mangled_xml_in_a_sound_file_is_read_or_refused(data: st.DataObject, part: str) -> None:
    read_or_refused(rewritten(LEDGER, lambda name, c: mangled(data, c) if name == part else c))


WORDS = [
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"99999999999999999999",
    b"",
    b"A0",
    b"XFD1048576",
    b"ZZZ9999999",
    b"n",
    b"s",
    b"str",
    b"e",
    b"nan",
]


@settings(max_examples=120, deadline=None)
@given(st.data(), st.sampled_from([name for name in PARTS if name.startswith("xl/")]))
def test_wrong_attributes_and_values_are_read_or_refused(data: st.DataObject, part: str) -> None:
    """XML that is sound, with a value in it that isn't."""

    def change(content: bytes) -> bytes:
        values = list(re.finditer(rb'(?<==")[^"]*(?=")|(?<=<v>)[^<]*(?=</v>)', content))
        at = data.draw(st.sampled_from(values))
        return content[: at.start()] + data.draw(st.sampled_from(WORDS)) + content[at.end() :]

    read_or_refused(rewritten(LEDGER, lambda name, c: change(c) if name == part else c))
