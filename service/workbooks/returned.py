"""The workbook that is sent back for one that came in: the same, with what became of each of its rows."""

from __future__ import annotations

import io
import re

import msgspec
from xlsxwriter.worksheet import Worksheet

from service.errors import Fault
from service.ingest.parse.ours import NOT_REPORTED, RESULT
from service.ingest.rows import TableAt
from service.sheets.apart import Died, run_apart
from service.workbooks.looks import FAULT, LINE, Looks, height, new_book, set_up
from service.workbooks.marking import RECEIPT, Marking, Table
from service.workbooks.outcomes import Outcomes, Watched

_KEPT = (
    "本簿由您上传的工作簿加注而成，供核对和改正；其中的图表和图片可能没有保留，公式须重新计算，请留存原件。"
)
_PLAIN = "原工作簿无法加注（过大、已损坏或不是 .xlsx），各行结果另列于“处理结果”表，请对照原件改正。"
_LISTED = "各行结果列于“处理结果”表，请对照原文件改正。"
_HEADINGS = (("工作表", 16), ("行", 8), (RESULT, 60), ("有误的格和原文", 50))

_RECEIPT_WIDTHS = (16, 80)
_LINE, _COLUMN = re.compile(r"^line (\d+)"), re.compile(r" column (\d+)$")

Lines = list[tuple[str, str]]


def returned(body: bytes | None, watched: Watched, found: Outcomes, receipt: Lines) -> bytes:
    """The workbook `body` with its results, or a plain one where there is none or it cannot be marked.

    receipt  labels and texts of the sheet 回执
    """
    lines = [*receipt, *(("须改正", _told(fault)) for fault in found.faults)]
    if body is None:
        return _plain(found, [*lines, ("说明", _LISTED)])
    marking = Marking(body, _tables(watched, found), [*lines, ("说明", _KEPT)])
    try:
        if watched.tables:
            return run_apart("service.workbooks.marking", msgspec.msgpack.encode(marking))
    except Died:
        pass
    return _plain(found, [*lines, ("说明", _PLAIN)])


def _told(fault: Fault) -> str:
    """A fault of no row that is shown, with its place where that says something."""
    return f"{_where(fault)}：{fault.zh}" if "!" in fault.where or " " in fault.where else fault.zh


def _where(fault: Fault) -> str:
    """第3行第2列, Sheet1!C7."""
    return _COLUMN.sub(r"第\1列", _LINE.sub(r"第\1行", fault.where))


def _tables(watched: Watched, found: Outcomes) -> dict[str, Table]:
    tables = {t.sheet: _unmarked(t) for t in watched.tables}
    for (sheet, row), outcome in found.rows.items():
        if (table := tables.get(sheet)) is None:
            continue
        if row not in table.heads:
            table.rows[row] = outcome.text
        if outcome.faults:
            table.faulty.add(row)
    for (sheet, row, column), text in found.cells.items():
        if sheet in tables:
            tables[sheet].cells[f"{column}{row}"] = text
    return tables


def _unmarked(table: TableAt) -> Table:
    heads = {row + 1 for first, last in table.heads for row in range(first, last + 1)}
    return Table([first + 1 for first, _ in table.heads], heads, table.width, {}, set(), {})


def _plain(found: Outcomes, lines: Lines) -> bytes:
    out = io.BytesIO()
    with new_book(out, title=RECEIPT) as book:
        looks = Looks(book)
        _receipt(book.add_worksheet(RECEIPT), looks, lines)
        if found.rows:
            _rows(book.add_worksheet(RESULT), looks, found)
    return out.getvalue()


def _receipt(sheet: Worksheet, looks: Looks, lines: Lines) -> None:
    sheet.write_string(0, 0, f"{NOT_REPORTED}：{RECEIPT}", looks.title)
    for row, (label, text) in enumerate(lines, 2):
        sheet.write_string(row, 0, label, looks(bold=True, valign="top"))
        sheet.write_string(row, 1, text, looks(text_wrap=True, valign="top"))
        sheet.set_row(row, height((label, text), _RECEIPT_WIDTHS))
    set_up(sheet, _RECEIPT_WIDTHS)


def _rows(sheet: Worksheet, looks: Looks, found: Outcomes) -> None:
    sheet.write_string(0, 0, f"{NOT_REPORTED}：{RESULT}", looks.title)
    for column, (text, _) in enumerate(_HEADINGS):
        sheet.write_string(2, column, text, looks.head)
    look = {"border": 1, "border_color": LINE, "text_wrap": True, "valign": "top"}
    for at, ((name, row), outcome) in enumerate(found.rows.items(), 3):
        format_ = looks(**look, bg_color=FAULT) if outcome.faults else looks(**look)
        where = "\n".join(dict.fromkeys(f"{_where(f)}：{f.text}".rstrip("：") for f in outcome.faults))
        sheet.set_row(at, height((outcome.text, where), (_HEADINGS[2][1], _HEADINGS[3][1])))
        sheet.write_string(at, 0, name, format_)
        sheet.write_number(at, 1, row, format_)
        sheet.write_string(at, 2, outcome.text, format_)
        sheet.write_string(at, 3, where, format_)
    sheet.freeze_panes(3, 0)
    set_up(sheet, [width for _, width in _HEADINGS], head=(2, 2))
