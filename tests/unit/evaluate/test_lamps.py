"""Lamps are data: a table beside the rules, with exceptions by indicator, task and phase."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.catalog import Task
from service.domain.checks import judge
from service.domain.rules import Bounds, Lamps, LampTable, Pace
from service.errors import Faulty
from service.evaluate.rulefiles.rulefile import read_rules, rules_from, watched_files
from tests.testkit.worlds import TOWN, World, every, indicator, listed, rule, target, world

RULES = """\
groups:
  - name: progress
    rules:
      - alert: pace_behind
        check: {type: pace, levels: lamps, clear: 1}
        annotations: {title: 序时滞后}
"""
LAMPS = """\
levels: {notice: 5, yellow: 10, orange: 20, red: 30}
phases:
  - {name: 攻坚, from: 2018-03-01, to: 2018-06-30, levels: {notice: 3, red: 9}}
  - {name: 巩固, from: 2018-07-01, to: 2018-12-31}
exceptions:
  - {indicators: [parking], phase: 巩固, levels: {orange: 40}}
  - {tasks: [green*], from: 2018-05-01, levels: {yellow: 15}}
"""


def town_world() -> World:
    """Parking under one task, trees under another; half a target each, due by the day."""
    w = world(
        indicator("parking"),
        replace(indicator("trees"), task="greening"),
        targets=[target("parking", 100), target("trees", 100)],
    )
    return World(replace(w.catalog, tasks=(*w.catalog.tasks, Task("greening", "field", "greening"))))


CATALOG = town_world().catalog


def write(folder: Path, lamps: str = LAMPS) -> Path:
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    (folder / "lamps.yaml").write_text(lamps, "utf-8")
    return folder


def told(folder: Path) -> list[str]:
    with pytest.raises(Faulty) as raised:
        read_rules(folder, CATALOG)
    assert all(fault.zh for fault in raised.value.faults)
    return [f"{fault.where}: {fault.en}" for fault in raised.value.faults]


def pace_of(folder: Path) -> Pace:
    (found,) = read_rules(folder, CATALOG).rules.rules
    assert isinstance(found.check, Pace)
    return found.check


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("parking", "2018-02-28", Bounds(notice=5, yellow=10, orange=20, red=30, clear=1)),
        ("parking", "2018-03-01", Bounds(notice=3, red=9, clear=1)),  # the phase
        ("parking", "2018-06-30", Bounds(notice=3, red=9, clear=1)),
        ("parking", "2018-07-01", Bounds(orange=40, clear=1)),  # its exception in the next phase
        ("trees", "2018-04-30", Bounds(notice=3, red=9, clear=1)),
        ("trees", "2018-05-01", Bounds(yellow=15, clear=1)),  # an exception goes before the phase
        ("trees", "2019-01-01", Bounds(yellow=15, clear=1)),  # and has no end
        ("parking", "2019-01-01", Bounds(notice=5, yellow=10, orange=20, red=30, clear=1)),
    ],
)
def test_the_first_table_that_fits_counts(tmp_path: Path, code: str, day: str, expected: Bounds) -> None:
    lamps = pace_of(write(tmp_path)).lamps
    assert lamps is not None
    task = CATALOG.indicator[code].task
    assert lamps.tables[lamps.place(code, task, date.fromisoformat(day))].bounds == expected


def test_each_indicator_is_lit_by_its_own_table(tmp_path: Path) -> None:
    w = town_world()
    # Both have 36 of 100 by 30 June, where 49.6 % are due: 13.6 points
    done = every("2018-01-01", "2018-06-30", 0) | listed("2018-01-01", 36)
    f = w.frame("2018-06-30", {("parking", TOWN): done, ("trees", TOWN): done})
    verdicts = judge(f, rule(pace_of(write(tmp_path))))
    seen = {f.layout.nodes[row].indicator: verdicts.seen(at) for at, row in enumerate(verdicts.rows)}
    assert (seen["parking"].level, seen["trees"].level) == (4, 0), "red from 9 on; yellow from 15 on"
    assert (seen["parking"].hold, seen["trees"].hold) == (4, 0)
    # 35 of 100 are 14.6 points: no lamp from 15 on, but one that is lit stays within a point
    done = done | listed("2018-01-01", 35)
    verdicts = judge(
        w.frame("2018-06-30", {("parking", TOWN): done, ("trees", TOWN): done}), rule(pace_of(tmp_path))
    )
    assert [int(hold) for hold in verdicts.hold] == [4, 2]


def test_lamps_are_published_with_the_rules(tmp_path: Path) -> None:
    found = read_rules(write(tmp_path), CATALOG)
    assert rules_from(found.content) == found.rules
    other = read_rules(write(tmp_path, LAMPS.replace("notice: 5", "notice: 4")), CATALOG)
    assert other.sha256 != found.sha256, "other lamps are another version"


def test_a_change_of_the_lamps_is_noticed(tmp_path: Path) -> None:
    assert [path.name for path in watched_files(write(tmp_path))] == ["rules.yaml", "lamps.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "yellow: 10",
            "yellow: 4",
            "lamps.yaml:1:21: yellow must lie above notice (5), or it can never fire alone.",
        ),
        ("{notice: 3, red: 9}", "{}", "lamps.yaml:3:50: a check needs at least one level."),
        ("red: 9", "read: 9", "lamps.yaml:3:70: unknown key 'read'; did you mean 'red'?"),
        ("to: 2018-06-30", "to: 2018-02-01", "lamps.yaml:3:34: it ends before it begins."),
        (
            "from: 2018-07-01",
            "from: 2018-06-30",
            "lamps.yaml:4:16: its days overlap those of phase '攻坚'.",
        ),
        ("name: 巩固", "name: 攻坚", "lamps.yaml:4:6: this phase is already named at lamps.yaml:3:6."),
        ("phase: 巩固", "phase: 巩固期", "lamps.yaml:6:29: there is no phase '巩固期'; did you mean '巩固'?"),
        (
            "[parking]",
            "[parkin]",
            "lamps.yaml:6:19: 'parkin' matches nothing in the catalogue; did you mean 'parking'?",
        ),
        (
            "[green*]",
            "[greenig]",
            "lamps.yaml:7:14: 'greenig' matches nothing in the catalogue; did you mean 'greening'?",
        ),
        (
            "from: 2018-05-01",
            "phase: 攻坚, from: 2018-07-01",
            "lamps.yaml:7:5: its days lie outside phase '攻坚': it could never count.",
        ),
        (
            "2018-05-01",
            "soon",
            "lamps.yaml:7:23: Input should be a valid date or datetime, input is too short",
        ),
    ],
)
def test_the_line_and_the_fix_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert LAMPS.count(old) == 1
    sentences = told(write(tmp_path, LAMPS.replace(old, new)))
    assert sentence in sentences
    # A phase that is named wrongly is missing where an exception refers to it.
    assert len(sentences) == 1 or "there is no phase" in " ".join(sentences)


def test_wrong_lamps_are_told_once_and_not_again_at_every_rule(tmp_path: Path) -> None:
    assert told(write(tmp_path, LAMPS.replace("yellow: 10", "yellow: 4"))) == [
        "lamps.yaml:1:21: yellow must lie above notice (5), or it can never fire alone."
    ]


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), max_size=5), st.integers(1, 25))
def test_some_table_always_fits(spans: list[tuple[int, int]], at: int) -> None:
    """Whatever the exceptions, a day is lit by the first that has it, and else by the last table."""
    day = date(2018, 1, at)
    tables = [
        LampTable(
            Bounds(notice=n),
            first=date(2018, 1, first),
            last=date.fromordinal(date(2018, 1, first).toordinal() + more),
        )
        for n, (first, more) in enumerate(spans, 1)
    ]
    lamps = Lamps((*tables, LampTable(Bounds(notice=99))))
    fitting = [n for n, table in enumerate(tables) if table.first <= day <= table.last]
    assert lamps.place("parking", "task", day) == (fitting[0] if fitting else len(tables))
