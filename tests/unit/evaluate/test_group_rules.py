"""Groups, parents and tasks from the rule file to the message."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cli.ruletests import run_file, told
from service.domain.rules import Rank, Select
from service.evaluate.rulefiles.rulefile import read_rules

RULES = """\
groups:
  - name: ranking
    rules:
      - alert: last_of_group
        check:
          type: rank
          by: period_to_date
          among: group
          groups: [townships, streets]
          peers: 3
          levels: {notice: 1}
        annotations: {title: 排名靠后}
      - alert: too_many
        check:
          type: threshold
          indicators: ["*"]
          tasks: [greening]
          parent: ["110105"]
          groups: ["t*"]
          levels: {notice: 4}
        annotations: {title: 超限}
      - alert: all_townships
        check:
          type: threshold
          region_level: group
          levels: {notice: 9}
        annotations: {title: 超限}
"""
TESTS = """\
rule_files: [rules.yaml]
catalog:
  tasks:
    - {code: task, field: 提升, name: 停车}
    - {code: greening, field: 环境, name: 绿化}
  indicators:
    - {code: spaces, name: 停车位, unit: count, kind: flow}
    - {code: parks, name: 公园, unit: count, kind: flow, task: greening}
  regions:
    - {code: "110105001", name: 甲乡}
    - {code: "110105002", name: 乙乡}
    - {code: "110105003", name: 丙乡}
    - {code: "110105004", name: 甲街道}
    - {code: "110105005", name: 乙街道}
    - {code: "110105006", name: 丙街道}
  groups:
    - {code: townships, name: 乡, regions: ["11010500[123]"], rollup: {name: 各乡}}
    - {code: streets, name: 街道, regions: ["110105004", "110105005", "110105006"]}
tests:
  - name: the last of each group, whatever the other did
    start: 2018-03-01
    input:
      - {indicator: spaces, region: "*", values: "9"}
      - {indicator: spaces, region: "110105002", values: "1"}
      - {indicator: spaces, region: "11010500[456]", values: "90"}
      - {indicator: spaces, region: "110105006", values: "80"}
      - {indicator: parks, region: "*", values: "4"}
    expect:
      - as_of: 2018-03-01
        alert: last_of_group
        alerts:
          - {indicator: spaces, region: "110105002", level: notice, message: 乙乡停车位在3个乡中列倒数第1}
          - {indicator: spaces, region: "110105006", level: notice, message: 丙街道停车位在3个街道中列倒数第1}
      # Of one task, below the district and in one group: neither streets nor spaces.
      - as_of: 2018-03-01
        alert: too_many
        alerts:
          - {indicator: parks, region: "110105001", level: notice}
          - {indicator: parks, region: "110105002", level: notice}
          - {indicator: parks, region: "110105003", level: notice}
      # Nine, one and nine spaces, three times four parks.
      - as_of: 2018-03-01
        alert: all_townships
        alerts:
          - {indicator: spaces, region: townships, level: notice, message: [各乡停车位, 19个]}
          - {indicator: parks, region: townships, level: notice, message: [各乡公园, 12个]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "rules_test.yaml").write_text(TESTS, "utf-8")
    return tmp_path


def test_what_a_file_says_is_in_the_rule(folder: Path) -> None:
    last, many, _ = read_rules(folder).rules.rules
    assert last.select == Select(groups=("townships", "streets"))
    assert isinstance(last.check, Rank) and last.check.among == "group"
    assert many.select == Select(tasks=("greening",), parents=("110105",), groups=("t*",))


def test_rules_of_groups_do_what_they_say(folder: Path) -> None:
    lines = list(told([run_file(folder / "rules_test.yaml", [])]))
    assert lines == ["rules_test.yaml: 1 tests, 3 expectations, ok"], "\n".join(lines)
