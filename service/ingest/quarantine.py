"""退回待改: broken rows of partial submissions are corrected and released, or dismissed with a reason.

A released row comes in like any other, as a submission of its own; both happen, or neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.errors import Conflict, Faulty, Invalid, NotFound
from service.ingest.corrections import corrected
from service.ingest.rows import Broken, Parsed, Row
from service.ingest.submit import PLAIN, Intake, Receipt, Rejected, Terms
from service.store import quarantine as store
from service.store.pool import Connection, connection, in_time
from service.store.quarantine import Chosen, Quarantined
from service.store.tokens import Token

FORMAT = "quarantine"
_FIELDS = {
    "day": "日期",
    "indicator": "指标",
    "region": "区域",
    "scope": "范围",
    "value": "数值",
    "unit": "单位",
    "source": "来源",
    "note": "备注",
    "reporting": "报送方式",
}


@dataclass(frozen=True, slots=True)
class Released:
    """Rows that were released, and the receipt of their submission."""

    ids: list[str]
    receipt: Receipt


@dataclass(frozen=True)
class QuarantineDesk:
    """Where rows are settled."""

    intake: Intake

    def release(
        self,
        chosen: Chosen,
        correction: Mapping[str, object],
        *,
        token: Token,
        at: datetime,
        terms: Terms = PLAIN,
    ) -> Released:
        """Store the rows with their correction as one submission: all of them, or none.

        Committed on return. Raises `Faulty` where a row is still wrong, `Conflict` where one was settled before,
        `NotFound` where there is none; then all stay as they were.
        """
        with connection(self.intake.pool) as conn, in_time(), conn.transaction(force_rollback=terms.dry_run):
            rows = _hold(conn, chosen, token)
            desk = self.intake.desk(_feed_of(rows), at)
            meant = [corrected(row.quarantine_id, row.said, correction, desk) for row in rows]
            sound = [row for row in meant if isinstance(row, Row)]
            broken = tuple(row for row in meant if isinstance(row, Broken))
            parsed = Parsed(sound, [], len(rows), _note(rows), broken=broken)
            ids = [row.quarantine_id for row in rows]
            taken = self.intake.take(
                conn, parsed, FORMAT, desk=desk, token=token, at=at, terms=terms, settling=ids
            )
            if isinstance(taken, Rejected):
                raise _still_faulty(taken)
            store.settle(
                conn,
                ids,
                token_id=token.token_id,
                at=at,
                reason=_told(correction),
                released_as=taken.submission.submission_id,
            )
        self.intake.count(taken, desk.feed.source)
        return Released(ids, taken)

    def dismiss(self, chosen: Chosen, reason: str, *, token: Token, at: datetime) -> list[str]:
        """Put the rows away with a reason; their numbers. Raises like `release`."""
        if not reason.strip():
            raise Invalid("no_reason", "作废须写明理由。", "a row is dismissed with a reason: give one.")
        with connection(self.intake.pool) as conn, in_time(), conn.transaction():
            ids = [row.quarantine_id for row in _hold(conn, chosen, token)]
            store.settle(conn, ids, token_id=token.token_id, at=at, reason=reason.strip())
        return ids


def _hold(conn: Connection, chosen: Chosen, token: Token) -> Sequence[Quarantined]:
    """The rows, all of them open, held until the end of the transaction; a feed's token has a hold on its own."""
    rows = store.lock(conn, chosen, feed=token.feed)
    for row in rows:
        if row.state != "open":
            raise _settled(row)
    if unknown := set(chosen.ids) - {row.quarantine_id for row in rows}:
        named = min(unknown)
        raise NotFound(
            "no_quarantined_row", f"没有这一退回待改行（{named}）。", f"there is no such row: {named}."
        )
    if not rows:
        zh, en = (
            "没有符合条件的退回待改行，或都已处理。",
            "no open row is like that; they may all be settled.",
        )
        raise NotFound("no_quarantined_row", zh, en)
    return rows


def _still_faulty(rejected: Rejected) -> Faulty:
    """What is wrong with the rows; that a sound one was not stored with them need not be told."""
    faults = [fault for fault in rejected.faults if fault.code != "not_stored"]
    return Faulty(
        "still_faulty", faults, max(len(faults), rejected.total - len(rejected.faults) + len(faults))
    )


def _settled(row: Quarantined) -> Conflict:
    assert row.settled_at is not None  # it isn't open
    when = f"{row.settled_at:%Y-%m-%d %H:%M}"
    zh_how, en_how = f"作废（{row.reason}）", f"dismissed ({row.reason})"
    if row.released_as is not None:
        zh_how, en_how = f"更正后放行（{row.released_as}）", f"released as {row.released_as}"
    return Conflict(
        "already_settled",
        f"{row.quarantine_id} 已由 {row.settled_by} 于 {when} {zh_how}。",
        f"{row.quarantine_id} was {en_how} by {row.settled_by} at {when}.",
    )


def _feed_of(rows: Sequence[Quarantined]) -> str:
    feeds = sorted({row.feed for row in rows})
    if len(feeds) > 1:
        zh = f"这些行分属多个报送渠道（{'、'.join(feeds)}），请分别放行。"
        raise Invalid(
            "several_feeds",
            zh,
            f"rows of several feeds ({', '.join(feeds)}): release those of one at a time.",
        )
    return feeds[0]


def _note(rows: Sequence[Quarantined]) -> str:
    """Names the first of the rows, so that no two releases are the same body."""
    first, more = rows[0].quarantine_id, len(rows) - 1
    return f"退回待改更正 {first}" + (f" 等{len(rows)}行" if more else "")


def _told(correction: Mapping[str, object]) -> str:
    """What was corrected, in a sentence."""
    changes = (
        f"{_FIELDS[name]}改为“{'撤回' if new is None and name == 'value' else new or ''}”"
        for name, new in correction.items()
    )
    return "，".join(changes) + "。" if correction else "原样放行。"
