"""Rows of the quarantine that are settled by themselves, as their feed has reported them anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from service.errors import Fault
from service.store import quarantine as store
from service.store.pool import Connection

_NAMED = 10  # rows a sentence names


def settle_reported(
    conn: Connection, submission_id: str, at: datetime, *, without: Sequence[str] = ()
) -> None:
    """Release the open rows whose reading a submission brings soundly, and tell its sender.

    Within the transaction that stores what is staged for the submission.
    """
    settled = store.settle_reported(
        conn, submission_id, at=at, reason="同一指标、区域和日期的数据已重新报送。", without=without
    )
    if settled:
        named = "、".join(settled[:_NAMED]) + (f" 等{len(settled)}行" if len(settled) > _NAMED else "")
        zh = f"本次报送更正了此前退回待改的{len(settled)}行，不再待改：{named}。"
        en = f"{len(settled)} rows that waited in quarantine are settled by this submission: {named}."
        store.add_notice(conn, submission_id, asdict(Fault("settled", "quarantine", "", zh, en)))
