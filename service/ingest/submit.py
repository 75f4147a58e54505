"""A submission: one body, its readings and its receipt, in one transaction."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO, Literal

from service.catalog.publish import Published
from service.errors import Conflict, Fault, Faulty, Forbidden
from service.ingest import past
from service.ingest.formats import Reader
from service.ingest.metrics import IngestMetrics
from service.ingest.reported import settle_reported
from service.ingest.rows import Broken, Parsed
from service.ingest.sift import Sifted, too_many_faults
from service.ingest.storing import store_staged
from service.ingest.validate import Desk, reading_of
from service.store import submissions as store
from service.store.past import Bounds
from service.store.pool import Connection, Pool, connection, in_time
from service.store.staging import Columns, Staging
from service.store.submissions import Arrival, QuarantinedRow, Submission
from service.store.tokens import Token

# Faults, and notices, a receipt lists; the count tells how many there are in all.
LISTED_FAULTS = 1000

Mode = Literal["atomic", "partial"]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a body is to be taken.

    key          stands for the body: what came under it once is not stored again
    mode         `atomic`: all of it or nothing; `partial`: its sound rows, the others wait in quarantine (退回待改)
    confirm      old days that were judged may change: whoever sends it means it
    restatement  it brings history under a changed definition (口径调整); its note says which
    dry_run      say what would become of it, and store nothing
    only_new     it fills in what is not reported, and corrects nothing
    """

    key: str | None = None
    mode: Mode = "atomic"
    restatement: bool = False
    dry_run: bool = False
    confirm: bool = False
    only_new: bool = False


