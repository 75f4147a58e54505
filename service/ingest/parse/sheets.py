"""The tables of a workbook or a text file, sheet by sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from service.domain.catalog import Catalog
from service.errors import Fault
from service.ingest.cells import Figure, read_figure, text_of
from service.ingest.names import Names
from service.ingest.parse.header import find_head
from service.ingest.parse.ours import NOT_REPORTED
from service.ingest.parse.sheet import Sheet
from service.ingest.parse.table import Table
from service.ingest.rows import Broken, Parsed, Row, TableAt, shown


def read_sheets(
    sheets: Sequence[Sheet], catalog: Catalog, names: Names, day: date | None, notices: Iterable[Fault] = ()
) -> Parsed:
    """The readings of all sheets; one without a table is left out and named, as long as it holds no figures.

    day  of sheets that don't say which day they are of
    """
    rows: list[Row] = []
    broken_: list[Broken] = []
    faults: list[Fault] = []
    tables: list[TableAt] = []
    told, count = [*notices, *_not_reported(sheets)], 0
    for sheet in sheets:
        if _says_not_reported(sheet):
            continue
        head = find_head(sheet, names, day)
        if head is None:
            (faults if _holds_figures(sheet) else told).extend(_no_table(sheet))
            continue
        tables.append(TableAt(sheet.name, head.first, head.last, sheet.width))
        table = Table(sheet, head, catalog, names)
        table.read()
        rows += table.rows
        broken_ += table.broken
        faults += table.faults
        told += table.notices
        count += table.count
    return Parsed(rows, faults, count, notices=tuple(told), broken=tuple(broken_), tables=tuple(tables))


def _says_not_reported(sheet: Sheet) -> bool:
    return bool(sheet.rows and sheet.rows[0]) and text_of(sheet.at(0, 0)).startswith(NOT_REPORTED)


def _not_reported(sheets: Sequence[Sheet]) -> list[Fault]:
    """Sheets that say they are not to be reported."""
    named = [sheet.name for sheet in sheets if _says_not_reported(sheet)]
    if not named:
        return []
    zh = f"写明“{NOT_REPORTED}”的工作表未读取：{'、'.join(named)}。"
    en = f"sheets that say {NOT_REPORTED} (not to be reported) were left out: {', '.join(named)}."
    return [Fault("not_reported", named[0], "", zh, en)]


def _holds_figures(sheet: Sheet) -> bool:
    cells = (cell for row in range(len(sheet.rows)) for _, cell in sheet.filled(row))
    return any(isinstance(read_figure(cell), Figure) for cell in cells)


def _no_table(sheet: Sheet) -> list[Fault]:
    filled = next((row for row in range(len(sheet.rows)) if any(sheet.filled(row))), None)
    if filled is None:
        return []
    zh = "没有找到表头，本表未读取：表头应有“区域”“指标”“日期”之一，并有数值或指标列。"
    en = (
        "no header was found, so nothing was read here: it names region, indicator or day beside the figures."
    )
    text = next(text_of(cell) for _, cell in sheet.filled(filled))
    return [Fault("no_header", sheet.row_place(filled), shown(text), zh, en)]
