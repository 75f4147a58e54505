"""The tables of a workbook or a text file, sheet by sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from service.domain.catalog import Catalog
from service.errors import Fault
from service.ingest.names import Names
from service.ingest.parse.blocks import MOST, Block, find_blocks
from service.ingest.parse.dating import Texts
from service.ingest.parse.header import read_head
from service.ingest.parse.ours import NOT_REPORTED
from service.ingest.parse.table import Table
from service.ingest.rows import Broken, Parsed, Row, TableAt
from service.sheets.cells import Figure, read_figure, text_of
from service.sheets.sheet import Sheet
from service.texts import shown


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
        blocks = find_blocks(sheet, names)
        if not blocks:
            (faults if _holds_figures(sheet) else told).extend(_no_table(sheet))
            continue
        if len(blocks) > MOST:
            faults.append(_too_many(blocks))
            continue
        read = _read_blocks(blocks, catalog, names, day)
        heads = [table.head for table in read]
        tables.append(TableAt(sheet.name, tuple((h.first, h.last) for h in heads), sheet.width))
        for table in read:
            rows += table.rows
            broken_ += table.broken
            faults += table.faults
            told += table.notices
            count += table.count
    return Parsed(rows, faults, count, notices=tuple(told), broken=tuple(broken_), tables=tuple(tables))


def _read_blocks(blocks: list[list[Block]], catalog: Catalog, names: Names, day: date | None) -> list[Table]:
    """The tables of one sheet; totals are compared when those beside each other are read."""
    found: list[Table] = []
    top: Texts = []
    for beside in blocks:
        texts: Texts = []
        tables: list[Table] = []
        for block in beside:
            head, texts = read_head(block, names, day, top)
            tables.append(Table(block.sheet, head, catalog, names))
            tables[-1].read()
        for table in tables:
            table.compare([other.totals for other in tables if other is not table])
        top = top or texts
        found += tables
    return found


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


def _too_many(blocks: list[list[Block]]) -> Fault:
    sheet, head = blocks[-1][0].sheet, blocks[-1][0].head
    zh = f"一张工作表中有{MOST}个以上的表，整张未读取：请分到几张工作表，或改为一个表，加一列“日期”或“指标”。"
    en = f"more than {MOST} tables on one sheet: spread them over several, or make one table with a column for day or indicator."
    return Fault("too_many_tables", sheet.row_place(head), "", zh, en)


def _no_table(sheet: Sheet) -> list[Fault]:
    filled = next((row for row in range(len(sheet.rows)) if any(sheet.filled(row))), None)
    if filled is None:
        return []
    zh = "没有找到表头，本表未读取：表头中要有“街乡”“指标”或“日期”一栏（左上角空着的请补上），并有指标或“数值”列"
    en = "no header was found, so nothing was read here: it names region, indicator or day beside the figures"
    more_zh, more_en = ("；各列用英文逗号或制表符隔开", "; commas or tabs stand between cells")
    if sheet.lines is None:
        more_zh = f"；不报送的表请在 A1 格写“{NOT_REPORTED}”"
        more_en = f"; a sheet that is not to be reported says {NOT_REPORTED} in A1"
    zh, en = f"{zh}{more_zh}。", f"{en}{more_en}."
    text = next(text_of(cell) for _, cell in sheet.filled(filled))
    return [Fault("no_header", sheet.row_place(filled), shown(text), zh, en)]
