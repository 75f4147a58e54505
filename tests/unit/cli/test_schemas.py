"""The JSON Schemas an editor reads: as the models are, true of the shipped files, and each key explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from service.catalog.entries import LISTS
from service.cli.schemas import TITLES, schema, schema_file, schema_text, write_schemas
from service.evaluate.rulefiles.rulefile import rule_files, watched_files
from service.shipped import shipped, shipped_catalog
from service.yamlfile import plain

RULES = shipped("alert_rules")
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
SHIPPED = sorted([*RULES.glob("*.yaml"), *shipped_catalog().rglob("*.yaml")])


def loaded(text: str) -> Any:
    """YAML as an editor hands it to a schema: a date is text there."""
    return json.loads(json.dumps(plain(YAML().load(text)), default=date.isoformat))


def errors(name: str, text: str) -> list[str]:
    found = jsonschema_rs.Draft202012Validator(schema(name)).iter_errors(loaded(text))
    return sorted("/".join(str(step) for step in error.instance_path) for error in found)


@pytest.mark.parametrize("name", TITLES)
def test_the_committed_schema_is_that_of_the_models(name: str) -> None:
    committed = (RULES / "schema" / schema_file(name)).read_text("utf-8")
    assert committed == schema_text(name), "run `biaochi rules schema --write alert_rules/schema`"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_names_its_schema_and_keeps_to_it(path: Path) -> None:
    text = path.read_text("utf-8")
    line = MODELINE.match(text)
    assert line is not None
    named = (path.parent / line[1]).resolve()
    assert named.parent == (RULES / "schema").resolve() and named.is_file()
    assert errors(named.name.removesuffix(".schema.json"), text) == []


SOUND = """\
groups:
  - name: progress
    rules:
      - alert: pace_behind
        check: {type: pace, levels: {notice: 5}}
        for: 3wd
        annotations: {title: 序时滞后}
"""


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("alert: pace", "allert: pace", "groups/0/rules/0"),
        ("type: pace", "type: pase", "groups/0/rules/0/check"),
        ("levels: {notice: 5}", "levels: lamp", "groups/0/rules/0/check"),
        ("levels: {notice: 5}", "levels: {notice: five}", "groups/0/rules/0/check"),
        ("for: 3wd", "for: 3 days", "groups/0/rules/0/for"),
        ("title: 序时滞后", "summary: 慢了", "groups/0/rules/0/annotations"),
    ],
)
def test_a_wrong_rule_file_is_marked(old: str, new: str, place: str) -> None:
    assert errors("rules", SOUND) == []
    assert place in errors("rules", SOUND.replace(old, new))


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("lamps", "levels: {notice: 5, yelow: 10}", ["levels"]),
        ("lamps", "levels: {notice: 5}\nphases: [{name: 攻坚, from: 2018-03-01}]", ["phases/0"]),
        ("tests", "rule_files: [a.yaml]\ncatalog: beside\ntests: []", ["tests"]),
        ("tests", "rule_files: [a.yaml]\ncatalog: {indicator: []}\ntests: []", ["catalog", "tests"]),
        ("catalog", "indicators: [{code: parking, kind: flows}]", ["indicators/0/kind"]),
        ("catalog", "indicators: [{name: 停车位}]", ["indicators/0"]),
    ],
)
def test_wrong_files_of_other_kinds_are_marked(name: str, text: str, places: list[str]) -> None:
    assert errors(name, text) == places


@pytest.mark.parametrize("key", [*LISTS, "regions"])
def test_an_overlays_entry_needs_no_more_than_its_code(key: str) -> None:
    assert errors("catalog", f"{key}: [{{code: x}}]") == []
    assert errors("catalog", f"{key}: [{{}}]") == [f"{key}/0"]


@pytest.mark.parametrize("name", TITLES)
def test_every_key_is_explained(name: str) -> None:
    assert [key for key, part in keys(schema(name)) if not part.get("description")] == []


def keys(part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key a schema knows, with what it says of it."""
    for key, inside in part.get("properties", {}).items():
        yield key, inside
    for inside in part.get("$defs", {}).values():
        yield from keys(inside)


def test_all_are_written_and_none_is_taken_for_rules(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schema")
    assert sorted(path.name for path in written) == sorted(schema_file(name) for name in TITLES)
    (tmp_path / "rules.yaml").write_text(SOUND, "utf-8")
    assert [path.name for path in rule_files(tmp_path)] == ["rules.yaml"]
    assert [path.name for path in watched_files(tmp_path)] == ["rules.yaml"]
