"""The clock, read at the edge only and handed in as an argument."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Aware, in Beijing time."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(BEIJING)


class SetClock:
    """A clock somebody else sets: the demo's and the tests'."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(BEIJING)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(BEIJING)

    def advance(self, step: timedelta) -> None:
        self._now += step


def last_day_past(hour: int, now: datetime) -> date:
    """The last civil day whose `hour` o'clock has passed, Beijing time."""
    return (now.astimezone(BEIJING) - timedelta(hours=hour)).date()


def beijing(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of a civil day."""
    return datetime.combine(day, time(hour, minute), BEIJING)
