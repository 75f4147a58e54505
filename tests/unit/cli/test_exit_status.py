"""0: all right; 1: something wrong was found; 2: wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cli import COMMANDS
from service.shipped import shipped, shipped_catalog
from tests.testkit.service import FOLDERS, biaochi, overlay


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests."""
    import os

    for name in os.environ:
        if name.startswith("BIAOCHI_"):
            monkeypatch.delenv(name)


def test_help_names_every_command() -> None:
    status, out, _ = biaochi("--help")
    assert status == 0
    assert all(f"\n  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    status, out, _ = biaochi(command, "--help")
    assert (status, out.splitlines()[0].split()[:2]) == (0, ["Usage:", "biaochi"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("catalog", "nonsense"),
        ("catalog", "check", "/nowhere"),
        ("serve", "--port", "eighty"),
        ("token", "new"),
        ("token", "new", "jia", "--operator"),
        ("evaluate", "--as-of", "yesterday"),
        ("demo", "--as-of", "2017-01-01"),
        ("rules", "check", "--folder"),
        ("rules", "replay", "--from", "2018-02-01", "--to", "2018-01-31"),
        ("rules", "replay", "--from", "2018-01-01", "--to", "9999-12-31"),
        ("rules", "replay", "--from", "0001-01-01", "--to", "2018-01-31"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_right(arguments: tuple[str, ...]) -> None:
    status, out, err = biaochi(*arguments)
    assert (status, out) == (2, "")
    assert "Error: " in err or "Usage: " in err


def test_the_shipped_catalogue_and_rules_are_sound() -> None:
    assert biaochi("catalog", "check")[0] == 0
    assert biaochi("catalog", "check", *map(str, FOLDERS))[0] == 0
    status, out, _ = biaochi("rules", "check")
    assert status == 0
    assert "no fault" in out


def test_a_wrong_catalogue_is_1_with_file_and_line_of_every_fault(tmp_path: Path) -> None:
    folder = overlay(
        tmp_path,
        targets="targets:\n  - code: T014\n    indicator: residential_parking\n  - code: T012\n    valeu: 3",
    )
    status, out, err = biaochi("catalog", "check", str(shipped_catalog()), str(folder))
    assert (status, out) == (1, "")
    assert "targets.yaml:5:" in err and "'value'" in err
    overlay(tmp_path, targets="targets:\n  - code: T014\n    indicator: residential_parking")
    status, _, err = biaochi("catalog", "check", str(shipped_catalog()), str(folder))
    assert (status, "targets.yaml" in err, "residential_parking_added" in err) == (1, True, True)


def test_wrong_yaml_is_1_with_its_line(tmp_path: Path) -> None:
    status, _, err = biaochi("catalog", "check", str(overlay(tmp_path, catalog="name: x\nroot: 'a' b")))
    assert status == 1
    assert "catalog.yaml:2:" in err


def test_wrong_rules_are_1_with_file_line_and_the_way_out(tmp_path: Path) -> None:
    text = (shipped("alert_rules") / "rebound.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("cleared_for", "clear_for"), "utf-8")
    line = next(n for n, t in enumerate(text.splitlines(), 1) if "cleared_for:" in t)
    status, _, err = biaochi("rules", "check", str(tmp_path))
    assert status == 1
    assert f"mine.yaml:{line}:" in err and "cleared_for" in err
