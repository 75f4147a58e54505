"""A wrong catalogue file names the place and says how to mend it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog
from service.errors import Faulty

FILES = {
    "catalog.yaml": """\
name: 试
root: "1"
evaluate_from: 2018-01-01
""",
    "departments.yaml": """\
departments:
  - code: office
    name: 办公室
""",
    "tasks.yaml": """\
tasks:
  - code: task
    field: 提升
    name: 停车
""",
    "sources.yaml": """\
sources:
  - {code: reported, name: 填报, name_en: Reported, rank: 3}
""",
    "indicators.yaml": """\
indicators:
  - code: parking
    task: task
    name: 停车位
    name_en: Parking
    unit: count
    kind: flow
    direction: up
    reported_at: subdistrict
    lead: office
""",
    "regions.csv": """\
code,name,level,parent
1,区,district,
11,甲,subdistrict,1
12,乙,subdistrict,1
""",
    "groups.yaml": """\
groups:
  - code: towns
    name: 街道
    regions: ["1?"]
""",
    "feeds.yaml": """\
feeds:
  - code: town
    name: 街道
    source: reported
    first_day: 2018-01-01
    covers:
      - indicators: [parking]
        regions: ["1/*"]
""",
    "targets.yaml": """\
targets:
  - code: T1
    indicator: parking
    region: "1"
    period: {start: 2018-01-01, end: 2018-12-31}
    comparator: ">="
    value: 2000
""",
}


def write(folder: Path, name: str = "", old: str = "", new: str = "") -> Path:
    """A sound catalogue; in the named file `old` is replaced by `new`."""
    for file, text in FILES.items():
        if file == name:
            assert text.count(old) == 1, f"{old!r} is not one place of {file}"
            text = text.replace(old, new)
        (folder / file).write_text(text, "utf-8")
    return folder


def read(folder: Path) -> Catalog:
    return check_folders([folder])[1]


def told(folder: Path) -> list[str]:
    """What is said about every fault."""
    with pytest.raises(Faulty) as raised:
        read(folder)
    assert all(fault.zh for fault in raised.value.faults)
    return [f"{fault.where}: {fault.en}" for fault in raised.value.faults]


def test_the_sound_files_are_sound(tmp_path: Path) -> None:
    catalog = read(write(tmp_path))
    assert [series.node.region for series in catalog.series] == ["11", "12"]
    assert catalog.targets[0].value == 2000


VALUE = "    value: 2000\n"
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
            'targets.yaml:8:5: not valid YAML: found duplicate key "value".',
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


def test_regions_that_report_elsewhere_are_left_out(tmp_path: Path) -> None:
    covers = '["1/*"]\n        except_regions: ["12"]'
    assert [s.node.region for s in read(write(tmp_path, "feeds.yaml", '["1/*"]', covers)).series] == ["11"]


def test_a_group_takes_in_the_regions_its_globs_match_once_each(tmp_path: Path) -> None:
    catalog = read(write(tmp_path, "groups.yaml", '["1?"]', '["12", "1?", "11"]'))
    assert catalog.group["towns"].regions == ("11", "12")
    assert catalog.groups_of == {"11": ("towns",), "12": ("towns",)}


def test_an_overlay_replaces_the_regions_of_a_group_and_adds_groups(tmp_path: Path) -> None:
    below, above = tmp_path / "below", tmp_path / "above"
    below.mkdir()
    above.mkdir()
    write(below)
    mine = 'groups:\n  - {code: towns, regions: ["12"]}\n  - {code: all, name: 区域, regions: ["*"]}\n'
    (above / "groups.yaml").write_text(mine, "utf-8")
    catalog = check_folders([below, above])[1]
    assert [(g.code, g.name, g.regions) for g in catalog.groups] == [
        ("towns", "街道", ("12",)),
        ("all", "区域", ("1", "11", "12")),
    ]
    assert catalog.groups_of["12"] == ("towns", "all")


ROLLED = '["1?"]\n    rollup: {name: 各街道}'


def test_a_group_that_is_rolled_up_is_a_region_too(tmp_path: Path) -> None:
    catalog = read(write(tmp_path, "groups.yaml", '["1?"]', ROLLED))
    assert (catalog.region["towns"].name, catalog.region["towns"].level) == ("各街道", "group")
    assert {node.region for node in catalog.nodes} == {"1", "11", "12", "towns"}
    assert "towns" not in read(write(tmp_path)).region


def test_a_target_of_a_group_needs_its_rollup(tmp_path: Path) -> None:
    written = write(tmp_path, "targets.yaml", 'region: "1"', "region: towns")
    assert told(written) == ["targets.yaml:4:5: a group has figures of its own only with `rollup`."]
    (written / "groups.yaml").write_text(FILES["groups.yaml"].replace('["1?"]', ROLLED), "utf-8")
    assert read(written).targets[0].region == "towns"


def test_no_member_of_a_rollup_lies_below_another(tmp_path: Path) -> None:
    written = write(tmp_path, "groups.yaml", '["1?"]', ROLLED.replace('"1?"', '"*"'))
    assert told(written) == [
        "groups.yaml:4:5: 11 lies below another of its members: a roll-up would count it twice."
    ]


def test_nobody_reports_for_a_group(tmp_path: Path) -> None:
    written = write(tmp_path, "feeds.yaml", '["1/*"]', "[towns]")
    assert told(written) == ["feeds.yaml:8:19: unknown region 'towns'."]


SECOND_SOURCE = """\
  - code: city
    name: 市级认定
    source: verified
    first_day: 2018-01-01
    covers:
      - indicators: [parking]
        regions: ["1"]
