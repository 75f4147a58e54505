"""When a message that was not taken is tried again; sums by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.clock import beijing
from service.notify.channels import Reason, SendError
from service.notify.retry import Because, Decision, channel_rests, next_attempt
from tests.unit.notify.days import DAY

MADE = beijing(DAY, 10)
PASSING = SendError(Reason.UNREACHABLE, "connection refused")
LOCKED_OUT = SendError(Reason.AUTHENTICATION, "535")
PERMANENT = SendError(Reason.REFUSED, "550", permanent=True)


def asking(seconds: float) -> SendError:
    return SendError(Reason.THROTTLED, "429", retry_after=timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("attempt", "longest"),
    # 30 · 2⁰ … 30 · 2⁶ = 1920; 30 · 2⁷ = 3840 is over the hour
    [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 960), (7, 1920), (8, 3600), (9, 3600), (5000, 3600)],
)
def test_the_wait_doubles_up_to_an_hour_and_jitter_takes_at_most_half(attempt: int, longest: int) -> None:
    for jitter, part in [(1.0, 1.0), (0.5, 0.75), (0.0, 0.5)]:
        due = MADE + timedelta(seconds=longest * part)
        assert next_attempt(attempt, MADE, MADE, PASSING, jitter) == Decision(Because.BACKOFF, due)


@pytest.mark.parametrize(
    ("says", "after", "error", "reason", "due"),
    [
        ("permanent is final at once", 0, PERMANENT, Because.PERMANENT, None),
        ("permanent is final late, too", 90_000, PERMANENT, Because.PERMANENT, None),
        ("a longer wait asked for is kept", 0, asking(60), Because.ASKED, 60),
        ("a shorter one does not hurry us", 0, asking(5), Because.BACKOFF, 30),
        ("no wait at all neither", 0, asking(0), Because.BACKOFF, 30),
        # 24 h = 86,400 s
        ("the last try is at 24 h", 86_390, PASSING, Because.BACKOFF, 86_400),
        ("a wait that ends at 24 h is kept", 82_800, asking(3600), Because.ASKED, 86_400),
        ("one that ends later is not waited for", 82_801, asking(3600), Because.EXPIRED, None),
        ("at 24 h it is over", 86_400, PASSING, Because.EXPIRED, None),
        ("a login refused for less than 4 h may be mended yet", 14_390, LOCKED_OUT, Because.BACKOFF, 14_400),
        ("after that it is over", 14_400, LOCKED_OUT, Because.EXPIRED, None),
        ("a message of last week is not tried twice", 604_800, PASSING, Because.EXPIRED, None),
    ],
)
def test_every_failure_has_a_named_decision(
    says: str, after: int, error: SendError, reason: Because, due: int | None
) -> None:
    expected = None if due is None else MADE + timedelta(seconds=due)
    decision = next_attempt(1, MADE, MADE + timedelta(seconds=after), error, 1.0)
    assert decision == Decision(reason, expected), says


@pytest.mark.parametrize(
    ("jitter", "attempts"),
    [
        # Seven waits of 30 + 60 + … + 1920 = 3810 s, 22 hours to 83,010 s, then the last try at 86,400 s:
        # 1 + 7 + 22 + 1.
        (1.0, 31),
        # Half of all that: 1905 s, 46 half hours to 84,705 s, then the last try: 1 + 7 + 46 + 1.
        (0.0, 55),
    ],
)
def test_a_receiver_that_stays_away_is_tried_for_a_day(jitter: float, attempts: int) -> None:
    attempt, now = 1, MADE
    while (decision := next_attempt(attempt, MADE, now, PASSING, jitter)).due_at:
        attempt, now = attempt + 1, decision.due_at
    assert (attempt, now) == (attempts, MADE + timedelta(hours=24))
    assert decision.reason is Because.EXPIRED


@pytest.mark.parametrize(
    ("says", "error", "seconds"),
    [
        ("a dead receiver is probed every half minute", PASSING, 30),
        ("a throttled channel rests as asked", asking(90), 90),
        ("but not for a day", asking(86_400), 3600),
        ("a refused login is not tried again at once: accounts get locked", LOCKED_OUT, 600),
        ("a refused message says nothing of the next", PERMANENT, None),
        ("nor does refused content", SendError(Reason.REJECTED_CONTENT, "?"), None),
        ("nor does an unreadable answer", SendError(Reason.MALFORMED_ANSWER, "<html>"), None),
    ],
)
def test_what_concerns_the_whole_channel_makes_it_rest(
    says: str, error: SendError, seconds: int | None
) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert channel_rests(error) == expected, says
