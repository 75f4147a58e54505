"""Tokens: shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from service.store.pool import Connection
from service.store.queries import load

Role = Literal["feed", "reviewer", "operator", "unit", "office", "leader"]
PREFIX = "bc_"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token may do: post for its feed, review what was posted for it, operate the service; or answer for its unit,
    act for the campaign office, watch as a leader.

    feed  code of the feed of a `feed` or `reviewer`
    unit  code of the unit of a `unit`
    """

    token_id: str
    role: str
    feed: str | None
    unit: str | None
    note: str
    created_at: datetime
    revoked_at: datetime | None

    @property
    def sees_all_feeds(self) -> bool:
        """Whether what any feed reported may be looked at."""
        return self.role in ("operator", "office", "leader")


def create(
    conn: Connection, role: Role, feed: str | None, note: str, at: datetime, *, unit: str | None = None
) -> tuple[str, str]:
    """A new token's id, and its secret, which is shown here and never again."""
    token_id, secret = "tok_" + secrets.token_hex(6), PREFIX + secrets.token_urlsafe(32)
    conn.execute(
        load("tokens")["insert"],
        {
            "token_id": token_id,
            "sha256": _sha256(secret),
            "role": role,
            "feed": feed,
            "unit": unit,
            "note": note,
            "at": at,
        },
    )
    return token_id, secret


def find(conn: Connection, secret: str) -> Token | None:
    """The token a secret belongs to, None if there is none or it was revoked."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(load("tokens")["find"], {"sha256": _sha256(secret)}).fetchone()


def role_of(conn: Connection, token_id: str) -> str:
    """What a token may do, or might; it must exist."""
    row = conn.execute(load("tokens")["role_of"], {"token_id": token_id}).fetchone()
    assert row is not None
    return str(row[0])


def list_all(conn: Connection) -> Sequence[Token]:
    """Every token ever made, oldest first."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(load("tokens")["list_all"]).fetchall()


def revoke(conn: Connection, token_id: str, at: datetime) -> bool:
    """Whether there was such a token to revoke."""
    return conn.execute(load("tokens")["revoke"], {"token_id": token_id, "at": at}).fetchone() is not None


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