"""


def with_second_source(folder: Path, feed: str = SECOND_SOURCE) -> Path:
    write(folder, "sources.yaml", "rank: 3}\n", "rank: 3}\n  - {code: verified, name: 市级认定, rank: 1}\n")
    (folder / "feeds.yaml").write_text(FILES["feeds.yaml"] + feed, "utf-8")
    return folder


def test_a_second_source_may_report_a_region_above_the_level_reported_at(tmp_path: Path) -> None:
    catalog = read(with_second_source(tmp_path))
    told_by = {(series.node.region, series.source) for series in catalog.series}
    assert told_by == {("11", "reported"), ("12", "reported"), ("1", "verified")}


def test_a_source_reports_a_region_or_what_is_below_it(tmp_path: Path) -> None:
    feed = SECOND_SOURCE.replace("verified", "reported")
    assert told(with_second_source(tmp_path, feed)) == [
        "feeds.yaml:15:19: 'reported' reports parking below 1 too: one source reports a region or what is below it."
    ]
    feed = SECOND_SOURCE.replace('["1"]', '["12", "1"]')
    assert told(with_second_source(tmp_path, feed)) == [
        "feeds.yaml:15:25: 'verified' reports parking below 1 too: one source reports a region or what is below it."
    ]


def reporting(folder: Path, said: str, kind: str = "flow") -> Path:
    """The catalogue with a feed that reports that way from 2018 on, and an indicator of that kind."""
    write(folder, "indicators.yaml", "kind: flow", f"kind: {kind}")
    (folder / "feeds.yaml").write_text(FILES["feeds.yaml"] + f"        reporting: {said}\n", "utf-8")
    return folder


def test_a_series_may_report_sums_from_a_day_on(tmp_path: Path) -> None:
    history = (
        "[{from: 2017-01-01, as: daily}, {from: 2018-07-01, as: cumulative}, {from: 2019-01-01, as: daily}]"
    )
    for kind in ("flow", "incidence"):
        series = read(reporting(tmp_path, history, kind)).series[0]
        days = (date(2018, 1, 1), date(2018, 6, 30), date(2018, 7, 1), date(2018, 12, 31), date(2019, 1, 1))
        assert [series.reporting_on(day).value for day in days] == [
            "daily", "daily", "cumulative", "cumulative", "daily",
        ]  # fmt: skip
        series = read(reporting(tmp_path, "[{from: 2018-01-01, as: cumulative}]", kind)).series[0]
        assert (series.reporting_on(date(2018, 1, 1)).value, series.switched) == ("cumulative", ())


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("weekly", "9:9: reporting: Input should be 'daily' or 'cumulative'"),
        ("5", "9:9: reporting: Input should be 'daily' or 'cumulative'"),
        ("[]", "9:9: `reporting` has at least one entry, or is `daily`."),
        ("[daily]", "9:21: 0: Input should be a valid dictionary or instance of ReportingFile"),
        ("[{from: 2018-01-01}]", "9:21: as: 'as' is missing"),
        ("[{since: 2018-01-01, as: daily}]", "9:21: from: 'from' is missing"),
        ("[{from: 2018-01-01, as: weekly}]", "9:40: as: Input should be 'daily' or 'cumulative'"),
        (
            "[{from: 2018-01-02, as: daily}]",
            "9:21: what holds from the feed's first day on (2018-01-01) comes first.",
        ),
        (
            "[{from: 2017-01-01, as: daily}, {from: 2018-01-01, as: cumulative}]",
            "9:52: must lie after the entry before and after the feed's first day, 2018-01-01.",
        ),
        (
            "[{from: 2018-01-01, as: daily}, {from: 2018-07-01, as: cumulative}, {from: 2018-07-01, as: daily}]",
            "9:88: must lie after the entry before and after the feed's first day, 2018-01-01.",
        ),
        (
            "[{from: 2018-01-01, as: daily}, {from: 2018-07-01, as: daily}]",
            "9:52: says daily as the entry before does: leave it out, or mend one of them.",
        ),
    ],
)
def test_a_wrong_history_of_reporting_is_told_with_its_place(
    tmp_path: Path, said: str, sentence: str
) -> None:
    found = told(reporting(tmp_path, said))
    assert [f"feeds.yaml:{sentence}" in found, len(found)] in ([True, 1], [True, 2]), found


@pytest.mark.parametrize(
    "said", ["cumulative", "[{from: 2018-01-01, as: daily}, {from: 2018-07-01, as: cumulative}]"]
)
@pytest.mark.parametrize("kind", ["mean", "stock"])
def test_only_what_is_summed_is_told_as_a_sum(tmp_path: Path, said: str, kind: str) -> None:
    assert told(reporting(tmp_path, said, kind)) == [
        f"feeds.yaml:9:9: parking is a {kind}, which no sum adds up to: list it in a cover of its own, as daily."
    ]


def test_last_years_shape_is_that_of_a_sum(tmp_path: Path) -> None:
    folder = write(tmp_path, "targets.yaml", VALUE, VALUE + "    plan: {curve: previous_year}\n")
    feeds = FILES["feeds.yaml"].replace("first_day: 2018", "first_day: 2017")
    (folder / "feeds.yaml").write_text(feeds, "utf-8")
    assert read(folder).targets[0].plan.curve == "previous_year"
    for kind in ("mean", "stock", "incidence"):
        indicators = FILES["indicators.yaml"].replace("kind: flow", f"kind: {kind}")
        (folder / "indicators.yaml").write_text(indicators, "utf-8")
        sentence = f"the curve `previous_year` is a share of last year's sum: for flows, not a {kind}."
        assert told(folder) == [f"targets.yaml:8:5: {sentence}"]


def test_nobody_reports_above_the_root(tmp_path: Path) -> None:
    folder = with_second_source(tmp_path, SECOND_SOURCE.replace('["1"]', '["0"]'))
    regions = FILES["regions.csv"].replace("1,区,district,\n", "0,市,city,\n1,区,district,0\n")
    (folder / "regions.csv").write_text(regions, "utf-8")
    assert told(folder) == ["feeds.yaml:15:19: 0 is a city, but the figures are reported at subdistrict."]


def test_nobody_reports_below_the_level_reported_at(tmp_path: Path) -> None:
    folder = with_second_source(tmp_path)
    indicators = FILES["indicators.yaml"].replace("reported_at: subdistrict", "reported_at: district")
    (folder / "indicators.yaml").write_text(indicators, "utf-8")
    (folder / "feeds.yaml").write_text(FILES["feeds.yaml"].replace('"1/*"', '"11"'), "utf-8")
    assert told(folder) == ["feeds.yaml:8:19: 11 is a subdistrict, but the figures are reported at district."]


def test_a_mean_is_reported_by_one_cycle_in_all_regions(tmp_path: Path) -> None:
    """A sum may come by any; regions of another source are averaged by themselves."""
    by_week = """\
  - code: other
    name: 周报
    source: reported
    cycle: weekly
    first_day: 2018-01-01
    covers:
      - indicators: [parking]
        regions: ["12"]
