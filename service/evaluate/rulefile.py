"""Rule files: what they may hold, and how a folder of them becomes rules.

They look like Prometheus rule files, with a typed `check` in place of `expr`. Every fault is told with
file, line and column; a folder with a fault yields no rules at all, so the running ones stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from service.domain.catalog import Catalog
from service.domain.rules import (
    CHECK_TYPES,
    REPLY_WORKDAYS,
    Active,
    Bounds,
    Check,
    Rule,
    RuleSet,
    Select,
    Span,
)
from service.errors import Fault, Faulty
from service.yamlfile import Document, Strict, nearest, read

SPAN = re.compile(r"^(\d{1,4})(d|wd)$")
LEVEL_NAMES = ("notice", "yellow", "orange", "red")


class LevelsFile(Strict):
    notice: float | None = None
    yellow: float | None = None
    orange: float | None = None
    red: float | None = None


class CheckFile(Strict):
    """What every check has: a selection and its levels."""

    indicators: list[str] = ["*"]
    regions: list[str] = ["*"]
    scopes: list[str] = ["*"]
    region_level: str = ""
    levels: LevelsFile
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


AnyCheck = Annotated[
    ThresholdFile | PaceFile | ProjectionFile | StallFile | NewGrowthFile | ReboundFile | MissingFile,
    Field(discriminator="type"),
]


class ActiveFile(Strict):
    from_: str = Field(default="01-01", alias="from")
    to: str = "12-31"

    @field_validator("from_", "to")
    @classmethod
    def _month_and_day(cls, value: str) -> str:
        if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value):
            raise ValueError(f"{value!r} is no month and day: write it as 06-30, in quotes")
        return value


class AnnotationsFile(Strict):
    title: str
    runbook_url: str = ""


class RuleFile(Strict):
    alert: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    check: AnyCheck
    for_: str = Field(default="0d", alias="for")
    keep_firing_for: str = "0d"
    active: ActiveFile = ActiveFile()
    labels: dict[str, str] = {}
    reply_workdays: dict[Literal["notice", "yellow", "orange", "red"], int] = {}
    annotations: AnnotationsFile

    @field_validator("for_", "keep_firing_for")
    @classmethod
    def _span(cls, value: str) -> str:
        if not SPAN.match(value):
            raise ValueError(f"{value!r} is no duration: write 3d for days or 3wd for working days")
        return value

    @field_validator("labels")
    @classmethod
    def _plain(cls, value: dict[str, str]) -> dict[str, str]:
        if any(set("|,=") & set(name + text) for name, text in value.items()):
            raise ValueError("labels cannot hold any of | , =")
        return value


class GroupFile(Strict):
    name: str
    rules: list[RuleFile]


class RulesFile(Strict):
    groups: list[GroupFile]


@dataclass(frozen=True)
class RuleFolder:
    """Rules as read, as published (`content`), and how they are recognised again."""

    rules: RuleSet
    content: list[dict[str, Any]]
    sha256: str


def read_rules(folder: Path, catalog: Catalog | None = None) -> RuleFolder:
    """All rules of a folder; with a catalogue, references are checked too. Raises `Faulty`."""
    return read_rule_files(rule_files(folder), catalog, name=folder.name)


def read_rule_files(paths: list[Path], catalog: Catalog | None = None, *, name: str = "") -> RuleFolder:
    """All rules of some files; `name` is what a fault of them all is told of. Raises `Faulty`."""
    faults: list[Fault] = []
    entries: list[RuleFile] = []
    places: dict[str, str] = {}
    for path in paths:
        try:
            document = read(path)
            found = document.into(RulesFile)
        except Faulty as error:
            faults += error.faults
            continue
        for group_at, group in enumerate(found.groups):
            for rule_at, entry in enumerate(group.rules):
                at = ("groups", group_at, "rules", rule_at)
                faults += _faults(document, at, entry, places, catalog)
                places[entry.alert] = document.where((*at, "alert"))
                entries.append(entry)
    if not faults and not entries:
        zh, en = "没有规则文件，或文件中没有规则。", "no rule file, or no rule in any."
        faults = [Fault("no_rules", name or ", ".join(path.name for path in paths), "", zh, en)]
    if faults:
        raise Faulty("wrong_rules", faults)
    content = [entry.model_dump(mode="json", by_alias=True) for entry in entries]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return RuleFolder(rules_from(content), content, hashlib.sha256(text.encode()).hexdigest())


def rule_files(folder: Path) -> list[Path]:
    """Files that hold rules: not the routing, not the rule tests."""
    return sorted(
        path
        for path in folder.glob("*.yaml")
        if path.name != "routing.yaml" and not path.name.endswith("_test.yaml")
    )


def rules_from(content: list[dict[str, Any]]) -> RuleSet:
    """Published rules as values."""
    return RuleSet(tuple(_rule(RuleFile.model_validate(entry)) for entry in content))


def _faults(
    document: Document,
    at: tuple[int | str, ...],
    entry: RuleFile,
    places: dict[str, str],
    catalog: Catalog | None,
) -> Iterator[Fault]:
    if entry.alert in places:
        zh, en = (
            f"规则名与 {places[entry.alert]} 重复。",
            f"this name is already used at {places[entry.alert]}.",
        )
        yield document.fault((*at, "alert"), "rule_twice", zh, en, entry.alert)
    yield from _level_faults(document, (*at, "check", "levels"), entry)
    if catalog is not None:
        yield from _unknown(
            document, (*at, "check", "indicators"), entry.check.indicators, list(catalog.indicator)
        )
        yield from _unknown(document, (*at, "check", "regions"), entry.check.regions, list(catalog.region))


def _level_faults(document: Document, at: tuple[int | str, ...], entry: RuleFile) -> Iterator[Fault]:
    named = [(name, getattr(entry.check.levels, name)) for name in LEVEL_NAMES]
    values = [(name, value) for name, value in named if value is not None]
    if not values:
        yield document.fault(at, "no_levels", "至少要有一个等级。", "a check needs at least one level.")
    falling = _is_below(entry)
    for (mild, low), (worse, high) in pairwise(values):
        if (high >= low) if falling else (high <= low):
            way = "低于" if falling else "高于"
            zh = f"{worse} 的界限应{way} {mild} 的（{low:g}），否则该等级永远不会亮。"
            en = f"{worse} must lie {'below' if falling else 'above'} {mild} ({low:g}), or it can never fire alone."
            yield document.fault((*at, worse), "levels_overlap", zh, en, f"{high:g}")


def _unknown(
    document: Document, at: tuple[int | str, ...], globs: list[str], known: list[str]
) -> Iterator[Fault]:
    for index, glob in enumerate(globs):
        if not any(fnmatchcase(code, glob) for code in known):
            near = nearest(glob, known)
            zh = f"“{glob}”与目录中任何代码都不符" + (f"，是否为“{near}”？" if near else "。")
            en = f"{glob!r} matches nothing in the catalogue" + (f"; did you mean {near!r}?" if near else ".")
            yield document.fault((*at, index), "matches_nothing", zh, en, glob)


def _is_below(entry: RuleFile) -> bool:
    check = entry.check
    return isinstance(check, ProjectionFile) or (isinstance(check, ThresholdFile) and check.below)


def _rule(entry: RuleFile) -> Rule:
    check = entry.check
    reply: dict[str, int] = dict(zip(LEVEL_NAMES, REPLY_WORKDAYS, strict=True))
    reply.update((level, days) for level, days in entry.reply_workdays.items())
    return Rule(
        name=entry.alert,
        check=_check(entry),
        title=entry.annotations.title,
        select=Select(tuple(check.indicators), tuple(check.regions), tuple(check.scopes), check.region_level),
        hold_for=_span(entry.for_),
        keep_firing_for=_span(entry.keep_firing_for),
        active=Active(_month_day(entry.active.from_), _month_day(entry.active.to)),
        labels=dict(entry.labels),
        reply_workdays=(reply["notice"], reply["yellow"], reply["orange"], reply["red"]),
        runbook=entry.annotations.runbook_url,
    )


def _check(entry: RuleFile) -> Check:
    check = entry.check
    bounds = Bounds(**check.levels.model_dump(), below=_is_below(entry), clear=check.clear)
    own = check.model_dump(exclude={*CheckFile.model_fields, "type", "below"})
    return CHECK_TYPES[check.type](bounds=bounds, **own)


def _span(text: str) -> Span:
    match = SPAN.match(text)
    assert match is not None  # the model has looked
    return Span(int(match[1]), match[2] == "wd")


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
