"""Small worlds for tests: a district, its towns, a few indicators, who reports them, and what was reported.

w = world(indicator("parking"), targets=[target("parking", 2000)])
f = w.frame("2018-08-31", {("parking", TOWN): every("2018-01-01", "2018-06-30", 10)})
f.progress.to_date[w.row("parking")]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from service.catalog.workdays import china
from service.domain.alerting import Clock
from service.domain.catalog import (
    GROUP_LEVEL,
    Catalog,
    Cover,
    Department,
    Direction,
    Feed,
    Indicator,
    Kind,
    Level,
    Plan,
    Region,
    RegionGroup,
    Reporting,
    Source,
    Target,
    Task,
)
from service.domain.checks import judge
from service.domain.cycles import Cycle
from service.domain.facts import Figures
from service.domain.fold import AlertKey, Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.layout import Layout, lay_out
from service.domain.rollup import Panel
from service.domain.rules import Active, Check, Rule, RuleSet, Select, Span

DISTRICT = "110105"
TOWN = "110105001"
NEXT_TOWN = "110105002"
FIRST_DAY = date(2016, 1, 1)
SOURCES = (
    Source("verified", "市级认定", "Verified", 1),
    Source("sensor", "自动监测", "Sensor", 2),
    Source("reported", "填报", "Reported", 3),
)

# Figures by day, and the series they are of: (indicator, region) or (indicator, region, source).
ByDay = Mapping[date, float]
Readings = Mapping[tuple[str, str], ByDay] | Mapping[tuple[str, str, str], ByDay]

LINEAR = Plan()
AT_ONCE = Span()
ALL_YEAR = Active()


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(first: str, last: str) -> list[date]:
    """Every day from first to last, both included."""
    return [day(first) + timedelta(days=i) for i in range((day(last) - day(first)).days + 1)]


def every(first: str, last: str, value: float) -> dict[date, float]:
    """The same figure every day."""
    return dict.fromkeys(days(first, last), value)


def reports(
    cycle: Cycle, by_day: ByDay, last: str, add: Callable[[list[float]], float] = sum
) -> dict[date, float]:
    """The same told by the week or month, as far as all its days are told by `last`; sums, unless said otherwise."""
    spans: dict[date, list[float]] = {}
    for reported, value in by_day.items():
        spans.setdefault(cycle.last(reported), []).append(value)
    return {stamp: add(told) for stamp, told in spans.items() if stamp <= day(last)}


def listed(first: str, *values: float | None) -> dict[date, float]:
    """Figures from a day on, one a day; None where nothing was reported."""
    given = enumerate(values)
    return {day(first) + timedelta(days=i): value for i, value in given if value is not None}


def town(number: int) -> str:
    """The code of the n-th town, from 1."""
    return f"{DISTRICT}{number:03d}"


def indicator(
    code: str,
    kind: Kind = Kind.FLOW,
    *,
    level: str = "subdistrict",
    unit: str = "count",
    stale_after: int = 4,
    min_coverage: float = 0.9,
) -> Indicator:
    return Indicator(
        code=code,
        task="task",
        name=code,
        name_en=code,
        unit=unit,
        kind=kind,
        direction=Direction.UP,
        reported_at=level,
        lead="office",
        stale_after=stale_after,
        min_coverage=min_coverage,
    )


def target(
    indicator: str,
    value: float,
    *,
    comparator: str = ">=",
    region: str = DISTRICT,
    year: int = 2018,
    plan: Plan = LINEAR,
    baseline: float | None = None,
    ambition: str = "确保",
    valid_from: str = "",
) -> Target:
    """A target for a calendar year."""
    return Target(
        code=f"{indicator}-{region}-{year}-{ambition}",
        indicator=indicator,
        region=region,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        comparator=comparator,
        value=value,
        plan=plan,
        baseline=baseline,
        ambition=ambition,
        valid_from=day(valid_from) if valid_from else None,
    )


def feed(
    code: str,
    indicators: Iterable[str],
    regions: Iterable[str],
    *,
    source: str = "reported",
    reporting: Reporting = Reporting.DAILY,
    switched: Sequence[date] = (),
    first_day: date = FIRST_DAY,
    cycle: Cycle = Cycle.DAILY,
) -> Feed:
    cover = Cover(tuple(indicators), tuple(regions), reporting=reporting, switched=tuple(switched))
    return Feed(code=code, name=code, source=source, covers=(cover,), first_day=first_day, cycle=cycle)


@dataclass(frozen=True)
class World:
    """A catalogue and its rows; readings are given to each question, so that nothing is shared."""

    catalog: Catalog

    @cached_property
    def layout(self) -> Layout:
        return lay_out(self.catalog)

    def row(self, indicator: str, region: str = DISTRICT) -> int:
        """The node's row in progress."""
        return next(
            at for at, n in enumerate(self.layout.nodes) if (n.indicator, n.region) == (indicator, region)
        )

    def panel(self, readings: Readings, first: date, last: date) -> Panel:
        """Readings as rows in the layout's order, from first to last."""
        rows = {(s.node.indicator, s.node.region, s.source): at for at, s in enumerate(self.layout.series)}
        values = np.full((len(rows), (last - first).days + 1), np.nan)
        for key, figures in readings.items():
            row = rows[key[0], key[1], key[2] if len(key) > 2 else "reported"]
            for reported, value in figures.items():
                values[row, (reported - first).days] = value
        return Panel(first, values)

    def frame(self, as_of: str | date, readings: Readings, first: date | None = None) -> Frame:
        """Everything as of a day; the panel begins a year before its year and holds what comes later too."""
        at = day(as_of) if isinstance(as_of, str) else as_of
        first = first or date(at.year - 1, 1, 1)
        last = max([at, *(max(figures) for figures in readings.values() if figures)])
        return frame_as_of(self.layout, self.panel(readings, first, last), at, china())

    def fold(self, frames: Iterable[Frame], *rules: Rule) -> list[Day]:
        """One day after the other, each from the clocks of the day before."""
        clocks: dict[AlertKey, Clock] = {}
        folded = []
        for frame in frames:
            folded.append(fold_day(frame, RuleSet(rules), clocks))
            clocks = folded[-1].clocks
        return folded

    def run(self, first: str, last: str, readings: Readings, *rules: Rule) -> list[Day]:
        """Every day from first to last, folded."""
        return self.fold((self.frame(at, readings) for at in days(first, last)), *rules)


