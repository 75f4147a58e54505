"""A workbook (XLSX) as cells. Runs as a process of its own, since a file of 6 kB can ask for 512 GB.

Values come from calamine. It says nothing of formulas without a saved result, of errors, of per cent and of what is
hidden, so those are looked up in the sheets' XML beforehand; how far a sheet reaches is too, before memory is asked for.
Libraries that cannot calculate write 0 as every formula's result and ask for a full calculation on loading: in a
workbook that asks for it, a formula's 0 is no result.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.parsers import expat

import msgspec

from service.sheets.apart import answer

EXPANDED_BYTES = 512 << 20  # all parts of the file
CELLS = 2_000_000  # of all sheets, from A1 to their last cell
_DIGITS = 15  # that a workbook keeps of a number
_SHOWN = 60  # characters of a formula
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PER_CENT_FORMATS = frozenset({9, 10})
_NOT_IN_A_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_CONTENT_TYPES = "[content_types].xml"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_TRUE = ("1", "true")
_PLACE = tuple[int, int]
# What reading a part of a broken file may raise.
_BROKEN = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
)


class SheetOut(msgspec.Struct):
    """A sheet that is shown: its cells from A1 on, as text and numbers; rows and columns count from 0.

    A formula without a result is its text (`=A1`), an error its name (`#N/A`), a date is ISO, per cent has its sign.
    """

    name: str
    rows: list[list[str | float | None]]
    hidden_rows: list[int]
    hidden_columns: list[int]
    merged: list[tuple[int, int, int, int]]


class BookOut(msgspec.Struct):
    """A workbook, or what is wrong with it; `place` is where, if it is a cell."""

    sheets: list[SheetOut] = []
    hidden: list[str] = []
    wrong: str = ""
    place: str = ""


class Wrong(Exception):
    """A file that cannot be read, by a code the caller has a sentence for."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(code)
        self.code, self.place = code, place


def main() -> None:
    """Standard input is the file, standard output what is in it (msgpack)."""
    answer(lambda body: msgspec.msgpack.encode(read_workbook(body)))


def read_workbook(body: bytes) -> BookOut:
    """All sheets that are shown, and the names of those that aren't."""
    try:
        return _read(body)
    except Wrong as wrong:
        return BookOut(wrong=wrong.code, place=wrong.place)


