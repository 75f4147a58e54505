"""What `biaochi rules test` does: runs files of rule tests and tells what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.alerts.facts import Saying, Speaker, facts_of
from service.catalog.workdays import china
from service.domain.frame import Frame
from service.domain.rules import RuleSet
from service.evaluate.ruletests.ruletest import Bench, Expected, Mismatch, Say, Standing, Word
from service.evaluate.ruletests.ruletestfile import TestedRules, read_tests
from service.words.messages import compose

# Which keys of an alert are told, in this order.
SUBJECT = ("indicator", "region", "scope", "feed")


@dataclass(frozen=True, slots=True)
class Tested:
    """A file's outcome."""

    file: str
    tests: int
    expectations: int
    mismatches: tuple[Mismatch, ...]


def run_file(path: Path, catalog_folders: Sequence[Path]) -> Tested:
    """Run the tests of a file; raises `Faulty` where it cannot be read."""
    found = read_tests(path, catalog_folders)
    bench = Bench(found.layout, found.rules, china(), saying(found.rules))
    mismatches = tuple(mismatch for test in found.tests for mismatch in bench.run(test))
    return Tested(found.name, len(found.tests), _expectations(found), mismatches)


def _expectations(found: TestedRules) -> int:
    return sum(len(test.expect) for test in found.tests)


def saying(rules: RuleSet) -> Say:
    """Composes messages as the service would send them at the close of the day."""

    def say(frame: Frame, word: Word) -> str:
        issued = frame.deadlines.closing_day(frame.as_of)
        rule = rules.named(word.key.rule)
        said = Saying(
            key=word.key,
            number=f"{issued:%Y-%m%d}-01",
            event=word.event,
            reason=word.reason,
            level=word.level,
            before=word.before,
            since=word.since,
            figures=word.figures,
            retroactive=False,
        )
        message = compose(facts_of(Speaker(frame, issued, ""), rule, rule.check_type if rule else "", said))
        return f"{message.subject}\n{message.text}"

    return say


def told(tested: Iterable[Tested]) -> Iterator[str]:
    """Lines for people: a difference for each expectation that was not met, then the count."""
    counted = list(tested)
    for one in counted:
        for mismatch in one.mismatches:
            yield from _difference(mismatch)
        state = "FAILED" if one.mismatches else "ok"
        yield f"{one.file}: {one.tests} tests, {one.expectations} expectations, {state}"
    failed = sum(len(one.mismatches) for one in counted)
    if failed:
        yield f"{failed} of {sum(one.expectations for one in counted)} expectations were not met"


def _difference(mismatch: Mismatch) -> Iterator[str]:
    expectation = mismatch.expectation
    later = expectation.known_at > expectation.as_of
    known = f", known at {expectation.known_at}" if later else ""
    yield f"{expectation.where}: {mismatch.test}"
    yield f"    {expectation.alert} as of {expectation.as_of}{known}"
    if not expectation.alerts:
        yield "    expected nothing pending or firing"
    yield from (f"    - expected  {_line(expected)}" for expected in mismatch.missing)
    yield from (f"    + got       {_line(standing)}" for standing in mismatch.unexpected)
    if mismatch.missing and not mismatch.unexpected:
        yield "    + got       nothing else pending or firing"
    for standing, text in mismatch.lacking:
        yield f"    - expected  {_line(standing)} saying {text!r}"
        yield from (
            f"    + {'got       ' if not n else '          '}{line}" for n, line in _numbered(standing)
        )


def _numbered(standing: Standing) -> Iterator[tuple[int, str]]:
    return enumerate(standing.message.splitlines())


def _line(alert: Expected | Standing) -> str:
    subject = [value for name in SUBJECT if (value := getattr(alert, name))]
    level = [alert.level.code] if alert.level else []
    since = [f"since {alert.since}"] if alert.since else []
    odd = [f"({alert.reason.value})"] if alert.reason and alert.reason.value != "condition" else []
    return " ".join([*subject, alert.state or "any", *level, *since, *odd])


def as_json(tested: Iterable[Tested]) -> dict[str, Any]:
    """The same for scripts."""
    counted = list(tested)
    return {
        "passed": not any(one.mismatches for one in counted),
        "files": [
            {
                "file": one.file,
                "tests": one.tests,
                "expectations": one.expectations,
                "failures": [_plain(mismatch) for mismatch in one.mismatches],
            }
            for one in counted
        ],
    }


def _plain(mismatch: Mismatch) -> dict[str, Any]:
    expectation = mismatch.expectation
    return {
        "where": expectation.where,
        "test": mismatch.test,
        "alert": expectation.alert,
        "as_of": expectation.as_of,
        "known_at": expectation.known_at,
        "expected": [_plain_alert(one) for one in mismatch.missing],
        "got": [_plain_alert(one) for one in mismatch.unexpected],
        "lacking": [{"alert": _plain_alert(one), "text": text} for one, text in mismatch.lacking],
    }


def _plain_alert(alert: Expected | Standing) -> dict[str, Any]:
    return {
        "indicator": alert.indicator,
        "region": alert.region,
        "scope": alert.scope,
        "feed": alert.feed,
        "state": alert.state,
        "level": alert.level.code if alert.level else None,
        "since": alert.since,
        "reason": alert.reason.value if alert.reason else None,
        "message": alert.message,
    }
