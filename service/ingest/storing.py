"""Storing what is staged: merged, doubted, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from service.errors import Conflict
from service.ingest.doubts import doubt, told
from service.ingest.validate import Desk
from service.store import submissions as store
from service.store.past import Bounds
from service.store.pool import Connection
from service.store.staging import Staging
from service.store.submissions import Outcome, Submission

# Doubts a receipt tells one by one; all of them are counted, and kept.
TOLD_DOUBTS = 1000


def store_staged(
    conn: Connection,
    submission_id: str,
    at: datetime,
    bounds: Bounds,
    staging: Staging,
    *,
    desk: Desk | None,
    rejected: int = 0,
    faults: Sequence[dict[str, str]] = (),
    only_new: bool = False,
) -> Submission:
    """Store the staged readings of a claimed body, and record what became of it, within the caller's transaction.

    desk      the feed's, None where it has left the catalogue: then nobody knows what would be doubtful
    rejected  rows that were left out, for these faults
    only_new  they fill in what is not there: raises `Conflict` where somebody has reported a figure meanwhile
    """
    merged = store.merge(conn, submission_id, bounds)
    if only_new and merged.revised and store.has_replaced(conn, submission_id):
        zh = "处理期间已有人报送其中的数据，本次未入库，请重发：已报的不会改动。"
        en = "somebody reported some of these meanwhile, so nothing was stored: send it again; what is there stays."
        raise Conflict("reported_meanwhile", zh, en)
    judged = doubt(conn, submission_id, merged, desk, staging.series()) if desk else []
    outcome = Outcome(
        staged=staging.rows,
        rejected=rejected,
        faults=faults,
        flagged=sum(one.place is not None for one in judged),
        doubts=[asdict(notice) for notice in told(judged[:TOLD_DOUBTS], desk)] if desk else [],
    )
    return store.close(conn, submission_id, at, bounds, merged, outcome)
