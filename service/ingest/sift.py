"""A body sifted as it is read: sound rows pass, broken ones are kept aside, everything is counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import msgspec

from service.errors import Fault, Faulty
from service.ingest.rows import KEPT_BROKEN, Broken, Parsed, Row
from service.ingest.validate import Desk, validate
from service.store.staging import Columns, Staged, Staging

# More of what broken rows say, and of their faults, is not kept.
KEPT_CHARACTERS = 20_000_000
_FAULT_CHARACTERS = 300
# With more than these, reading on would only take time: to say what is wrong with a row takes longer than to store one.
MOST_BROKEN = 100_000
_CHUNK = 1 << 20


@dataclass
class Sifted:
    """What is known of a body so far.

    count        rows read
    broken       rows with faults, as many as are kept; `broken_rows` says how many there are
    faults       of the body as a whole: nothing of it can be stored
    """

    desk: Desk
    count: int = 0
    note: str = ""
    broken: list[Broken] = field(default_factory=list)
    broken_rows: int = 0
    broken_faults: int = 0
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    _kept: int = 0
    # Of the last row that was laid aside: what is wrong with a line of a ledger is told once, not for each figure.
    _told: tuple[Fault, ...] = ()
    _content: ContentDigest | None = field(default_factory=lambda: ContentDigest())

    def columns(self, batches: Iterable[Parsed]) -> Iterator[Columns]:
        """The readings of each batch that may be stored."""
        try:
            for parsed in batches:
                yield self._sift(parsed)
        except Faulty as error:  # from here on nobody can say what the rest is
            self.faults += error.faults
            self.count = 0

    def _sift(self, parsed: Parsed) -> Columns:
        self.count += parsed.count
        self.note = parsed.note or self.note
        self.notices += parsed.notices
        self.faults += parsed.faults
        checked = validate(parsed.rows, self.desk)
        if self._content is not None:
            self._content.add(parsed.rows)
        if parsed.broken or parsed.faults:
            self._content = None
        for row in (*parsed.broken, *checked.broken):
            self.lay_aside(row)
        if self.broken_rows > MOST_BROKEN:
            raise Faulty("too_many_faults", [too_many_faults(MOST_BROKEN)])
        return checked.columns

    def lay_aside(self, row: Broken) -> None:
        """A row that cannot be stored."""
        self.broken_rows += 1
        told = set(self._told)
        self.broken_faults += sum(fault not in told for fault in row.faults)
        self._told = row.faults
        if len(self.broken) < KEPT_BROKEN and self._kept < KEPT_CHARACTERS:
            self.broken.append(row)
            self._kept += _characters(row)

    def set_aside(self, staging: Staging, rows: Iterable[tuple[Staged, Fault]]) -> None:
        """Lay staged rows aside, each for its fault, and leave them out of what is staged."""
        left_out = []
        for row, fault in rows:
            self.lay_aside(Broken(row.place, self._said(row), (fault,)))
            left_out.append(row.n)
        if left_out:
            staging.drop(left_out)

    def set_contradictions_aside(self, staging: Staging) -> None:
        """Lay aside the staged rows that contradict each other."""
        found = staging.contradictions(KEPT_BROKEN + 1)
        self.set_aside(staging, self._contradicting(found))

    def _contradicting(self, found: Sequence[Staged]) -> Iterator[tuple[Staged, Fault]]:
        first: Staged | None = None
        against: Staged | None = None
        for at, row in enumerate(found):
            if first is None or (row.series_id, row.day) != (first.series_id, first.day):
                first = row
                against = next(other for other in found[at:] if other.value != row.value)
            other = first if row.value != first.value else against
            assert other is not None
            yield row, _contradiction(row, other)

    def _said(self, row: Staged) -> dict[str, object]:
        indicator, region, scope = self.desk.named[row.series_id]
        unit = row.unit or self.desk.catalog.indicator[indicator].unit
        return Row(row.place, row.day, indicator, region, row.reported, scope, unit, note=row.note).said()

    def digest(self, body: BinaryIO) -> bytes:
        """What makes two bodies the same: their rows and note, or every byte of one that has none or cannot be read."""
        if self._content is not None and self.count and not self.faults:
            return self._content.finish(self.note)
        raw = hashlib.sha256(b"raw\0")
        body.seek(0)
        while chunk := body.read(_CHUNK):
            raw.update(chunk)
        return raw.digest()

    def listed(self, limit: int) -> list[Fault]:
        """The first faults, those of the body as a whole before those of its rows."""
        of_rows = dict.fromkeys(fault for row in self.broken for fault in row.faults)
        return [*self.faults, *of_rows][:limit]


class ContentDigest:
    """Digest of a body's rows and note, whatever its spaces and the order of its keys."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256(b"[[")
        self._between = b""

    def add(self, rows: list[Row]) -> None:
        if rows:
            told = [_content(row) for row in rows]
            self._sha256.update(self._between + msgspec.json.encode(told)[1:-1])
            self._between = b","

    def finish(self, note: str) -> bytes:
        whole = self._sha256.copy()
        whole.update(b"]," + msgspec.json.encode(note) + b"]")
        return whole.digest()


def _content(r: Row) -> tuple[object, ...]:
    """What a row says. How it is meant only where it says so: what was accepted before that could be said stays the same."""
    said = (r.day, r.indicator, r.region, r.value, r.scope, r.unit, r.source, r.note)
    return said if r.reporting is None else (*said, r.reporting)


def too_many_faults(rows: int) -> Fault:
    """Why nothing is made of a body with more broken rows than these."""
    zh = f"有误的行超过{rows}行，整批未收：请核对是否选错文件。"
    en = f"more than {rows} rows have faults, so nothing was taken: is this the right file?"
    return Fault("too_many_faults", "body", "", zh, en)


def _characters(row: Broken) -> int:
    """About how much there is to keep of a broken row."""
    said = sum(len(value) for value in row.said.values() if isinstance(value, str))
    return said + sum(map(len, row.said)) + _FAULT_CHARACTERS * len(row.faults)


def _contradiction(row: Staged, other: Staged) -> Fault:
    """Two values for one series and day: neither is believed."""
    zh_other, en_other = _told(other)
    zh = f"与 {other.place} 是同一指标、区域和日期，但数值不同（{zh_other}），请只保留一个。"
    en = f"says something else than {other.place} ({en_other}) about the same figure and day: keep one."
    return Fault("two_values", row.place, _told(row)[0], zh, en)


def _told(row: Staged) -> tuple[str, str]:
    said = repr(row.reported).removesuffix(".0")
    return ("撤回", "a take-back") if row.reported is None else (said, said)
