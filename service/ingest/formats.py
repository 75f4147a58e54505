"""The formats a body may come in, by content type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from service.errors import Fault
from service.ingest.parse.csv import CHARSETS, read_csv, read_text
from service.ingest.parse.json import parse_json
from service.ingest.parse.ndjson import parse_ndjson
from service.ingest.parse.sheets import read_sheets
from service.ingest.rows import Parsed
from service.ingest.validate import Desk
from service.sheets.kinds import is_container
from service.sheets.sheet import Sheet
from service.sheets.xlsx import read_xlsx


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says of its body.

    charset  of text, None where it isn't said
    day      of tables that don't say which day they are of
    note     of bodies that have no place for one
    """

    charset: str | None = None
    day: date | None = None
    note: str = ""


NOTHING = Said()


@dataclass(frozen=True, slots=True)
class Reader:
    """How a body is read.

    format   its name in a submission
    parse    its rows, piece by piece
    streams  whether it is never in memory as a whole
    """

    format: str
    parse: Callable[[BinaryIO, Desk], Iterator[Parsed]]
    streams: bool = False


def _json(body: bytes, said: Said, desk: Desk) -> Parsed:
    parsed = parse_json(body)
    if not said.note or parsed.note == said.note:
        return parsed
    if not parsed.note:
        return replace(parsed, note=said.note)
    zh = "正文和网址各有一个 note，内容不同：请只留一个。"
    fault = Fault("two_notes", "note", "", zh, "the body and the address have different notes: keep one.")
    return replace(parsed, faults=[*parsed.faults, fault])


def _ndjson(body: BinaryIO, said: Said, desk: Desk) -> Iterator[Parsed]:
    return (replace(parsed, note=said.note) for parsed in parse_ndjson(body))


def _csv(body: bytes, said: Said, desk: Desk) -> Parsed:
    return _tables([read_csv(read_text(body, said.charset))], [], said, desk)


def _tsv(body: bytes, said: Said, desk: Desk) -> Parsed:
    return _tables([read_csv(read_text(body, said.charset), "\t")], [], said, desk)


def _xlsx(body: bytes, said: Said, desk: Desk) -> Parsed:
    return _tables(*read_xlsx(body), said, desk)


def _excel(body: bytes, said: Said, desk: Desk) -> Parsed:
    """What Windows calls a file of Excel's: a workbook or, where Excel is installed, CSV."""
    return (_xlsx if is_container(body) else _csv)(body, said, desk)


def _tables(sheets: list[Sheet], notices: list[Fault], said: Said, desk: Desk) -> Parsed:
    parsed = read_sheets(sheets, desk.catalog, desk.names, said.day, notices)
    return replace(parsed, note=said.note)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What browsers call workbooks: of Excel, with macros (never run), of WPS.
WORKBOOKS = (
    XLSX,
    "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/wps-office.xlsx",
    "application/wps-office.et",
)
# Content type: the format's name in a submission, how it is read whole, and whether it is text in some charset.
_FORMATS: dict[str, tuple[str, Callable[[bytes, Said, Desk], Parsed], bool]] = {
    "application/json": ("json", _json, False),
    "text/csv": ("csv", _csv, True),
    "text/tab-separated-values": ("tsv", _tsv, True),
    **dict.fromkeys(WORKBOOKS, ("xlsx", _xlsx, False)),
    "application/vnd.ms-excel": ("excel", _excel, True),
}
# Those that are read piece by piece.
_STREAMED: dict[str, tuple[str, Callable[[BinaryIO, Said, Desk], Iterator[Parsed]]]] = {
    "application/x-ndjson": ("ndjson", _ndjson),
}
CONTENT_TYPES = (*_FORMATS, *_STREAMED)
# Formats of people: what came can be sent back row by row.
TABLES = ("csv", "tsv", "xlsx", "excel")


def has_charset(content_type: str) -> bool:
    """Whether a content type's charset matters; those of JSON and workbooks are fixed."""
    return content_type in _FORMATS and _FORMATS[content_type][2]


def known_charset(charset: str) -> bool:
    return charset in CHARSETS


def reader(content_type: str, said: Said = NOTHING) -> Reader:
    """How a body of a known content type is read."""
    if content_type in _STREAMED:
        name, pieces = _STREAMED[content_type]
        return Reader(name, lambda body, desk: pieces(body, said, desk), streams=True)
    name, parse, _ = _FORMATS[content_type]

    def whole(body: BinaryIO, desk: Desk) -> Iterator[Parsed]:
        yield parse(body.read(), said, desk)

    return Reader(name, whole)
