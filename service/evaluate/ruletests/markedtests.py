"""Marked alerts as rule tests: what was known when an alert fired, and whether it should have.

An alert that was right is expected on the day it fired; one that was wrong is not, so that its test
fails until the rule is mended. Each carries the readings as they were known then, of every series that
had a say in it, and is first held against the rules of its day: what does not come about again, since
the catalogue has changed, makes no test.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from service.catalog.entries import CatalogFile
from service.catalog.resolve import values
from service.domain.arrays import Floats
from service.domain.catalog import Catalog, Level, NodeKey, SeriesKey
from service.domain.fold import AlertKey, parse_key
from service.domain.frame import panel_origin
from service.domain.layout import Layout, lay_out
from service.domain.reportdays import reporting
from service.domain.rollup import Panel
from service.domain.rules import Rank, Rule, RuleSet
from service.domain.workdays import WorkCalendar
from service.errors import Unavailable
from service.evaluate.panel import load_panel
from service.evaluate.rulebook import published_rules
from service.evaluate.ruletests.excerpt import excerpt
from service.evaluate.ruletests.notation import contract
from service.evaluate.ruletests.ruletest import Bench, RuleTest, Standing, days_told
from service.evaluate.ruletests.smallcatalog import inline_catalog
from service.store import catalog as catalog_store
from service.store.marks import Settled
from service.store.pool import Connection
from service.words.labels import labels
from service.yamlfile import Document, dump


@dataclass(frozen=True, slots=True)
class MarkedTests:
    """The tests of a rule (of one feed, for a rule that judges feeds), as a file holds them."""

    rule: str
    feed: str
    catalog: dict[str, Any]
    tests: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """Name of the file; a feed's code may hold what no file name should."""
        feed = re.sub(r"[^\w.-]", "-", self.feed)
        return "_".join(part for part in (self.rule, feed, "marked_test.yaml") if part)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An alert that makes no test, and why."""

    alert_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """A marked alert, its rule as it was in force, and the series that had a say in it."""

    alert: Settled
    key: AlertKey
    rules: RuleSet
    series: tuple[SeriesKey, ...]
    targets: tuple[str, ...]


def marked_tests(
    conn: Connection, marked: Sequence[Settled], workdays: WorkCalendar
) -> tuple[list[MarkedTests], list[LeftOut]]:
    """A file of tests for each rule; in the transaction's own view of the database."""
    publication = catalog_store.current(conn, "catalog")
    if publication is None:
        raise Unavailable("no_catalog", "尚未发布指标目录。", "no catalogue has been published.")
    files = CatalogFile.model_validate(publication.content)
    writer = _Writer(conn, files, values(files), workdays)
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in writer.cases(marked):
        groups[case.key.rule, case.key.feed].append(case)
    written = [writer.tests(rule, feed, cases) for (rule, feed), cases in groups.items()]
    return [tests for tests in written if tests.tests], writer.left_out


