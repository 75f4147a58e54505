"""The rules in force: read from files, published as versions, the running ones kept when files are wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel

from service.domain.catalog import Catalog
from service.domain.rules import Rule, RuleSet
from service.errors import Fault, Faulty, Invalid
from service.evaluate.metrics import EvaluationMetrics
from service.evaluate.rulefiles.checkfile import LAMPS
from service.evaluate.rulefiles.lampfile import LampsFile
from service.evaluate.rulefiles.rulefile import RuleFile, RuleFolder, read_rules, rules_from, watched_files
from service.store import catalog as store
from service.store.pool import Connection

log = structlog.get_logger(__name__)


class Rulebook:
    """Watches a folder of rule files and publishes what is sound."""

    def __init__(self, folder: Path, metrics: EvaluationMetrics) -> None:
        self._folder = folder
        self._metrics = metrics
        self._seen: tuple[str, Catalog | None] = ("", None)
        self._sound: RuleFolder | None = None
        self._published = ""
        self._cached: tuple[int, RuleSet] | None = None
        self.faults: list[str] = []

    def refresh(self, conn: Connection, catalog: Catalog, at: datetime) -> bool:
        """Publish the files if they are sound and not published yet; whether a new version came of it."""
        found = self.check(catalog)
        if found is None or found.sha256 == self._published:
            return False
        with conn.transaction():
            publication, new = store.publish(
                conn, "rules", found.content, found.sha256, begins=catalog.evaluate_from, at=at, by="files"
            )
        if new:
            log.info("rules published", version=publication.version, from_day=str(publication.first_as_of))
        self._published = found.sha256  # not before: what could not be published is tried again
        return new

    def check(self, catalog: Catalog) -> RuleFolder | None:
        """The rules of the files, read again if they or the catalogue changed; None where they are wrong.

        Wrong files change nothing but `faults`, a metric and a log line for each fault.
        """
        try:
            seen = (self._fingerprint(), catalog)
        except OSError as error:
            zh, en = f"无法读取：{error.strerror}。", f"cannot be read: {error.strerror}."
            self._refuse([Fault("unreadable", Path(str(error.filename)).name, "", zh, en)])
            return None
        if seen != self._seen:
            self._seen, self._sound = seen, None
            try:
                self._sound = read_rules(self._folder, catalog)
            except Faulty as error:
                self._refuse(error.faults)
        if self._sound is not None:
            self.faults = []
            self._metrics.rules_sound.set(1)
        return self._sound

    def _refuse(self, faults: list[Fault]) -> None:
        self.faults = [str(fault) for fault in faults]
        self._metrics.rules_sound.set(0)
        for fault in faults:
            log.error(
                "rules refused, the running ones stay", where=fault.where, fault=fault.en, fault_zh=fault.zh
            )

    def in_force(self, conn: Connection, as_of: date) -> tuple[int, RuleSet]:
        """Version and rules that apply to an as-of day."""
        publication = store.in_force(conn, "rules", as_of)
        if publication is None:
            raise _no_rules()
        if self._cached is None or self._cached[0] != publication.version:
            self._cached = (publication.version, rules_from(publication.content))
        return self._cached

    def _fingerprint(self) -> str:
        parts = [f"{path.name}\0".encode() + path.read_bytes() for path in watched_files(self._folder)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


def published_rules(conn: Connection) -> Callable[[date], RuleSet]:
    """The rules in force on any day, each version read once; raises `Invalid` where none was published."""
    read: dict[int, RuleSet] = {}

    def on(day: date) -> RuleSet:
        publication = store.in_force(conn, "rules", day)
        if publication is None:
            raise _no_rules()
        if publication.version not in read:
            read[publication.version] = rules_from(publication.content)
        return read[publication.version]

    return on


@dataclass(frozen=True)
class PublishedRule:
    """A rule of a published version: its value, and as its file has it, with the lamps it refers to.

    What the file leaves at the default is left out.
    """

    version: int
    rule: Rule
    entry: dict[str, Any]
    lamps: dict[str, Any] | None


def published_rule(conn: Connection, version: int, name: str) -> PublishedRule | None:
    """A rule as a version has it; None where the version has none of that name."""
    publication = store.version(conn, "rules", version)
    rule = rules_from(publication.content).named(name) if publication else None
    if publication is None or rule is None:
        return None
    entry = RuleFile.model_validate(next(one for one in publication.content if one.get("alert") == name))
    found = next((one[LAMPS] for one in publication.content if LAMPS in one), None)
    lamps = LampsFile.model_validate(found) if entry.check.levels == LAMPS else None
    written = _as_written(entry)
    written["check"] = {"type": entry.check.type, **written["check"]}  # first, as people write it
    return PublishedRule(version, rule, written, _as_written(lamps) if lamps else None)


def _as_written(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _no_rules() -> Invalid:
    zh, en = (
        "尚未发布任何规则，请检查 alert_rules 目录。",
        "no rules were published: look at alert_rules.",
    )
    return Invalid("no_rules", zh, en)