def _read(body: bytes) -> BookOut:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    package = _Package(body)
    described = {name: package.describe(part) for name, part in package.sheets()}
    area = sum(found.height * found.width for found in described.values())
    if area > CELLS:
        largest = max(described, key=lambda name: described[name].height * described[name].width)
        raise Wrong("too_many_cells", f"{largest}!{described[largest].last}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    out = BookOut()
    for about in book.sheets_metadata:
        if about.visible != SheetVisibleEnum.Visible:
            out.hidden.append(about.name)
        elif about.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(about.name)
            merged = [
                (top, bottom, left, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
            ]
            rows = sheet.to_python(skip_empty_area=False)
            out.sheets.append(described[about.name].fill(about.name, rows, merged))
    return out


# ---- what the XML says


@dataclass
class _Described:
    """What calamine doesn't tell of a sheet."""

    height: int = 0
    width: int = 0
    last: str = ""
    instead: dict[_PLACE, str] = field(default_factory=dict)
    per_cent: set[_PLACE] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    def fill(self, name: str, rows: list[list[Any]], merged: list[tuple[int, int, int, int]]) -> SheetOut:
        cells = [[_plain(value) for value in row] for row in rows]
        while len(cells) < self.height:
            cells.append([])
        for (row, column), text in self.instead.items():
            cells[row] += [None] * (column + 1 - len(cells[row]))
            cells[row][column] = text
        for row, column in self.per_cent:
            value = cells[row][column] if column < len(cells[row]) else None
            if isinstance(value, float):
                cells[row][column] = f"{Decimal(repr(value)) * 100:f}%"
        merged = [(a, min(b, self.height - 1), c, min(d, self.width - 1)) for a, b, c, d in merged]
        merged = [area for area in merged if area[0] <= area[1] and area[2] <= area[3]]
        # Areas don't overlap; where they do, they could cover each cell any number of times.
        if sum((b - a + 1) * (d - c + 1) for a, b, c, d in merged) > self.height * self.width:
            raise Wrong("damaged")
        return SheetOut(name, cells, self.hidden_rows, self.hidden_columns, merged)


def _plain(value: Any) -> str | float | None:
    """A cell as text or number: what a spreadsheet program would show."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == value.min.time() else value.isoformat(" ", "seconds")
        )
    if isinstance(value, date):
        return value.isoformat()
    return str(value) or None


class _Package:
    """The parts of an XLSX file."""

    def __init__(self, body: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Wrong("damaged") from None
        if any(part.flag_bits & 1 for part in self._zip.infolist()):
            raise Wrong("encrypted")
        if sum(part.file_size for part in self._zip.infolist()) > EXPANDED_BYTES:
            raise Wrong("too_large")
        self._names = {name.casefold(): name for name in self._zip.namelist()}
        self._book = next((t for kind, _, t in self._related("") if kind == "officeDocument"), "")
        if self._book.endswith(".bin"):
            raise Wrong("old_format")
        if not self._book.startswith("xl/") or self._book.casefold() not in self._names:
            raise Wrong(self._other_kind())
        self._uncalculated = False

    def _other_kind(self) -> str:
        """What a ZIP is that holds no workbook."""
        if _CONTENT_TYPES in self._names:
            return "not_a_workbook"
        with suppress(*_BROKEN):
            if self._zip.read("mimetype").strip() == _OPEN_DOCUMENT:
                return "opendocument"
        return "archive"

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Name and part of every sheet of cells."""
        parts = {id_: target for kind, id_, target in self._related(self._book) if kind == "worksheet"}
        found: list[tuple[str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet" and (part := parts.get(attributes.get("id", ""))):
                found.append((attributes.get("name", ""), part))
            elif tag == "calcPr":
                self._uncalculated = attributes.get("fullCalcOnLoad") in _TRUE

        self._parse(self._book, start)
        yield from found

    def describe(self, part: str) -> _Described:
        """Walk through a sheet's XML."""
        walk = _Walk(self._per_cent_styles(), self._uncalculated)
        self._parse(part, walk.start, walk.end, walk.text)
        return walk.found

    def _per_cent_styles(self) -> frozenset[int]:
        """Numbers of the cell styles that show a number as per cent."""
        part = next((t for kind, _, t in self._related(self._book) if kind == "styles"), None)
        formats, styles, inside = set(_PER_CENT_FORMATS), list[int](), list[str]()

        def start(tag: str, attributes: dict[str, str]) -> None:
            inside.append(tag)
            if tag == "numFmt" and "%" in _NOT_IN_A_FORMAT.sub("", attributes.get("formatCode", "")):
                formats.add(int(attributes.get("numFmtId", -1)))
            elif tag == "xf" and inside[-2:-1] == ["cellXfs"]:
                styles.append(int(attributes.get("numFmtId", 0)))

        if part is not None:
            self._parse(part, start, lambda _: inside.__delitem__(-1))
        return frozenset(number for number, format_ in enumerate(styles) if format_ in formats)

    def _related(self, part: str) -> list[tuple[str, str, str]]:
        """Kind, id and part of everything a part refers to."""
        folder, name = posixpath.split(part)
        found: list[tuple[str, str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                found.append((kind, attributes.get("Id", ""), target.lstrip("/")))

        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations.casefold() not in self._names:
            return []
        self._parse(relations, start)
        return found

    def _parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] = lambda _: None,
        text: Callable[[str], None] = lambda _: None,
    ) -> None:
        """A part's elements by their local names; there are no entities to expand in an honest file."""
        parser = expat.ParserCreate(namespace_separator="|")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(
            _local(tag), {_local(name): value for name, value in attributes.items()}
        )
        parser.EndElementHandler = lambda tag: end(_local(tag))
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            with self._zip.open(self._names[part.casefold()]) as stream:
                parser.ParseFile(stream)
        except _BROKEN:
            raise Wrong("damaged") from None


def _local(name: str) -> str:
    return name.rpartition("|")[2]


def _refuse_doctype(*_: object) -> None:
    raise Wrong("damaged")


class _Walk:
    """Goes through a sheet's XML, cell by cell."""

    def __init__(self, per_cent_styles: frozenset[int], uncalculated: bool) -> None:
        self.found = _Described()
        self._per_cent_styles = per_cent_styles
        self._no_results = ("", "0") if uncalculated else ("",)
        self._row, self._column = -1, -1
        self._cell: dict[str, str] = {}
        self._formula: str | None = None
        self._value: str | None = None
        self._into = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden") in _TRUE:
                self.found.hidden_rows.append(self._row)
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "f":
            self._formula, self._into = "", tag
        elif tag in ("v", "is"):
            self._value, self._into = "", tag
        elif tag == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes["min"]), int(attributes["max"])
            self.found.hidden_columns += range(first - 1, min(last, 1 << 14))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cell, self._formula, self._value = attributes, None, None
        if "r" not in attributes:
            self._column += 1
            return
        match = _REFERENCE.fullmatch(attributes["r"])
        if match is None:
            raise Wrong("damaged")
        self._row, self._column = int(match[2]) - 1, _column(match[1])
        if self._row < 0:
            raise Wrong("damaged")

    def text(self, text: str) -> None:
        if self._into == "f" and self._formula is not None and len(self._formula) < _SHOWN:
            self._formula += text
        elif self._into in ("v", "is") and self._value is not None and len(self._value) < _SHOWN:
            self._value += text

    def end(self, tag: str) -> None:
        if tag in ("f", "v"):
            self._into = ""
        elif tag == "c":
            self._into = ""
            self._end_cell()

    def _end_cell(self) -> None:
        kind = self._cell.get("t", "n")
        if self._formula is None and not self._value:
            return
        place, found = (self._row, self._column), self.found
        if self._row + 1 > found.height or self._column + 1 > found.width:
            found.last = self._cell.get("r", "")
        found.height, found.width = max(found.height, self._row + 1), max(found.width, self._column + 1)
        if self._formula is not None and (self._value or "") in self._no_results and kind != "str":
            found.instead[place] = f"={self._formula[:_SHOWN]}"
        elif kind == "e":
            found.instead[place] = self._value or "#N/A"
        elif kind == "n" and int(self._cell.get("s", 0)) in self._per_cent_styles:
            found.per_cent.add(place)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


if __name__ == "__main__":
    main()
