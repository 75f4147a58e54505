"""A table as it lies in a file: cells with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from service.sheets.cells import Cell, is_blank

# First and last row, first and last column, counted from 0.
Area = tuple[int, int, int, int]
_ROW_PLACE = re.compile(r"(?P<sheet>.*)!(?P<row>\d+):(?P=row)", re.DOTALL)
_LINE_PLACE = re.compile(r"^line (?P<line>\d+)(?: column (?P<column>\d+))?")
NAMED_PLACES = 10  # a sentence names so many places, and says how many more there are


@dataclass(frozen=True)
class Sheet:
    """Rows of cells, from the first row and column of the sheet on; rows may differ in length.

    name     of a workbook's sheet, empty for a text file
    lines    number of the line each row of a text file ends on, None for a workbook
    hidden_rows, hidden_columns  counted from 0
    merged   areas whose first cell stands for all of them
    """

    rows: list[list[Cell]]
    name: str = ""
    lines: list[int] | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()

    def at(self, row: int, column: int) -> Cell:
        """What is written in a cell; nothing beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None

    def said(self, row: int, column: int) -> Cell:
        """What a cell says: within a merged area, what its first cell does."""
        first = self._merged_into.get((row, column))
        return self.at(*first) if first else self.at(row, column)

    @cached_property
    def _merged_into(self) -> dict[tuple[int, int], tuple[int, int]]:
        """First cell of the area, for every cell of one; an area may reach far beyond what is filled in."""
        return {
            (row, column): (top, left)
            for top, bottom, left, right in self.merged
            if top < len(self.rows)
            for row in range(top, min(bottom + 1, len(self.rows)))
            for column in range(left, min(right + 1, self.width))
        }

    @cached_property
    def merged_from(self) -> dict[tuple[int, int], Area]:
        """Merged areas by their first cell."""
        return {(area[0], area[2]): area for area in self.merged}

    @cached_property
    def width(self) -> int:
        return max((len(cells) for cells in self.rows), default=0)

    def filled(self, row: int) -> Iterator[tuple[int, Cell]]:
        """Cells of a row that aren't blank, with their columns."""
        return ((column, cell) for column, cell in enumerate(self.rows[row]) if not is_blank(cell))

    def place(self, row: int, column: int) -> str:
        """`Sheet1!C7`, or `line 12 column 3`."""
        if self.lines is not None:
            return f"line {self.lines[row]} column {column + 1}"
        return f"{self.name}!{letters(column)}{row + 1}"

    def row_place(self, row: int) -> str:
        """`Sheet1!7:7`, or `line 12`."""
        return f"line {self.lines[row]}" if self.lines is not None else f"{self.name}!{row + 1}:{row + 1}"


def letters(column: int) -> str:
    """A, B, … Z, AA: what a workbook calls its columns."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def in_chinese(place: str) -> str:
    """A place as a clerk says it: 台账第7行, 第12行第3列; a cell by its name."""
    said = _ROW_PLACE.sub(r"\g<sheet>第\g<row>行", place)
    return _LINE_PLACE.sub(lambda m: f"第{m['line']}行" + (f"第{m['column']}列" if m["column"] else ""), said)


@dataclass(slots=True)
class Places:
    """Places that a sentence names: the first of them, and how many there are."""

    first: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: str) -> None:
        self.count += 1
        if len(self.first) < NAMED_PLACES:
            self.first.append(place)

    def fill(self, zh: str, en: str) -> tuple[str, str]:
        """Sentences with the places in them."""
        more_zh, more_en = "", ""
        if self.count > len(self.first):
            more_zh, more_en = f" 等{self.count}处", f" and {self.count - len(self.first)} more"
        named = "、".join(map(in_chinese, self.first))
        return zh.format(named + more_zh), en.format(", ".join(self.first) + more_en)
