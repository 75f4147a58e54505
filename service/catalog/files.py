"""What catalogue files may hold, and how a folder of them is read.

A catalogue is one folder, or several: entries of a later folder are laid over those of an earlier one
with the same code, key by key.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from service.errors import Fault, Faulty
from service.yamlfile import Document, Strict, plain, read

Code = str
LISTS = ("departments", "tasks", "sources", "indicators", "feeds", "targets")
REGION_COLUMNS = ("code", "name", "name_en", "level", "parent", "aliases", "valid_from", "valid_to")


class HeadFile(Strict):
    name: str
    root: Code
    evaluate_from: date
    cutoff_hour: int = Field(default=10, ge=0, le=23)
    office: str = ""


class DepartmentFile(Strict):
    code: Code
    name: str
    name_en: str = ""
    contact: str = ""


class TaskFile(Strict):
    code: Code
    field: str
    name: str
    name_en: str = ""


class SourceFile(Strict):
    code: Code
    name: str
    name_en: str = ""
    rank: int


class DefinitionFile(Strict):
    from_: date = Field(alias="from")
    note: str
    note_en: str = ""


class IndicatorFile(Strict):
    code: Code
    task: Code
    name: str
    name_en: str
    short: str = ""
    unit: str
    kind: Literal["flow", "mean", "stock", "ratio", "incidence"]
    direction: Literal["up", "down"]
    reported_at: str
    lead: Code
    minimum: float | None = 0.0
    maximum: float | None = None
    precision: int = Field(default=0, ge=0, le=6)
    stale_after: int = Field(default=4, ge=0)
    min_coverage: float = Field(default=0.9, gt=0, le=1)
    definitions: list[DefinitionFile] = []


class RegionFile(Strict):
    code: Code
    name: str
    name_en: str = ""
    level: Literal["city", "district", "subdistrict", "community"]
    parent: Code = ""
    aliases: list[str] = []
    valid_from: date | None = None
    valid_to: date | None = None


class CoverFile(Strict):
    indicators: list[Code] = Field(min_length=1)
    regions: list[str] = Field(min_length=1)
    except_regions: list[Code] = []
    scopes: list[str] = [""]
    reporting: Literal["daily", "cumulative"] = "daily"


class FeedFile(Strict):
    code: Code
    name: str
    name_en: str = ""
    source: Code
    department: Code = ""
    contact: str = ""
    first_day: date
    cycle: Literal["daily"] = "daily"
    covers: list[CoverFile] = Field(min_length=1)


class PeriodFile(Strict):
    start: date
    end: date


class PlanFile(Strict):
    curve: str = "linear"
    milestones: list[tuple[date, float]] = []


class TargetFile(Strict):
    code: Code
    indicator: Code
    region: Code
    scope: str = ""
    period: PeriodFile
    comparator: Literal[">=", "<=", ">", "<"]
    value: float = Field(allow_inf_nan=False)
    unit: str = ""
    plan: PlanFile = PlanFile()
    authority: str = ""
    ambition: str = "确保"
    baseline: float | None = None
    valid_from: date | None = None
    note: str = ""


class CatalogFile(HeadFile):
    """A whole catalogue, as it is published."""

    departments: list[DepartmentFile] = []
    tasks: list[TaskFile] = []
    sources: list[SourceFile] = []
    indicators: list[IndicatorFile] = []
    regions: list[RegionFile] = []
    feeds: list[FeedFile] = []
    targets: list[TargetFile] = []


def read_folders(folders: Sequence[Path]) -> CatalogFile:
    """Every file of the folders as one catalogue; raises `Faulty` with each fault's file and line."""
    gathered: dict[str, Any] = {name: {} for name in (*LISTS, "regions")}
    head: dict[str, Any] = {}
    placed: dict[tuple[str, str], tuple[Document, int]] = {}
    for folder in folders:
        if not folder.is_dir():
            zh, en = "目录不存在。", "no such folder."
            raise Faulty("no_catalog", [Fault("no_catalog", folder.name, "", zh, en)])
        for path in sorted(folder.glob("*.yaml")):
            _lay_over(read(path), gathered, head, placed)
        for region in _regions(folder / "regions.csv"):
            gathered["regions"].setdefault(region["code"], {}).update(region)
    return _checked(gathered, head, placed)


def _lay_over(
    document: Document,
    gathered: dict[str, Any],
    head: dict[str, Any],
    placed: dict[tuple[str, str], tuple[Document, int]],
) -> None:
    for key, value in plain(document.root).items():
        if key not in LISTS:
            head[key] = value
            continue
        for index, entry in enumerate(value or []):
            if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
                zh, en = "每一项都要有 code（加引号的文本）。", "every entry has a `code` (quoted text)."
                raise Faulty("wrong_file", [document.fault((key, index), "no_code", zh, en)])
            gathered[key].setdefault(entry["code"], {}).update(entry)
            placed[key, entry["code"]] = (document, index)


def _checked(
    gathered: dict[str, Any], head: dict[str, Any], placed: dict[tuple[str, str], tuple[Document, int]]
) -> CatalogFile:
    """Validate the whole; a fault is told where its entry was last written."""
    from pydantic import ValidationError

    lists = {name: list(entries.values()) for name, entries in gathered.items()}
    try:
        return CatalogFile.model_validate({**head, **lists})
    except ValidationError as error:
        faults = []
        for told in error.errors():
            path = tuple(told["loc"])
            where = _where(path, lists, placed)
            faults.append(
                Fault(
                    "wrong_file",
                    where,
                    str(path[-1]),
                    f"内容有误：{told['msg']}",
                    f"{path[-1]}: {told['msg']}",
                )
            )
        raise Faulty("wrong_file", faults) from None


def _where(
    path: tuple[int | str, ...], lists: dict[str, Any], placed: dict[tuple[str, str], tuple[Document, int]]
) -> str:
    if len(path) > 1 and isinstance(path[1], int) and path[0] in lists:
        code = lists[path[0]][path[1]]["code"]
        if found := placed.get((str(path[0]), code)):
            document, index = found
            return document.where((path[0], index, *path[2:]))
        return f"regions.csv ({code})"
    return "catalog.yaml"


def _regions(path: Path) -> list[dict[str, Any]]:
    """Rows of a regions table; empty cells are left out so that an overlay changes only what it names."""
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), strict=True)
    strange = set(rows.fieldnames or ()) - set(REGION_COLUMNS)
    if strange:
        zh = f"有不认识的列：{'、'.join(sorted(strange))}。"
        raise Faulty(
            "wrong_file", [Fault("unknown_column", "regions.csv:1", "", zh, f"unknown columns {strange}.")]
        )
    found = []
    for row in rows:
        cells = {key: value.strip() for key, value in row.items() if key and value and value.strip()}
        if "code" not in cells:
            where = f"regions.csv:{rows.line_num}"
            raise Faulty(
                "wrong_file", [Fault("no_code", where, "", "缺少区划代码。", "the code is missing.")]
            )
        aliases = [alias.strip() for alias in cells.pop("aliases", "").split(";") if alias.strip()]
        found.append({**cells, **({"aliases": aliases} if aliases else {})})
    return found
