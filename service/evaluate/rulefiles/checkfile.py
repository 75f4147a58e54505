"""What a check may hold in a rule file, and what may be wrong with it beyond its shape."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from service.domain.catalog import Catalog
from service.domain.rules import Select
from service.errors import Fault
from service.evaluate.rulefiles.queryfile import query_faults
from service.yamlfile import Document, Float, Int, Strict, nearest

LEVEL_NAMES = ("notice", "yellow", "orange", "red")
LAMPS: Literal["lamps"] = "lamps"
Place = tuple[int | str, ...]


class LevelsFile(Strict):
    """Bounds of the lamps, mildest first; at least one."""

    notice: Float | None = None
    """提醒: bound from which a notice is given."""
    yellow: Float | None = None
    """黄灯: bound from which the yellow lamp is lit."""
    orange: Float | None = None
    """橙灯: bound from which the orange lamp is lit."""
    red: Float | None = None
    """红灯: bound from which the red lamp is lit."""


def _named_or_own(value: Any) -> str:
    return "named" if isinstance(value, str) else "own"


# Told apart before they are read, so that a wrong bound is one fault and not one for each.
AnyLevels = Annotated[
    Annotated[LevelsFile, Tag("own")] | Annotated[Literal["lamps"], Tag("named")],
    Discriminator(_named_or_own),
]


class CheckFile(Strict):
    """What every check has: a selection and its levels."""

    indicators: list[str] = ["*"]
    """Globs on codes of indicators."""
    regions: list[str] = ["*"]
    """Globs on codes of regions."""
    scopes: list[str] = ["*"]
    """Globs on scopes (片区, 批次)."""
    region_level: Literal["", "root", "city", "district", "subdistrict", "community", "group"] = ""
    """Only regions of this level; `root` is the region the installation answers for; empty for all."""
    tasks: list[str] = ["*"]
    """Globs on codes of tasks."""
    groups: list[str] = []
    """Globs on codes of region groups; a region in one of them is taken. Empty for all regions."""
    parent: list[str] = []
    """Globs on codes of regions; those below one of them, at any depth, are taken. Empty for all regions."""
    levels: AnyLevels
    """Bounds of the lamps; `lamps` takes those of lamps.yaml, for pace only."""
    clear: Float = Field(default=0.0, ge=0)
    """How far a figure must come back past a bound before the level falls."""


class ThresholdFile(CheckFile):
    """目标临界: a figure reaches a bound."""

    type: Literal["threshold"]
    of: Literal["period_to_date", "value", "completion", "expected", "lag", "year_on_year"] = "period_to_date"
    """The figure that is judged."""
    per_target: bool = False
    """Bounds are multiples of the target."""
    below: bool = False
    """Smaller is worse."""


class PaceFile(CheckFile):
    """序时滞后: the figure lies so many percentage points behind its plan."""

    type: Literal["pace"]
    from_expected: Float = Field(default=0.10, ge=0, le=1)
    """Share of the target that must be due before it is judged."""


class ProjectionFile(CheckFile):
    """目标预测: the projected figure falls to so small a share of the target; flows only."""

    type: Literal["projection"]
    from_expected: Float = Field(default=0.25, ge=0, le=1)
    """Share of the target that must be due before it is judged."""


class StallFile(CheckFile):
    """长期无新增: so many reported days without progress while the target is open; flows only."""

    type: Literal["stall"]


class NewGrowthFile(CheckFile):
    """控新生: occurrences of the period exceed the allowance by so much; incidence only."""

    type: Literal["new_growth"]
    allowance: Float = Field(default=0.0, ge=0)
    """Occurrences that are allowed in the period, in the indicator's unit."""


class ReboundFile(CheckFile):
    """防反弹: so many occurrences in the window, where none were left; incidence only."""

    type: Literal["rebound"]
    cleared_at: Float = Field(default=0.0, ge=0)
    """Occurrences a day up to which a day counts as calm."""
    cleared_for: Int = Field(default=30, ge=1)
    """Calm reported days until a region counts as cleared, and until an alarm is over."""
    window: Int = Field(default=7, ge=1)
    """Days in which occurrences are counted."""


