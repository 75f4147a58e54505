"""Rules as values: what is checked, on which figures, and when it becomes an alert."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

import numpy as np

from service.domain.arrays import Floats, Levels
from service.domain.catalog import Catalog, Level, NodeKey
from service.domain.workdays import WorkCalendar

LEVELS = (Level.NOTICE, Level.YELLOW, Level.ORANGE, Level.RED)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bound of each level, None where the rule has no such level.

    below  True where smaller is worse (a projection that falls short)
    clear  how far a figure must come back past the bound before the level falls
    """

    notice: float | None = None
    yellow: float | None = None
    orange: float | None = None
    red: float | None = None
    below: bool = False
    clear: float = 0.0

    @property
    def each(self) -> tuple[tuple[Level, float], ...]:
        """Levels that have a bound, mildest first."""
        values = (self.notice, self.yellow, self.orange, self.red)
        return tuple((level, v) for level, v in zip(LEVELS, values, strict=True) if v is not None)

    def grade(self, values: Floats) -> Levels:
        """The worst level whose bound is reached; NONE where nothing is known."""
        return self._grade(values, 0.0)

    def hold(self, values: Floats) -> Levels:
        """The level a figure that has already reached it keeps, given `clear`."""
        return self._grade(values, self.clear)

    def _grade(self, values: Floats, margin: float) -> Levels:
        levels = np.zeros(values.shape, dtype=np.int8)
        for level, bound in self.each:
            # A ratio that is one rounding error short of its bound has reached it.
            slack = margin + 1e-12 * max(1.0, abs(bound))
            reached = values <= bound + slack if self.below else values >= bound - slack
            levels[reached] = level
        return levels


@dataclass(frozen=True, slots=True)
class Select:
    """Which nodes a rule looks at: globs on the codes, and the level of the region. All of them must fit.

    tasks    of the indicator
    groups   of the region: it is in one of these; () for every region, in a group or not
    parents  regions that it lies below, at any depth; () for every region
    level    a region level, `root`, or empty for every level

    A region beside the installation's root (another district of the city's bulletin) is there to be compared with:
    it is judged only where `regions` or `groups` name it.
    """

    indicators: tuple[str, ...] = ("*",)
    regions: tuple[str, ...] = ("*",)
    scopes: tuple[str, ...] = ("*",)
    level: str = ""
    tasks: tuple[str, ...] = ("*",)
    groups: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()

    def takes(self, node: NodeKey, catalog: Catalog) -> bool:
        return (
            _any(node.indicator, self.indicators)
            and _any(catalog.indicator[node.indicator].task, self.tasks)
            and _any(node.scope, self.scopes)
            and self._takes_region(node.region, catalog)
        )

    def _takes_region(self, region: str, catalog: Catalog) -> bool:
        return (
            _any(region, self.regions)
            and self._takes_level(region, catalog)
            and (not self.groups or bool(self.groups_of(region, catalog)))
            and (not self.parents or any(_any(above, self.parents) for above in catalog.ancestors(region)))
            and (self.regions != ("*",) or bool(self.groups) or not catalog.beside_root(region))
        )

    def groups_of(self, region: str, catalog: Catalog) -> tuple[str, ...]:
        """The groups selected that a region is in, in the catalogue's order."""
        return tuple(code for code in catalog.groups_of.get(region, ()) if _any(code, self.groups))

    def _takes_level(self, region: str, catalog: Catalog) -> bool:
        if self.level == "root":
            return region == catalog.root
        return not self.level or catalog.region[region].level == self.level