class _Writer:
    """Turns cases into tests; what cannot be one is noted in `left_out`."""

    def __init__(
        self, conn: Connection, files: CatalogFile, catalog: Catalog, workdays: WorkCalendar
    ) -> None:
        self.left_out: list[LeftOut] = []
        self._conn = conn
        self._files = files
        self._catalog = catalog
        self._workdays = workdays
        self._series_id = catalog_store.series_ids(conn)
        self._marked: dict[str, list[Settled]] = defaultdict(list)

    def cases(self, marked: Sequence[Settled]) -> Iterator[Case]:
        rules_on = published_rules(self._conn)
        for alert in marked:
            if not alert.accurate:
                self._marked[alert.key].append(alert)
            key, rules = parse_key(alert.key), rules_on(alert.fired)
            rule = rules.named(key.rule)
            assert rule is not None  # it fired on that day
            needed = tuple(_needed(self._catalog, rule, key))
            if not needed:
                self._leave_out(alert, "what it is about is no longer in the catalogue")
                continue
            yield Case(alert, key, rules, needed, tuple(_targets(self._catalog, needed, rule, key)))

    def _leave_out(self, alert: Settled, why: str) -> None:
        self.left_out.append(LeftOut(alert.alert_id, why))

    def tests(self, rule: str, feed: str, cases: Sequence[Case]) -> MarkedTests:
        """One catalogue with all that the cases need, and a test for each that comes about again in it."""
        series = {s: None for s in self._catalog.series for case in cases if s in set(case.series)}
        targets = {code for case in cases for code in case.targets}
        earliest = min(case.alert.fired for case in cases)
        begin = max(self._catalog.evaluate_from, date(earliest.year - 1, 1, 1))
        content = excerpt(self._files, self._catalog, list(series), targets, begin)
        layout = lay_out(inline_catalog(Document("catalog", dump(content))))
        tests = (self._test(layout, case) for case in cases)
        return MarkedTests(rule, feed, content, [test for test in tests if test])

    def _test(self, layout: Layout, case: Case) -> dict[str, Any] | None:
        told = self._told(layout, case)
        test = RuleTest("", told.first, tuple(told.told()), ())
        bench = Bench(layout, case.rules, self._workdays, _silent)
        standing = bench.standing(test, case.alert.fired, case.key.rule)
        if not any(_is(one, case.key) and one.level == case.alert.level for one in standing):
            self._leave_out(case.alert, "it does not come about again: catalogue or readings have changed")
            return None
        word = labels()["verdict.accurate" if case.alert.accurate else "verdict.inaccurate"]
        return {
            "name": " ".join([case.alert.alert_id, word, *case.alert.notes]),
            "start": told.first,
            "input": told.lines(),
            "expect": [
                {
                    "as_of": case.alert.fired,
                    "alert": case.key.rule,
                    "alerts": [_expected(one) for one in standing if self._expects(case, one)],
                }
            ],
        }

    def _expects(self, case: Case, standing: Standing) -> bool:
        """What is right stands as it stood, beside whatever stood; what is wrong goes, with all that is as wrong."""
        if standing.state == "resolved":
            return False
        wrong = (
            key for key, alerts in self._marked.items() if any(a.covers(case.alert.fired) for a in alerts)
        )
        return case.alert.accurate or not any(_is(standing, parse_key(key)) for key in wrong)

    def _told(self, layout: Layout, case: Case) -> _Told:
        """The readings the alert was judged by, on the days formulas looked at."""
        catalog, fired = layout.catalog, case.alert.fired
        first = panel_origin(catalog, catalog.evaluate_from)
        panel = load_panel(self._conn, catalog, self._series_id, first, fired, case.alert.at)
        # What was reported before a feed changed its cycle is no report a test could tell.
        panel.values[~reporting(catalog, first, panel.values.shape[1])] = np.nan
        needed = {(s.node, s.source) for s in case.series}
        rows = [at for at, s in enumerate(layout.series) if (s.node, s.source) in needed]
        return _Told.of(layout, panel, rows, catalog.evaluate_from)


@dataclass(frozen=True)
class _Told:
    """Readings of some rows of a layout from a day on; (rows, days), not a number where there is none."""

    layout: Layout
    rows: list[int]
    first: date
    values: Floats

    @classmethod
    def of(cls, layout: Layout, panel: Panel, rows: list[int], begin: date) -> _Told:
        """From the first reading on, or from `begin` where that is earlier."""
        reported = np.flatnonzero((~np.isnan(panel.values[rows])).any(axis=0))
        skipped = min([(begin - panel.first).days, *reported[:1].tolist()])
        return cls(layout, rows, panel.first + timedelta(days=skipped), panel.values[rows, skipped:])

    def told(self) -> Iterator[Any]:
        for row, figures in zip(self.rows, self.values, strict=True):
            yield from days_told(row, self.first, _figures(figures), self.first)

    def lines(self) -> list[dict[str, Any]]:
        """One line a series; where several regions report the same, one for all and then the others."""
        declared = Counter(_stream(s) for s in self.layout.series)
        several = Counter(indicator for indicator, _, _ in declared)
        texts: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
        for row, figures in zip(self.rows, self.values, strict=True):
            s = self.layout.series[row]
            texts[_stream(s)][s.node.region] = contract(_figures(figures))
        return [
            line
            for stream, by_region in texts.items()
            for line in _lines(
                stream, by_region, every=len(by_region) == declared[stream], alone=several[stream[0]] == 1
            )
        ]


