"""Marks a workbook with what became of its rows. Runs as a process of its own, like reading it."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from service.ingest.parse.ours import NOT_REPORTED, RESULT
from service.sheets.apart import answer
from service.workbooks.looks import FAULT, HEAD, height

RECEIPT = "回执"
# Who writes the comments; what the cell looked like before stands behind it, so that it can be given back.
_AUTHOR = "标尺"
_FAULT, _HEAD = (PatternFill("solid", fgColor=f"FF{colour.removeprefix('#')}") for colour in (FAULT, HEAD))
_WIDTH, _COMMENT, _RECEIPT_WIDTHS = 44, (120, 320), (16, 80)
_LONGEST = 1000  # characters of a comment


class Table(msgspec.Struct):
    """What to write into a sheet.

    firsts  first rows of the headers of its tables, from 1
    heads   all rows of these headers
    width   columns that are filled
    rows    text of the column of results, by row from 1
    faulty  rows of them that have a fault
    cells   sentences on single cells, by their names (C7)
    """

    firsts: list[int]
    heads: set[int]
    width: int
    rows: dict[int, str]
    faulty: set[int]
    cells: dict[str, str]


class Marking(msgspec.Struct):
    """A workbook, what to write into its sheets, and the lines of its receipt."""

    body: bytes
    tables: dict[str, Table]
    receipt: list[tuple[str, str]]


def main() -> None:
    """Standard input is a `Marking` (msgpack), standard output the marked workbook."""
    answer(lambda request: mark(msgspec.msgpack.decode(request, type=Marking)))


def mark(marking: Marking) -> bytes:
    """The workbook with a column of results in each table, comments where a fault stands, and a receipt in front."""
    book = load_workbook(io.BytesIO(marking.body))
    for name, table in marking.tables.items():
        sheet = book[name]
        assert isinstance(sheet, Worksheet)
        _wipe(sheet)
        _write_results(sheet, table)
        for place, text in table.cells.items():
            _write_fault(_anchor(sheet, place), text)
    _write_receipt(book, marking.receipt)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _wipe(sheet: Worksheet) -> None:
    """Take away what an earlier return has marked."""
    for cell in list(sheet._cells.values()):
        comment = cell.comment
        if comment is not None and comment.author and comment.author.startswith(_AUTHOR):
            colour = comment.author.removeprefix(_AUTHOR).strip()
            cell.fill = PatternFill("solid", fgColor=colour) if colour else PatternFill()
            cell.comment = None


def _write_results(sheet: Worksheet, table: Table) -> None:
    column = _result_column(sheet, table)
    # In the first row of the header: below may be a row of nothing but units.
    for row in table.firsts:
        head = _set(sheet.cell(row, column), RESULT)
        head.fill, head.font = _HEAD, Font(bold=True)
    for row, text in table.rows.items():
        cell = _set(sheet.cell(row, column), text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.fill = _FAULT if row in table.faulty else PatternFill()
        if row in table.faulty and sheet.row_dimensions[row].height is None:
            sheet.row_dimensions[row].height = height((text,), (_WIDTH,))
    width = sheet.column_dimensions[get_column_letter(column)]
    width.width, width.hidden = _WIDTH, False
    _fit(sheet)


def _fit(sheet: Worksheet) -> None:
    """Print the results on the page of what they are of."""
    setup = sheet.sheet_properties.pageSetUpPr
    if setup is None or not setup.fitToPage:
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0


def _result_column(sheet: Worksheet, table: Table) -> int:
    """That of an earlier return, emptied; else the first one beyond all that is there."""
    for row in sorted(table.heads):
        for column in range(1, table.width + 1):
            if sheet.cell(row, column).value == RESULT:
                for below in range(min(table.firsts), sheet.max_row + 1):
                    if isinstance(cell := sheet.cell(below, column), Cell):
                        cell.value, cell.fill = None, PatternFill()
                return column
    return max([table.width, *(int(area.max_col) for area in sheet.merged_cells.ranges)]) + 1


def _anchor(sheet: Worksheet, place: str) -> Cell:
    """The cell, or the one that stands for all of its merged area."""
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if place in area)
        cell = sheet.cell(area.min_row, area.min_col)
    assert isinstance(cell, Cell)
    return cell


def _write_fault(cell: Cell, text: str) -> None:
    """Colour a cell and say why in a comment, in front of what its own comment says."""
    fill: Any = cell.fill
    colour = fill.fgColor.rgb if fill.fill_type == "solid" and fill.fgColor.type == "rgb" else ""
    own = f"\n——\n{cell.comment.text}" if cell.comment is not None else ""
    cell.comment = Comment(_legible(text + own)[:_LONGEST], f"{_AUTHOR} {colour}".strip(), *_COMMENT)
    cell.fill = _FAULT


def _write_receipt(book: Workbook, lines: list[tuple[str, str]]) -> None:
    """The receipt as the first sheet, in place of an earlier one."""
    for old in book.worksheets:
        if old.title.startswith(RECEIPT) and str(old["A1"].value or "").startswith(NOT_REPORTED):
            book.remove(old)
    sheet = book.create_sheet(RECEIPT, 0)
    _set(sheet["A1"], f"{NOT_REPORTED}：{RECEIPT}").font = Font(bold=True, size=16)
    for row, (label, text) in enumerate(lines, 3):
        _set(sheet.cell(row, 1), label).font = Font(bold=True)
        _set(sheet.cell(row, 2), text)
        for cell in sheet[row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = height((label, text), _RECEIPT_WIDTHS)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _RECEIPT_WIDTHS
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    _fit(sheet)
    for each in book.worksheets:
        each.sheet_view.tabSelected = False
    book.active = sheet


def _set(cell: Any, text: str) -> Any:
    """Write text as text, whatever it looks like."""
    cell.value = _legible(text)
    cell.data_type = "s"
    return cell


def _legible(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)


if __name__ == "__main__":
    main()
