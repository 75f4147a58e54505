"""Files of rule tests, `*_test.yaml`: what they may hold, and how they become tests.

In promtool's spirit, with dates in place of durations, and with what was known when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator
from ruamel.yaml.scalarint import HexCapsInt, HexInt

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Level
from service.domain.cycles import Cycle
from service.domain.facts import Reason
from service.domain.layout import Layout, lay_out
from service.domain.rules import RuleSet, Sql
from service.errors import Fault, Faulty
from service.evaluate.rulefiles.rulefile import read_rule_files
from service.evaluate.ruletests.notation import MOST_FIGURES, NotationError, expand
from service.evaluate.ruletests.ruletest import Expectation, Expected, RuleTest, Told, days_told
from service.evaluate.ruletests.smallcatalog import inline_catalog
from service.yamlfile import Document, Strict, nearest, read

At = tuple[int | str, ...]
_SPANS = {Cycle.DAILY: "日", Cycle.WEEKLY: "周", Cycle.MONTHLY: "月"}


class CorrectionFile(Strict):
    """A figure that came late, was corrected, or was taken back."""

    day: date
    """The day the figure is of."""
    value: float | None
    """The figure; null takes it back."""
    known_at: date
    """As-of day from whose judging on it is known."""


class InputFile(Strict):
    """Figures of series; with `rule`, figures its query gives."""

    rule: str = ""
    """The sql rule whose query gives these figures; empty for readings."""
    indicator: str
    """Glob on codes of indicators."""
    region: str
    """Glob on codes of regions."""
    scope: str = "*"
    """Glob on scopes."""
    source: str = "*"
    """Glob on codes of sources."""
    values: str
    """One figure a day: `3`, `a+bxn`, `axn`, `_` for no reading, `_xn` for n days without one.
    Of a feed that reports by the week or the month, a figure stands on the last day it covers: `_x6 5 _x6 7`."""
    known_at: date | None = None
    """As-of day from whose judging on the figures are known, where later than their own days."""
    corrections: list[CorrectionFile] = []
    """Late figures, corrected ones, and those taken back."""

    @field_validator("values", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        """YAML takes a single figure for a number, and `0x60` for a hexadecimal one: neither needs quotes."""
        if isinstance(value, HexInt | HexCapsInt):
            return f"0x{int(value):x}"
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class AlertFile(Strict):
    """An alert that must stand; what is left out may be anything."""

    indicator: str | None = None
    """Code of its indicator."""
    region: str | None = None
    """Code of its region."""
    scope: str | None = None
    """Its scope."""
    feed: str | None = None
    """Code of its feed, for alerts on feeds."""
    state: Literal["pending", "firing", "resolved"] = "firing"
    """Whether it is pending, firing, or resolved that very day."""
    level: Literal["notice", "yellow", "orange", "red"]
    """The lamp that is lit; while pending, the worst that is reached."""
    since: date | None = None
    """First as-of day on which the condition held."""
    reason: Literal["condition", "period_closed"] | None = None
    """Why it ended."""
    message: str | list[str] = []
    """Texts its message contains."""


class ExpectFile(Strict):
    """What must stand of a rule as of a day."""

    as_of: date
    """The as-of day."""
    known_at: date | None = None
    """As known when this later day was judged; as_of where left out."""
    alert: str
    """Name of the rule."""
    alerts: list[AlertFile]
    """All alerts that are pending or firing; an empty list for none."""


class TestFile(Strict):
    """One test: a small history, and what it must lead to."""

    name: str
    """What it shows."""
    interval: Literal["day"] = "day"
    """Figures are daily."""
    start: date
    """Day of the first figure."""
    input: list[InputFile] = Field(min_length=1)
    """Figures; a later line replaces what an earlier one said of a series."""
    expect: list[ExpectFile] = Field(min_length=1)
    """What must stand, day by day."""


class TestsFile(Strict):
    """Tests of rules."""

    rule_files: list[str] = Field(min_length=1)
    """Rule files under test, beside this file."""
    catalog: Any = None
    """A folder's name, or the few lines of a catalogue that matter; that of the settings where left out."""
    tests: list[TestFile] = Field(min_length=1)
    """The tests."""


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
        told: dict[str, dict[int, list[Told]]] = {"": {}}
        for number, given in enumerate(entry.input):
            place = (*at, "input", number)
            if given.rule:
                self._check_answer(place, given)
            # Later lines are laid over earlier ones, so that a glob may say what most series report.
            told.setdefault(given.rule, {}).update(self._told(place, given, entry.start))
        self._check_asked(at, entry)
        expect = tuple(
            self._expectation((*at, "expect", number), wanted, entry.start)
            for number, wanted in enumerate(entry.expect)
        )
        lines = {rule: tuple(t for each in by_row.values() for t in each) for rule, by_row in told.items()}
        return RuleTest(entry.name, entry.start, lines.pop(""), expect, lines)

    def _check_answer(self, at: At, given: InputFile) -> None:
        """A line that answers a query names a rule that asks one, and nothing a query hasn't."""
        asking = [rule.name for rule in self._rules.rules if isinstance(rule.check, Sql)]
        if given.rule not in asking:
            self._unknown((*at, "rule"), "rule of type sql", given.rule, asking)
        for key in ("source", "known_at", "corrections"):
            if key in given.model_fields_set:
                zh, en = "查询结果没有此项。", "what a query answers has no such key."
                self._fault((*at, key), "not_of_a_query", zh, en, key)

    def _check_asked(self, at: At, entry: TestFile) -> None:
        """Without a database, what a query answers must be told."""
        answered = {given.rule for given in entry.input}
        for number, wanted in enumerate(entry.expect):
            rule = self._rules.named(wanted.alert)
            if rule and isinstance(rule.check, Sql) and rule.name not in answered:
                zh = f"规则测试不连数据库：请在 input 中写明查询结果（rule: {rule.name}），或改用 rules replay。"
                en = (
                    f"rule tests have no database: say in `input` what the query gives (rule: {rule.name}), "
                    "or use `biaochi rules replay`."
                )
                self._fault((*at, "expect", number, "alert"), "query_unanswered", zh, en, rule.name)

    def _told(self, at: At, given: InputFile, start: date) -> dict[int, list[Told]]:
        figures: list[float | None] = []
        try:
            figures = expand(given.values)
        except NotationError as error:
            self._fault((*at, "values"), "wrong_values", f"“{error.part}”{error.zh}", str(error))
        self.faults += self._correction_faults(at, given, start)
        rows = self._rows(at, given)
        if not given.rule:
            self.faults += self._report_day_faults(at, given, start, figures, rows)
        return {
            row: [
                *days_told(row, start, figures, given.known_at or start),
                *(Told(row, c.day, c.value, c.known_at) for c in given.corrections),
            ]
            for row in rows
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

    def _report_day_faults(
        self, at: At, given: InputFile, start: date, figures: Sequence[float | None], rows: Sequence[int]
    ) -> Iterator[Fault]:
        """Figures on days that carry no report of their series, each told once; of a line of values, the first."""
        cycles = dict.fromkeys(self.layout.series[row].cycle for row in rows)
        lines = (start + timedelta(days=n) for n, figure in enumerate(figures) if figure is not None)
        days: list[tuple[At, Iterator[date]]] = [((*at, "values"), lines)]
        for number, correction in enumerate(given.corrections):
            days.append(((*at, "corrections", number, "day"), iter([correction.day])))
        for place, told in days:
            wrong = ((day, cycle) for day in told for cycle in cycles if cycle.last(day) != day)
            for day, cycle in islice(wrong, 1):
                stamp = cycle.last(day)
                zh = f"{day} 不是报送日：该渠道按{_SPANS[cycle]}报送，数值写在末日 {stamp}。"
                en = f"is no report day: a {cycle} report stands on the last day it covers, {stamp}."
                yield self._document.fault(place, "not_report_day", zh, en, str(day))

    def _rows(self, at: At, given: InputFile) -> list[int]:
        """Series, or nodes where a query answers, that the globs take.

        A glob that takes none is a fault, told with what may have been meant.
        """
        layout = self.layout
        nodes = layout.nodes if given.rule else tuple(series.node for series in layout.series)
        rows = list(range(len(nodes)))
        parts: dict[str, Callable[[int], str]] = {
            "indicator": lambda row: nodes[row].indicator,
            "region": lambda row: nodes[row].region,
            "scope": lambda row: nodes[row].scope,
        }
        if not given.rule:
            parts["source"] = lambda row: layout.series[row].source
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
