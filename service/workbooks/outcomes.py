"""What became of each row of a table: stored, unchanged, corrected, or why not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from service.errors import Fault
from service.ingest.formats import Reader
from service.ingest.rows import Parsed, TableAt
from service.ingest.submit import Receipt
from service.ingest.validate import Desk, validate
from service.sheets.sheet import letters
from service.store import outcomes as store
from service.store.pool import Connection

# Sheet (empty for a text file) and number of a row, from 1.
RowAt = tuple[str, int]
# Place in the body, series and day, value in the indicator's unit.
_Figure = tuple[str, store.Place, float | None]
NEW, UNCHANGED, REVISED = "入库", "未变", "更正"
_TRIAL = {NEW: "可入库", UNCHANGED: "无变化", REVISED: "将更正"}
_DRAFT = {NEW: "待审核", UNCHANGED: "待审核（与在库数相同）", REVISED: "待审核（更正）"}
_AGAIN, _AGAIN_DRAFT, _UNSTORED = "此前已收，未重复入库", "此前已收，仍待审核", "同批有误，未入库"
_SENTENCES = 3  # faults a row tells
_CELL = re.compile(r"(?P<sheet>.*)!(?P<column>[A-Z]{1,3})(?P<row>\d+)", re.DOTALL)
_ROW = re.compile(r"(?P<sheet>.*)!(?P<row>\d+):(?P=row)", re.DOTALL)
_LINE = re.compile(r"line (?P<row>\d+)(?: column (?P<column>\d+))?")


@dataclass
class Watched:
    """A format that remembers what it read."""

    inner: Reader
    desk: Desk | None = None
    parsed: list[Parsed] = field(default_factory=list)

    @property
    def reader(self) -> Reader:
        return Reader(self.inner.format, self._parse)

    @property
    def tables(self) -> list[TableAt]:
        return [table for parsed in self.parsed for table in parsed.tables]

    def _parse(self, body: BinaryIO, desk: Desk) -> Iterator[Parsed]:
        self.desk = desk
        for parsed in self.inner.parse(body, desk):
            self.parsed.append(parsed)
            yield parsed


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row: a sentence, and the faults that are told in it."""

    text: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of a body.

    rows    in the order of the body
    cells   sentences on single cells that are wrong, by sheet, row from 1, and column's letters
    faults  of the body as a whole, or of none of its rows
    """

    rows: dict[RowAt, RowOutcome]
    cells: dict[tuple[str, int, str], str]
    faults: list[Fault]


def outcomes(conn: Connection, watched: Watched, receipt: Receipt, listed: list[Fault]) -> Outcomes:
    """What became of a body's rows.

    listed  the faults its receipt lists, which know what only the database could tell
    """
    faults = list(dict.fromkeys([*_faults(watched), *(f for f in listed if f.code != "not_stored")]))
    of_rows: dict[RowAt, list[Fault]] = {}
    of_body, cells = list[Fault](), dict[tuple[str, int, str], str]()
    order = {table.sheet: n for n, table in enumerate(watched.tables)}
    for fault in faults:
        sheet, row, column = _place(fault.where)
        if not row or sheet not in order:
            of_body.append(fault)
            continue
        of_rows.setdefault((sheet, row), []).append(fault)
        if column:
            at = (sheet, row, column)
            cells[at] = f"{cells[at]}\n{fault.zh}" if at in cells else fault.zh
    said = _said(conn, watched, receipt, {fault.where for fault in faults})
    rows = sorted(said.keys() | of_rows.keys(), key=lambda at: (order[at[0]], at[1]))
    kept = receipt.submission.mode == "partial" and receipt.submission.state != "rejected"
    refused = "退回待改" if kept else "未入库"
    told = {at: _outcome(said.get(at, Counter()), of_rows.get(at, []), refused) for at in rows}
    return Outcomes(told, cells, of_body)


def _faults(watched: Watched) -> Iterator[Fault]:
    """The faults of a table and of its rows: all of them, a receipt lists the first only."""
    for parsed in watched.parsed:
        assert watched.desk is not None
        yield from parsed.faults
        for broken in (*parsed.broken, *validate(parsed.rows, watched.desk).broken):
            yield from broken.faults


def _said(
    conn: Connection, watched: Watched, receipt: Receipt, faulty: set[str]
) -> dict[RowAt, Counter[str]]:
    """How many figures of each row were stored, unchanged, corrected: those without a fault."""
    figures = [figure for figure in _figures(watched) if figure[0] not in faulty]
    labels = _labels(conn, receipt, figures)
    found: dict[RowAt, Counter[str]] = {}
    for (place, _, _), label in zip(figures, labels, strict=True):
        sheet, row, _ = _place(place)
        found.setdefault((sheet, row), Counter())[label] += 1
    return found


def _figures(watched: Watched) -> list[_Figure]:
    """Place, series and day, and value of every sound figure."""
    found: list[_Figure] = []
    for parsed in watched.parsed:
        assert watched.desk is not None
        columns = validate(parsed.rows, watched.desk).columns
        readings = zip(columns.series_id, columns.day, strict=True)
        found += zip(columns.place, readings, columns.value, strict=True)
    return found


def _labels(conn: Connection, receipt: Receipt, figures: list[_Figure]) -> list[str]:
    """What became of each figure; of those that say the same the first counts."""
    draft = receipt.submission.state == "draft"
    if receipt.replayed:
        return [_AGAIN_DRAFT if draft else _AGAIN] * len(figures)
    if receipt.submission.state == "rejected":
        return [_UNSTORED] * len(figures)
    first: dict[store.Place, int] = {}
    for n, (_, reading, _) in enumerate(figures):
        first.setdefault(reading, n)
    words = _TRIAL if receipt.dry_run else _DRAFT if draft else {}
    # Of a draft or in a dry run nothing is written.
    written = None if words else store.written(conn, receipt.submission.submission_id, first)
    tell = _foretold(store.standing(conn, first)) if written is None else _recorded(written)
    labels = [
        tell(*figures[n][1:]) if first[reading] == n else UNCHANGED
        for n, (_, reading, _) in enumerate(figures)
    ]
    return [words.get(label, label) for label in labels]


def _recorded(revisions: Mapping[store.Place, int]) -> Callable[[store.Place, float | None], str]:
    """What was made of a figure, by the revision its submission wrote."""

    def label(reading: store.Place, _: float | None) -> str:
        revision = revisions.get(reading)
        return UNCHANGED if revision is None else NEW if revision == 1 else REVISED

    return label


def _foretold(now: Mapping[store.Place, float | None]) -> Callable[[store.Place, float | None], str]:
    """What would be made of a figure, by what is stored now."""

    def label(reading: store.Place, value: float | None) -> str:
        return NEW if reading not in now else UNCHANGED if now[reading] == value else REVISED

    return label


def _outcome(said: Counter[str], faults: list[Fault], refused: str) -> RowOutcome:
    """入库；退回待改：C列：不是一个数…"""
    texts = [label if len(said) == 1 else f"{label}{count}格" for label, count in said.items()]
    parts = ["、".join(texts)] if texts and not (faults and _UNSTORED in said) else []
    if faults:
        several = len({_place(fault.where)[2] for fault in faults}) > 1
        sentences = dict.fromkeys(_sentence(fault, with_column=several) for fault in faults)
        more = len(sentences) - _SENTENCES
        told = "".join([*sentences][:_SENTENCES]) + (f"（另有{more}处）" if more > 0 else "")
        parts.append(f"{refused}：{told}")
    return RowOutcome("；".join(parts), tuple(faults))


def _sentence(fault: Fault, *, with_column: bool) -> str:
    column = _place(fault.where)[2]
    return f"{column}列：{fault.zh}" if with_column and column else fault.zh


def _place(where: str) -> tuple[str, int, str]:
    """Sheet, row from 1 and column's letters of a place; 0 and empty where it is none of a row or cell."""
    if match := _CELL.fullmatch(where):
        return match["sheet"], int(match["row"]), match["column"]
    if match := _ROW.fullmatch(where):
        return match["sheet"], int(match["row"]), ""
    if match := _LINE.fullmatch(where):
        return "", int(match["row"]), letters(int(match["column"]) - 1) if match["column"] else ""
    return "", 0, ""
