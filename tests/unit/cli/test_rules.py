"""`biaochi rules check`, `export` and `schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.testkit.service import biaochi

LAX = """\
groups:
  - name: progress
    rules:
      - alert: nobody_there
        check: {type: pace, levels: {red: 30}, region_level: community}
        annotations: {title: 序时滞后}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(LAX, "utf-8")
    return tmp_path


def test_an_idle_rule_is_told_and_no_fault(folder: Path) -> None:
    status, out, err = biaochi("rules", "check", str(folder))
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "rules.yaml:4:9: idle: 目录中没有任何所选的指标和区域。",
        "    it selects nothing in this catalogue.",
        "1 rules, no fault, 1 idle",
    ]


def test_a_script_reads_the_same(folder: Path) -> None:
    status, out, _ = biaochi("rules", "check", str(folder), "--json")
    told = json.loads(out)
    assert (status, told["rules"], told["faults"]) == (0, 1, [])
    assert [(one["code"], one["where"], one["text"]) for one in told["idle"]] == [
        ("selects_nothing", "rules.yaml:4:9", "nobody_there")
    ]


def test_a_fault_is_1_for_people_and_for_scripts(folder: Path) -> None:
    (folder / "rules.yaml").write_text(LAX.replace("red: 30", "rad: 30"), "utf-8")
    status, out, err = biaochi("rules", "check", str(folder))
    assert (status, out) == (1, "")
    assert "rules.yaml:5:38: 不认识的键“rad”，是否为“red”？" in err
    status, out, err = biaochi("rules", "check", str(folder), "--json")
    told = json.loads(out)
    assert (status, err, told["rules"], told["idle"]) == (1, "", 0, [])
    assert [(one["where"], one["en"]) for one in told["faults"]] == [
        ("rules.yaml:5:38", "unknown key 'rad'; did you mean 'red'?")
    ]


def test_rules_are_exported_to_a_file_or_to_standard_output(folder: Path) -> None:
    status, out, _ = biaochi("rules", "export", str(folder))
    assert status == 0 and "- alert: BiaochiNobodyThere\n" in out
    assert biaochi("rules", "export", str(folder), "--output", str(folder / "out.yml"))[:2] == (0, "")
    assert (folder / "out.yml").read_text("utf-8") == out


def test_wrong_rules_are_not_exported(folder: Path) -> None:
    (folder / "rules.yaml").write_text(LAX.replace("red: 30", "rad: 30"), "utf-8")
    assert biaochi("rules", "export", str(folder))[:2] == (1, "")


def test_a_schema_is_printed_or_all_are_written(tmp_path: Path) -> None:
    status, out, _ = biaochi("rules", "schema", "lamps")
    assert status == 0 and json.loads(out)["properties"].keys() == {"levels", "phases", "exceptions"}
    status, out, _ = biaochi("rules", "schema", "--write", str(tmp_path / "schema"))
    assert status == 0
    assert sorted(out.split()) == sorted(str(path) for path in (tmp_path / "schema").iterdir())
    assert biaochi("rules", "schema", "lamps", "--write", str(tmp_path))[0] == 2
