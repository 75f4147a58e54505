"""Who may report what: second sources, sums from a day on, levels and cycles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.testkit.catalogs import FILES, VALUE, read, told, write

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
