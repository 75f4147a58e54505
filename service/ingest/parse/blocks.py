"""Where tables lie on a sheet: below one another, each under a header of its own, and in parts beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from service.domain.names import plain
from service.ingest.names import Names
from service.ingest.parse.fields import WEAK, field_of, is_footer, is_value_of, keys_of, totalled
from service.sheets.cells import Cell, Empty, Figure, is_blank, read_day, read_figure, text_of
from service.sheets.sheet import Sheet

SEARCHED = 30  # rows from the top in which the first header is looked for
MOST = 400  # tables of a sheet: for every day of a year
_MOST_BESIDE = 8
_TITLES = 10  # rows above a later header that may be its titles


@dataclass(frozen=True, slots=True)
class Block:
    """A table: the row of its header that names the keys, its titles above, and the first row beyond it.

    sheet    without the cells of what lies beside it
    columns  that are the table's
    titles   rows above the header that are its own
    """

    sheet: Sheet
    titles: range
    head: int
    end: int
    columns: range


def find_blocks(sheet: Sheet, names: Names) -> list[list[Block]]:
    """The tables of a sheet from the top; those of one list lie beside each other. Empty where there is none.

    The first header is a row that names a key (区域, 指标, 日期) beside something else. A later one begins with a
    key, and has no figures. Where the header is repeated, as on every printed page, the table goes on. Of more than
    `MOST` there is one more than that, and no sheet is meant.
    """
    rows = range(min(SEARCHED, len(sheet.rows)))
    first = next((row for row in rows if _is_head(sheet, row, names)), None)
    if first is None:
        return []
    found = [(range(first), first)]
    for row in range(first + 1, len(sheet.rows)):
        if not _is_later_head(sheet, row, names):
            continue
        titles = _titles(sheet, found[-1][1], row, names)
        if not _is_repeated(sheet, *found[-1], titles, row):
            found.append((titles, row))
            if len(found) > MOST:
                break
    ends = [*(titles.start for titles, _ in found[1:]), len(sheet.rows)]
    return [_beside(sheet, titles, head, end) for (titles, head), end in zip(found, ends, strict=True)]


def _is_head(sheet: Sheet, row: int, names: Names) -> bool:
    """Whether a row names a key beside something else than a value of it: “日期 | 2018-08-31” belongs to the title."""
    filled = list(sheet.filled(row))
    cells = [cell for column, cell in filled if not _is_title_word(sheet, row, column, names)]
    words = [keys_of(text_of(cell)) for cell in cells]
    keys = {key for word in words for key in word}
    if not keys or len(filled) < 2:
        return False
    others = [cell for cell, word in zip(cells, words, strict=True) if not word]
    return len(keys) > 1 or any(not is_value_of(key, cell, names) for key in keys for cell in others)


def _is_title_word(sheet: Sheet, row: int, column: int, names: Names) -> bool:
    """Whether 填报单位 stands in the title: no regions stand below it."""
    if plain(text_of(sheet.at(row, column))) not in WEAK:
        return False
    below = range(row + 1, min(row + 5, len(sheet.rows)))
    return not any(is_value_of("region", sheet.said(each, column), names) for each in below)


def _is_later_head(sheet: Sheet, row: int, names: Names) -> bool:
    """Whether a row below a header is another one: fields, a key among them, then words and no figures."""
    cells = list(sheet.filled(row))
    for at, (_, cell) in enumerate(cells):
        text = text_of(cell)
        if keys_of(text):
            others = [_is_figure(other) for _, other in cells[at + 1 :]]
            return False in others and True not in others and not names.knows_any(text)
        if field_of(text) is None:
            return False
    return False


def _is_figure(cell: Cell) -> bool | None:
    """Whether a cell holds a figure; None where it may stand in a column of figures, and holds none."""
    if isinstance(read_day(cell), date):
        return False
    figure = read_figure(cell)
    return None if isinstance(figure, Empty) else isinstance(figure, Figure)


def _titles(sheet: Sheet, above: int, head: int, names: Names) -> range:
    """The rows above a later header that say something of its table: they are no rows of the table before it."""
    keys = {column: keys_of(text_of(cell)) for column, cell in sheet.filled(above)}
    row = head
    while row - 1 > above and head - row < _TITLES and _is_title(sheet, row - 1, keys, names):
        row -= 1
    return range(row, head)


def _is_title(sheet: Sheet, row: int, keys: dict[int, tuple[str, ...]], names: Names) -> bool:
    cells = list(sheet.filled(row))
    if not cells:
        return True
    if is_footer(text_of(cells[0][1])) or any(_is_figure(cell) for _, cell in cells):
        return False
    said = ((key, cell) for column, cell in cells for key in keys.get(column, ()))
    return not any(is_value_of(key, cell, names) or totalled(text_of(cell)) for key, cell in said)


def _is_repeated(sheet: Sheet, titles_before: range, before: int, titles: range, head: int) -> bool:
    """Whether it is the header before once more, with nothing above it that wasn't above that."""
    known = {plain(text) for row in titles_before for text in _texts(sheet, row)}
    same = all(sheet.said(before, column) == cell for column, cell in sheet.filled(head))
    return same and all(plain(text) in known for row in titles for text in _texts(sheet, row))


def _texts(sheet: Sheet, row: int) -> Iterator[str]:
    return (text_of(cell) for _, cell in sheet.filled(row))


# ---- beside each other


def _beside(sheet: Sheet, titles: range, head: int, end: int) -> list[Block]:
    """The table below a header, or its parts where the header is written twice in one row: 街乡 | 数 | 街乡 | 数."""
    starts = _starts(sheet, head)
    if len(starts) < 2:
        return [Block(sheet, titles, head, end, range(sheet.width))]
    stops = [*starts[1:], sheet.width]
    parts = [range(start, stop) for start, stop in zip(starts, stops, strict=True)]
    return [Block(_only(sheet, head, end, part), titles, head, end, part) for part in parts]


def _starts(sheet: Sheet, head: int) -> list[int]:
    """First columns of the parts of a header that repeats itself; the last may have more columns than the others."""
    cells = [(column, plain(text_of(cell))) for column, cell in sheet.filled(head)]
    texts = [text for _, text in cells]
    key = next((at for at, text in enumerate(texts) if keys_of(text)), None)
    if key is None or not 2 <= texts.count(texts[key]) <= _MOST_BESIDE:
        return []
    width = texts.index(texts[key], key + 1) - key
    if width < 2:
        return []  # code and name under one word
    count = texts.count(texts[key])
    if any(texts[n * width : (n + 1) * width] != texts[:width] for n in range(count)):
        return []
    return [cells[n * width][0] for n in range(count)]


def _only(sheet: Sheet, first: int, end: int, columns: range) -> Sheet:
    """The sheet with nothing but some columns in these rows."""
    rows = list(sheet.rows)
    for row in range(first, end):
        rows[row] = [cell if column in columns else None for column, cell in enumerate(sheet.rows[row])]
    return replace(sheet, rows=rows)


def is_filled(sheet: Sheet, rows: range, column: int) -> bool:
    """Whether anything stands in a column."""
    return any(not is_blank(sheet.at(row, column)) for row in rows)