class MissingFile(CheckFile):
    """逾期未报: a series has been unreported for so many working days in a row; one alert per feed."""

    type: Literal["missing"]


class DiscrepancyFile(CheckFile):
    """数据不一致: two sources have told different figures for so many days."""

    type: Literal["discrepancy"]
    sources: tuple[str, ...] = ()
    """The two sources; those of highest precedence where left out."""
    absolute: Float = Field(default=0.0, ge=0)
    """Difference that is tolerated, in the indicator's unit."""
    relative: Float = Field(default=0.0, ge=0, lt=1)
    """Difference that is tolerated, as a share of the larger figure."""
    within: Int = Field(default=35, ge=0)
    """Days the last day both speak for may lag the as-of day."""


class JumpFile(CheckFile):
    """存疑待核实: a day lies so many usual spreads from the usual figure, or so many days told the same."""

    type: Literal["jump"]
    of: Literal["deviation", "repeats"] = "deviation"
    """`deviation`: usual spreads from the usual figure; `repeats`: days in a row with one figure."""
    sources: tuple[str, ...] = ("*",)
    """Globs on the sources whose reports are doubted."""
    history: Int = Field(default=60, ge=5, le=366)
    """Reported days before it that say what is usual."""
    least: Int = Field(default=14, ge=1)
    """Fewer reported days say nothing."""
    floor: Float = Field(default=1.0, ge=0)
    """The smallest spread there is, in the indicator's unit."""


class RankFile(CheckFile):
    """排名靠后: the place from the bottom, or the months among the worst."""

    type: Literal["rank"]
    by: Literal["completion", "lag", "period_to_date", "year_on_year"] = "completion"
    """The figure regions are ranked by."""
    among: Literal["siblings", "selected", "group"] = "siblings"
    """`siblings`: regions below the same parent; `selected`: all regions of the rule; `group`: those of one group."""
    peers: Int = Field(default=5, ge=2)
    """Fewer regions that can be ranked make no ranking."""
    months: Int = Field(default=0, ge=0, le=12)
    """Complete months looked back on; 0 ranks the standing of the day."""
    worst: Int = Field(default=10, ge=1)
    """Places of a month that count as the worst."""


class OpenAgeFile(CheckFile):
    """超期未办结: the oldest case found has not been treated for so many days."""

    type: Literal["open_age"]
    found: str
    """Indicator that counts cases found."""
    treated: str
    """Indicator that counts cases treated."""


class SqlFile(CheckFile):
    """自定查询: the figure a SELECT over schema `report` gives for a region."""

    type: Literal["sql"]
    query: str
    """One SELECT with the columns indicator, region, value and, where wanted, scope; `:as_of` and `:known_at` are bound."""
    below: bool = False
    """Smaller is worse."""
    timeout: Float = Field(default=5.0, gt=0, le=60)
    """Seconds the query may take; the rule is not judged where it takes longer."""


AnyCheck = Annotated[
    ThresholdFile
    | PaceFile
    | ProjectionFile
    | StallFile
    | NewGrowthFile
    | ReboundFile
    | MissingFile
    | DiscrepancyFile
    | JumpFile
    | RankFile
    | OpenAgeFile
    | SqlFile,
    Field(discriminator="type"),
]


def selection(check: CheckFile) -> Select:
    """Which nodes a check says it looks at."""
    return Select(
        indicators=tuple(check.indicators),
        regions=tuple(check.regions),
        scopes=tuple(check.scopes),
        level=check.region_level,
        tasks=tuple(check.tasks),
        groups=tuple(check.groups),
        parents=tuple(check.parent),
    )


def falls(check: AnyCheck) -> bool:
    """Whether smaller is worse; a place from the bottom is, and months among the worst are not."""
    if isinstance(check, RankFile):
        return not check.months
    return isinstance(check, ProjectionFile) or (isinstance(check, ThresholdFile | SqlFile) and check.below)


