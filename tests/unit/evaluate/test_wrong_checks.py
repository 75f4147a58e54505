"""What may be wrong with a check beyond its shape is told with its line and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.domain.catalog import Kind, RegionGroup
from service.domain.rules import Bounds, Discrepancy, Jump, OpenAge, Rank
from service.errors import Faulty
from service.evaluate.rulefiles.rulefile import read_rules
from tests.testkit.worlds import indicator, town, world

CATALOG = world(
    indicator("found", Kind.INCIDENCE),
    indicator("treated"),
    towns=2,
    groups=[RegionGroup("townships", "乡", (town(1), town(2))), RegionGroup("key", "重点街乡", (town(2),))],
).catalog
FILE = """\
groups:
  - name: doubts
    rules:
      - alert: doubt
        check:
          type: {check}
          levels: {levels}
{more}        annotations: {{title: 存疑}}
"""


def write(folder: Path, check: str, levels: str, *more: str) -> Path:
    lines = "".join(f"          {line}\n" for line in more)
    (folder / "rules.yaml").write_text(FILE.format(check=check, levels=levels, more=lines), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("check", "levels", "more", "sentence"),
    [
        (
            "discrepancy",
            "{notice: 3}",
            "sources: [verified]",
            "rules.yaml:8:11: name two different sources, or none.",
        ),
        (
            "discrepancy",
            "{notice: 3}",
            "sources: [verified, reportd]",
            "rules.yaml:8:31: 'reportd' matches nothing in the catalogue; did you mean 'reported'?",
        ),
        (
            "jump",
            "{notice: 8}",
            "sources: [monitor]",
            "rules.yaml:8:21: 'monitor' matches nothing in the catalogue.",
        ),
        (
            "jump",
            "{notice: 8}",
            "{history: 10, least: 11}",
            "rules.yaml:9:11: least is more than history (10): it could never judge.",
        ),
        (
            "rank",
            "{notice: 3, red: 5}",
            "",
            "rules.yaml:7:31: red must lie below notice (3), or it can never fire alone.",
        ),
        (
            "pace",
            "{red: 30}",
            "groups: [township, key*]",
            "rules.yaml:8:20: 'township' matches nothing in the catalogue; did you mean 'townships'?",
        ),
        (
            "pace",
            "{red: 30}",
            "tasks: [tsk]",
            "rules.yaml:8:19: 'tsk' matches nothing in the catalogue; did you mean 'task'?",
        ),
        (
            "pace",
            "{red: 30}",
            'parent: ["110105", "110106"]',
            "rules.yaml:8:30: '110106' matches nothing in the catalogue; did you mean '110105'?",
        ),
        (
            "pace",
            "{red: 30}",
            'parent: ["110105001"]',
            "rules.yaml:8:20: no figure stands below '110105001'.",
        ),
        (
            "rank",
            "{red: 3}",
            "among: group",
            'rules.yaml:8:11: among: group needs `groups`; ["*"] are all of them.',
        ),
        (
            "rank",
            "{red: 3}",
            '{among: group, groups: ["*"]}',
            "rules.yaml:9:11: 110105002 is in townships and key: write one rule for each of them.",
        ),
        ("rank", "{red: 0}", "", "rules.yaml:7:20: red is at least 1, or it can never fire."),
        (
            "rank",
            "{notice: 4, red: 7}",
            "months: 6",
            "rules.yaml:7:31: red is more than the 6 months looked back on: it can never fire.",
        ),
        (
            "rank",
            "{notice: 3, yellow: 2}",
            "months: 6",
            "rules.yaml:7:31: yellow must lie above notice (3), or it can never fire alone.",
        ),
        (
            "open_age",
            "{notice: 30}",
            "{found: found, treated: treaded}",
            "rules.yaml:9:11: 'treaded' matches nothing in the catalogue; did you mean 'treated'?",
        ),
        (
            "open_age",
            "{notice: 30}",
            "{found: found, treated: found}",
            "rules.yaml:9:11: found and treated are two indicators.",
        ),
        (
            "stall",
            "lamps",
            "",
            "rules.yaml:7:11: only pace is lit by the lamp table: write bounds here.",
        ),
        (
            "projection",
            "{notice: 0.9, red: 0}",
            "",
            "rules.yaml:7:33: red must be above 0, or it can never fire (0.9 is 90 %).",
        ),
        (
            "threshold",
            "{red: 80}",
            "of: expected",
            "rules.yaml:7:20: red must not exceed 1, or it can never fire (0.9 is 90 %).",
        ),
        ("pace", "lamps", "", "rules.yaml:7:11: there is no lamps.yaml beside the rules."),
        ("pace", "lamp", "", "rules.yaml:7:11: Input should be 'lamps'"),
    ],
)
def test_the_line_and_the_fix_are_named(
    tmp_path: Path, check: str, levels: str, more: str, sentence: str
) -> None:
    lines = more.strip("{}").split(", ") if more.startswith("{") else [more]
    if check == "stall":
        (tmp_path / "lamps.yaml").write_text("levels: {notice: 5}\n", "utf-8")
    with pytest.raises(Faulty) as raised:
        read_rules(write(tmp_path, check, levels, *filter(None, lines)), CATALOG)
    assert [f"{fault.where}: {fault.en}" for fault in raised.value.faults] == [sentence]
    assert all(fault.zh for fault in raised.value.faults)


@pytest.mark.parametrize(
    ("check", "levels", "more", "expected"),
    [
        (
            "discrepancy",
            "{notice: 3, red: 30}",
            ["sources: [verified, reported]", "absolute: 5", "relative: 0.02", "within: 10", "clear: 1"],
            Discrepancy(Bounds(notice=3, red=30, clear=1), ("verified", "reported"), 5, 0.02, 10),
        ),
        ("discrepancy", "{red: 30}", [], Discrepancy(Bounds(red=30))),
        (
            "jump",
            "{notice: 5}",
            ["of: repeats", "sources: [sensor]"],
            Jump(Bounds(notice=5), "repeats", ("sensor",)),
        ),
        ("jump", "{notice: 8}", ["floor: 100"], Jump(Bounds(notice=8), floor=100)),
        (
            "rank",
            "{notice: 5, yellow: 3}",
            ["by: lag", "among: selected", "peers: 10"],
            Rank(Bounds(notice=5, yellow=3, below=True), "lag", "selected", 10),
        ),
        ("rank", "{yellow: 3}", ["months: 6", "worst: 10"], Rank(Bounds(yellow=3), months=6, worst=10)),
        (
            "open_age",
            "{notice: 7}",
            ["found: found", "treated: treated"],
            OpenAge(Bounds(notice=7), "found", "treated"),
        ),
    ],
)
def test_everything_a_file_says_is_in_the_check(
    tmp_path: Path, check: str, levels: str, more: list[str], expected: object
) -> None:
    (rule,) = read_rules(write(tmp_path, check, levels, *more), CATALOG).rules.rules
    assert rule.check == expected
