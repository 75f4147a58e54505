"""A wrong catalogue file names the place and says how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.catalog.publish import check_folders
from service.errors import Faulty
from tests.testkit.catalogs import FILES, VALUE, read, told, write


def test_the_sound_files_are_sound(tmp_path: Path) -> None:
    catalog = read(write(tmp_path))
    assert [series.node.region for series in catalog.series] == ["11", "12"]
    assert catalog.targets[0].value == 2000


SECOND = """\
  - code: T2
    indicator: parking
    region: "1"
    period: {start: 2018-12-31, end: 2019-12-31}
    comparator: ">="
    value: 2000
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        pytest.param(
            "catalog.yaml",
            'root: "1"\n',
            'root: "1"\nalerting: silent\n',
            "catalog.yaml:3:1: alerting: Input should be 'live' or 'shadow'",
            id="unknown alerting",
        ),
        pytest.param(
            "targets.yaml",
            VALUE,
            VALUE + "    value: 3000\n",
            'targets.yaml:8:5: not valid YAML: found duplicate key "value" with value "3000" (original value: "2000").',
            id="duplicate key",
        ),
        pytest.param(
            "targets.yaml",
            VALUE,
            VALUE + "   note: x\n",
            "targets.yaml:8:4: not valid YAML: expected <block end>, but found '<block mapping start>'.",
            id="wrong indent",
        ),
        pytest.param(
            "targets.yaml",
            "value: 2000",
            "value: two",
            "targets.yaml:7:5: value: Input should be a valid number, unable to parse string as a number",
            id="text for a number",
        ),
        pytest.param(
            "targets.yaml",
            "value: 2000",
            "value: .nan",
            "targets.yaml:7:5: value: Input should be a finite number",
            id="not a number",
        ),
        pytest.param(
            "targets.yaml",
            "code: T1",
            "code: 1",
            "targets.yaml:2:5: every entry has a `code` (quoted text).",
            id="code without quotes",
        ),
        pytest.param(
            "groups.yaml",
            '["1?"]',
            "[]",
            "groups.yaml:4:5: regions: List should have at least 1 item after validation, not 0",
            id="group of nobody",
        ),
        pytest.param(
            "indicators.yaml",
            "kind: flow",
            "kind: flows",
            "indicators.yaml:7:5: kind: Input should be 'flow', 'mean', 'stock', 'ratio' or 'incidence'; "
            "did you mean 'flow'?",
            id="unknown kind",
        ),
        pytest.param(
            "regions.csv",
            "11,甲",
            ",甲",
            "regions.csv:3: the code is missing.",
            id="region without a code",
        ),
        pytest.param(
            "regions.csv",
            "level,parent",
            "level,parents",
            "regions.csv:1: unknown columns ['parents'].",
            id="unknown column",
        ),
    ],
)
def test_a_wrong_entry_is_told_where_it_stands(
    tmp_path: Path, name: str, old: str, new: str, sentence: str
) -> None:
    assert told(write(tmp_path, name, old, new)) == [sentence]


def test_an_unknown_key_is_told_with_its_place(tmp_path: Path) -> None:
    sentences = told(write(tmp_path, "targets.yaml", VALUE, VALUE + "    valid_form: 2018-03-01\n"))
    (sentence,) = sentences
    assert sentence.startswith("targets.yaml:8:5: ")
    assert "valid_form" in sentence


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    places = [sentence.split(": ")[0] for sentence in told(write(tmp_path, "targets.yaml", "value", "valeu"))]
    assert places == ["targets.yaml:2:5", "targets.yaml:7:5"]  # what is missing, what is not known


@pytest.mark.parametrize("name", ["targets.yaml", "feeds.yaml"])
def test_an_impossible_date_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    first = "first_day: 2018-01-01" if name == "feeds.yaml" else "start: 2018-01-01"
    (sentence,) = told(write(tmp_path, name, first, first.replace("2018-01-01", "2018-02-30")))
    assert re.fullmatch(rf"{name}:\d+:\d+: there is no day 2018-02-30\.", sentence)


def test_a_file_that_is_not_utf_8_is_told_so(tmp_path: Path) -> None:
    (write(tmp_path) / "tasks.yaml").write_bytes(FILES["tasks.yaml"].encode("gb18030"))
    assert told(tmp_path) == ["tasks.yaml: not UTF-8: save it as UTF-8."]


def test_a_mark_at_the_beginning_of_a_file_is_taken(tmp_path: Path) -> None:
    for name in ("tasks.yaml", "regions.csv"):
        (write(tmp_path) / name).write_text(FILES[name], "utf-8-sig")
    assert read(tmp_path).region["11"].name == "甲"


