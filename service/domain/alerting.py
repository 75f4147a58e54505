"""The state machine of an alert, one step per as-of day.

Pure: the clock so far and what was seen today go in, the clock and a transition come out. As in
Prometheus, a level fires once its condition has held for `for`, counted from the first day it held
(0 fires at once). Unlike there, no data is a state of its own: it freezes every clock. A level falls
only after the figure has passed the clear bound and stayed there for `keep_firing_for`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from service.domain.catalog import Level
from service.domain.facts import EventKind

NOT_HELD = -1


@dataclass(frozen=True, slots=True)
class Clock:
    """What is remembered of a key between days.

    level   the level that fires, NONE while pending
    since   first as-of day on which the condition held
    held    per level notice..red: ticks since the condition came to hold there, NOT_HELD if it doesn't
    quiet   ticks since the figure came below the level that fires, NOT_HELD while it is not below
    """

    level: Level = Level.NONE
    since: date | None = None
    held: tuple[int, int, int, int] = (NOT_HELD,) * 4
    quiet: int = NOT_HELD

    @property
    def at_rest(self) -> bool:
        """Nothing to remember: not firing, and no level's condition holds."""
        return self.level is Level.NONE and all(ticks == NOT_HELD for ticks in self.held)


AT_REST = Clock()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw on a day: the level reached, and the level that would be kept.

    None for a level means the check could not judge: no data.
    """

    level: Level | None
    hold: Level = Level.NONE


@dataclass(frozen=True, slots=True)
class Patience:
    """Ticks a level waits to rise and to fall, and how many ticks this day is worth (0 or 1)."""

    rise: int = 0
    fall: int = 0
    rise_tick: int = 1
    fall_tick: int = 1


@dataclass(frozen=True, slots=True)
class Transition:
    """A change worth an event."""

    kind: EventKind
    before: Level
    after: Level


def step(clock: Clock, seen: Seen, day: date, patience: Patience) -> tuple[Clock, Transition | None]:
    """One as-of day of one key."""
    if seen.level is None:
        return clock, None
    held = _held(clock, seen.level, patience.rise_tick)
    since = (clock.since or day) if seen.level or clock.level else None
    clock = replace(clock, held=held, since=since)
    ripe = Level(max((level for level in range(1, 5) if held[level - 1] >= patience.rise), default=0))
    if ripe > clock.level:
        kind = EventKind.WORSE if clock.level else EventKind.FIRED
        return replace(clock, level=ripe, quiet=NOT_HELD), Transition(kind, clock.level, ripe)
    return _fall(clock, max(seen.level, seen.hold), patience)


def _held(clock: Clock, reached: Level, tick: int) -> tuple[int, int, int, int]:
    """How long the condition has held at each level, today included."""
    notice, yellow, orange, red = (
        _ticked(ticks, tick) if reached >= level else NOT_HELD
        for level, ticks in zip(range(1, 5), clock.held, strict=True)
    )
    return notice, yellow, orange, red


def _fall(clock: Clock, kept: Level, patience: Patience) -> tuple[Clock, Transition | None]:
    """Let the level down to the one that is kept, once it has been quiet long enough."""
    if kept >= clock.level:
        return replace(clock, quiet=NOT_HELD), None
    quiet = _ticked(clock.quiet, patience.fall_tick)
    if quiet < patience.fall:
        return replace(clock, quiet=quiet), None
    kind = EventKind.BETTER if kept else EventKind.RESOLVED
    since = clock.since if kept else None
    return replace(clock, level=kept, quiet=NOT_HELD, since=since), Transition(kind, clock.level, kept)


def _ticked(ticks: int, tick: int) -> int:
    """The first day counts 0: a clock measures the time since it began."""
    return 0 if ticks == NOT_HELD else ticks + tick
