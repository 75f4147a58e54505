"""The state machine of an alert, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.alerting import AT_REST, NOT_HELD, Clock, Patience, Seen, Transition, step
from service.domain.catalog import Level
from service.domain.facts import EventKind

DAY = date(2018, 3, 1)
LETTERS = {"-": Level.NONE, "n": Level.NOTICE, "y": Level.YELLOW, "o": Level.ORANGE, "r": Level.RED}
NO_DATA = Seen(None)


def seen(text: str) -> list[Seen]:
    """One letter a day: the level reached, `.` for no data, `^` for below the bound but not past `clear` of yellow."""
    special = {".": NO_DATA, "^": Seen(Level.NONE, Level.YELLOW)}
    return [special.get(letter) or Seen(LETTERS[letter], LETTERS[letter]) for letter in text]


def run(days: Sequence[Seen], patience: Patience) -> tuple[list[Clock], list[Transition | None]]:
    clock, clocks, transitions = AT_REST, [], []
    for number, each in enumerate(days):
        clock, transition = step(clock, each, DAY + timedelta(days=number), patience)
        clocks.append(clock)
        transitions.append(transition)
    return clocks, transitions


def fires(text: str, rise: int = 0, fall: int = 0) -> str:
    """The level that fires on each day, as letters."""
    letter = {level: name for name, level in LETTERS.items()}
    clocks, _ = run(seen(text), Patience(rise, fall))
    return "".join(letter[clock.level] for clock in clocks)


@pytest.mark.parametrize(
    ("sees", "rise", "fall", "fires_", "why"),
    [
        ("yy-", 0, 0, "yy-", "without `for` a level fires at once and falls at once"),
        ("yyyyy", 3, 0, "---yy", "`for: 3d` fires on the fourth day"),
        ("yy-yyyy", 3, 0, "------y", "a day without the condition begins the wait anew"),
        ("yy..yy", 3, 0, "-----y", "no data stops the wait and does not end it"),
        ("nnnooo", 3, 0, "---nnn", "a rise needs its own wait: notice has held three days, orange none"),
        ("nnnoooo", 3, 0, "---nnno", "…and orange once it has held for three"),
        ("oooo", 3, 0, "---o", "the worst level that is ripe fires, past the milder ones"),
        ("nyoroyn", 2, 0, "--nyoyn", "each level by its own clock, up and down"),
        ("y----", 0, 3, "yyyy-", "`keep_firing_for: 3d` lets it go on the fourth quiet day"),
        ("y--y---", 0, 3, "yyyyyyy", "a return within that time begins it anew"),
        ("y-..--", 0, 3, "yyyyyy", "no data stops that clock too"),
        ("y-..---", 0, 3, "yyyyyy-", "…and it goes on afterwards"),
        ("onnnn", 0, 3, "oooon", "it falls to the level that is still reached"),
        ("y^^^^", 0, 0, "yyyyy", "within `clear` of the bound nothing falls"),
        ("^^^", 0, 0, "---", "…and nothing rises"),
        ("y^-", 0, 0, "yy-", "past it, it falls"),
        ("o^^", 0, 0, "oyy", "orange falls to the yellow that is kept"),
        ("y....", 0, 0, "yyyyy", "no data never resolves"),
        ("....", 0, 0, "----", "no data never fires"),
    ],
)
def test_what_fires(sees: str, rise: int, fall: int, fires_: str, why: str) -> None:
    assert fires(sees, rise, fall) == fires_, why


def test_every_change_has_its_name() -> None:
    _, transitions = run(seen("nron-"), Patience())
    assert transitions == [
        Transition(EventKind.FIRED, Level.NONE, Level.NOTICE),
        Transition(EventKind.WORSE, Level.NOTICE, Level.RED),
        Transition(EventKind.BETTER, Level.RED, Level.ORANGE),
        Transition(EventKind.BETTER, Level.ORANGE, Level.NOTICE),
        Transition(EventKind.RESOLVED, Level.NOTICE, Level.NONE),
    ]


def test_since_is_the_first_day_the_condition_held_not_the_day_it_fired() -> None:
    clocks, _ = run(seen("-yyyy-y"), Patience(rise=3))
    assert [clock.since for clock in clocks] == [
        None,
        *[DAY + timedelta(days=1)] * 4,
        None,
        DAY + timedelta(days=6),
    ]


def test_since_stays_while_levels_change() -> None:
    clocks, _ = run(seen("nor.n"), Patience())
    assert {clock.since for clock in clocks} == {DAY}


def test_a_clock_without_anything_to_remember_is_at_rest() -> None:
    clocks, _ = run(seen("n-"), Patience(rise=1))
    assert not clocks[0].at_rest
    assert clocks[1] == AT_REST and clocks[1].at_rest


def test_days_that_are_no_working_days_do_not_tick() -> None:
    # Friday to Monday: the first day counts 0, Saturday and Sunday nothing, Monday 1
    clock = AT_REST
    levels = []
    for number, tick in enumerate((1, 0, 0, 1)):
        clock, _ = step(clock, seen("y")[0], DAY + timedelta(days=number), Patience(rise=1, rise_tick=tick))
        levels.append(clock.level.code)
    assert levels == ["none", "none", "none", "yellow"]


LEVELS = st.sampled_from(list(Level))
SEEN = st.one_of(st.just(NO_DATA), st.builds(lambda a, b: Seen(min(a, b), max(a, b)), LEVELS, LEVELS))
DAYS = st.lists(SEEN, max_size=25)
PATIENCE = st.builds(Patience, st.integers(0, 4), st.integers(0, 4), st.integers(0, 1), st.integers(0, 1))


def stored(clock: Clock) -> dict[str, Any]:
    """A clock as plain data, as a database row holds it."""
    since = clock.since.isoformat() if clock.since else None
    return {"level": int(clock.level), "since": since, "held": list(clock.held), "quiet": list(clock.quiet)}


def restored(row: dict[str, Any]) -> Clock:
    since = date.fromisoformat(row["since"]) if row["since"] else None
    return Clock(Level(row["level"]), since, tuple(row["held"]), tuple(row["quiet"]))


@settings(max_examples=50, deadline=None)
@given(DAYS, PATIENCE, st.data())
def test_cut_and_restored_at_any_step_it_goes_on_as_if_nothing_had_been(
    days: list[Seen], patience: Patience, data: st.DataObject
) -> None:
    clocks, transitions = run(days, patience)
    cut = data.draw(st.integers(0, len(days)))
    clock = restored(stored(clocks[cut - 1] if cut else AT_REST))
    for number in range(cut, len(days)):
        clock, transition = step(clock, days[number], DAY + timedelta(days=number), patience)
        assert (clock, transition) == (clocks[number], transitions[number])


@settings(max_examples=50, deadline=None)
@given(DAYS, PATIENCE)
def test_a_clock_at_rest_may_be_forgotten(days: list[Seen], patience: Patience) -> None:
    clocks, _ = run(days, patience)
    assert all(clock == AT_REST for clock in clocks if clock.at_rest)


@settings(max_examples=50, deadline=None)
@given(DAYS, PATIENCE)
def test_no_data_changes_nothing(days: list[Seen], patience: Patience) -> None:
    clocks, transitions = run(days, patience)
    for number, each in enumerate(days):
        if each.level is None:
            assert clocks[number] == (clocks[number - 1] if number else AT_REST)
            assert transitions[number] is None


@settings(max_examples=50, deadline=None)
@given(DAYS, PATIENCE)
def test_the_level_never_changes_without_a_transition_that_says_so(
    days: list[Seen], patience: Patience
) -> None:
    clocks, transitions = run(days, patience)
    for before, after, transition in zip([AT_REST, *clocks], clocks, transitions, strict=False):
        assert (before.level != after.level) == (transition is not None)
        if transition:
            assert (transition.before, transition.after) == (before.level, after.level)
        assert after.level is Level.NONE or after.since is not None


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 6),
    st.sampled_from(list(Level)[1:]),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_for_n_fires_exactly_on_the_day_after_the_nth_day_held(
    wait: int, level: Level, silent: list[bool]
) -> None:
    days = [NO_DATA if gone else Seen(level, level) for gone in silent]
    clocks, _ = run(days, Patience(rise=wait))
    held = 0
    for each, clock in zip(days, clocks, strict=True):
        held += each.level is not None
        assert clock.level == (level if held >= wait + 1 else Level.NONE)


@settings(max_examples=50, deadline=None)
@given(DAYS, PATIENCE)
def test_nothing_fires_that_was_not_reached(days: list[Seen], patience: Patience) -> None:
    clocks, _ = run(days, patience)
    for number, clock in enumerate(clocks):
        reached = [max(d.level, d.hold) for d in days[: number + 1] if d.level is not None]
        assert clock.level <= max(reached, default=Level.NONE)
        assert all(ticks >= NOT_HELD for ticks in (*clock.held, *clock.quiet))


@settings(max_examples=50, deadline=None)
@given(DAYS, st.integers(0, 4))
def test_a_longer_wait_never_fires_earlier(days: list[Seen], wait: int) -> None:
    first = [
        next((number for number, clock in enumerate(run(days, Patience(rise=rise))[0]) if clock.level), 99)
        for rise in (wait, wait + 1)
    ]
    assert first[0] <= first[1]