def world(
    *indicators: Indicator,
    towns: int = 1,
    targets: Sequence[Target] = (),
    feeds: Sequence[Feed] = (),
    sources: Sequence[Source] = SOURCES,
    groups: Sequence[RegionGroup] = (),
    rolled_up: Sequence[str] = (),
    cumulative: bool = False,
    cycle: Cycle = Cycle.DAILY,
) -> World:
    """A district with towns, and one feed that reports every indicator at its level (or the feeds given).

    rolled_up  codes of the groups that have figures of their own
    """
    below = [town(n) for n in range(1, towns + 1)]
    reporting = Reporting.CUMULATIVE if cumulative else Reporting.DAILY
    covers = [
        Cover((i.code,), tuple(below) if i.reported_at == "subdistrict" else (DISTRICT,), reporting=reporting)
        for i in indicators
    ]
    everything = Feed(
        code="feed", name="feed", source="reported", covers=tuple(covers), first_day=FIRST_DAY, cycle=cycle
    )
    return World(
        Catalog(
            name="test",
            root=DISTRICT,
            evaluate_from=date(2018, 1, 1),
            cutoff_hour=10,
            office="office",
            departments=(Department("office", "office"),),
            tasks=(Task("task", "field", "task"),),
            sources=tuple(sources),
            indicators=indicators,
            regions=(
                Region("110000", "北京市", "city", ""),
                Region(DISTRICT, "朝阳区", "district", "110000"),
                *(Region(code, code, "subdistrict", DISTRICT) for code in below),
                *(Region(code, code, GROUP_LEVEL, "") for code in rolled_up),
            ),
            feeds=tuple(feeds) or (everything,),
            targets=tuple(targets),
            groups=tuple(groups),
        )
    )


def rule(
    check: Check,
    *,
    name: str = "rule",
    level: str = "",
    hold_for: Span = AT_ONCE,
    keep_firing_for: Span = AT_ONCE,
    active: Active = ALL_YEAR,
    labels: Mapping[str, str] | None = None,
    indicators: tuple[str, ...] = ("*",),
) -> Rule:
    return Rule(
        name=name,
        check=check,
        title=name,
        select=Select(indicators=indicators, level=level),
        hold_for=hold_for,
        keep_firing_for=keep_firing_for,
        active=active,
        labels=dict(labels or {}),
    )


@dataclass(frozen=True)
class Verdict:
    """What a check says of one subject.

    level  the level reached, None where the check could not judge
    hold   the level a firing alert would keep
    """

    level: str | None
    hold: str
    figures: Figures


def verdict(frame: Frame, check: Check, region: str = DISTRICT, *, feed: str = "") -> Verdict:
    """What a check says of the region's node (or of the feed); of one indicator, or it fails."""
    verdicts = judge(frame, rule(check))
    names = [f.code for f in frame.layout.catalog.feeds] if feed else [n.region for n in frame.layout.nodes]
    (at,) = (at for at, row in enumerate(verdicts.rows.tolist()) if names[row] == (feed or region))
    seen = verdicts.seen(at)
    level = None if seen.level is None else seen.level.code
    return Verdict(level, Level(seen.hold).code, verdicts.figures(at))


def judged_regions(frame: Frame, check: Check) -> set[tuple[str, str]]:
    """(indicator, region) of every node a check looks at."""
    nodes = frame.layout.nodes
    rows = judge(frame, rule(check)).rows.tolist()
    return {(nodes[row].indicator, nodes[row].region) for row in rows}
