"""A submission: one body, its readings and its receipt, in one transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec

from service.catalog.publish import Published
from service.errors import Conflict, Fault, Faulty, Forbidden
from service.ingest.formats import Reader
from service.ingest.metrics import IngestMetrics
from service.ingest.rows import Parsed, Row
from service.ingest.validate import Desk, validate
from service.store import submissions as store
from service.store.pool import Connection, Pool, connection
from service.store.submissions import Arrival, Submission
from service.store.tokens import Token

# Faults, and notices, a receipt lists; the count tells how many there are in all.
LISTED_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a body. `replayed` where it had been accepted before and wrote nothing now."""

    submission: Submission
    replayed: bool


class Rejected(Faulty):
    """Nothing of the body was stored; the submission is recorded."""

    def __init__(self, submission: Submission, faults: list[Fault]) -> None:
        super().__init__("rejected", faults)
        self.submission = submission


@dataclass(frozen=True)
class Intake:
    """Where bodies come in."""

    pool: Pool
    published: Callable[[], Published]
    metrics: IngestMetrics

    def submit(
        self,
        body: bytes,
        reader: Reader,
        *,
        token: Token,
        key: str | None,
        at: datetime,
        restatement: bool = False,
    ) -> Receipt:
        """Store a body, all of it or nothing.

        A restatement brings history under a changed definition (口径调整); its note says which.
        Committed on return. Calling again with the same body, or the same key, changes nothing and
        returns the first receipt. Raises `Rejected` (recorded), `Conflict`, or `Unavailable`, after
        which the body may be sent again as it is.
        """
        published = self.published()
        feed = published.catalog.feed.get(token.feed or "")
        if feed is None:
            zh = f"报送渠道“{token.feed}”已不在目录中，请联系区疏整促办。"
            raise Forbidden("no_feed", zh, "the token's feed is no longer in the catalogue.")
        desk = Desk(published, feed, at.date())
        malformed: list[Fault] = []
        try:
            parsed = reader.parse(body, desk)
        except Faulty as error:
            parsed, malformed = Parsed([], [], 0), error.faults
        arrival = Arrival(
            submission_id="sub_" + secrets.token_hex(10),
            feed=feed.code,
            token_id=token.token_id,
            key=key,
            sha256=_digest(body, parsed, sound=not (malformed or parsed.faults)),
            format=reader.format,
            note=parsed.note,
            rows=parsed.count,
            notices=[asdict(notice) for notice in parsed.notices[:LISTED_FAULTS]],
            restatement=restatement,
            received_at=at,
        )
        with connection(self.pool) as conn:
            receipt = _replayed(store.find_accepted(conn, feed.code, key, arrival.sha256), arrival)
            receipt = receipt or self._store(conn, arrival, parsed, malformed, desk)
        self._count(receipt, feed.source)
        return receipt

    def _store(
        self, conn: Connection, arrival: Arrival, parsed: Parsed, malformed: list[Fault], desk: Desk
    ) -> Receipt:
        """A body that is new: check it and store it, or record that it was refused."""
        checked = validate(parsed.rows, desk)
        faults = malformed or [*parsed.faults, *checked.faults, *_unexplained(arrival)] or _empty(parsed)
        if faults:
            unstored = [row for row in parsed.rows if row.where not in checked.faulty]
            raise self._reject(conn, arrival, faults, unstored, desk.feed.source)
        with conn.transaction():
            submission = store.store(conn, arrival, checked.columns, checked.duplicates)
        if submission is not None:
            return Receipt(submission, False)
        # The same body, or one with the same key, was accepted while this one waited for it.
        again = _replayed(store.find_accepted(conn, arrival.feed, arrival.key, arrival.sha256), arrival)
        assert again is not None
        return again

    def _reject(
        self, conn: Connection, arrival: Arrival, faults: list[Fault], unstored: list[Row], source: str
    ) -> Rejected:
        """Record a body that was refused, with its faults, and its sound rows that go with them."""
        told = [*faults, *(_not_stored(row) for row in unstored)]
        with conn.transaction():
            submission = store.reject(conn, arrival, [asdict(fault) for fault in told[:LISTED_FAULTS]])
        self.metrics.count(source, rejected=submission.rejected)
        self.metrics.count_body(source, "rejected")
        return Rejected(submission, told)

    def _count(self, receipt: Receipt, source: str) -> None:
        s = receipt.submission
        self.metrics.count_body(source, "replayed" if receipt.replayed else "accepted")
        if receipt.replayed:
            self.metrics.count(source, unchanged=s.rows)
        else:
            self.metrics.count(source, accepted=s.accepted, unchanged=s.unchanged, revised=s.revised)


def _replayed(found: Submission | None, arrival: Arrival) -> Receipt | None:
    if found is None:
        return None
    if found.content_sha256 != arrival.sha256 and found.idempotency_key == arrival.key:
        zh = f"Idempotency-Key 已用于另一份内容（{found.submission_id}）；内容有改动请换用新的 Key。"
        en = f"this Idempotency-Key belongs to another body ({found.submission_id}): use a new key for new content."
        raise Conflict("key_reused", zh, en)
    return Receipt(found, True)


def _digest(body: bytes, parsed: Parsed, *, sound: bool) -> bytes:
    """What makes two bodies the same: their rows and note, not their spaces or the order of their keys."""
    if not sound:
        return hashlib.sha256(b"raw\0" + body).digest()
    rows = [_said(row) for row in parsed.rows]
    return hashlib.sha256(msgspec.json.encode((rows, parsed.note))).digest()


def _said(r: Row) -> tuple[object, ...]:
    """What a row says. How its figure is meant only where it says so: bodies accepted before stay what they were."""
    said = (r.day, r.indicator, r.region, r.value, r.scope, r.unit, r.source, r.note)
    return said if r.reporting is None else (*said, r.reporting)


def _empty(parsed: Parsed) -> list[Fault]:
    if parsed.count:
        return []
    zh, en = (
        "没有任何数据。当日确无发生请按零报告填 0。",
        "there are no readings; report 0 if nothing happened.",
    )
    return [Fault("empty", "readings", "", zh, en)]


def _unexplained(arrival: Arrival) -> list[Fault]:
    """A restatement changes what was published: whoever reads of it must learn why."""
    if not arrival.restatement or arrival.note.strip():
        return []
    zh = "口径调整须说明事由：在正文的 note（{“readings”: […], “note”: “…”}）或网址的 ?note= 中写明新口径和依据。"
    en = 'a restatement needs its reason: say in `note` what has changed, in {"readings": [...], "note": "..."} or as ?note=.'
    return [Fault("no_reason", "note", "", zh, en)]


def _not_stored(row: Row) -> Fault:
    zh, en = (
        "本行无误，但因同批其他行有误未入库，请改正后整批重报。",
        "sound, but not stored as other rows are faulty.",
    )
    return Fault("not_stored", row.where, "", zh, en)
