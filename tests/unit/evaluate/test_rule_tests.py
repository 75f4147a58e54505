"""Rule tests: those that come with the rules hold, a failing one says what differs, a wrong one where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.rules import rules
from service.cli.ruletests import as_json, run_file, told
from service.errors import Faulty
from service.evaluate.rulefiles.rulefile import read_rules
from service.evaluate.ruletests.ruletestfile import read_tests, rule_test_files
from service.shipped import shipped

SHIPPED = rule_test_files(shipped("alert_rules"))
RULES = """\
groups:
  - name: all
    rules:
      - alert: growth
        check: {type: new_growth, region_level: subdistrict, levels: {yellow: 0, red: 10}}
        for: 1d
        annotations: {title: 控新生}
      - alert: missing
        check: {type: missing, levels: {notice: 3}}
        annotations: {title: 逾期未报}
"""
TESTS = """\
rule_files: [rules.yaml]
catalog:
  indicators:
    - {code: cases, kind: incidence, direction: down}
  regions:
    - {code: "110105001", name: 甲街道}
    - {code: "110105002"}
tests:
  - name: a case
    start: 2018-03-01
    input:
      - {indicator: cases, region: "*", values: 0x60}
      - indicator: cases
        region: "110105001"
        values: 0 0 1 0x20
        corrections: [{day: 2018-03-03, value: null, known_at: 2018-03-08}]
    expect:
      - as_of: 2018-03-05
        alert: growth
        alerts: [{region: "110105001", state: firing, level: yellow}]
"""


def write(folder: Path, tests: str = TESTS) -> Path:
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    path = folder / "rules_test.yaml"
    path.write_text(tests, "utf-8")
    return path


def expecting(*lines: str) -> str:
    """The file with other expectations."""
    return (
        TESTS[: TESTS.index("    expect:")] + "    expect:\n" + "".join(f"      - {line}\n" for line in lines)
    )


def output(path: Path) -> list[str]:
    return list(told([run_file(path, [])]))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_rules_do_what_their_tests_say(path: Path) -> None:
    assert output(path)[-1].endswith(", ok"), "\n".join(output(path))


def test_every_shipped_rule_is_tested_firing_and_silent() -> None:
    every = {rule.name for rule in read_rules(shipped("alert_rules")).rules.rules}
    expectations = [e for path in SHIPPED for test in read_tests(path, []).tests for e in test.expect]
    assert {e.alert for e in expectations if any(a.state == "firing" for a in e.alerts)} == every
    assert {e.alert for e in expectations if not e.alerts} == every


class TestWhatIsExpected:
    @pytest.mark.parametrize(
        "line",
        [
            "{as_of: 2018-03-02, alert: growth, alerts: []}",
            "{as_of: 2018-03-03, alert: growth, alerts: [{state: pending, level: yellow, since: 2018-03-03}]}",
            "{as_of: 2018-03-04, alert: growth, alerts: [{indicator: cases, level: yellow, since: 2018-03-03}]}",
            "{as_of: 2018-03-07, alert: growth, alerts: [{level: yellow, reason: condition}]}",
            # Taken back on the 8th: from then on it never was.
            "{as_of: 2018-03-08, alert: growth, alerts: []}",
            "{as_of: 2018-03-04, known_at: 2018-03-07, alert: growth, alerts: [{level: yellow}]}",
            "{as_of: 2018-03-04, known_at: 2018-03-08, alert: growth, alerts: []}",
            "{as_of: 2018-03-04, alert: growth, alerts: [{level: yellow, message: [甲街道, 2018-0305-01]}]}",
        ],
    )
    def test_is_met(self, tmp_path: Path, line: str) -> None:
        assert output(write(tmp_path, expecting(line))) == ["rules_test.yaml: 1 tests, 1 expectations, ok"]

    def test_is_told_beside_what_was_found(self, tmp_path: Path) -> None:
        wrong = expecting(
            '{as_of: 2018-03-04, alert: growth, alerts: [{region: "110105001", level: red}]}',
            "{as_of: 2018-03-04, alert: growth, alerts: []}",
            "{as_of: 2018-03-02, alert: growth, alerts: [{level: red, since: 2018-03-01}]}",
        )
        assert output(write(tmp_path, wrong)) == [
            "rules_test.yaml:18:9: a case",
            "    growth as of 2018-03-04",
            "    - expected  110105001 firing red",
            "    + got       cases 110105001 firing yellow since 2018-03-03",
            "rules_test.yaml:19:9: a case",
            "    growth as of 2018-03-04",
            "    expected nothing pending or firing",
            "    + got       cases 110105001 firing yellow since 2018-03-03",
            "rules_test.yaml:20:9: a case",
            "    growth as of 2018-03-02",
            "    - expected  firing red since 2018-03-01",
            "    + got       nothing else pending or firing",
            "rules_test.yaml: 1 tests, 3 expectations, FAILED",
            "3 of 3 expectations were not met",
        ]

    def test_is_told_with_the_message_that_lacks_a_text(self, tmp_path: Path) -> None:
        line = "{as_of: 2018-03-04, alert: growth, alerts: [{level: yellow, message: 乙乡}]}"
        lines = output(write(tmp_path, expecting(line)))
        assert lines[2].endswith("firing yellow since 2018-03-03 saying '乙乡'")
        assert "甲街道" in lines[3]

    def test_pairs_the_strictest_first(self, tmp_path: Path) -> None:
        """An expectation that fits both alerts must not take the one another needs."""
        both = expecting(
            '{as_of: 2018-03-05, alert: growth, alerts: [{level: yellow}, {region: "110105001", level: yellow}]}'
        ).replace('region: "*", values: 0x60', 'region: "*", values: 1 0x60')
        assert output(write(tmp_path, both))[-1].endswith("ok")


ASKING = """\
      - alert: asked
        check:
          type: sql
          query: SELECT indicator, region, value FROM progress WHERE as_of = :as_of
          region_level: subdistrict
          levels: {yellow: 4}
        annotations: {title: 专项监测}
