"""A wrong rule file names the line and the fix."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from service.domain.catalog import Kind
from service.domain.rules import Active, Missing, Pace, Projection, Span
from service.errors import Faulty
from service.evaluate.rulefiles.rulefile import read_rules
from tests.testkit.worlds import indicator, world

CATALOG = world(indicator("parking"), indicator("pm25_mean", Kind.MEAN)).catalog
SOUND = """\
groups:
  - name: progress
    rules:
      - alert: pace_behind
        check:
          type: pace
          levels: {notice: 5, yellow: 10}
        annotations: {title: 序时滞后}
"""
TYPE = "          type: pace\n"
TITLE = "        annotations"


def write(folder: Path, text: str, name: str = "rules.yaml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def told(folder: Path) -> list[str]:
    """What is said about every fault."""
    with pytest.raises(Faulty) as raised:
        read_rules(folder, CATALOG)
    assert all(fault.zh for fault in raised.value.faults)
    return [f"{fault.where}: {fault.en}" for fault in raised.value.faults]


def test_the_sound_file_is_sound(tmp_path: Path) -> None:
    (rule,) = read_rules(write(tmp_path, SOUND), CATALOG).rules.rules
    assert (rule.name, rule.title, rule.hold_for, rule.active) == (
        "pace_behind",
        "序时滞后",
        Span(),
        Active(),
    )
    assert isinstance(rule.check, Pace)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param(
            TITLE,
            "        keep_fireing_for: 3d\n" + TITLE,
            "rules.yaml:8:9: unknown key 'keep_fireing_for'; did you mean 'keep_firing_for'?",
            id="unknown key",
        ),
        pytest.param(
            TYPE,
            TYPE + "          type: stall\n",
            'rules.yaml:7:11: not valid YAML: found duplicate key "type".',
            id="duplicate key",
        ),
        pytest.param(
            "type: pace",
            "type: pase",
            "rules.yaml:6:11: type cannot be 'pase'; it is one of threshold, pace, projection, stall, new_growth, "
            "rebound, missing, discrepancy, jump, rank, open_age, sql; did you mean 'pace'?",
            id="unknown check",
        ),
        pytest.param(
            TYPE,
            TYPE + "          indicators: [parking, pm25_men]\n",
            "rules.yaml:7:33: 'pm25_men' matches nothing in the catalogue; did you mean 'pm25_mean'?",
            id="unknown indicator",
        ),
        pytest.param(
            TYPE,
            TYPE + '          regions:\n            - "110999"\n',
            "rules.yaml:8:15: '110999' matches nothing in the catalogue.",
            id="unknown region",
        ),
        pytest.param(
            "yellow: 10",
            "yellow: 5",
            "rules.yaml:7:31: yellow must lie above notice (5), or it can never fire alone.",
            id="overlapping levels",
        ),
        pytest.param(
            "{notice: 5, yellow: 10}",
            "{}",
            "rules.yaml:7:11: a check needs at least one level.",
            id="no level",
        ),
        pytest.param(
            "notice: 5",
            "notice: five",
            "rules.yaml:7:20: Input should be a valid number",
            id="text for a number",
        ),
        pytest.param(
            TITLE,
            "        mode: shaddow\n" + TITLE,
            "rules.yaml:8:9: Input should be 'live' or 'shadow'; did you mean 'shadow'?",
            id="unknown mode",
        ),
        pytest.param(
            TITLE,
            "        for: 3 days\n" + TITLE,
            "rules.yaml:8:9: '3 days' is no duration: write 3d for days or 3wd for working days",
            id="bad duration",
        ),
        pytest.param(
            TITLE,
            '        active: {from: "13-01"}\n' + TITLE,
            "rules.yaml:8:18: '13-01' is no month and day: write it as 06-30, in quotes",
            id="impossible month",
        ),
        pytest.param(
            TITLE,
            '        labels: {team: "a,b"}\n' + TITLE,
            "rules.yaml:8:9: labels cannot hold any of | , =",
            id="label that would break a key",
        ),
        pytest.param(
            "        check:",
            "\tcheck:",
            "rules.yaml:5:1: not valid YAML: found character '\\t' that cannot start any token.",
            id="tab",
        ),
        pytest.param(
            "alert: pace_behind",
            "alert: 序时滞后",
            "rules.yaml:4:9: String should match pattern '^[a-z][a-z0-9_]*$'",
            id="name that is no name",
        ),
    ],
)
def test_the_line_and_the_fix_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert SOUND.count(old) == 1
    assert told(write(tmp_path, SOUND.replace(old, new))) == [sentence]


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        ("annotations: {title", "annotation: {title", ["缺少“annotations”。", "不认识的键“annotation”，是否为“annotations”？"]),
        ("notice: 5", "notice: five", ["应为数字，不加引号。"]),
        ("notice: 5", "notice: .nan", ["应为有限的数。"]),
        (TYPE, TYPE + "          indicators: parking\n", ["应为列表。"]),
        (TYPE, TYPE + "          regions: [110105]\n", ["应为文本；数字须加引号。"]),
        (TYPE, TYPE + "          from_expected: 10\n", ["不能大于 1。"]),
        (TYPE, TYPE + "          clear: -1\n", ["不能小于 0。"]),
        (TYPE, TYPE + "          region_level: districts\n", [
            "“districts”不可用，应为：root、city、district、subdistrict、community、group，是否为“district”？"
        ]),
        (TYPE, "", ["缺少“type”。"]),
        ("alert: pace_behind", "alert: 序时滞后", ["写法不符，应符合 ^[a-z][a-z0-9_]*$。"]),
        (TITLE, "        for: 3 days\n" + TITLE, ["“3 days”不是时长：3d 为三天，3wd 为三个工作日。"]),
        (TITLE, "        active: {workdays: perhaps}\n" + TITLE, ["应为 true 或 false。"]),
        (TITLE, "        active: {months: [13]}\n" + TITLE, ["不能大于 12。"]),
        (TITLE, "        active: winter\n" + TITLE, ["应为若干键值。"]),
    ],
)  # fmt: skip
def test_faults_are_told_in_chinese(tmp_path: Path, old: str, new: str, zh: list[str]) -> None:
    assert SOUND.count(old) == 1
    with pytest.raises(Faulty) as raised:
        read_rules(write(tmp_path, SOUND.replace(old, new)), CATALOG)
    assert [fault.zh for fault in raised.value.faults] == zh


@pytest.mark.parametrize(
    ("annotations", "sentence"),
    [
        (
            '{title: 序时滞后, summary: "{regoin}慢了"}',
            "rules.yaml:8:36: no placeholder 'regoin'; did you mean {region}?",
        ),
        (
            '{title: 序时滞后, description: "只完成{{ $value }}"}',
            "rules.yaml:8:36: no placeholder ' $value '; did you mean {value}?",
        ),
        (
            '{title: 序时滞后, summary: "{region"}',
            "rules.yaml:8:36: no placeholder '{': docs/rules.md lists them.",
        ),
        (
            '{title: 序时滞后, summary: "{region}\\n慢了"}',
            "rules.yaml:8:36: the summary is a headline: one line.",
        ),
    ],
)
def test_a_wrong_template_is_told_with_its_place(tmp_path: Path, annotations: str, sentence: str) -> None:
    text = SOUND.replace("{title: 序时滞后}", annotations)
    assert told(write(tmp_path, text))[0] == sentence


def test_a_season_without_a_day_is_refused(tmp_path: Path) -> None:
    season = '        active: {from: "06-30", to: "08-31", months: [3, 4]}\n'
    assert told(write(tmp_path, SOUND.replace(TITLE, season + TITLE))) == [
        "rules.yaml:8:46: no day is both between from and to and in one of the months: it could never judge."
    ]


def test_a_missing_key_is_told_beside_the_one_that_was_meant(tmp_path: Path) -> None:
    assert told(write(tmp_path, SOUND.replace("levels:", "level:"))) == [
        "rules.yaml:5:9: 'levels' is missing",
        "rules.yaml:7:11: unknown key 'level'; did you mean 'levels'?",
    ]


def test_an_impossible_date_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = SOUND.replace(TITLE, "        active: {from: 2018-02-30}\n" + TITLE)
    assert told(write(tmp_path, wrong)) == ["rules.yaml:8:24: there is no day 2018-02-30."]


def test_a_control_character_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = SOUND.replace("序时滞后", "序时\x00滞后")
    assert told(write(tmp_path, wrong)) == ["rules.yaml:8:32: a control character (U+0000): delete it."]


def test_aliases_that_stand_for_billions_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghijkl")]
    assert told(write(tmp_path, "\n".join(lines))) == [
        "rules.yaml: too large once its aliases (*) are written out."
    ]


def test_a_part_may_be_used_twice(tmp_path: Path) -> None:
    shared = SOUND.replace("levels: {", "levels: &lamps {")
    other = (
        SOUND.split("rules:\n")[1]
        .replace("pace_behind", "other")
        .replace("{notice: 5, yellow: 10}", "*lamps")
    )
    assert len(read_rules(write(tmp_path, shared + other), CATALOG).rules.rules) == 2


def test_a_file_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    assert told(write(tmp_path, "groups: " + "[" * 700)) == ["rules.yaml: nested too deeply."]


def test_a_folder_or_a_dead_link_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "b.yaml").symlink_to(tmp_path / "gone")
    assert told(write(tmp_path, SOUND)) == [
        "a.yaml: cannot be read: Is a directory.",
        "b.yaml: cannot be read: No such file or directory.",
    ]


def test_a_file_that_would_be_left_unread_is_told(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    assert told(write(tmp_path, SOUND, "more.yml")) == ["more.yml: only .yaml files are read: rename it."]


@pytest.mark.parametrize("title", ['""', '" "', '"序时\\n滞后"'])
def test_a_title_is_one_line(tmp_path: Path, title: str) -> None:
    wrong = SOUND.replace("{title: 序时滞后}", f"{{title: {title}}}")
    assert told(write(tmp_path, wrong)) == ["rules.yaml:8:23: the title is one line, and not empty."]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "intranet.example/x", "https://a b"])
def test_where_to_read_on_is_an_address(tmp_path: Path, address: str) -> None:
    wrong = SOUND.replace("序时滞后}", f'序时滞后, runbook_url: "{address}"}}')
    assert told(write(tmp_path, wrong)) == [
        "rules.yaml:8:36: runbook_url begins with http:// or https:// and holds no space."
    ]


@pytest.mark.parametrize("bound", ['"10"', "true"])
def test_what_is_no_number_is_not_made_one(tmp_path: Path, bound: str) -> None:
    wrong = SOUND.replace("yellow: 10", f"yellow: {bound}")
    assert told(write(tmp_path, wrong)) == ["rules.yaml:7:31: Input should be a valid number"]


def test_a_key_in_the_wrong_place_is_not_taken_for_a_misspelling_of_itself(tmp_path: Path) -> None:
    (sentence, *_) = [one for one in told(write(tmp_path, SOUND + "sources: []\n")) if "sources" in one]
    assert "did you mean 'sources'" not in sentence


def test_a_file_in_gbk_is_told_to_be_saved_as_utf_8(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_bytes(SOUND.encode("gb18030"))
    assert told(tmp_path) == ["rules.yaml: not UTF-8: save it as UTF-8."]


def test_a_name_used_twice_is_told_with_the_first_place(tmp_path: Path) -> None:
    write(tmp_path, SOUND, "a.yaml")
    assert told(write(tmp_path, SOUND, "b.yaml")) == ["b.yaml:4:9: this name is already used at a.yaml:4:9."]


def test_faults_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, SOUND.replace("type: pace", "type: pase"), "a.yaml")
    write(tmp_path, SOUND.replace("yellow: 10", "yellow: 1"), "b.yaml")
    assert [sentence.split(": ")[0] for sentence in told(tmp_path)] == ["a.yaml:6:11", "b.yaml:7:31"]


@pytest.mark.parametrize("text", ["", "groups: []\n", "groups:\n  - name: empty\n    rules: []\n"])
def test_files_without_a_rule_are_refused(tmp_path: Path, text: str) -> None:
    assert told(write(tmp_path, text)) != []


def test_routing_and_rule_tests_are_not_rules(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    write(tmp_path, "anything: else\n", "routing.yaml")
    write(tmp_path, "anything: else\n", "rules_test.yaml")
    assert len(read_rules(tmp_path, CATALOG).rules.rules) == 1


def test_below_the_levels_fall(tmp_path: Path) -> None:
    falling = SOUND.replace("type: pace", "type: projection")
    assert told(write(tmp_path, falling)) == [
        "rules.yaml:7:31: yellow must lie below notice (5), or it can never fire alone."
    ]
    (rule,) = read_rules(write(tmp_path, falling.replace("yellow: 10", "yellow: 1")), CATALOG).rules.rules
    assert isinstance(rule.check, Projection) and rule.check.bounds.below


def test_everything_a_file_says_is_in_the_rule(tmp_path: Path) -> None:
    text = """\
