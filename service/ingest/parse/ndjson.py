"""NDJSON: one reading on each line, as in a JSON body; blank lines are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from service.errors import Fault, Faulty
from service.ingest.parse.json import Reading, collect, loads, sound_row, trusted
from service.ingest.rows import Parsed

_READING = msgspec.json.Decoder(Reading)
_BOM = b"\xef\xbb\xbf"


def parse_ndjson(body: bytes) -> Parsed:
    """Rows of an NDJSON body; raises `Faulty` where a line is no JSON."""
    lines = [(n, line) for n, line in enumerate(body.removeprefix(_BOM).split(b"\n"), 1) if line.strip()]
    try:
        sound = [(n, _READING.decode(line)) for n, line in lines]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return collect(_decoded(lines))
    if not trusted(body, len(sound)):
        return collect(_decoded(lines))
    return Parsed([sound_row(f"line {n}", reading) for n, reading in sound], [], len(sound))


def _decoded(lines: list[tuple[int, bytes]]) -> Iterator[tuple[str, Any]]:
    """Each line's content with its place; a line that is no JSON ends it, since nothing after it is sure."""
    for n, line in lines:
        try:
            yield f"line {n}", loads(line)
        except Faulty as error:
            raise Faulty(error.code, [_on_line(n, fault) for fault in error.faults]) from None


def _on_line(n: int, fault: Fault) -> Fault:
    column = fault.where.partition("column ")[2]
    zh = f"第{n}行不是合法的 JSON：每行应为一条完整的数据。"
    en = f"line {n} is not JSON: every line is one whole reading."
    return Fault(fault.code, f"line {n} column {column}" if column else f"line {n}", "", zh, en)
