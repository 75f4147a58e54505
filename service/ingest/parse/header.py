"""Where the header of a table is, and what it says."""

from __future__ import annotations

from datetime import date

from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.cells import text_of
from service.ingest.names import Names
from service.ingest.parse.columns import Columns
from service.ingest.parse.fields import KEYS, field_of, is_value_of, keys_of, split_unit
from service.ingest.parse.head import Head
from service.ingest.parse.sheet import Sheet
from service.ingest.parse.subheads import subhead
from service.ingest.parse.title import Above, year_of
from service.ingest.rows import shown

SEARCHED = 30  # rows from the top in which the header is looked for


def find_head(sheet: Sheet, names: Names, day: date | None) -> Head | None:
    """The first row that names a key (区域, 指标, 日期) beside something else; None where there is none.

    day  what the request says the sheet is of, where the sheet itself doesn't say
    """
    rows = range(min(SEARCHED, len(sheet.rows)))
    found = next((row for row in rows if _is_head(sheet, row, names)), None)
    if found is None:
        return None
    first = _first_row(sheet, found, names)
    head = Head(first, _last_row(sheet, found))
    texts = [(sheet.place(row, c), text_of(cell)) for row in range(first) for c, cell in sheet.filled(row)]
    year = year_of([sheet.name, *(text for _, text in texts)])
    Columns(head, sheet, names, year).read()
    _refuse_twice(head, sheet)
    head.title = Above(sheet, head, names, texts, day).read(year)
    return head


def _is_head(sheet: Sheet, row: int, names: Names) -> bool:
    """Whether a row names a key beside something else than a value of it: “日期 | 2018-08-31” belongs to the title."""
    cells = [cell for _, cell in sheet.filled(row)]
    words = [keys_of(text_of(cell)) for cell in cells]
    keys = {key for word in words for key in word}
    if not keys or len(cells) < 2:
        return False
    others = [cell for cell, word in zip(cells, words, strict=True) if not word]
    return len(keys) > 1 or any(not is_value_of(key, cell, names) for key in keys for cell in others)


def _first_row(sheet: Sheet, found: int, names: Names) -> int:
    """Indicators may stand in a row above that of the keys: 拆除违法建设 above 完成量 and 排名."""
    above = dict(sheet.filled(found - 1)) if found else {}
    keys = {column for column, cell in sheet.filled(found) if keys_of(text_of(cell))}
    named = above and all(
        names.knows("indicator", name) or names.knows("indicator", split_unit(name)[0])
        for name in map(text_of, above.values())
    )
    return found - 1 if named and not keys & above.keys() else found


def _last_row(sheet: Sheet, first: int) -> int:
    """A header goes on as far as its keys' cells are merged downwards, and over rows of nothing but units and sub-headers."""
    keys = [column for column, cell in sheet.filled(first) if keys_of(text_of(cell))]
    areas = (sheet.merged_from.get((first, column)) for column in keys)
    last = max((area[1] for area in areas if area), default=first)
    while last + 1 < len(sheet.rows) and _goes_on(sheet, last + 1, keys):
        last += 1
    return min(last, len(sheet.rows) - 1)


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
