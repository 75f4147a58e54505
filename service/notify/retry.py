"""Whether a message that was not taken is tried again, and when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.notify.channels import Reason, SendError

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
TRIED_FOR = timedelta(hours=24)
# A login that is refused all afternoon is not a password being changed: somebody must hear of it the same day.
LOCKED_OUT_FOR = timedelta(hours=4)
# 30 s · 2⁷ is over an hour; more doublings change nothing and would overflow in the end.
DOUBLINGS = 7
# While a receiver is down it is tried with one message at a time, this far apart.
PROBE_EVERY = timedelta(seconds=30)
# Servers lock accounts that try a wrong password over and over.
LOGIN_EVERY = timedelta(minutes=10)
_CHANNEL_WIDE = {
    Reason.UNREACHABLE,
    Reason.TIMEOUT,
    Reason.THROTTLED,
    Reason.SERVER_ERROR,
    Reason.AUTHENTICATION,
}


class Because(StrEnum):
    """Why it is tried again, or not."""

    BACKOFF = "backoff"
    ASKED = "asked"  # the receiver named a later moment than we would have chosen
    PERMANENT = "permanent"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Decision:
    """When to try again; None is never."""

    reason: Because
    due_at: datetime | None


def next_attempt(
    attempt: int, first_at: datetime, now: datetime, error: SendError, jitter: float
) -> Decision:
    """After the failure of attempt 1, 2, …: about 30 s · 2^(attempt − 1), at most an hour, for 24 h in all.

    Where we are not let in, for 4 h in all.

    first_at  when the message was first tried; the last try is 24 (4) h later, unless the receiver wants longer
    jitter    from 0 to 1: half the wait to the whole of it
    """
    if error.permanent:
        return Decision(Because.PERMANENT, None)
    end = first_at + (LOCKED_OUT_FOR if error.reason is Reason.AUTHENTICATION else TRIED_FOR)
    asked = now + (error.retry_after or timedelta(0))
    if now >= end or asked > end:
        return Decision(Because.EXPIRED, None)
    chosen = min(now + _wait(attempt) * (0.5 + jitter / 2), end)
    return Decision(Because.ASKED, asked) if asked > chosen else Decision(Because.BACKOFF, chosen)


def channel_rests(error: SendError) -> timedelta | None:
    """How long to leave the whole channel alone; None where only this message is concerned.

    At most an hour, whatever the receiver asks: one absurd answer must not silence a channel.
    """
    if error.permanent or error.reason not in _CHANNEL_WIDE:
        return None
    least = LOGIN_EVERY if error.reason is Reason.AUTHENTICATION else PROBE_EVERY
    return min(max(error.retry_after or timedelta(0), least), LONGEST_WAIT)


def _wait(attempt: int) -> timedelta:
    doublings: int = 2 ** min(attempt - 1, DOUBLINGS)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)