"""
    two = FILES["feeds.yaml"].replace('["1/*"]', '["11"]') + by_week
    assert read(write(tmp_path, "feeds.yaml", FILES["feeds.yaml"], two)).feed["other"].cycle == "weekly"
    (tmp_path / "indicators.yaml").write_text(FILES["indicators.yaml"].replace("flow", "mean"), "utf-8")
    (sentence,) = told(tmp_path)
    assert sentence.startswith("feeds.yaml:")
    assert sentence.endswith(
        "parking is rolled up as a mean: report it as often as the feed 'town' does (cycle: daily)."
    )


# ---- ranks, and regions beside the root

PLACE = """\
  - code: place
    task: task
    name: 停车位排名
    name_en: Rank of parking
    unit: rank
    kind: stock
    direction: down
    reported_at: district
    lead: office
    rank_of: parking
"""
CITY = """\
code,name,level,parent
0,市,city,
1,区,district,0
2,邻区,district,0
11,甲,subdistrict,1
12,乙,subdistrict,1
21,丙,subdistrict,2
"""
BULLETIN = """\
  - code: bulletin
    name: 通报
    source: verified
    first_day: 2018-01-01
    cycle: monthly
    covers:
      - {indicators: [parking], regions: ["0/district"], reporting: cumulative}
      - {indicators: [place], regions: ["0/*"]}