def level_faults(
    document: Document, at: Place, levels: LevelsFile, *, below: bool = False
) -> Iterator[Fault]:
    """No level at all, or levels in an order in which one could never fire."""
    named = [(name, getattr(levels, name)) for name in LEVEL_NAMES]
    values = [(name, value) for name, value in named if value is not None]
    if not values:
        yield document.fault(at, "no_levels", "至少要有一个等级。", "a check needs at least one level.")
    for (mild, low), (worse, high) in pairwise(values):
        if (high >= low) if below else (high <= low):
            way = "低于" if below else "高于"
            zh = f"{worse} 的界限应{way} {mild} 的（{low:g}），否则该等级永远不会亮。"
            en = f"{worse} must lie {'below' if below else 'above'} {mild} ({low:g}), or it can never fire alone."
            yield document.fault((*at, worse), "levels_overlap", zh, en, f"{high:g}")


def check_faults(document: Document, at: Place, check: AnyCheck, catalog: Catalog | None) -> Iterator[Fault]:
    """What is wrong with a check by itself, and with what it refers to in a catalogue."""
    yield from _own_faults(document, at, check)
    if catalog is None:
        return
    yield from _selection_faults(document, at, check, catalog)
    if isinstance(check, RankFile) and check.among == "group":
        yield from _rivalling_groups(document, at, check, catalog)
    if isinstance(check, DiscrepancyFile | JumpFile):
        yield from unknown(document, (*at, "sources"), check.sources, list(catalog.source))
    if isinstance(check, OpenAgeFile):
        for key, code in (("found", check.found), ("treated", check.treated)):
            if code not in catalog.indicator:
                yield unknown_fault(document, (*at, key), code, list(catalog.indicator))


def _selection_faults(document: Document, at: Place, check: CheckFile, catalog: Catalog) -> Iterator[Fault]:
    """Patterns that match no code there is."""
    yield from unknown(document, (*at, "indicators"), check.indicators, list(catalog.indicator))
    yield from unknown(document, (*at, "regions"), check.regions, list(catalog.region))
    scopes = sorted({node.scope for node in catalog.nodes})
    yield from unknown(document, (*at, "scopes"), check.scopes, scopes)
    yield from unknown(document, (*at, "tasks"), check.tasks, list(catalog.task))
    yield from unknown(document, (*at, "groups"), check.groups, list(catalog.group))
    parents = {above for node in catalog.nodes for above in catalog.ancestors(node.region)}
    for index, glob in enumerate(check.parent):
        if not any(fnmatchcase(code, glob) for code in parents):
            yield _nothing_below(document, (*at, "parent", index), glob, catalog, sorted(parents))


def _nothing_below(document: Document, at: Place, glob: str, catalog: Catalog, parents: list[str]) -> Fault:
    if not any(fnmatchcase(code, glob) for code in catalog.region):
        return unknown_fault(document, at, glob, parents)
    zh = f"“{glob}”之下没有填报或汇总的区域。"
    return document.fault(at, "nothing_below", zh, f"no figure stands below {glob!r}.", glob)


def _rivalling_groups(document: Document, at: Place, check: RankFile, catalog: Catalog) -> Iterator[Fault]:
    """Regions that two of the groups would rank: an alert tells one place."""
    select = selection(check)
    for region in catalog.region:
        groups = select.groups_of(region, catalog)
        if len(groups) > 1:
            zh = f"{region} 同属 {'、'.join(groups)}，请按组分别写规则。"
            en = f"{region} is in {' and '.join(groups)}: write one rule for each of them."
            yield document.fault((*at, "groups"), "in_two_groups", zh, en, region)
            return


def _own_faults(document: Document, at: Place, check: AnyCheck) -> Iterator[Fault]:
    if check.levels == LAMPS and not isinstance(check, PaceFile):
        zh, en = "只有 pace 可用亮灯标准（lamps）。", "only pace is lit by the lamp table: write bounds here."
        yield document.fault((*at, "levels"), "no_lamps_here", zh, en, LAMPS)
    match check:
        case DiscrepancyFile() if check.sources and len(set(check.sources)) != 2:
            zh, en = "sources 须为两个不同来源，或不写。", "name two different sources, or none."
            yield document.fault((*at, "sources"), "not_two_sources", zh, en)
        case JumpFile() if check.of == "deviation" and check.least > check.history:
            zh = f"least 大于 history（{check.history}），永远不会判定。"
            en = f"least is more than history ({check.history}): it could never judge."
            yield document.fault((*at, "least"), "never_judges", zh, en, str(check.least))
        case ProjectionFile() | ThresholdFile(of="expected"):
            yield from _share_faults(document, at, check)
        case RankFile():
            yield from _rank_faults(document, at, check)
        case OpenAgeFile() if check.found == check.treated:
            zh, en = "found 与 treated 须为两个指标。", "found and treated are two indicators."
            yield document.fault((*at, "treated"), "not_two_indicators", zh, en, check.treated)
        case MissingFile() | StallFile() | ReboundFile() | OpenAgeFile() | JumpFile() | DiscrepancyFile():
            yield from _count_faults(document, at, check)
        case SqlFile():
            yield from query_faults(document, (*at, "query"), check.query)


