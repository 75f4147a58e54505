"""Submissions that are named, for whoever may see them."""

from __future__ import annotations

from service.errors import NotFound
from service.store import submissions as store
from service.store.pool import Connection
from service.store.submissions import Submission
from service.store.tokens import Token


def submission_for(conn: Connection, submission_id: str, token: Token) -> Submission:
    """The submission; raises `NotFound` where there is none, or none that the token's feed sent."""
    found = store.get(conn, submission_id)
    if found is None or (token.feed is not None and found.feed != token.feed):
        raise NotFound("no_submission", "没有这一报送记录。", "there is no such submission.")
    return found


def held_for(conn: Connection, submission_id: str, token: Token) -> Submission:
    """The same, and nobody else decides on it until the transaction ends."""
    store.lock(conn, submission_id)
    return submission_for(conn, submission_id, token)