def _stream(s: SeriesKey) -> tuple[str, str, str]:
    return s.node.indicator, s.node.scope, s.source


def _lines(
    stream: tuple[str, str, str], texts: dict[str, str], *, every: bool, alone: bool
) -> Iterator[dict[str, Any]]:
    """Lines of an indicator's scope and source.

    every  these are all the regions a glob takes
    alone  the indicator has no other scope or source, so that neither needs a name
    """
    indicator, scope, source = stream
    which = {} if alone else {"scope": scope, "source": source}
    common, times = Counter(texts.values()).most_common(1)[0]
    if every and times > 1:
        texts = {"*": common} | {region: text for region, text in texts.items() if text != common}
    for region, text in texts.items():
        yield {"indicator": indicator, "region": region, **which, "values": text}


def _figures(row: Floats) -> list[float | None]:
    return [None if value != value else value for value in row.tolist()]


def _needed(catalog: Catalog, rule: Rule, key: AlertKey) -> Iterator[SeriesKey]:
    """Series that have a say in an alert of a rule, and in those it would have of the regions above and below."""
    if key.node is None:
        yield from (s for s in catalog.series if s.feed == key.feed)
        return
    if key.node.region not in catalog.region:
        return
    indicators, top = rule.indicators_for(key.node.indicator), _top(catalog, rule, key.node)
    for s in catalog.series:
        same = s.node.indicator in indicators and s.node.scope == key.node.scope
        if same and _within(catalog, s.node.region, top):
            yield s


def _targets(catalog: Catalog, series: Sequence[SeriesKey], rule: Rule, key: AlertKey) -> Iterator[str]:
    """Targets of those series' indicators, in the same regions."""
    if key.node is None:
        return
    top, indicators = _top(catalog, rule, key.node), {s.node.indicator for s in series}
    for t in catalog.targets:
        if t.indicator in indicators and t.scope == key.node.scope and _within(catalog, t.region, top):
            yield t.code


def _top(catalog: Catalog, rule: Rule, node: NodeKey) -> str:
    """The highest region the rule looks at from here; all peers for a ranking.

    A figure is only rolled up as it was where everything below is there.
    """
    if isinstance(rule.check, Rank):
        return (catalog.root, *catalog.over_root)[-1]
    above = (NodeKey(node.indicator, region, node.scope) for region in catalog.ancestors(node.region))
    return [node.region, *(n.region for n in above if rule.select.takes(n, catalog))][-1]


def _within(catalog: Catalog, region: str, top: str) -> bool:
    return region == top or top in catalog.parents(region)


def _is(standing: Standing, key: AlertKey) -> bool:
    """Whether this is the alert a key is about."""
    node = key.node or NodeKey("", "", "")
    here = (standing.indicator, standing.region, standing.scope, standing.feed)
    return here == (node.indicator, node.region, node.scope, key.feed)


def _expected(standing: Standing) -> dict[str, Any]:
    """A standing alert as a test writes it."""
    subject = {name: getattr(standing, name) for name in ("indicator", "region", "scope", "feed")}
    state = {"state": standing.state} if standing.state != "firing" else {}
    named = {name: value for name, value in subject.items() if value}
    return {**named, **state, "level": Level(standing.level).code}


def _silent(*_: object) -> str:
    """No message is asked for."""
    return ""