def _count_faults(document: Document, at: Place, check: CheckFile) -> Iterator[Fault]:
    """Bounds of days and occurrences that all figures reach, those of which nothing is known to be wrong too."""
    if isinstance(check.levels, str):
        return
    for name in LEVEL_NAMES:
        bound = getattr(check.levels, name)
        if bound is not None and bound <= 0:
            zh, en = (
                f"{name} 应大于 0，否则处处都会亮灯。",
                f"{name} must be above 0, or it fires everywhere.",
            )
            yield document.fault((*at, "levels", name), "always_fires", zh, en, f"{bound:g}")


def _share_faults(document: Document, at: Place, check: ProjectionFile | ThresholdFile) -> Iterator[Fault]:
    """Bounds a share cannot reach: nothing is projected to less than nothing, and no more is due than all."""
    if isinstance(check.levels, str) or (isinstance(check, ThresholdFile) and check.per_target):
        return
    low = isinstance(check, ProjectionFile) or check.below
    for name in LEVEL_NAMES:
        bound = getattr(check.levels, name)
        if bound is not None and (bound <= 0 if low else bound > 1):
            zh = f"{name} 应{'大于 0' if low else '不大于 1'}，否则永远不会亮（0.9 即 90%）。"
            en = f"{name} must {'be above 0' if low else 'not exceed 1'}, or it can never fire (0.9 is 90 %)."
            yield document.fault((*at, "levels", name), "never_fires", zh, en, f"{bound:g}")


def _rank_faults(document: Document, at: Place, check: RankFile) -> Iterator[Fault]:
    """Groups left unnamed; levels nobody, or everybody, could reach."""
    if check.among == "group" and not check.groups:
        zh, en = "among: group 须写明 groups。", 'among: group needs `groups`; ["*"] are all of them.'
        yield document.fault((*at, "among"), "no_groups", zh, en, check.among)
    if isinstance(check.levels, str):
        return
    for name, bound in ((name, getattr(check.levels, name)) for name in LEVEL_NAMES):
        if bound is None:
            continue
        if bound < 1:
            zh, en = f"{name} 至少为 1。", f"{name} is at least 1, or it can never fire."
            yield document.fault((*at, "levels", name), "never_fires", zh, en, f"{bound:g}")
        elif check.months and bound > check.months:
            zh = f"{name} 大于 months（{check.months}），永远不会亮。"
            en = f"{name} is more than the {check.months} months looked back on: it can never fire."
            yield document.fault((*at, "levels", name), "never_fires", zh, en, f"{bound:g}")


def unknown(
    document: Document, at: Place, globs: list[str] | tuple[str, ...], known: list[str]
) -> Iterator[Fault]:
    """Patterns that match none of the codes."""
    for index, glob in enumerate(globs):
        if not any(fnmatchcase(code, glob) for code in known):
            yield unknown_fault(document, (*at, index), glob, known)


def unknown_fault(document: Document, at: Place, glob: str, known: list[str]) -> Fault:
    """A pattern that matches nothing, with the code that was most likely meant."""
    near = nearest(glob, known)
    zh = f"“{glob}”与目录中任何代码都不符" + (f"，是否为“{near}”？" if near else "。")
    en = f"{glob!r} matches nothing in the catalogue" + (f"; did you mean {near!r}?" if near else ".")
    return document.fault(at, "matches_nothing", zh, en, glob)
