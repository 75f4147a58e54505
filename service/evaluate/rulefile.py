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
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from service.domain.catalog import Catalog
from service.domain.rules import (
    CHECK_TYPES,
    REPLY_WORKDAYS,
    Active,
    Bounds,
    Check,
    Pace,
    Rule,
    RuleSet,
    Select,
    Span,
)
from service.errors import Fault, Faulty
from service.evaluate.checkfile import (
    LAMPS,
    AnyCheck,
    CheckFile,
    LevelsFile,
    PaceFile,
    check_faults,
    falls,
    level_faults,
)
from service.evaluate.lampfile import LAMPS_FILE, LampsFile, lamps_from, read_lamps
from service.yamlfile import Document, Strict, read

SPAN = re.compile(r"^(\d{1,4})(d|wd)$")


class ActiveFile(Strict):
    from_: str = Field(default="01-01", alias="from")
    to: str = "12-31"

    @field_validator("from_", "to")
    @classmethod
    def _month_and_day(cls, value: str) -> str:
        try:
            date.fromisoformat(f"2000-{value}")
        except ValueError:
            raise ValueError(f"{value!r} is no month and day: write it as 06-30, in quotes") from None
        return value


class AnnotationsFile(Strict):
    title: str
    runbook_url: str = ""


class ReplyFile(Strict):
    """Working days a unit has to answer, by level; 0 asks for no answer."""

    notice: int = Field(default=REPLY_WORKDAYS[0], ge=0)
    yellow: int = Field(default=REPLY_WORKDAYS[1], ge=0)
    orange: int = Field(default=REPLY_WORKDAYS[2], ge=0)
    red: int = Field(default=REPLY_WORKDAYS[3], ge=0)


class RuleFile(Strict):
    alert: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    check: AnyCheck
    mode: Literal["live", "shadow"] = "live"
    for_: str = Field(default="0d", alias="for")
    keep_firing_for: str = "0d"
    active: ActiveFile = ActiveFile()
    labels: dict[str, str] = {}
    reply_workdays: ReplyFile = ReplyFile()
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
    return read_rule_files(folder, rule_files(folder), catalog)


def read_rule_files(folder: Path, paths: list[Path], catalog: Catalog | None = None) -> RuleFolder:
    """All rules of some files, with the lamps of the folder. Raises `Faulty`."""
    faults: list[Fault] = []
    entries: list[RuleFile] = []
    places: dict[str, str] = {}
    lamps, lamp_faults = read_lamps(folder, catalog)
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
                if not lamp_faults and lamps is None and entry.check.levels == LAMPS:
                    faults.append(_no_lamps(document, (*at, "check", "levels")))
                places[entry.alert] = document.where((*at, "alert"))
                entries.append(entry)
    faults += lamp_faults
    if not faults and not entries:
        zh, en = "没有规则文件，或文件中没有规则。", "no rule file, or no rule in any."
        faults = [Fault("no_rules", folder.name, "", zh, en)]
    if faults:
        raise Faulty("wrong_rules", faults)
    content = [entry.model_dump(mode="json", by_alias=True) for entry in entries]
    if lamps is not None:
        # Published with the rules: a version says which lamps it meant.
        content.append({LAMPS: lamps.model_dump(mode="json", by_alias=True)})
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return RuleFolder(rules_from(content), content, hashlib.sha256(text.encode()).hexdigest())


def _no_lamps(document: Document, at: tuple[int | str, ...]) -> Fault:
    zh, en = f"同一目录中没有 {LAMPS_FILE}。", f"there is no {LAMPS_FILE} beside the rules."
    return document.fault(at, "no_lamps", zh, en, LAMPS)


def rule_files(folder: Path) -> list[Path]:
    """Files that hold rules: not the routing, not the lamps, not the rule tests, not what an editor hides there."""
    return sorted(
        path
        for path in folder.glob("[!.]*.yaml")
        if path.name not in ("routing.yaml", LAMPS_FILE) and not path.name.endswith("_test.yaml")
    )


def watched_files(folder: Path) -> list[Path]:
    """Files that make up a version of the rules: the rule files, and the lamps they may refer to."""
    lamps = folder / LAMPS_FILE
    return [*rule_files(folder), *([lamps] if lamps.is_file() else [])]


def rules_from(content: list[dict[str, Any]]) -> RuleSet:
    """Published rules as values."""
    lamps = next((LampsFile.model_validate(entry[LAMPS]) for entry in content if LAMPS in entry), None)
    rules = (RuleFile.model_validate(entry) for entry in content if LAMPS not in entry)
    return RuleSet(tuple(_rule(rule, lamps) for rule in rules))


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
    levels = entry.check.levels
    if isinstance(levels, LevelsFile):
        yield from level_faults(document, (*at, "check", "levels"), levels, below=falls(entry.check))
    yield from check_faults(document, (*at, "check"), entry.check, catalog)


def _rule(entry: RuleFile, lamps: LampsFile | None) -> Rule:
    check = entry.check
    reply = entry.reply_workdays
    return Rule(
        name=entry.alert,
        check=_check(entry.check, lamps),
        title=entry.annotations.title,
        select=Select(tuple(check.indicators), tuple(check.regions), tuple(check.scopes), check.region_level),
        hold_for=_span(entry.for_),
        keep_firing_for=_span(entry.keep_firing_for),
        active=Active(_month_day(entry.active.from_), _month_day(entry.active.to)),
        labels=dict(entry.labels),
        reply_workdays=(reply.notice, reply.yellow, reply.orange, reply.red),
        runbook=entry.annotations.runbook_url,
        shadow=entry.mode == "shadow",
    )


def _check(check: AnyCheck, lamps: LampsFile | None) -> Check:
    own = check.model_dump(exclude={*CheckFile.model_fields, "type", "below"})
    if isinstance(check.levels, LevelsFile):
        bounds = Bounds(**check.levels.model_dump(), below=falls(check), clear=check.clear)
        return CHECK_TYPES[check.type](bounds=bounds, **own)
    assert isinstance(check, PaceFile) and lamps is not None  # the faults have been looked for
    table = lamps_from(lamps, check.clear)
    return Pace(bounds=table.tables[-1].bounds, lamps=table, **own)


def _span(text: str) -> Span:
    match = SPAN.match(text)
    assert match is not None  # the model has looked
    return Span(int(match[1]), match[2] == "wd")


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
