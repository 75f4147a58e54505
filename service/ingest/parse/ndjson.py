"""NDJSON: one reading on each line, as in a JSON body; blank lines are none.

Read in pieces of some thousand lines, so that a body of any size takes little memory. Lines do not depend on
each other, since JSON text never holds a bare line break: one that is no JSON is a broken row among the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from service.errors import Fault, Faulty
from service.ingest.parse.json import Reading, judged, loads, sorted_out, sound_row, trusted
from service.ingest.rows import Broken, Parsed, Row
from service.texts import SHOWN, shown

_READING = msgspec.json.Decoder(Reading)
_BOM = b"\xef\xbb\xbf"
# About as many bytes as so many readings have; lines may be shorter.
_PIECE_BYTES = 1 << 20
_PIECE_LINES = 10_000
# A reading is a few hundred bytes; the longest has a long note.
LINE_BYTES = 1 << 20


def parse_ndjson(body: BinaryIO) -> Iterator[Parsed]:
    """Rows of an NDJSON body, piece by piece; a line that is no reading is a broken row."""
    for first, lines in _pieces(body):
        numbered = [(n, line) for n, line in enumerate(lines, first) if not _is_blank(line)]
        yield _sound(numbered) or sorted_out([_row(n, line) for n, line in numbered])


def _pieces(body: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """Lines, and the number of the first; of one that is too long only the beginning."""
    first, rest = 1, body.read(len(_BOM)).removeprefix(_BOM)
    while piece := body.read(_PIECE_BYTES):
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LINE_BYTES:
            lines.append(rest)
            rest = b""
            _skip_line(body)
        for at in range(0, len(lines), _PIECE_LINES):
            yield first + at, lines[at : at + _PIECE_LINES]
        first += len(lines)
    yield first, [rest]


def _is_blank(line: bytes) -> bool:
    return not line or (line.isspace() and len(line) <= LINE_BYTES)


def _skip_line(body: BinaryIO) -> None:
    """Read on to the next line."""
    while (text := body.readline(LINE_BYTES)) and not text.endswith(b"\n"):
        pass


def _sound(lines: list[tuple[int, bytes]]) -> Parsed | None:
    """The rows of a piece that has no fault, fast; None where each line must be looked at."""
    whole = b"\n".join(line for _, line in lines)
    try:
        readings = [_READING.decode(line) for _, line in lines]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if any(len(line) > LINE_BYTES for _, line in lines) or not trusted(whole, len(lines)):
        return None
    rows = [sound_row(f"line {n}", reading) for (n, _), reading in zip(lines, readings, strict=True)]
    return Parsed(rows, [], len(rows))


def _row(n: int, line: bytes) -> Row | Broken:
    where = f"line {n}"
    if len(line) > LINE_BYTES:
        zh = f"本行超过 {LINE_BYTES} 字节：每行只写一条数据，行末换行。"
        en = f"the line is longer than {LINE_BYTES} bytes: write one reading to a line, and a line break after it."
        return _no_reading(line, Fault("line_too_long", where, "", zh, en))
    try:
        return judged(where, loads(line))
    except Faulty as error:
        return _no_reading(line, _on_line(n, error.faults[0]))


def _no_reading(line: bytes, fault: Fault) -> Broken:
    beginning = line[: 4 * SHOWN].decode(errors="replace").strip()
    return Broken(fault.where, {"row": shown(beginning)}, (fault,))


def _on_line(n: int, fault: Fault) -> Fault:
    column = fault.where.partition("column ")[2]
    where = f"line {n} column {column}" if column else f"line {n}"
    if fault.code == "not_utf8":
        zh, en = f"第{n}行不是 UTF-8 编码：请转为 UTF-8 后重发。", f"line {n} is not UTF-8: convert it."
    else:
        zh = f"第{n}行不是合法的 JSON：每行应为一条完整的数据。"
        en = f"line {n} is not JSON: every line is one whole reading."
    return Fault(fault.code, where, "", zh, en)