"""


def ranked(folder: Path, old: str = "", new: str = "", more: str = "") -> Path:
    """A sound catalogue with a bulletin of two districts; in its own lines `old` is replaced by `new`."""
    write(folder)
    place, feed = (text.replace(old, new) if old else text for text in (PLACE, BULLETIN))
    assert not old or (place, feed) != (PLACE, BULLETIN)
    (folder / "regions.csv").write_text(CITY, "utf-8")
    for name, text in (("indicators", place), ("feeds", feed), ("targets", more)):
        path = folder / f"{name}.yaml"
        path.write_text(path.read_text("utf-8") + text, "utf-8")
    sources = "  - {code: verified, name: 市级认定, name_en: Verified, rank: 1}\n"
    (folder / "sources.yaml").write_text(FILES["sources.yaml"] + sources, "utf-8")
    return folder


def test_a_bulletin_reports_the_districts_beside_the_root_too(tmp_path: Path) -> None:
    catalog = read(ranked(tmp_path))
    told = {(s.node.indicator, s.node.region) for s in catalog.series if s.feed == "bulletin"}
    assert told == {("parking", "1"), ("parking", "2"), ("place", "1"), ("place", "2")}
    assert catalog.indicator["place"].minimum == 1.0
    assert [region for region in catalog.region if catalog.beside_root(region)] == ["2", "21"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rank_of: parking", "rank_of: parkin", "indicators.yaml:20:5: unknown indicator 'parkin'; did you mean 'parking'?"),
        ("rank_of: parking", "rank_of: place", "indicators.yaml:20:5: place is a rank itself."),
        ("unit: rank", "unit: count", "indicators.yaml:20:5: what has `rank_of` is in the unit `rank`."),
        ("kind: stock", "kind: flow", "indicators.yaml:20:5: a rank is `kind: stock` and `direction: down`: the lower the better."),
        ("direction: down", "direction: up", "indicators.yaml:20:5: a rank is `kind: stock` and `direction: down`: the lower the better."),
        ('"0/district"', '"0/village"', "feeds.yaml:15:43: unknown level 'village'"),
        ('"0/district"', '"0/community"', "feeds.yaml:15:43: nothing below 0 is a community."),
        ('"0/district"', '"0"', "feeds.yaml:15:43: 0 is a city, but the figures are reported at subdistrict."),
        ('"0/*"', '"1/subdistrict"', "feeds.yaml:16:41: 1 is a subdistrict, but the figures are reported at district."),
    ],
)  # fmt: skip
def test_a_wrong_rank_names_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert sentence in " ".join(told(ranked(tmp_path, old, new)))


def test_a_rank_is_not_reported_above_its_level_nor_aimed_at_there(tmp_path: Path) -> None:
    target = """\
  - code: T2
    indicator: place
    region: "1"
    period: {start: 2018-01-01, end: 2018-12-31}
    comparator: "<="
    value: 1
"""
    folder = ranked(tmp_path, "reported_at: district", "reported_at: subdistrict", target)
    assert told(folder) == [
        "targets.yaml:10:5: 1 is a district, but the figures are reported at subdistrict."
    ]
    ranked(tmp_path, "reported_at: district", "reported_at: subdistrict")
    feeds = (tmp_path / "feeds.yaml").read_text("utf-8")
    (tmp_path / "feeds.yaml").write_text(
        feeds.replace('regions: ["0/*"]}\n', 'regions: ["0/*", "1"]}\n'), "utf-8"
    )
    assert told(tmp_path) == [
        "feeds.yaml:16:48: 1 is a district, but the figures are reported at subdistrict."
    ]


def test_one_indicator_has_one_ranking(tmp_path: Path) -> None:
    folder = ranked(tmp_path)
    path = folder / "indicators.yaml"
    path.write_text(path.read_text("utf-8") + PLACE.replace("code: place", "code: other"), "utf-8")
    assert any("parking has the rank place already" in sentence for sentence in told(folder))