def test_a_folder_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    assert told(tmp_path / "gone") == ["gone: no such folder."]


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        pytest.param(
            "targets.yaml",
            "indicator: parking",
            "indicator: parkng",
            "unknown indicator 'parkng'; did you mean 'parking'?",
            id="unknown indicator of a target",
        ),
        pytest.param(
            "feeds.yaml",
            "[parking]",
            "[parkings]",
            "unknown indicator 'parkings'; did you mean 'parking'?",
            id="unknown indicator of a feed",
        ),
        pytest.param(
            "feeds.yaml", '["1/*"]', '["2/*"]', "unknown region '2'; did you mean '12'?", id="unknown region"
        ),
        pytest.param(
            "feeds.yaml",
            '["1/*"]',
            '["1"]',
            "1 is a district, but the figures are reported at subdistrict.",
            id="region not at the level",
        ),
        pytest.param(
            "feeds.yaml",
            "source: reported",
            "source: report",
            "unknown source 'report'; did you mean 'reported'?",
            id="unknown source",
        ),
        pytest.param(
            "targets.yaml", VALUE, VALUE + SECOND, "its period overlaps that of T1.", id="overlapping periods"
        ),
        pytest.param(
            "targets.yaml",
            VALUE,
            VALUE + "    plan: {curve: milestones, milestones: [[2018-06-30, 0.6], [2018-09-30, 0.5]]}\n",
            "milestone shares rise from 0 to 1",
            id="milestones that fall",
        ),
        pytest.param(
            "targets.yaml",
            VALUE,
            VALUE + "    plan: {curve: liner}\n",
            "unknown plan curve 'liner': use one of linear, workdays, milestones, previous_year, none",
            id="unknown curve",
        ),
        pytest.param(
            "targets.yaml",
            "end: 2018-12-31}\n    comparator",
            "end: 2019-01-01}\n    plan: {curve: previous_year}\n    comparator",
            "the curve `previous_year` is for periods of a year at most: the year before must be over",
            id="last year's shape of more than a year",
        ),
        pytest.param(
            "targets.yaml",
            VALUE,
            VALUE + "    plan: {curve: previous_year}\n",
            "no feed owes enough of 2017-01-01 to 2017-12-31 (see first_day): last year has no shape to follow.",
            id="last year's shape where nothing was owed",
        ),
        pytest.param(
            "targets.yaml",
            VALUE,
            VALUE + "    unit: 公顷\n",
            "公顷 does not convert to count.",
            id="another dimension",
        ),
        pytest.param(
            "targets.yaml",
            "end: 2018",
            "end: 2017",
            "the period must end after it starts.",
            id="end before start",
        ),
        pytest.param(
            "indicators.yaml",
            "task: task",
            "task: tsk",
            "unknown task 'tsk'; did you mean 'task'?",
            id="unknown task",
        ),
        pytest.param(
            "indicators.yaml",
            "kind: flow",
            "kind: ratio",
            "a ratio is reported at the root's own level.",
            id="ratio below the root",
        ),
        pytest.param(
            "regions.csv", "甲,subdistrict,1", "甲,subdistrict,9", "unknown parent '9'.", id="unknown parent"
        ),
        pytest.param(
            "groups.yaml",
            '"1?"',
            '"11", "2?"',
            "unknown region '2?'.",
            id="group of regions that are not there",
        ),
        pytest.param(
            "groups.yaml", '"1?"', '"11x"', "unknown region '11x'; did you mean '11'?", id="region misspelt"
        ),
        pytest.param(
            "groups.yaml",
            "towns",
            '"11"',
            "this is the code of a region already.",
            id="group named as a region",
        ),
        pytest.param("catalog.yaml", 'root: "1"', 'root: "9"', "unknown region '9'.", id="unknown root"),
    ],
)
def test_what_does_not_fit_together_is_told_with_file_and_entry(
    tmp_path: Path, name: str, old: str, new: str, sentence: str
) -> None:
    (found,) = told(write(tmp_path, name, old, new))
    assert found.startswith(name)
    assert found.endswith(f": {sentence}")


def test_targets_of_different_ambition_may_share_a_period(tmp_path: Path) -> None:
    beside = SECOND.replace("2018-12-31, end: 2019", "2018-01-01, end: 2018") + "    ambition: 力争\n"
    assert len(read(write(tmp_path, "targets.yaml", VALUE, VALUE + beside)).targets) == 2


def test_a_target_in_another_unit_is_stored_in_the_indicators(tmp_path: Path) -> None:
    written = write(tmp_path, "targets.yaml", VALUE, "    value: 0.2\n    unit: 万个\n")
    assert read(written).targets[0].value == 2000


def test_a_later_folder_is_laid_over_an_earlier_one_key_by_key(tmp_path: Path) -> None:
    below, above = tmp_path / "below", tmp_path / "above"
    below.mkdir()
    above.mkdir()
    write(below)
    (above / "targets.yaml").write_text("targets:\n  - code: T1\n    value: 2500\n", "utf-8")
    (above / "regions.csv").write_text("code,name,level,parent\n13,丙,subdistrict,1\n", "utf-8")
    catalog = check_folders([below, above])[1]
    assert (catalog.targets[0].value, catalog.targets[0].indicator) == (2500, "parking")
    assert [series.node.region for series in catalog.series] == ["11", "12", "13"]
    (above / "targets.yaml").write_text("targets:\n  - code: T1\n    value: much\n", "utf-8")
    with pytest.raises(Faulty, match=r"targets\.yaml:3:5"):
        check_folders([below, above])
