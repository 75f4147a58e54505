"""Where the header of a table is, and what it says."""

from __future__ import annotations

from datetime import date

from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.names import Names
from service.ingest.parse.blocks import Block
from service.ingest.parse.columns import Columns
from service.ingest.parse.dating import Texts, dating
from service.ingest.parse.fields import KEYS, field_of, keys_of, split_unit
from service.ingest.parse.head import Head
from service.ingest.parse.subheads import subhead
from service.ingest.parse.title import Above
from service.sheets.cells import text_of
from service.sheets.sheet import Sheet
from service.texts import shown


def read_head(block: Block, names: Names, day: date | None, top: Texts) -> tuple[Head, Texts]:
    """The header of a table, and the texts above it.

    day  what the request says the sheet is of, where the sheet itself doesn't say
    top  what is said above the sheet's first table; empty for that itself
    """
    sheet = block.sheet
    first = _first_row(sheet, block.head, names)
    head = Head(first, _last_row(sheet, block.head, block.end), block.end)
    rows = (row for row in block.titles if row < first)
    texts = [(sheet.place(row, c), text_of(cell)) for row in rows for c, cell in sheet.filled(row)]
    said = [dating([sheet.name, *(text for _, text in each)], names.cycle) for each in (texts, top)]
    of = next((each for each in said if each.year), said[0])
    Columns(head, block, names, of).read()
    _refuse_twice(head, sheet)
    head.title = Above(sheet, head, names, texts, top, day).read(of)
    return head, texts


def _first_row(sheet: Sheet, found: int, names: Names) -> int:
    """Indicators may stand in a row above that of the keys: 拆除违法建设 above 完成量 and 排名."""
    above = dict(sheet.filled(found - 1)) if found else {}
    keys = {column for column, cell in sheet.filled(found) if keys_of(text_of(cell))}
    named = above and all(
        names.knows("indicator", name) or names.knows("indicator", split_unit(name)[0])
        for name in map(text_of, above.values())
    )
    return found - 1 if named and not keys & above.keys() else found


def _last_row(sheet: Sheet, first: int, end: int) -> int:
    """A header goes on as far as its keys' cells are merged downwards, and over rows of nothing but units and sub-headers."""
    keys = [column for column, cell in sheet.filled(first) if keys_of(text_of(cell))]
    areas = (sheet.merged_from.get((first, column)) for column in keys)
    last = max((area[1] for area in areas if area), default=first)
    while last + 1 < end and _goes_on(sheet, last + 1, keys):
        last += 1
    return min(last, end - 1)


def _goes_on(sheet: Sheet, row: int, keys: list[int]) -> bool:
    """Whether a row below the header belongs to it: it says what the columns hold, and nothing of any row."""
    filled = list(sheet.filled(row))
    texts = [
        text_of(cell) for column, cell in filled if column not in keys or field_of(text_of(cell)) != "unit"
    ]
    said = [text for text in texts if _is_subheader(text)]
    return bool(said) and len(said) == len(texts) == len([c for c, _ in filled if c not in keys])


def _is_subheader(text: str) -> bool:
    name, _ = split_unit(text)
    unit = unit_code(text) is not None and not text[0].isdigit()
    return unit or field_of(name) in ("value", "unit") or subhead(name) is not None


def _refuse_twice(head: Head, sheet: Sheet) -> None:
    """Two columns that say the same. Only regions and indicators may have two columns, for code and name."""
    seen: dict[tuple[object, ...], int] = {}
    for column in head.columns:
        if (first := seen.setdefault(column.said(), column.at)) != column.at:
            head.faults.append(_twice(sheet, head, column.at, first))
    for key in KEYS:
        if key in head.keys and (said := [c.at for c in head.columns if getattr(c, key) is not None]):
            head.faults.append(_twice(sheet, head, said[0], head.keys[key][0]))
    for key, columns in head.keys.items():
        for at in columns[2 if key in ("region", "indicator") else 1 :]:
            head.faults.append(_twice(sheet, head, at, columns[0]))


def _twice(sheet: Sheet, head: Head, at: int, first: int) -> Fault:
    where, other = sheet.place(head.first, at), sheet.place(head.first, first)
    zh, en = (
        f"与 {other} 是同样的表头，请只保留一列。",
        f"the same header as {other}: keep one of the two columns.",
    )
    return Fault("header_twice", where, shown(text_of(sheet.said(head.first, at))), zh, en)
