"""The state machine of an alert, one step per as-of day.

Pure: the clock so far and what was seen today go in, the clock and a transition come out. As in
Prometheus, a level fires once its condition has held for `for`, counted from the first day it held
(0 fires at once). Unlike there, no data is a state of its own: it freezes every clock. A level falls
only after the figure has passed the clear bound and stayed there for `keep_firing_for`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.domain.catalog import Level
from service.domain.facts import EventKind

NOT_HELD = -1
REST = (NOT_HELD,) * 4
LEVELS = (Level.NOTICE, Level.YELLOW, Level.ORANGE, Level.RED)


@dataclass(frozen=True, slots=True)
class Clock:
    """What is remembered of a key between days.

    level   the level that fires, NONE while pending
    since   first as-of day on which the condition held
    held    per level notice..red: ticks since the condition came to hold there, NOT_HELD if it doesn't
    quiet   per level: ticks since the figure came below it, NOT_HELD while it is not below
    """

    level: Level = Level.NONE
    since: date | None = None
    held: tuple[int, int, int, int] = REST
    quiet: tuple[int, int, int, int] = REST

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
    reached, kept = seen.level, max(seen.level, seen.hold)
    firing = clock.level > Level.NONE
    held = _count(clock.held, reached, True, patience.rise_tick)
    # What does not fire has nothing to fall from.
    quiet = _count(clock.quiet, kept, False, patience.fall_tick) if firing else REST
    ripe = reached
    while ripe and held[ripe - 1] < patience.rise:
        ripe = Level(ripe - 1)
    # The highest level up to the one that fires that has not been gone for long enough.
    left = clock.level
    while left and _gone(quiet[left - 1], patience):
        left = Level(left - 1)
    after = max(ripe, left)
    since = (clock.since or day) if reached or after else None
    if after == Level.NONE:
        quiet = REST
    moved = Clock(after, since, held, quiet)
    return moved, _transition(clock.level, after)


def _count(
    ticks: tuple[int, int, int, int], level: Level, up_to: bool, tick: int
) -> tuple[int, int, int, int]:
    """Four stopwatches, those up to a level running or those above it: the first day counts 0, then the time since."""
    one, two, three, four = [
        NOT_HELD if (number < level) is not up_to else 0 if before == NOT_HELD else before + tick
        for number, before in enumerate(ticks)
    ]
    return one, two, three, four


def _gone(quiet: int, patience: Patience) -> bool:
    return quiet != NOT_HELD and quiet >= patience.fall


def _transition(before: Level, after: Level) -> Transition | None:
    if before == after:
        return None
    if not before:
        return Transition(EventKind.FIRED, before, after)
    if not after:
        return Transition(EventKind.RESOLVED, before, after)
    return Transition(EventKind.WORSE if after > before else EventKind.BETTER, before, after)
