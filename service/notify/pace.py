"""How many messages may go on a channel now, under its vendor's limits. Pure.

The moments of the last messages are kept, so that no span of a minute, wherever it begins, holds more than
the vendor allows; a bucket that fills while it is emptied would let nearly twice as many through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages in any span of that length."""

    messages: int
    span: timedelta = MINUTE


def room(limits: Sequence[Limit], ended: Sequence[datetime], now: datetime) -> int | None:
    """How many messages may go now; None where there is no limit.

    ended  when the last messages' sending was over, oldest first; at least as many as the greatest limit
    """
    left = [limit.messages - sum(at > now - limit.span for at in ended) for limit in limits]
    return max(min(left), 0) if left else None
