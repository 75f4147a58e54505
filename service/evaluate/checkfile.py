"""What a check may hold in a rule file, and what may be wrong with it beyond its shape."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from service.domain.catalog import Catalog
from service.errors import Fault
from service.evaluate.queryfile import query_faults
from service.yamlfile import Document, Strict, nearest

LEVEL_NAMES = ("notice", "yellow", "orange", "red")
LAMPS: Literal["lamps"] = "lamps"
Place = tuple[int | str, ...]


class LevelsFile(Strict):
    notice: float | None = None
    yellow: float | None = None
    orange: float | None = None
    red: float | None = None


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
    regions: list[str] = ["*"]
    scopes: list[str] = ["*"]
    region_level: Literal["", "root", "city", "district", "subdistrict", "community"] = ""
    levels: AnyLevels
    clear: float = Field(default=0.0, ge=0)


class ThresholdFile(CheckFile):
    type: Literal["threshold"]
    of: Literal["period_to_date", "value", "completion", "expected", "lag", "year_on_year"] = "period_to_date"
    per_target: bool = False
    below: bool = False


class PaceFile(CheckFile):
    type: Literal["pace"]
    from_expected: float = Field(default=0.10, ge=0, le=1)


class ProjectionFile(CheckFile):
    type: Literal["projection"]
    from_expected: float = Field(default=0.25, ge=0, le=1)


class StallFile(CheckFile):
    type: Literal["stall"]


class NewGrowthFile(CheckFile):
    type: Literal["new_growth"]
    allowance: float = Field(default=0.0, ge=0)


class ReboundFile(CheckFile):
    type: Literal["rebound"]
    cleared_at: float = Field(default=0.0, ge=0)
    cleared_for: int = Field(default=30, ge=1)
    window: int = Field(default=7, ge=1)


class MissingFile(CheckFile):
    type: Literal["missing"]


class DiscrepancyFile(CheckFile):
    type: Literal["discrepancy"]
    sources: tuple[str, ...] = ()
    absolute: float = Field(default=0.0, ge=0)
    relative: float = Field(default=0.0, ge=0, lt=1)
    within: int = Field(default=35, ge=0)


class JumpFile(CheckFile):
    type: Literal["jump"]
    of: Literal["deviation", "repeats"] = "deviation"
    sources: tuple[str, ...] = ("*",)
    history: int = Field(default=60, ge=5, le=366)
    least: int = Field(default=14, ge=1)
    floor: float = Field(default=1.0, ge=0)


class RankFile(CheckFile):
    type: Literal["rank"]
    by: Literal["completion", "lag", "period_to_date", "year_on_year"] = "completion"
    among: Literal["siblings", "selected"] = "siblings"
    peers: int = Field(default=5, ge=2)
    months: int = Field(default=0, ge=0, le=12)
    worst: int = Field(default=10, ge=1)


class OpenAgeFile(CheckFile):
    type: Literal["open_age"]
    found: str
    treated: str


class SqlFile(CheckFile):
    type: Literal["sql"]
    query: str
    below: bool = False
    timeout: float = Field(default=5.0, gt=0, le=60)


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
    yield from unknown(document, (*at, "indicators"), check.indicators, list(catalog.indicator))
    yield from unknown(document, (*at, "regions"), check.regions, list(catalog.region))
    scopes = sorted({node.scope for node in catalog.nodes})
    yield from unknown(document, (*at, "scopes"), check.scopes, scopes)
    if isinstance(check, DiscrepancyFile | JumpFile):
        yield from unknown(document, (*at, "sources"), check.sources, list(catalog.source))
    if isinstance(check, OpenAgeFile):
        for key, code in (("found", check.found), ("treated", check.treated)):
            if code not in catalog.indicator:
                yield unknown_fault(document, (*at, key), code, list(catalog.indicator))


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
        case RankFile():
            yield from _rank_faults(document, at, check)
        case OpenAgeFile() if check.found == check.treated:
            zh, en = "found 与 treated 须为两个指标。", "found and treated are two indicators."
            yield document.fault((*at, "treated"), "not_two_indicators", zh, en, check.treated)
        case SqlFile():
            yield from query_faults(document, (*at, "query"), check.query)


def _rank_faults(document: Document, at: Place, check: RankFile) -> Iterator[Fault]:
    """Levels nobody, or everybody, could reach."""
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