groups:
  - name: reporting
    rules:
      - alert: report_missing
        check: {type: missing, region_level: district, levels: {orange: 10}, clear: 2}
        for: 2wd
        keep_firing_for: 14d
        active: {from: "11-15", to: "03-15", months: [12, 1, 12], workdays: true}
        labels: {team: a}
        reply_workdays: {orange: 2}
        annotations:
          title: 逾期未报
          summary: "{feed}未报"
          description: "{owing}未报。"
          runbook_url: "https://example.org/r"
"""
    (rule,) = read_rules(write(tmp_path, text), CATALOG).rules.rules
    assert (rule.hold_for, rule.keep_firing_for) == (Span(2, working=True), Span(14))
    assert rule.active == Active((11, 15), (3, 15), (1, 12), True)
    assert (rule.summary, rule.description) == ("{feed}未报", "{owing}未报。")
    assert (rule.labels, rule.runbook, rule.select.level) == (
        {"team": "a"},
        "https://example.org/r",
        "district",
    )
    assert rule.reply_workdays == (5, 5, 2, 1)
    assert isinstance(rule.check, Missing) and rule.check.bounds.clear == 2


@pytest.mark.parametrize("check", ["missing", "stall", "rebound", "jump", "discrepancy"])
def test_a_bound_everybody_reaches_is_a_fault(tmp_path: Path, check: str) -> None:
    text = SOUND.replace("type: pace", f"type: {check}").replace("{notice: 5, yellow: 10}", "{notice: 0}")
    assert told(write(tmp_path, text)) == ["rules.yaml:7:20: notice must be above 0, or it fires everywhere."]
