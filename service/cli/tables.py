"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell."""
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, ["-" * width for width in widths], *rows):
        cells = zip(row, widths, strict=True)
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip()


def told_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The same without the columns that say nothing; no line where none says anything."""
    columns = [column for column in zip(head, *rows, strict=True) if any(column[1:])]
    if columns:
        shown, *cells = zip(*columns, strict=True)
        yield from table(shown, cells)


def _width(text: str) -> int:
    """Places on a terminal, where a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