PLAIN = Terms()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a body. `replayed` where it had been accepted before and wrote nothing now."""

    submission: Submission
    replayed: bool = False
    dry_run: bool = False


class Rejected(Faulty):
    """Nothing of the body was stored; the submission is recorded unless it was a dry run."""

    def __init__(self, receipt: Receipt, faults: list[Fault], total: int) -> None:
        super().__init__("rejected", faults, total)
        self.receipt = receipt


@dataclass(frozen=True)
class Intake:
    """Where bodies come in."""

    pool: Pool
    published: Callable[[], Published]
    metrics: IngestMetrics

    def submit(
        self, body: BinaryIO, reader: Reader, *, token: Token, at: datetime, terms: Terms = PLAIN
    ) -> Receipt:
        """Take a body in, as its terms say.

        Committed on return. Calling again with the same body, or the same key, changes nothing and
        returns the first receipt. Raises `Rejected` (recorded), `Conflict`, or `Unavailable`, after
        which the body may be sent again as it is.
        """
        desk = self.desk(token.feed or "", at)
        sifted = Sifted(desk)
        batches = sifted.columns(reader.parse(body, desk))
        # The first piece, mostly the whole, is read before a connection is taken.
        batches = chain([batch] if (batch := next(batches, None)) else [], batches)
        with connection(self.pool) as conn, in_time(), conn.transaction(force_rollback=terms.dry_run):
            taken = _Taking(conn, sifted, terms, reader.format, token, at).take(body, batches)
        self.count(taken, desk.feed.source)
        if isinstance(taken, Rejected):
            raise taken
        return taken

    def take(
        self,
        conn: Connection,
        parsed: Parsed,
        format: str,
        *,
        desk: Desk,
        token: Token,
        at: datetime,
        terms: Terms = PLAIN,
        settling: Sequence[str] = (),
    ) -> Receipt | Rejected:
        """Take rows in within a transaction of the caller's, who is to `count` them once it is committed.

        settling  rows of the quarantine that the caller settles by this
        """
        sifted = Sifted(desk)
        taking = _Taking(conn, sifted, terms, format, token, at, settling)
        return taking.take(io.BytesIO(), sifted.columns([parsed]))

    def desk(self, feed: str, at: datetime) -> Desk:
        """What a feed may report now."""
        published = self.published()
        found = published.catalog.feed.get(feed)
        if found is None:
            zh = f"报送渠道“{feed}”已不在目录中，请联系区疏整促办。"
            raise Forbidden("no_feed", zh, "the token's feed is no longer in the catalogue.")
        return Desk(published, found, at.date())

    def count(self, taken: Receipt | Rejected, source: str) -> None:
        """Tell Prometheus what became of a body."""
        receipt = taken.receipt if isinstance(taken, Rejected) else taken
        s = receipt.submission
        if receipt.dry_run:
            return
        if receipt.replayed:
            self.metrics.count_body(source, "replayed")
            self.metrics.count(source, unchanged=s.rows)
        else:
            self.metrics.count_submission(source, s)


@dataclass(frozen=True)
class _Taking:
    """One body on its way through one transaction."""

    conn: Connection
    sifted: Sifted
    terms: Terms
    format: str
    token: Token
    at: datetime
    settling: Sequence[str] = ()

    def take(self, body: BinaryIO, batches: Iterator[Columns]) -> Receipt | Rejected:
        staging = Staging(self.conn)
        for columns in batches:
            staging.add(columns)
        staging.complete()
        arrival = self._arrival(self._digest(body))
        if (replayed := self._replayed(arrival)) is not None:
            return replayed
        self.sifted.set_contradictions_aside(staging)
        bounds = self._bounds()
        if not self.sifted.faults:
            past.set_sealed_aside(self.conn, bounds, self.sifted, staging)
            self.sifted.faults += past.unconfirmed(self.conn, bounds)
        self.sifted.faults += _unexplained(arrival) + self._unstorable()
        if self.sifted.faults or (self.terms.mode == "atomic" and self.sifted.broken_rows):
            return self._reject(arrival, staging)
        if not store.claim(self.conn, arrival):
            # The same body, or one with the same key, was accepted while this one waited for it.
            again = self._replayed(arrival)
            assert again is not None
            return again
        return self._store(arrival, bounds, staging)

    def _digest(self, body: BinaryIO) -> bytes:
        """By what the body is recognised. Rows of the quarantine are recognised by themselves: they are held, and
        what they say may come again once the submission they were stored by is taken back."""
        if self.settling:
            return secrets.token_bytes(32)
        return self.sifted.digest(body)

    def _bounds(self) -> Bounds:
        """How far back this body may change figures."""
        desk, terms = self.sifted.desk, self.terms
        confirmed, operator = terms.confirm or terms.restatement, self.token.role == "operator"
        return past.bounds(desk.catalog, desk.feed.code, self.at, confirmed=confirmed, operator=operator)

    def _arrival(self, sha256: bytes) -> Arrival:
        sifted = self.sifted
        return Arrival(
            submission_id="sub_" + secrets.token_hex(10),
            feed=sifted.desk.feed.code,
            token_id=self.token.token_id,
            key=self.terms.key,
            sha256=sha256,
            format=self.format,
            note=sifted.note,
            rows=sifted.count,
            notices=[asdict(notice) for notice in sifted.notices[:LISTED_FAULTS]],
            restatement=self.terms.restatement,
            mode=self.terms.mode,
            received_at=self.at,
        )

    def _replayed(self, arrival: Arrival) -> Receipt | None:
        found = store.find_accepted(self.conn, arrival.feed, arrival.key, arrival.sha256)
        if found is None:
            return None
        if found.content_sha256 != arrival.sha256 and found.idempotency_key == arrival.key:
            zh = f"Idempotency-Key 已用于另一份内容（{found.submission_id}）；内容有改动请换用新的 Key。"
            en = f"this Idempotency-Key belongs to another body ({found.submission_id}): use a new key for new content."
            raise Conflict("key_reused", zh, en)
        return Receipt(found, replayed=True, dry_run=self.terms.dry_run)

    def _unstorable(self) -> list[Fault]:
        """Why nothing can be made of the body, though its rows were read."""
        sifted = self.sifted
        if not (sifted.count or sifted.faults or self.terms.only_new):
            zh = "没有任何数据。当日确无发生请按零报告填 0。"
            return [
                Fault("empty", "readings", "", zh, "there are no readings; report 0 if nothing happened.")
            ]
        if self.terms.mode == "partial" and sifted.broken_rows > len(sifted.broken) and not sifted.faults:
            return [too_many_faults(len(sifted.broken))]
        return []

    def _store(self, arrival: Arrival, bounds: Bounds, staging: Staging) -> Receipt:
        """Store what is staged; what is broken waits in quarantine."""
        broken, listed = self.sifted.broken, self.sifted.listed(LISTED_FAULTS)
        told = [asdict(fault) for fault in listed]
        if self.sifted.desk.feed.review:
            submission = self._keep_draft(arrival, bounds, staging, told)
        else:
            settle_reported(self.conn, arrival.submission_id, self.at, without=self.settling)
            submission = self._merge(arrival, bounds, staging, told)
        if broken:
            rows = [_quarantined(row, self.sifted.desk) for row in broken]
            store.quarantine(self.conn, arrival.submission_id, rows)
        return Receipt(submission, dry_run=self.terms.dry_run)

    def _merge(
        self, arrival: Arrival, bounds: Bounds, staging: Staging, faults: list[dict[str, str]]
    ) -> Submission:
        return store_staged(
            self.conn,
            arrival.submission_id,
            self.at,
            bounds,
            staging,
            desk=self.sifted.desk,
            rejected=len(self.sifted.broken),
            faults=faults,
            only_new=self.terms.only_new,
        )

    def _keep_draft(
        self, arrival: Arrival, bounds: Bounds, staging: Staging, faults: list[dict[str, str]]
    ) -> Submission:
        """Let the body wait for review; its counts are those of storing it now, which is undone."""
        with self.conn.transaction(force_rollback=True):
            expected = self._merge(arrival, bounds, staging, faults)
        return store.keep_draft(self.conn, expected, self.at)

    def _reject(self, arrival: Arrival, staging: Staging) -> Rejected:
        """Record a body that was refused, with its faults, and its sound rows that go with them."""
        faults = self.sifted.listed(LISTED_FAULTS)
        sound = staging.rows if self.sifted.count else 0
        if sound and len(faults) < LISTED_FAULTS:
            places = staging.places(LISTED_FAULTS - len(faults))
            faults += [_not_stored(place, whole=bool(self.sifted.faults)) for place in places]
        submission = store.reject(self.conn, arrival, [asdict(fault) for fault in faults])
        total = len(self.sifted.faults) + self.sifted.broken_faults + sound
        return Rejected(Receipt(submission, dry_run=self.terms.dry_run), faults, total)


def _quarantined(row: Broken, desk: Desk) -> QuarantinedRow:
    series, day = reading_of(row.said, desk) or (None, None)
    return QuarantinedRow(row.where, row.said, [asdict(fault) for fault in row.faults], series, day)


def _unexplained(arrival: Arrival) -> list[Fault]:
    """A restatement changes what was published: whoever reads of it must learn why."""
    if not arrival.restatement or arrival.note.strip():
        return []
    zh = '口径调整须说明事由：在正文的 note（{"readings": […], "note": "…"}）或网址的 ?note= 中写明新口径和依据。'
    en = 'a restatement needs its reason: say in `note` what has changed, in {"readings": [...], "note": "..."} or as ?note=.'
    return [Fault("no_reason", "note", "", zh, en)]


def _not_stored(place: str, *, whole: bool) -> Fault:
    """A sound row that was not stored. whole: because of what is wrong with the body as a whole, and not with other rows."""
    zh, en = (
        "本行无误，但因同批其他行有误未入库，请改正后整批重报。",
        "sound, but not stored as other rows are faulty.",
    )
    if whole:
        zh, en = (
            "本行无误，随整批未入库，原因见首条提示。",
            "sound, but nothing was stored: see the first fault.",
        )
    return Fault("not_stored", place, "", zh, en)