"""


class TestAQuery:
    """Without a database, the test says what a rule's query gives."""

    def write(self, folder: Path, answer: str, *lines: str) -> Path:
        path = write(folder, expecting(*lines).replace("    expect:", f"      - {answer}\n    expect:"))
        (folder / "rules.yaml").write_text(RULES + ASKING, "utf-8")
        return path

    def test_gives_the_figures_of_the_test(self, tmp_path: Path) -> None:
        path = self.write(
            tmp_path,
            '{rule: asked, indicator: cases, region: "110105001", values: 3 4 _ 7}',
            "{as_of: 2018-03-01, alert: asked, alerts: []}",
            '{as_of: 2018-03-02, alert: asked, alerts: [{region: "110105001", level: yellow, message: 专项监测}]}',
            "{as_of: 2018-03-03, alert: asked, alerts: []}",
            "{as_of: 2018-03-04, alert: asked, alerts: [{level: yellow}]}",
            "{as_of: 2018-03-05, alert: asked, alerts: []}",
        )
        assert output(path) == ["rules_test.yaml: 1 tests, 5 expectations, ok"]

    @pytest.mark.parametrize(
        ("answer", "sentence"),
        [
            ("{indicator: cases, region: '*', values: 1}", "19:29: rule tests have no database: say in `input`"),
            ("{rule: asked, indicator: case, region: '*', values: 1}", "17:23: unknown indicator 'case'; did you"),
            ("{rule: askd, indicator: cases, region: '*', values: 1}", "17:10: unknown rule of type sql 'askd'; did"),
            ("{rule: growth, indicator: cases, region: '*', values: 1}", "17:10: unknown rule of type sql 'growth'."),
            (
                "{rule: asked, indicator: cases, region: '*', values: 1, source: '*'}",
                "17:65: what a query answers has no such key.",
            ),
        ],
    )  # fmt: skip
    def test_that_is_not_answered_or_wrongly_is_told_with_its_line(
        self, tmp_path: Path, answer: str, sentence: str
    ) -> None:
        path = self.write(tmp_path, answer, "{as_of: 2018-03-02, alert: asked, alerts: []}")
        with pytest.raises(Faulty) as raised:
            read_tests(path, [])
        assert str(raised.value.faults[0]).startswith(f"rules_test.yaml:{sentence}")


