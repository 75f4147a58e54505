"""Taking back a whole submission (撤回整次报送): its readings come to what they would be without it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict
from datetime import datetime

from service.errors import Conflict, Forbidden
from service.ingest import past
from service.ingest.lookup import held_for
from service.ingest.storing import store_staged
from service.ingest.submit import Intake, Receipt, Rejected
from service.ingest.validate import Desk
from service.store import quarantine
from service.store import submissions as store
from service.store.past import Bounds
from service.store.pool import Connection, connection, in_time
from service.store.staging import Staging
from service.store.submissions import Arrival, Submission
from service.store.tokens import Token

FORMAT = "withdrawal"


def withdraw(
    intake: Intake,
    submission_id: str,
    note: str,
    *,
    token: Token,
    at: datetime,
    confirm: bool = False,
    dry_run: bool = False,
) -> Receipt:
    """Take a submission back, for the reason in the note; the receipt of the submission that does it.

    Each of its readings goes back to the newest value whose own submission stands, or to none. Readings that were
    corrected since stay as they are; rows of the quarantine that it settled wait again. Where a second person passes
    what counts (审核), he takes it back, too.
    Committed on return. Raises `NotFound`, `Forbidden`, `Conflict` where there is nothing to take back, `Rejected`
    (recorded) where it would change what is sealed, or what is old without a confirmation, or `Unavailable`.
    """
    published = intake.published()
    with connection(intake.pool) as conn, in_time(), conn.transaction(force_rollback=dry_run):
        found = _to_withdraw(conn, submission_id, token)
        feed = published.catalog.feed.get(found.feed)
        if feed is not None and feed.review and token.role == "feed":
            zh = "本渠道的数据须经审核，撤回由审核人办理。"
            raise Forbidden(
                "needs_reviewer", zh, "what this feed reports is reviewed: a reviewer takes it back."
            )
        bounds = past.bounds(
            published.catalog, found.feed, at, confirmed=confirm, operator=token.role == "operator"
        )
        staging = Staging(conn)
        staging.add_written(found.submission_id, found.first_day, found.last_day)
        arrival = _arrival(found, note, staging.rows, token, at)
        desk = Desk(published, feed, at.date()) if feed else None
        taken = _take_back(conn, arrival, bounds, staging, desk, dry_run)
        if isinstance(taken, Receipt):
            quarantine.reopen(conn, found.submission_id)
    if feed is not None:
        intake.count(taken, feed.source)
    if isinstance(taken, Rejected):
        raise taken
    return taken


def _to_withdraw(conn: Connection, submission_id: str, token: Token) -> Submission:
    """The submission, held until the end of the transaction, if it may be taken back."""
    found = held_for(conn, submission_id, token)
    if found.withdraws is not None:
        zh = f"{submission_id} 本身是一次撤回，不能再撤回；请重新报送，并在备注（note）中说明。"
        en = f"{submission_id} takes another submission back: report the figures again, with a note that says why."
        raise Conflict("is_withdrawal", zh, en)
    if found.withdrawn_by is not None:
        zh = f"{submission_id} 此前已撤回（{found.withdrawn_by}），无须再次撤回。"
        raise Conflict(
            "already_withdrawn", zh, f"{submission_id} was taken back already, by {found.withdrawn_by}."
        )
    if found.state == "draft":
        zh = f"{submission_id} 仍待审核，尚未入库：不须撤回，请审核人退回即可。"
        en = f"{submission_id} waits for review and counts nowhere: ask the reviewer to return it."
        raise Conflict("waits_for_review", zh, en)
    if found.state != "accepted":
        zh = f"{submission_id} 没有入库，无须撤回。"
        raise Conflict(
            "not_stored", zh, f"nothing of {submission_id} was stored: there is nothing to take back."
        )
    return found


def _arrival(found: Submission, note: str, rows: int, token: Token, at: datetime) -> Arrival:
    return Arrival(
        submission_id="sub_" + secrets.token_hex(10),
        feed=found.feed,
        token_id=token.token_id,
        key=None,
        sha256=hashlib.sha256(f"{FORMAT}\0{found.submission_id}".encode()).digest(),
        format=FORMAT,
        note=f"撤回 {found.submission_id}：{note}",
        rows=rows,
        restatement=found.restatement,
        mode="atomic",
        received_at=at,
        withdraws=found.submission_id,
    )


def _take_back(
    conn: Connection, arrival: Arrival, bounds: Bounds, staging: Staging, desk: Desk | None, dry_run: bool
) -> Receipt | Rejected:
    faults = past.sealed_as_a_whole(conn, bounds) + past.unconfirmed(conn, bounds)
    if faults:
        rejected = store.reject(conn, arrival, [asdict(fault) for fault in faults])
        return Rejected(Receipt(rejected, dry_run=dry_run), faults, len(faults))
    claimed = store.claim(conn, arrival)
    assert claimed  # whoever else takes it back waits for the lock, and finds it done
    stored = store_staged(conn, arrival.submission_id, arrival.received_at, bounds, staging, desk=desk)
    return Receipt(stored, dry_run=dry_run)
