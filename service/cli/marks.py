"""What `biaochi rules marks` does: how right the rules are, by what people said; and their cases as rule tests."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from service.catalog.workdays import china
from service.cli.tables import table
from service.evaluate.rulefiles.rulefile import RulesFile, rule_files
from service.evaluate.ruletests.markedtests import LeftOut, MarkedTests, marked_tests
from service.store import marks
from service.store.marks import Tally
from service.store.pool import Connection, read_only
from service.yamlfile import dump, read

HEAD = ("rule", "alerts", "accurate", "inaccurate", "disputed", "unmarked", "share accurate")
REMARK = """\
# Written by `biaochi rules marks --export` from alerts people have marked, with the readings known when they fired.
# 准: the alert is expected again. 不准: it is not, so its test fails until the rule is mended.
# The next export writes this file anew: what is to stay as it is belongs into a file of another name.
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: files with how many tests they hold; and the alerts that make no test."""

    tests: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def told(tallies: Sequence[Tally], exported: Exported) -> Iterator[str]:
    """A table of rules, and what was written."""
    yield from table(HEAD, [_row(one) for one in tallies])
    yield from (f"{name}: {count} tests" for name, count in exported.tests.items())


def _row(one: Tally) -> tuple[str, ...]:
    counts = (one.alerts, one.accurate, one.inaccurate, one.disputed, one.unmarked)
    share = f"{one.accurate}/{one.settled}" if one.settled else "-"
    return (one.rule, *map(str, counts), share)


def as_json(tallies: Sequence[Tally], exported: Exported) -> dict[str, Any]:
    """The same for scripts; `accuracy` is a share of 1, null where nothing is settled."""
    return {
        "exported": exported.tests,
        "left_out": [asdict(one) for one in exported.left_out],
        "rules": [
            {
                "rule": one.rule,
                "alerts": one.alerts,
                "accurate": one.accurate,
                "inaccurate": one.inaccurate,
                "disputed": one.disputed,
                "unmarked": one.unmarked,
                "accuracy": one.accurate / one.settled if one.settled else None,
            }
            for one in tallies
        ],
    }


def export(conn: Connection, rules_folder: Path, folder: Path) -> Exported:
    """Write a file of rule tests for each rule.

    rules_folder  the rule files the tests will run
    """
    with read_only(conn):
        written, left_out = marked_tests(conn, marks.settled(conn), china())
    files = _files_of_rules(rules_folder)
    folder.mkdir(parents=True, exist_ok=True)
    exported = Exported(left_out=left_out)
    for tests in written:
        if tests.rule not in files:
            gone = f"its rule is in none of the files of {rules_folder}"
            exported.left_out.extend(LeftOut(test["name"].split()[0], gone) for test in tests.tests)
            continue
        _write(folder / tests.name, tests, files[tests.rule])
        exported.tests[tests.name] = len(tests.tests)
    return exported


def _files_of_rules(folder: Path) -> dict[str, Path]:
    """Where each rule is written."""
    return {
        rule.alert: path
        for path in rule_files(folder)
        for group in read(path).into(RulesFile).groups
        for rule in group.rules
    }


def _write(path: Path, tests: MarkedTests, rule_file: Path) -> None:
    beside = Path(os.path.relpath(rule_file.resolve(), path.parent.resolve())).as_posix()
    content = {"rule_files": [beside], "catalog": tests.catalog, "tests": tests.tests}
    path.write_text(REMARK + dump(content), "utf-8")