class TestInput:
    def test_known_late_is_known_from_that_day_on(self, tmp_path: Path) -> None:
        late = expecting(
            "{as_of: 2018-03-09, alert: missing, alerts: [{feed: feed, level: notice}]}",
            "{as_of: 2018-03-10, alert: missing, alerts: []}",
        ).replace('region: "*", values: 0x60', 'region: "*", values: 0x60, known_at: 2018-03-10')
        assert output(write(tmp_path, late))[-1].endswith("ok")

    def test_a_catalogue_may_be_a_folder(self, tmp_path: Path) -> None:
        start, end = TESTS.index("catalog:"), TESTS.index("tests:")
        named = TESTS[:start] + "catalog: nowhere\n" + TESTS[end:]
        with pytest.raises(Faulty) as raised:
            read_tests(write(tmp_path, named), [])
        assert str(raised.value.faults[0]) == "rules_test.yaml:2:1: no such folder. (nowhere)"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("0 0 1 0x20", "0 0 1 0y20", "15:9: '0y20' is no figure: write 3, _, 0x5, 1+1x10, 1-1x10 or _x3."),
        ("indicator: cases\n", "indicator: case\n", "13:9: unknown indicator 'case'; did you mean 'cases'?"),
        ('region: "110105001"\n', 'region: "110105009"\n', "14:9: unknown region '110105009'; did you mean"),
        ("alert: growth", "alert: growht", "19:9: unknown alert 'growht'; did you mean 'growth'?"),
        ("level: yellow", "level: amber", "20:55: Input should be 'notice', 'yellow', 'orange' or 'red'"),
        ("as_of: 2018-03-05", "as_of: 2018-02-05", "18:9: must lie within 4000 days from the test's start"),
        ("state: firing", "state: fireing", "20:40: Input should be 'pending', 'firing' or 'resolved'"),
        ("known_at: 2018-03-08", "known_at: 2018-03-02", "16:54: nobody knows a figure before its day."),
        ("day: 2018-03-03", "day: 2018-02-03", "16:24: lies before the test's start, 2018-03-01."),
        ("rules.yaml", "rule.yaml", "1:14: no such rule file. (rule.yaml)"),
        ("    start:", "    starts:", "10:5: unknown key 'starts'; did you mean 'start'?"),
        ("kind: incidence", "kind: incidents", "4:21: kind: Input should be 'flow'"),
        (
            "catalog:\n",
            "catalog:\n  indicatros: []\n",
            "3:3: unknown key 'indicatros'; did you mean 'indicators'?",
        ),
        ('code: "110105002"', "code: 110105002", "7:7: every entry has a `code` (quoted text)."),
        (
            "  indicators:\n",
            "  evaluate_from: 2018-03-06\n  indicators:\n",
            "19:9: lies before evaluate_from, 2018-03-06: it is not judged. (2018-03-05)",
        ),
        (
            "direction: down",
            "direction: down, unit: cound",
            "4:55: unknown unit 'cound'; did you mean 'count'?",
        ),
    ],
)
def test_a_wrong_file_names_line_and_fix(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert TESTS.count(old) == 1
    path = write(tmp_path, TESTS.replace(old, new))
    with pytest.raises(Faulty) as raised:
        read_tests(path, [])
    said = [str(fault) for fault in raised.value.faults]
    assert any(one.startswith(f"rules_test.yaml:{sentence}") for one in said), said
    assert all(fault.zh for fault in raised.value.faults)


def test_days_before_evaluate_from_are_history_as_in_life(tmp_path: Path) -> None:
    """The case of 3 March is counted, but the condition is first seen to hold on the 5th: `for: 1d` has not passed."""
    later = TESTS.replace("  indicators:\n", "  evaluate_from: 2018-03-05\n  indicators:\n")
    path = write(tmp_path, later)
    assert "    + got       cases 110105001 pending yellow since 2018-03-05" in output(path)


def test_rules_and_their_lamps_may_stand_in_another_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = write(tmp_path, TESTS.replace("rules.yaml", "elsewhere/rules.yaml"))
    (tmp_path / "rules.yaml").rename(elsewhere / "rules.yaml")
    pace = "      - {alert: pace, check: {type: pace, levels: lamps}, annotations: {title: 序时}}\n"
    (elsewhere / "rules.yaml").write_text(RULES + pace, "utf-8")
    (elsewhere / "lamps.yaml").write_text("levels: {yellow: 10}\n", "utf-8")
    assert output(path)[-1].endswith(", ok")


class TestCommand:
    def test_says_what_it_ran_and_ends_with_0(self, tmp_path: Path) -> None:
        write(tmp_path)
        result = CliRunner().invoke(rules, ["test", str(tmp_path)], standalone_mode=False)
        assert (result.return_value, result.output) == (0, "rules_test.yaml: 1 tests, 1 expectations, ok\n")

    def test_ends_with_1_where_a_test_fails(self, tmp_path: Path) -> None:
        path = write(tmp_path, TESTS.replace("level: yellow", "level: red"))
        result = CliRunner().invoke(rules, ["test", str(path), "--json"], standalone_mode=False)
        found = json.loads(result.output)
        assert (result.return_value, found["passed"]) == (1, False)
        (failure,) = found["files"][0]["failures"]
        assert (failure["where"], failure["as_of"]) == ("rules_test.yaml:18:9", "2018-03-05")
        assert (failure["expected"][0]["level"], failure["got"][0]["level"]) == ("red", "yellow")

    def test_where_there_are_no_tests_the_usage_is_wrong(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(rules, ["test", str(tmp_path)])
        assert result.exit_code == 2 and "no rule tests there" in result.output

    def test_json_of_what_holds_is_short(self, tmp_path: Path) -> None:
        assert as_json([run_file(write(tmp_path), [])])["passed"] is True


class TestAWeeklyFeed:
    """Its figures stand on Sundays, and count from the day on which they are due."""

    def write(self, folder: Path, values: str, correction: str, *lines: str) -> Path:
        text = expecting(*lines).replace("    start: 2018-03-01", "    start: 2018-03-05")
        text = text.replace("values: 0x60", f'values: "{values}"')
        text = text.replace("values: 0 0 1 0x20", f'values: "{values}"').replace(
            "corrections: [{day: 2018-03-03, value: null, known_at: 2018-03-08}]", correction
        )
        feeds = 'feeds: [{code: town, cycle: weekly, covers: [{indicators: [cases], regions: ["110105/*"]}]}]'
        return write(folder, text.replace("tests:\n", f"  {feeds}\ntests:\n"))

    def test_is_judged_when_it_is_due(self, tmp_path: Path) -> None:
        path = self.write(
            tmp_path,
            "_x6 1 _x6 0",
            "corrections: [{day: 2018-03-18, value: 12, known_at: 2018-03-21}]",
            "{as_of: 2018-03-11, alert: growth, alerts: []}",
            '{as_of: 2018-03-13, alert: growth, alerts: [{region: "110105001", level: yellow, since: 2018-03-12},'
            ' {region: "110105002", level: yellow, message: 截至3月11日}]}',
            "{as_of: 2018-03-20, alert: growth, alerts: [{level: yellow}, {level: yellow}]}",
            "{as_of: 2018-03-21, alert: growth, alerts: [{level: red, since: 2018-03-12}, {level: yellow}]}",
            "{as_of: 2018-03-27, alert: missing, alerts: []}",
            "{as_of: 2018-03-28, alert: missing, alerts: [{feed: town, level: notice, message: 周报逾期未报}]}",
        )
        assert output(path)[-1].endswith("ok"), output(path)

    def test_has_no_figures_within_the_week(self, tmp_path: Path) -> None:
        path = self.write(
            tmp_path,
            "_x4 1",
            "corrections: [{day: 2018-03-12, value: 1, known_at: 2018-03-20}]",
            "{as_of: 2018-03-12, alert: growth, alerts: []}",
        )
        with pytest.raises(Faulty) as raised:
            read_tests(path, [])
        said = [fault.en for fault in raised.value.faults]
        sentence = "is no report day: a weekly report stands on the last day it covers"
        assert (said[0], said[-1]) == (f"{sentence}, 2018-03-11.", f"{sentence}, 2018-03-18.")
        said_zh = raised.value.faults[-1].zh
        assert said_zh == "2018-03-12 不是报送日：该渠道按周报送，数值写在末日 2018-03-18。"
