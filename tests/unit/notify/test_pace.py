"""No span of a minute holds more messages than a vendor allows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import beijing
from service.notify.pace import MINUTE, Limit, room
from tests.unit.notify.days import DAY

NOW = beijing(DAY, 10)
ROBOT = (Limit(20),)
FEISHU = (Limit(5, timedelta(seconds=1)), Limit(100))


@pytest.mark.parametrize(
    ("says", "limits", "ended", "expected"),
    [
        ("nothing limits it", (), [1.0], None),
        ("nothing was sent", ROBOT, [], 20),
        ("three within the minute", ROBOT, [90, 59, 30, 1], 17),
        ("a minute is over when it is over", ROBOT, [60.0], 20),
        ("full", ROBOT, [10.0] * 20, 0),
        ("over-full, of another time's limit", ROBOT, [10.0] * 25, 0),
        ("the tighter of two limits", FEISHU, [0.5] * 4, 1),
        ("a second later the other", FEISHU, [1.5] * 98, 2),
    ],
)
def test_room(says: str, limits: tuple[Limit, ...], ended: list[float], expected: int | None) -> None:
    assert room(limits, [NOW - timedelta(seconds=s) for s in ended], NOW) == expected, says


@given(st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=200))
def test_whoever_sends_only_what_there_is_room_for_stays_within_the_limit(waits: list[float]) -> None:
    now, ended = NOW, list[datetime]()
    for wait in waits:
        now += timedelta(seconds=wait)
        ended += [now] * (room(ROBOT, ended, now) or 0)
    for at in ended:
        assert sum(at <= other < at + MINUTE for other in ended) <= 20
