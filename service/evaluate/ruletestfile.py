"""Files of rule tests, `*_test.yaml`: what they may hold, and how they become tests.

In promtool's spirit, with dates in place of durations, and with what was known when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator
from ruamel.yaml.scalarint import HexCapsInt, HexInt

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Level
from service.domain.facts import Reason
from service.domain.layout import Layout, lay_out
from service.domain.rules import RuleSet
from service.errors import Fault, Faulty
from service.evaluate.notation import MOST_FIGURES, NotationError, expand
from service.evaluate.rulefile import read_rule_files
from service.evaluate.ruletest import Expectation, Expected, RuleTest, Told, days_told
from service.evaluate.smallcatalog import inline_catalog
from service.yamlfile import Document, Strict, nearest, read

At = tuple[int | str, ...]


class CorrectionFile(Strict):
    day: date
    value: float | None
    known_at: date


class InputFile(Strict):
    indicator: str
    region: str
    scope: str = "*"
    source: str = "*"
    values: str
    known_at: date | None = None
    corrections: list[CorrectionFile] = []

    @field_validator("values", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        """YAML takes a single figure for a number, and `0x60` for a hexadecimal one: neither needs quotes."""
        if isinstance(value, HexInt | HexCapsInt):
            return f"0x{int(value):x}"
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class AlertFile(Strict):
    indicator: str | None = None
    region: str | None = None
    scope: str | None = None
    feed: str | None = None
    state: Literal["pending", "firing", "resolved"] = "firing"
    level: Literal["notice", "yellow", "orange", "red"]
    since: date | None = None
    reason: Literal["condition", "period_closed"] | None = None
    message: str | list[str] = []


class ExpectFile(Strict):
    as_of: date
    known_at: date | None = None
    alert: str
    alerts: list[AlertFile]


class TestFile(Strict):
    name: str
    interval: Literal["day"] = "day"
    start: date
    input: list[InputFile] = Field(min_length=1)
    expect: list[ExpectFile] = Field(min_length=1)


class TestsFile(Strict):
    rule_files: list[str] = Field(min_length=1)
    catalog: Any = None
    tests: list[TestFile] = Field(min_length=1)


@dataclass(frozen=True)
class TestedRules:
    """A file of rule tests: the rules it is about, the catalogue they are held against, the tests."""

    name: str
    layout: Layout
    rules: RuleSet
    tests: tuple[RuleTest, ...]


def rule_test_files(folder: Path) -> list[Path]:
    """Files of a folder that hold rule tests."""
    return sorted(folder.glob("*_test.yaml"))


def read_tests(path: Path, catalog_folders: Sequence[Path]) -> TestedRules:
    """A file of rule tests; raises `Faulty` with every fault's file, line and column.

    catalog_folders  the catalogue of a file that names none
    """
    document = read(path)
    found = document.into(TestsFile)
    catalog = _catalog(document, found, path.parent, catalog_folders)
    files = [path.parent / name for name in found.rule_files]
    absent = [at for at, file in enumerate(files) if not file.is_file()]
    if absent:
        zh, en = "规则文件不存在。", "no such rule file."
        raise Faulty(
            "no_rule_file",
            [
                document.fault(("rule_files", at), "no_rule_file", zh, en, found.rule_files[at])
                for at in absent
            ],
        )
    rules = read_rule_files(files[0].parent, files).rules
    reading = _Reading(document, lay_out(catalog), rules)
    tests = tuple(reading.test(("tests", at), entry) for at, entry in enumerate(found.tests))
    if reading.faults:
        raise Faulty("wrong_rule_tests", reading.faults)
    return TestedRules(path.name, reading.layout, rules, tests)


def _catalog(document: Document, found: TestsFile, beside: Path, default: Sequence[Path]) -> Catalog:
    if found.catalog is None:
        return check_folders(default)[1]
    if not isinstance(found.catalog, str):
        return inline_catalog(document.part("catalog"))
    folder = beside / found.catalog
    if not folder.is_dir():
        fault = document.fault(("catalog",), "no_catalog", "目录不存在。", "no such folder.", found.catalog)
        raise Faulty("no_catalog", [fault])
    return check_folders([folder])[1]


class _Reading:
    """Tests of one document, held against its rules and catalogue; faults are gathered."""

    def __init__(self, document: Document, layout: Layout, rules: RuleSet) -> None:
        self.layout = layout
        self.faults: list[Fault] = []
        self._document = document
        self._rules = rules

    def test(self, at: At, entry: TestFile) -> RuleTest:
        told: dict[int, list[Told]] = {}
        for number, given in enumerate(entry.input):
            # Later lines are laid over earlier ones, so that a glob may say what most series report.
            told |= self._told((*at, "input", number), given, entry.start)
        expect = tuple(
            self._expectation((*at, "expect", number), wanted, entry.start)
            for number, wanted in enumerate(entry.expect)
        )
        return RuleTest(entry.name, entry.start, tuple(t for each in told.values() for t in each), expect)

    def _told(self, at: At, given: InputFile, start: date) -> dict[int, list[Told]]:
        figures: list[float | None] = []
        try:
            figures = expand(given.values)
        except NotationError as error:
            self._fault((*at, "values"), "wrong_values", f"“{error.part}”{error.zh}", str(error))
        self.faults += self._correction_faults(at, given, start)
        return {
            row: [
                *days_told(row, start, figures, given.known_at or start),
                *(Told(row, c.day, c.value, c.known_at) for c in given.corrections),
            ]
            for row in self._rows(at, given)
        }

    def _correction_faults(self, at: At, given: InputFile, start: date) -> Iterator[Fault]:
        for number, correction in enumerate(given.corrections):
            place = (*at, "corrections", number)
            if correction.day < start:
                zh, en = f"早于测试开始日 {start}。", f"lies before the test's start, {start}."
                yield self._document.fault((*place, "day"), "too_early", zh, en, str(correction.day))
            if correction.known_at < correction.day:
                zh, en = "早于所更正的日期。", "nobody knows a figure before its day."
                yield self._document.fault(
                    (*place, "known_at"), "known_too_early", zh, en, str(correction.known_at)
                )

    def _rows(self, at: At, given: InputFile) -> list[int]:
        """Series the globs take; a glob that takes none is a fault, told with what may have been meant."""
        rows = list(range(len(self.layout.series)))
        parts: dict[str, Callable[[int], str]] = {
            "indicator": lambda row: self.layout.series[row].node.indicator,
            "region": lambda row: self.layout.series[row].node.region,
            "scope": lambda row: self.layout.series[row].node.scope,
            "source": lambda row: self.layout.series[row].source,
        }
        for key, part in parts.items():
            glob = getattr(given, key)
            known = list(dict.fromkeys(part(row) for row in rows))
            rows = [row for row in rows if fnmatchcase(part(row), glob)]
            if not rows:
                self._unknown((*at, key), key, glob, known)
                break
        return rows

    def _expectation(self, at: At, wanted: ExpectFile, start: date) -> Expectation:
        known_at = wanted.known_at or wanted.as_of
        if not 0 <= (wanted.as_of - start).days < MOST_FIGURES:
            zh = f"应在测试开始日 {start} 之后 {MOST_FIGURES} 天内。"
            en = f"must lie within {MOST_FIGURES} days from the test's start, {start}."
            self._fault((*at, "as_of"), "out_of_range", zh, en, str(wanted.as_of))
        begin = self.layout.catalog.evaluate_from
        if wanted.as_of < begin:
            zh, en = (
                f"早于目录的 evaluate_from（{begin}），当日不作评估。",
                f"lies before evaluate_from, {begin}: it is not judged.",
            )
            self._fault((*at, "as_of"), "not_judged", zh, en, str(wanted.as_of))
        if known_at < wanted.as_of:
            zh, en = "早于 as_of：当日收盘时尚无此评估。", "lies before as_of: the day was not judged yet."
            self._fault((*at, "known_at"), "known_too_early", zh, en, str(known_at))
        if self._rules.named(wanted.alert) is None:
            self._unknown((*at, "alert"), "alert", wanted.alert, [rule.name for rule in self._rules.rules])
        alerts = tuple(self._expected((*at, "alerts", n), a) for n, a in enumerate(wanted.alerts))
        return Expectation(wanted.as_of, known_at, wanted.alert, alerts, self._document.where(at))

    def _expected(self, at: At, alert: AlertFile) -> Expected:
        catalog = self.layout.catalog
        for key, known in (
            ("indicator", catalog.indicator),
            ("region", catalog.region),
            ("feed", catalog.feed),
            ("scope", {node.scope: node for node in self.layout.nodes}),
        ):
            value = getattr(alert, key)
            if value and value not in known:
                self._unknown((*at, key), key, value, list(known))
        return Expected(
            indicator=alert.indicator,
            region=alert.region,
            scope=alert.scope,
            feed=alert.feed,
            state=alert.state,
            level=Level[alert.level.upper()],
            since=alert.since,
            reason=Reason(alert.reason) if alert.reason else None,
            message=(alert.message,) if isinstance(alert.message, str) else tuple(alert.message),
        )

    def _unknown(self, at: At, what: str, text: str, known: list[str]) -> None:
        near = nearest(text, known)
        zh = f"{what} “{text}”不存在" + (f"，是否指“{near}”？" if near else "。")
        en = f"unknown {what} {text!r}" + (f"; did you mean {near!r}?" if near else ".")
        self._fault(at, f"unknown_{what}", zh, en)

    def _fault(self, at: At, code: str, zh: str, en: str, text: str = "") -> None:
        self.faults.append(self._document.fault(at, code, zh, en, text))
