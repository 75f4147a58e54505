"""How the sheets of a workbook look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

FONT, SIZE = "宋体", 11
LINE, HEAD, LOCKED, INPUT, FAULT = "#A6A6A6", "#DDEBF7", "#EDEDED", "#FFFBE6", "#FFC7CE"
_A4 = 9
_LINE_HEIGHT = 16.0  # points
# What may be done on a protected sheet; it has no password, so whoever must can do the rest too.
_ALLOWED = {"format_cells": True, "format_columns": True, "format_rows": True}
_LANDSCAPE_FROM, _ONE_PAGE_UNTIL = 80, 260  # characters of width


@dataclass
class Looks:
    """The formats of one workbook, each made once."""

    book: Workbook
    _made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def __call__(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": SIZE, "valign": "vcenter"}
            self._made[key] = self.book.add_format({**base, **look})
        return self._made[key]

    @property
    def title(self) -> Any:
        return self(bold=True, font_size=16)

    @property
    def hint(self) -> Any:
        return self(text_wrap=True, font_color="#595959", valign="top")

    @property
    def text(self) -> Any:
        return self(text_wrap=True, border=1, border_color=LINE, valign="top")

    @property
    def head(self) -> Any:
        look = {"bold": True, "align": "center", "text_wrap": True, "border": 1, "border_color": LINE}
        return self(**look, bg_color=HEAD)

    @property
    def locked(self) -> Any:
        return self(border=1, border_color=LINE, bg_color=LOCKED)


def new_book(out: Any, **about: Any) -> Workbook:
    """A workbook in which no text becomes a formula or a link."""
    book = Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(about)
    return book


def decimals(precision: int) -> str:
    """The format of numbers with so many decimals."""
    return "#,##0" + ("." + "0" * precision if precision else "")


def height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Height of a row in which all of these wrapped texts are seen, in points."""
    lines = [
        sum(max(1, -(-int(2.1 * len(line)) // int(width))) for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    ]
    return _LINE_HEIGHT * max(lines)


def set_up(sheet: Worksheet, widths: Sequence[float], *, head: tuple[int, int] | None = None) -> None:
    """Widths, A4, the header again on every page, page numbers, and a lock without a password.

    widths  of the columns, in characters
    head    first and last row of the header
    """
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_paper(_A4)
    if sum(widths) > _LANDSCAPE_FROM:
        sheet.set_landscape()
    sheet.fit_to_pages(1 if sum(widths) <= _ONE_PAGE_UNTIL else 0, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
    if head is not None:
        sheet.repeat_rows(*head)
    sheet.protect("", _ALLOWED)