def _any(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Span:
    """A number of days, civil or working."""

    days: int = 0
    working: bool = False


@dataclass(frozen=True, slots=True)
class Active:
    """Days on which a rule judges; all by default, else those that meet every condition.

    first, last  (month, day) from and to, both included; across the turn of the year if last comes first
    months       months of the year, () for all
    workdays     only working days
    """

    first: tuple[int, int] = (1, 1)
    last: tuple[int, int] = (12, 31)
    months: tuple[int, ...] = ()
    workdays: bool = False

    def on(self, day: date, calendar: WorkCalendar) -> bool:
        return self.in_season(day) and (not self.workdays or calendar.is_workday(day))

    def in_season(self, day: date) -> bool:
        """Whether the day's month and date are among those on which the rule judges."""
        if self.months and day.month not in self.months:
            return False
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure against fixed bounds, or against multiples of its target.

    of  a figure of Progress by name: period_to_date, value, year_on_year, completion, expected, lag
    """

    bounds: Bounds
    of: str = "period_to_date"
    per_target: bool = False


@dataclass(frozen=True, slots=True)
class LampTable:
    """One row of the lamp table: points of lag at which lamps are lit, for whom, on which days.

    indicators, tasks  globs on the codes
    first, last        as-of days, both included: a phase (攻坚, 巩固, 常态) or any other span
    """

    bounds: Bounds
    indicators: tuple[str, ...] = ("*",)
    tasks: tuple[str, ...] = ("*",)
    first: date = date.min
    last: date = date.max

    def fits(self, indicator: str, task: str, day: date) -> bool:
        within = self.first <= day <= self.last
        return within and _any(indicator, self.indicators) and _any(task, self.tasks)


@dataclass(frozen=True, slots=True)
class Lamps:
    """亮灯标准: the tables of a district, exceptions first; the first that fits counts, the last fits always."""

    tables: tuple[LampTable, ...]

    def place(self, indicator: str, task: str, day: date) -> int:
        """Which table lights an indicator's lamps on a day."""
        return next(at for at, table in enumerate(self.tables) if table.fits(indicator, task, day))


@dataclass(frozen=True, slots=True)
class Pace:
    """Points behind the plan (慢于序时进度), once the plan has come to `from_expected`.

    lamps  the district's lamp table in place of bounds of its own
    """

    bounds: Bounds
    from_expected: float = 0.10
    lamps: Lamps | None = None

    @property
    def tables(self) -> tuple[Bounds, ...]:
        """Bounds that count for some indicator on some day."""
        return tuple(table.bounds for table in self.lamps.tables) if self.lamps else (self.bounds,)


@dataclass(frozen=True, slots=True)
class Projection:
    """Projected figure at the period's end ÷ target."""

    bounds: Bounds
    from_expected: float = 0.25


@dataclass(frozen=True, slots=True)
class Stall:
    """Days without progress while the target is open."""

    bounds: Bounds


@dataclass(frozen=True, slots=True)
class NewGrowth:
    """Occurrences of the period beyond an allowance (控新生)."""

    bounds: Bounds
    allowance: float = 0.0


@dataclass(frozen=True, slots=True)
class Rebound:
    """Occurrences in a window after clearance (防反弹).

    Cleared: at or under `cleared_at` a day for `cleared_for` reported days; missing days stop the
    clock. The alarm is over after as many days back at or under it.
    """

    bounds: Bounds
    cleared_at: float = 0.0
    cleared_for: int = 30
    window: int = 7


@dataclass(frozen=True, slots=True)
class Missing:
    """Working days in a row that a feed owes."""

    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """市区比对: days for which two sources have told different figures of one node.

    sources             the two; those of highest precedence that report the node where empty
    absolute, relative  what may lie between them: the difference counts once it exceeds both, `absolute`
                        in the indicator's unit, `relative` as a share of the larger figure
    within              days the last day both speak for may lag as-of (a city verifies by the month)
    """

    bounds: Bounds
    sources: tuple[str, ...] = ()
    absolute: float = 0.0
    relative: float = 0.0
    within: int = 35


@dataclass(frozen=True, slots=True)
class Jump:
    """A report that its own history makes implausible (存疑待核实).

    of       `deviation`: how many usual spreads the day lies from the usual figure;
             `repeats`: reported days in a row with one and the same figure that isn't zero (a sensor that hangs)
    sources  globs on the sources whose reports are looked at
    history  reported days before it that say what is usual; fewer than `least` say nothing
    floor    smallest spread there is, in the indicator's unit: from nothing to one case is no jump
    """

    bounds: Bounds
    of: str = "deviation"
    sources: tuple[str, ...] = ("*",)
    history: int = 60
    least: int = 14
    floor: float = 1.0


@dataclass(frozen=True, slots=True)
class Rank:
    """Among the last of its peers, or again and again among the worst of a month (治理类街乡镇).

    by      a figure of Progress by name: completion, lag, period_to_date, year_on_year
    among   `siblings`: the selected regions with the same parent; `selected`: all that the rule selects;
            `group`: those in the same one of the groups that the rule selects
    peers   fewer that could be judged make no ranking
    months  complete months looked back on, 0 for the standing of the day; then the month's own figure counts,
            and levels are the months in which a region was among the `worst`
    """

    bounds: Bounds
    by: str = "completion"
    among: str = "siblings"
    peers: int = 5
    months: int = 0
    worst: int = 10


@dataclass(frozen=True, slots=True)
class OpenAge:
    """Days for which the oldest case found has not been treated (超期未办结), first in, first out.

    found, treated  indicators that count the cases of a region
    """

    bounds: Bounds
    found: str
    treated: str


@dataclass(frozen=True, slots=True)
class Sql:
    """A figure per node that a query over schema `report` works out.

    query    one SELECT with the columns indicator, region, value and perhaps scope; `:as_of`, `:known_at` are bound
    timeout  seconds it may take
    """

    bounds: Bounds
    query: str
    timeout: float = 5.0


Check = (
    Threshold
    | Pace
    | Projection
    | Stall
    | NewGrowth
    | Rebound
    | Missing
    | Discrepancy
    | Jump
    | Rank
    | OpenAge
    | Sql
)

CHECK_TYPES: dict[str, type[Check]] = {
    "threshold": Threshold,
    "pace": Pace,
    "projection": Projection,
    "stall": Stall,
    "new_growth": NewGrowth,
    "rebound": Rebound,
    "missing": Missing,
    "discrepancy": Discrepancy,
    "jump": Jump,
    "rank": Rank,
    "open_age": OpenAge,
    "sql": Sql,
}


# Checks of the reports themselves, not of what they report. A report that was overdue, or in doubt, was so
# when it was said, whatever comes in later: their alerts are resolved by it, and never overturned.
ABOUT_REPORTS = ("missing", "discrepancy", "jump")

# Working days a unit has to answer, notice to red; 0 where no answer is asked.
REPLY_WORKDAYS = (5, 5, 3, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One alerting rule.

    hold_for          how long a level's condition holds before the level fires
    keep_firing_for   how long it must be gone before the level falls
    reply_workdays    working days a unit has to answer, by level
    summary, description  templates that say what and where, and the figures, in place of the check's own words
    runbook           where to read on
    shadow            on trial (试运行): its alerts are kept and shown, and told to nobody
    """

    name: str
    check: Check
    title: str
    select: Select = Select()
    hold_for: Span = Span()
    keep_firing_for: Span = Span()
    active: Active = Active()
    labels: dict[str, str] = field(default_factory=dict)
    reply_workdays: tuple[int, int, int, int] = REPLY_WORKDAYS
    summary: str = ""
    description: str = ""
    runbook: str = ""
    shadow: bool = False

    @property
    def check_type(self) -> str:
        return next(name for name, kind in CHECK_TYPES.items() if isinstance(self.check, kind))

    @property
    def yearly(self) -> bool:
        """Whether its alerts belong to a target's period and close with it."""
        if isinstance(self.check, Rank):
            return not self.check.months
        return not isinstance(self.check, Rebound | Missing | Jump | OpenAge | Sql)

    def indicators_for(self, indicator: str) -> set[str]:
        """Indicators whose figures an alert on this one is judged by."""
        both = {self.check.found, self.check.treated} if isinstance(self.check, OpenAge) else set()
        return {indicator, *both}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule of a published version, in file order."""

    rules: tuple[Rule, ...]

    def named(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)

    def in_shadow(self, catalog: Catalog) -> frozenset[str]:
        """Names of the rules that run in shadow: all of them where the catalogue says so."""
        return frozenset(rule.name for rule in self.rules if catalog.shadow or rule.shadow)
