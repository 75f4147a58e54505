"""The committed JSON is what the code makes, and fit for the screen it is made for."""

from __future__ import annotations

import ast
import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import service.dashboards
from service.cli.dashboards import dashboards
from service.dashboards.files import dashboard_files, differing
from service.shipped import shipped

FOLDER = shipped("grafana") / "dashboards"
CODE = sorted(Path(service.dashboards.__file__).parent.glob("*.py"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KIOSK_ROWS = 28  # of 38 pixels: 1080 on a screen


def boards() -> list[dict[str, Any]]:
    return [json.loads(text) for text in dashboard_files().values()]


@pytest.fixture(params=boards(), ids=lambda board: board["uid"])
def board(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_json_is_what_the_code_makes() -> None:
    assert list(differing(FOLDER)) == [], "run `biaochi dashboards`"


def test_making_it_again_makes_the_same() -> None:
    assert dashboard_files() == dashboard_files()


def test_overview_is_the_one_people_know() -> None:
    overview = json.loads(dashboard_files()["overview.json"])
    assert (overview["uid"], overview["title"]) == ("biaochi-overview", "疏整促工作总览")
    assert overview["timezone"] == "Asia/Shanghai"
    assert "timezone" not in json.dumps(overview["panels"])


def test_panels_have_numbers_of_their_own_and_do_not_overlap(board: dict[str, Any]) -> None:
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(numbers) == len(set(numbers))
    for one, other in combinations([panel["gridPos"] for panel in board["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


def test_a_dashboard_fits_the_screen(board: dict[str, Any]) -> None:
    for place in (panel["gridPos"] for panel in board["panels"]):
        assert place["x"] + place["w"] <= 24
        assert place["y"] + place["h"] <= KIOSK_ROWS


def test_sources_are_variables_and_every_variable_is_declared(board: dict[str, Any]) -> None:
    declared = {variable["name"] for variable in board["templating"]["list"]}
    assert {"ds", "pg"} <= declared
    for panel in board["panels"]:
        for query in panel["targets"]:
            assert query["datasource"]["uid"] in ("${ds}", "${pg}")
            assert query["datasource"] == panel["datasource"]
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(board["panels"])))
    assert used <= declared


def test_queries_of_a_panel_have_names_of_their_own(board: dict[str, Any]) -> None:
    for panel in board["panels"]:
        names = [query["refId"] for query in panel["targets"]]
        assert names and all(names) and len(names) == len(set(names))


def test_tiles_ask_once_and_tables_ask_the_documented_views(board: dict[str, Any]) -> None:
    for panel in board["panels"]:
        for query in panel["targets"]:
            if "expr" in query:
                assert query["instant"] and not query["range"]
            else:
                assert "biaochi." not in query["rawSql"]


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_what_is_shown_is_written_in_the_labels_only(path: Path) -> None:
    if path.name == "labels.py":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None  # a docstring
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not CHINESE.search(node.value), f"{path.name}:{node.lineno}"


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(dashboards, arguments)
    return done.exit_code, done.output


def test_command_writes_what_is_missing_once(tmp_path: Path) -> None:
    folder = str(tmp_path / "new")
    assert run("--folder", folder, "--check") == (1, "overview.json: 与代码不一致 differs from its code\n")
    assert run("--folder", folder) == (0, "overview.json: 已写入 written\n")
    assert run("--folder", folder) == (0, "")
    assert run("--folder", folder, "--check") == (0, "")


def test_check_names_a_changed_and_a_strange_file(tmp_path: Path) -> None:
    run("--folder", str(tmp_path))
    (tmp_path / "overview.json").write_text("{}")
    (tmp_path / "mine.json").write_text("{}")
    status, said = run("--folder", str(tmp_path), "--check")
    assert status == 1 and "mine.json" in said and "overview.json" in said
    run("--folder", str(tmp_path))
    assert (tmp_path / "mine.json").read_text() == "{}"  # not ours: named, never touched
