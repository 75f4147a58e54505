"""What is measured, where, by whom, against what: the catalogue as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property

from service.domain.cycles import CUTOFF_WORKDAYS, REMIND_MINUTES, Cycle

# Unit of a place in a ranking.
RANK = "rank"
# Level of a region that stands for a group: the sum over its members, no part of the tree.
GROUP_LEVEL = "group"
# Days after which whoever changes a closed day is asked whether he means it, unless the catalogue says otherwise.
CONFIRM_AFTER_DAYS = 31


class Kind(StrEnum):
    """How an indicator's daily figures make a figure for the period."""

    FLOW = "flow"  # counted as it happens, summed
    MEAN = "mean"  # judged by its mean
    STOCK = "stock"  # a level on a day
    RATIO = "ratio"  # numerator over denominator on a day
    INCIDENCE = "incidence"  # occurrences that should stay at or near zero


# Figures of days that add up to the period's; and figures of parts that add up to the whole's.
SUMMED = (Kind.FLOW, Kind.INCIDENCE)
ADDED_UP = (*SUMMED, Kind.STOCK)


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class Level(IntEnum):
    """Lamps, in rising order; NONE is the green of a figure that is on course."""

    NONE = 0
    NOTICE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def code(self) -> str:
        return self.name.lower()


class Reporting(StrEnum):
    """Whether a report says what happened that day, or the sum since the period began."""

    DAILY = "daily"
    CUMULATIVE = "cumulative"

    @property
    def other(self) -> Reporting:
        return Reporting.DAILY if self is Reporting.CUMULATIVE else Reporting.CUMULATIVE


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    name_en: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """任务: groups indicators under a field of work (方面)."""

    code: str
    field: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """口径: what the figure counts, from a day on."""

    from_day: date
    note: str
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure of the campaign.

    unit          the unit figures are stored in (a key of `domain.units.UNITS`)
    reported_at   region level at which it is reported; above it, it is always rolled up
    minimum, maximum  hard bounds of one day's figure in `unit`; outside is refused
    usual_minimum, usual_maximum  usual bounds of one day's figure; outside is stored and doubted (存疑待核实)
    precision     decimals officials read
    stale_after   days a figure may lag the as-of day before checks say no-data
    min_coverage  share of the children that must have reported for a roll-up to be judged
    short         what headlines call it; the full name where empty
    rank_of       the indicator whose ranking (排名) this is, empty where it is none or that of nothing in particular
    """

    code: str
    task: str
    name: str
    name_en: str
    unit: str
    kind: Kind
    direction: Direction
    reported_at: str
    lead: str
    short: str = ""
    minimum: float | None = 0.0
    maximum: float | None = None
    usual_minimum: float | None = None
    usual_maximum: float | None = None
    precision: int = 0
    stale_after: int = 4
    min_coverage: float = 0.9
    definitions: tuple[Definition, ...] = ()
    rank_of: str = ""

    @property
    def is_rank(self) -> bool:
        """Whether its figure is a place in a ranking: nothing can be added to it or divided by it."""
        return self.unit == RANK


@dataclass(frozen=True, slots=True)
class Region:
    """A statistical division, or an invented one in a demo."""

    code: str
    name: str
    level: str
    parent: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class RegionGroup:
    """Regions that are selected, ranked and rolled up together (19个乡, 重点区域); a region may be in several.

    code     also that of a region of level `group`, where the group is rolled up
    name     what its members are called, after a number: 19个`乡`
    regions  codes, in the order of the catalogue's regions
    """

    code: str
    name: str
    regions: tuple[str, ...]
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Who reports. A lower rank takes precedence."""

    code: str
    name: str
    name_en: str
    rank: int


