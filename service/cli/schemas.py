"""JSON Schemas of the files people edit, so that an editor completes keys and explains them.

Made from the models the files are read by; what a schema cannot say (codes that exist, levels in
order) is left to `biaochi rules check`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from service.catalog.entries import LISTS, CatalogFile
from service.evaluate.rulefiles.lampfile import LampsFile
from service.evaluate.rulefiles.rulefile import RulesFile
from service.evaluate.ruletests.ruletestfile import TestsFile
from service.roster.files import RosterFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLES = {
    "rules": "biaochi: rule files",
    "lamps": "biaochi: lamps.yaml 亮灯标准",
    "tests": "biaochi: rule tests, *_test.yaml",
    "catalog": "biaochi: files of a catalogue",
    "roster": "biaochi: roster files 花名册",
}


def schema(name: str) -> dict[str, Any]:
    """One schema, by its name in TITLES."""
    made = {"rules": _rules, "lamps": _lamps, "tests": _tests, "catalog": _catalog, "roster": _roster}[name]()
    return {"$schema": DIALECT, **made, "title": TITLES[name]}


def schema_file(name: str) -> str:
    """How its file is called."""
    return f"{name}.schema.json"


def schema_text(name: str) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(name), ensure_ascii=False, indent=1) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / schema_file(name) for name in TITLES}
    for name, path in paths.items():
        path.write_text(schema_text(name), "utf-8")
    return list(paths.values())


def _rules() -> dict[str, Any]:
    return _of(RulesFile)


def _lamps() -> dict[str, Any]:
    return _of(LampsFile)


def _roster() -> dict[str, Any]:
    return _of(RosterFile)


def _tests() -> dict[str, Any]:
    """A catalogue may stand in the file itself; a single figure needs no quotes."""
    tests, catalog = _of(TestsFile), _catalog()
    own = tests["properties"]["catalog"]
    own["anyOf"] = [{"type": "string"}, {key: catalog[key] for key in ("type", "properties")}]
    own["anyOf"][1]["additionalProperties"] = False
    own.pop("default", None)
    tests["$defs"]["InputFile"]["properties"]["values"]["type"] = ["string", "number"]
    tests["$defs"] = {**catalog["$defs"], **tests["$defs"]}
    return tests


def _catalog() -> dict[str, Any]:
    """Files of a catalogue are read as one, and laid over others: of an entry only its code must be there."""
    catalog = _of(CatalogFile)
    catalog.pop("required", None)
    for key, part in catalog["properties"].items():
        if key in (*LISTS, "regions"):
            catalog["$defs"][part["items"]["$ref"].rsplit("/", 1)[1]]["required"] = ["code"]
    return catalog


def _of(model: type[BaseModel]) -> dict[str, Any]:
    made = model.model_json_schema()
    for part in (made, *made.get("$defs", {}).values()):
        _tidy(part)
    return made


def _tidy(part: dict[str, Any]) -> None:
    """Titles that repeat the key are left out; a check's type is explained by what the check is."""
    part.pop("title", None)
    for key, value in part.get("properties", {}).items():
        value.pop("title", None)
        if key == "type" and "const" in value:
            value["description"] = part["description"]
