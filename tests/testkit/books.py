"""Workbooks for tests, written by a real writer, and some that no writer would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

Cell = str | float | int | bool | None


def workbook(*sheets: tuple[str, Callable[[Workbook, Worksheet], None]]) -> bytes:
    """A workbook whose sheets are filled by functions."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2018, 6, 28)})  # the same bytes every time
        for name, fill in sheets:
            fill(book, book.add_worksheet(name))
    return out.getvalue()


def rows(*lines: list[Cell]) -> Callable[[Workbook, Worksheet], None]:
    """Fills a sheet with plain cells; text that looks like a formula stays text."""

    def fill(_: Workbook, sheet: Worksheet) -> None:
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write(row, column, cell)

    return fill


def plain(*lines: list[Cell], name: str = "Sheet1") -> bytes:
    """A workbook of one sheet."""
    return workbook((name, rows(*lines)))


def rewritten(book: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A workbook whose parts are changed by hand; None leaves a part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if (content := change(part, old.read(part))) is not None:
                new.writestr(part, content)
    return out.getvalue()


def parts_of(book: bytes) -> list[str]:
    """Names of a workbook's parts."""
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        return file.namelist()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP of files, whatever they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def replaced(book: bytes, old: str, new: str) -> bytes:
    """A workbook with a text of its XML replaced."""
    return rewritten(book, lambda _, content: content.replace(old.encode(), new.encode()))


def bomb() -> bytes:
    """Five kilobytes with one figure in the very last cell: naively read, half a terabyte."""
    return workbook(("Sheet1", lambda _, sheet: sheet.write_number(1_048_575, 16_383, 1) and None))