@dataclass(frozen=True, slots=True)
class Cover:
    """Part of what a feed owes: every indicator here, in every region and scope here.

    reporting  how the first reports are meant
    switched   days from which on they are meant the other way, rising
    """

    indicators: tuple[str, ...]
    regions: tuple[str, ...]
    scopes: tuple[str, ...] = ("",)
    reporting: Reporting = Reporting.DAILY
    switched: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A declared stream of readings.

    covers     resolved: codes, no patterns
    first_day  nothing is owed before, and nothing is taken
    cycle      how often it reports; a report of a week or month is stamped with its last day
    review     what it reports counts only once a second person has passed it (填报 → 审核 → 上报)
    """

    code: str
    name: str
    source: str
    covers: tuple[Cover, ...]
    first_day: date
    name_en: str = ""
    cycle: Cycle = Cycle.DAILY
    review: bool = False
    department: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """进度计划: the share of the target due by each day of the period.

    milestones  (day, share), straight lines between them; only for curve `milestones`
    """

    curve: str = "linear"
    milestones: tuple[tuple[date, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """年度目标: one version of it.

    baseline   for stock and ratio: the level at the start of the period
    """

    code: str
    indicator: str
    region: str
    period_start: date
    period_end: date
    comparator: str
    value: float
    scope: str = ""
    plan: Plan = Plan()
    authority: str = ""
    ambition: str = "确保"
    baseline: float | None = None
    valid_from: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NodeKey:
    """Where a figure stands: indicator × region × scope."""

    indicator: str
    region: str
    scope: str


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """One stream of readings: a node as one source reports it.

    reporting  how the first reports are meant
    switched   days from which on they are meant the other way, rising
    """

    node: NodeKey
    source: str
    feed: str
    reporting: Reporting
    first_day: date
    cycle: Cycle = Cycle.DAILY
    switched: tuple[date, ...] = ()

    def reporting_on(self, day: date) -> Reporting:
        """How a report of a day is meant."""
        turns = sum(switch <= day for switch in self.switched)
        return self.reporting.other if turns % 2 else self.reporting


@dataclass(frozen=True)
class Catalog:
    """Everything published, in file order, with look-ups.

    root             the region this installation answers for: roll-ups end there
    evaluate_from    first day that is closed and judged; earlier days are history only
    cutoff_hour      hour, Beijing time, at which a day closes and reports are due
    cutoff_workdays  working days after the report day on which that is, by cycle
    remind_minutes   minutes before a deadline at which feeds are reminded of it; 0 for never
    confirm_after_days  age beyond which a closed day is changed only by a body that confirms it
    shadow           every rule runs in shadow: alerts are kept and shown, and told to nobody
    """

    name: str
    root: str
    evaluate_from: date
    cutoff_hour: int
    office: str
    departments: tuple[Department, ...]
    tasks: tuple[Task, ...]
    sources: tuple[Source, ...]
    indicators: tuple[Indicator, ...]
    regions: tuple[Region, ...]
    feeds: tuple[Feed, ...]
    targets: tuple[Target, ...]
    groups: tuple[RegionGroup, ...] = ()
    shadow: bool = False
    cutoff_workdays: Mapping[Cycle, int] = field(default_factory=lambda: dict(CUTOFF_WORKDAYS))
    remind_minutes: int = REMIND_MINUTES
    confirm_after_days: int = CONFIRM_AFTER_DAYS

    @cached_property
    def indicator(self) -> dict[str, Indicator]:
        return {i.code: i for i in self.indicators}

    @cached_property
    def region(self) -> dict[str, Region]:
        return {r.code: r for r in self.regions}

    @cached_property
    def group(self) -> dict[str, RegionGroup]:
        return {g.code: g for g in self.groups}

    @cached_property
    def groups_of(self) -> dict[str, tuple[str, ...]]:
        """Codes of the groups each region is in, in file order; regions in none are left out."""
        found: dict[str, tuple[str, ...]] = {}
        for group in self.groups:
            for region in group.regions:
                found[region] = (*found.get(region, ()), group.code)
        return found

    @cached_property
    def department(self) -> dict[str, Department]:
        return {d.code: d for d in self.departments}

    @cached_property
    def source(self) -> dict[str, Source]:
        return {s.code: s for s in self.sources}

    @cached_property
    def feed(self) -> dict[str, Feed]:
        return {f.code: f for f in self.feeds}

    @cached_property
    def task(self) -> dict[str, Task]:
        return {t.code: t for t in self.tasks}

    @cached_property
    def series(self) -> tuple[SeriesKey, ...]:
        """Every series a feed owes, in feed order; the first feed to declare a series has it."""
        seen: dict[tuple[NodeKey, str], SeriesKey] = {}
        for feed in self.feeds:
            for cover in feed.covers:
                for code in cover.indicators:
                    for region in cover.regions:
                        for scope in cover.scopes:
                            node = NodeKey(code, region, scope)
                            key = SeriesKey(
                                node,
                                feed.source,
                                feed.code,
                                cover.reporting,
                                feed.first_day,
                                feed.cycle,
                                cover.switched,
                            )
                            seen.setdefault((node, feed.source), key)
        return tuple(seen.values())

    @cached_property
    def nodes(self) -> tuple[NodeKey, ...]:
        """Every node with a figure or a target, their ancestors up to the root, and the groups they are in."""
        nodes: dict[NodeKey, None] = {}
        for series in self.series:
            nodes.setdefault(series.node)
        for target in self.targets:
            nodes.setdefault(NodeKey(target.indicator, target.region, target.scope))
        for node in list(nodes):
            for above in self.above(node):
                nodes.setdefault(above)
        for node in list(nodes):
            for group in self.groups_over(node):
                nodes.setdefault(group)
        return tuple(nodes)

    def above(self, node: NodeKey) -> tuple[NodeKey, ...]:
        """The nodes in the regions above that a node is rolled up into, nearest first; none for a rank."""
        if self.indicator[node.indicator].is_rank:
            return ()
        return tuple(NodeKey(node.indicator, code, node.scope) for code in self.ancestors(node.region))

    def groups_over(self, node: NodeKey) -> tuple[NodeKey, ...]:
        """The nodes of groups that a node is rolled up into; none for a rank."""
        if self.indicator[node.indicator].is_rank:
            return ()
        return tuple(NodeKey(node.indicator, code, node.scope) for code in self.rolled_up_over(node.region))

    def beside_root(self, region: str) -> bool:
        """Whether a region is none of this installation's: neither the root, nor below it, nor above it, nor a group."""
        known = self.region[region]
        ours = region == self.root or known.level == GROUP_LEVEL or bool(self.ancestors(region))
        return not ours and region not in self.over_root

    @cached_property
    def over_root(self) -> tuple[str, ...]:
        """Regions above the root, nearest first."""
        return self.parents(self.root)

    def parents(self, region: str) -> tuple[str, ...]:
        """Every region above one, nearest first, beyond the root too."""
        chain: list[str] = []
        # Parents that run in a circle lead nowhere; without the second half they would run for ever.
        while (known := self.region.get(region)) and known.parent and known.parent not in chain:
            chain.append(region := known.parent)
        return tuple(chain)

    def rolled_up_over(self, region: str) -> tuple[str, ...]:
        """Codes of the groups that a region's figures are rolled up into."""
        return tuple(code for code in self.groups_of.get(region, ()) if code in self.region)

    def within(self, region: str, other: str) -> bool:
        """Whether a region lies below another, or is (or lies below) a member of a group that is rolled up."""
        chain = self.ancestors(region)
        return other in chain or any(other in self.rolled_up_over(code) for code in (region, *chain))

    def ancestors(self, region: str) -> tuple[str, ...]:
        """Regions above this one, nearest first, up to the root (empty for the root, and for what isn't below)."""
        chain = () if region == self.root else self.parents(region)
        return chain[: chain.index(self.root) + 1] if self.root in chain else ()
