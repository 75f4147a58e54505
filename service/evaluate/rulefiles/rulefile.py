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
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from service.domain.catalog import Catalog
from service.domain.rules import (
    CHECK_TYPES,
    REPLY_WORKDAYS,
    Bounds,
    Check,
    Pace,
    Rule,
    RuleSet,
    Span,
)
from service.errors import Fault, Faulty
from service.evaluate.rulefiles.activefile import ActiveFile, active_faults, active_of
from service.evaluate.rulefiles.annotationfile import AnnotationsFile, annotation_faults
from service.evaluate.rulefiles.checkfile import (
    LAMPS,
    AnyCheck,
    CheckFile,
    LevelsFile,
    PaceFile,
    check_faults,
    falls,
    level_faults,
    selection,
)
from service.evaluate.rulefiles.lampfile import LAMPS_FILE, LampsFile, lamps_from, read_lamps
from service.yamlfile import Document, Strict, Wrong, read

SPAN = re.compile(r"^(\d{1,4})(d|wd)$")


class ReplyFile(Strict):
    """Working days to answer, by level; 0 asks for no answer."""

    notice: int = Field(default=REPLY_WORKDAYS[0], ge=0)
    """提醒."""
    yellow: int = Field(default=REPLY_WORKDAYS[1], ge=0)
    """黄灯."""
    orange: int = Field(default=REPLY_WORKDAYS[2], ge=0)
    """橙灯."""
    red: int = Field(default=REPLY_WORKDAYS[3], ge=0)
    """红灯."""


class RuleFile(Strict):
    """An alerting rule."""

    alert: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Its name: small letters, digits, underscores."""
    check: AnyCheck
    """What is checked, on which figures, against which bounds."""
    mode: Literal["live", "shadow"] = "live"
    """`shadow`: on trial; its alerts are kept and shown, and told to nobody."""
    for_: str = Field(default="0d", alias="for", json_schema_extra={"pattern": SPAN.pattern})
    """How long a level's condition holds before that level fires: 3d, or 3wd for working days."""
    keep_firing_for: str = Field(default="0d", json_schema_extra={"pattern": SPAN.pattern})
    """How long the figure must have come back before the level falls: 3d, or 3wd for working days."""
    active: ActiveFile = ActiveFile()
    """Days on which it judges; on others its clocks stand still."""
    labels: dict[str, str] = {}
    """Part of the alert's identity."""
    reply_workdays: ReplyFile = ReplyFile()
    """Working days a unit has to answer."""
    annotations: AnnotationsFile
    """What messages say."""

    @field_validator("for_", "keep_firing_for")
    @classmethod
    def _span(cls, value: str) -> str:
        if not SPAN.match(value):
            raise Wrong(
                f"“{value}”不是时长：3d 为三天，3wd 为三个工作日。",
                f"{value!r} is no duration: write 3d for days or 3wd for working days",
            )
        return value

    @field_validator("labels")
    @classmethod
    def _plain(cls, value: dict[str, str]) -> dict[str, str]:
        if any(set("|,=") & set(name + text) for name, text in value.items()):
            raise Wrong("labels 中不能含 | , =", "labels cannot hold any of | , =")
        return value


class GroupFile(Strict):
    """Rules that belong together."""

    name: str
    """Its name."""
    rules: list[RuleFile]
    """The rules."""


class RulesFile(Strict):
    """Alerting rules."""

    groups: list[GroupFile]
    """Groups of rules."""


@dataclass(frozen=True)
class RuleFolder:
    """Rules as read, as published (`content`), how they are recognised again, and where each stands."""

    rules: RuleSet
    content: list[dict[str, Any]]
    sha256: str
    places: dict[str, str]


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
    faults += _overlooked(folder)
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
    return RuleFolder(rules_from(content), content, hashlib.sha256(text.encode()).hexdigest(), places)


def _overlooked(folder: Path) -> list[Fault]:
    """Files that look like rules and would be left unread."""
    zh, en = "只读取 .yaml 文件，请改名。", "only .yaml files are read: rename it."
    found = sorted(path for path in folder.glob("[!.]*") if path.suffix.lower() in (".yml", ".yaml"))
    return [Fault("not_yaml", path.name, "", zh, en) for path in found if path.suffix != ".yaml"]


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
    yield from active_faults(document, (*at, "active"), entry.active)
    yield from annotation_faults(document, (*at, "annotations"), entry.annotations)


def _rule(entry: RuleFile, lamps: LampsFile | None) -> Rule:
    check = entry.check
    reply = entry.reply_workdays
    return Rule(
        name=entry.alert,
        check=_check(entry.check, lamps),
        title=entry.annotations.title,
        select=selection(check),
        hold_for=_span(entry.for_),
        keep_firing_for=_span(entry.keep_firing_for),
        active=active_of(entry.active),
        labels=dict(entry.labels),
        reply_workdays=(reply.notice, reply.yellow, reply.orange, reply.red),
        summary=entry.annotations.summary,
        description=entry.annotations.description,
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
