"""XLSX: read by a process with limits on its memory and time, so that a hostile or broken file ends only that."""

from __future__ import annotations

import msgspec

from service.errors import Fault, Faulty
from service.sheets.apart import Died, run_apart
from service.sheets.kinds import OLE2, ZIP, refuse_other_files
from service.sheets.sheet import Sheet
from service.sheets.workbook import CELLS, EXPANDED_BYTES, BookOut

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOK = msgspec.msgpack.Decoder(BookOut)

_WRONG = {
    "encrypted": (
        "工作簿设有打开密码：请去掉密码后重新提交。",
        "the workbook is protected by a password: remove it and send the file again.",
    ),
    "old_format": (
        "这是旧格式（.xls、.xlsb 或 WPS 的 .et）：请用 Excel 或 WPS 另存为 .xlsx 后重新提交。",
        "an old or binary format (.xls, .xlsb, .et): save it as .xlsx and send it again.",
    ),
    "not_a_workbook": (
        "不是 Excel 工作簿（.xlsx）：请用 Excel 或 WPS 另存为 .xlsx 后重新提交。",
        "not a workbook (.xlsx): save it as one and send it again.",
    ),
    "opendocument": (
        "这是 .ods 格式：请用 WPS、Excel 或 LibreOffice 另存为 .xlsx 后重新提交。",
        "an OpenDocument spreadsheet (.ods): save it as .xlsx and send it again.",
    ),
    "archive": (
        "这是压缩包，不是工作簿：请解压后提交其中的 .xlsx。",
        "an archive, not a workbook: unpack it and send the .xlsx that is in it.",
    ),
    "damaged": (
        "工作簿已损坏，无法读取：请用 Excel 或 WPS 打开，另存为新的 .xlsx 后重新提交。",
        "the workbook is damaged: open it in a spreadsheet program, save it anew and send it again.",
    ),
    "too_large": (
        f"工作簿展开后超过 {EXPANDED_BYTES >> 20} MB：请删去图片和无关工作表，或分成几份提交。",
        f"the workbook expands to more than {EXPANDED_BYTES >> 20} MB: remove pictures and sheets, or send it in parts.",
    ),
    "too_many_cells": (
        f"工作表过大，超过 {CELLS} 个单元格：请删去数据区以外的内容，或分成几份提交。",
        f"more than {CELLS} cells: remove what lies beyond the table, or send it in parts.",
    ),
    "too_demanding": (
        "工作簿过于复杂，读取时超出内存或时间限制：请只保留需要的工作表，粘贴为数值后重新提交。",
        "reading the workbook takes too much memory or time: keep the sheets that are needed, pasted as values.",
    ),
}


def read_xlsx(body: bytes) -> tuple[list[Sheet], list[Fault]]:
    """Sheets that are shown, and notices of those that aren't; raises `Faulty` where it is no workbook."""
    refuse_other_files(body, "workbook")
    if not body.startswith(ZIP):
        raise _faulty(_not_zipped(body))
    book = _read_apart(body)
    if book.wrong:
        raise _faulty(book.wrong, book.place)
    sheets = [
        Sheet(
            sheet.rows,
            sheet.name,
            hidden_rows=frozenset(sheet.hidden_rows),
            hidden_columns=frozenset(sheet.hidden_columns),
            merged=tuple(sheet.merged),
        )
        for sheet in book.sheets
    ]
    return sheets, [_hidden(name) for name in book.hidden]


def _not_zipped(body: bytes) -> str:
    if body.startswith(OLE2):
        return "encrypted" if _ENCRYPTED in body else "old_format"
    return "not_a_workbook"


def _read_apart(body: bytes) -> BookOut:
    try:
        return _BOOK.decode(run_apart("service.sheets.workbook", body))
    except Died as died:
        raise _faulty("too_demanding" if died.too_much else "damaged") from None


def _faulty(code: str, place: str = "") -> Faulty:
    zh, en = _WRONG[code]
    return Faulty(f"workbook_{code}", [Fault(f"workbook_{code}", place or "workbook", "", zh, en)])


def _hidden(name: str) -> Fault:
    zh, en = (
        "隐藏的工作表未读取；如需读取，请取消隐藏。",
        "a hidden sheet was not read: unhide it to have it read.",
    )
    return Fault("hidden_sheet", name, "", zh, en)
