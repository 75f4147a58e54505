"""Review 审核: a second person passes what was reported, and only then it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.catalog.publish import Published
from service.errors import Conflict, Faulty
from service.ingest import past
from service.ingest.lookup import held_for
from service.ingest.metrics import IngestMetrics
from service.ingest.reported import settle_reported
from service.ingest.storing import store_staged
from service.ingest.validate import Desk
from service.store import quarantine, tokens
from service.store import submissions as store
from service.store.pool import Connection, Pool, connection, in_time
from service.store.staging import Staging
from service.store.submissions import Submission
from service.store.tokens import Token


@dataclass(frozen=True)
class Review:
    """Where drafts are decided on."""

    pool: Pool
    published: Callable[[], Published]
    metrics: IngestMetrics

    def decide(
        self, submission_id: str, *, passed: bool, token: Token, note: str, at: datetime
    ) -> Submission:
        """Pass a draft, which then counts, or return it (审核退回) to whoever reported it.

        token  a reviewer's, of the draft's feed
        Committed on return. Raises `NotFound`, `Faulty` where what it would change has been sealed since, or
        `Conflict` where the submission doesn't wait for review.
        """
        with connection(self.pool) as conn, in_time(), conn.transaction():
            draft = _held(conn, submission_id, token)
            if passed:
                self._store(conn, draft, at)
            else:
                quarantine.reopen(conn, submission_id)
            reviewed = store.review(
                conn, submission_id, passed=passed, token_id=token.token_id, note=note, at=at
            )
        self._count(reviewed)
        return reviewed

    def _store(self, conn: Connection, draft: Submission, at: datetime) -> None:
        """Merge a draft's readings, as of now: others may have come in since it was handed in.

        Whoever passes it has seen what it changes: that confirms it. What was sealed meanwhile it changes only if an
        operator handed it in.
        """
        staging = Staging(conn)
        staging.load_draft(draft.submission_id)
        staging.complete()
        operator = tokens.role_of(conn, draft.token_id) == "operator"
        published = self.published()
        bounds = past.bounds(published.catalog, draft.feed, at, confirmed=True, operator=operator)
        if faults := past.sealed_as_a_whole(conn, bounds):
            raise Faulty("sealed", faults)
        settle_reported(conn, draft.submission_id, at)
        feed = published.catalog.feed.get(draft.feed)
        store_staged(
            conn,
            draft.submission_id,
            at,
            bounds,
            staging,
            desk=Desk(published, feed, at.date()) if feed else None,
            rejected=draft.rejected,
            faults=draft.faults,
        )

    def _count(self, reviewed: Submission) -> None:
        feed = self.published().catalog.feed.get(reviewed.feed)
        if feed is not None:  # it may have left the catalogue
            self.metrics.count_submission(feed.source, reviewed)


def _held(conn: Connection, submission_id: str, token: Token) -> Submission:
    """The draft, which nobody else decides on until the transaction ends."""
    draft = held_for(conn, submission_id, token)
    if draft.state != "draft":
        zh = "该报送不在待审核状态：或已审核，或不须审核。"
        raise Conflict("not_a_draft", zh, "this submission does not wait for review.")
    return draft
