"""The shipped catalogue, the demo's overlay and the demo's figures speak of the same things."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import service
from service.catalog.files import read_folders
from service.catalog.resolve import resolve
from service.demo.figures import FLOWS, JIA, LAST, PILOTS, REAL, YI, demo_year
from service.domain.catalog import Catalog

HOUSE = Path(service.__file__).parent
SHIPPED = HOUSE / "catalog" / "shipped" / "chaoyang_2018"
OVERLAY = HOUSE / "demo" / "catalog"


@cache
def shipped() -> Catalog:
    return resolve(read_folders([SHIPPED]))


@cache
def demo() -> Catalog:
    return resolve(read_folders([SHIPPED, OVERLAY]))


def test_the_shipped_catalogue_knows_beijing_its_districts_and_chaoyang() -> None:
    levels = [region.level for region in shipped().regions]
    assert (levels.count("city"), levels.count("district"), levels.count("subdistrict")) == (1, 16, 43)
    assert tuple(r.code for r in shipped().regions if r.parent == "110105") == REAL


def test_no_two_regions_answer_to_one_name() -> None:
    names = [name for region in demo().regions for name in (region.name, *region.aliases)]
    assert len(names) == len(set(names))


def test_nothing_invented_is_shipped() -> None:
    assert not {JIA, YI} & {region.code for region in shipped().regions}
    assert not {"jia", "yi"} & {feed.code for feed in shipped().feeds}
    assert {region.code for region in demo().regions} - {r.code for r in shipped().regions} == {JIA, YI}


def test_every_figure_of_the_demo_is_owed_by_its_feed_and_the_other_way_round() -> None:
    owed = {(s.feed, s.node.indicator, s.node.region, s.node.scope) for s in demo().series}
    invented = {(s.feed, s.indicator, s.region, s.scope) for s in demo_year(LAST).series}
    assert invented == owed
    assert len(demo().series) == 634


def test_each_indicator_has_one_feed_and_each_series_one_declaration() -> None:
    feeds: dict[str, set[str]] = {}
    declared = 0
    for feed in shipped().feeds:
        for cover in feed.covers:
            declared += len(cover.indicators) * len(cover.regions) * len(cover.scopes)
            for indicator in cover.indicators:
                feeds.setdefault(indicator, set()).add(feed.code)
    assert set(feeds) == set(shipped().indicator) and len(feeds) == 16
    assert all(len(codes) == 1 for codes in feeds.values())
    assert declared == len(shipped().series)
    assert sum(len(c.indicators) * len(c.regions) for f in demo().feeds for c in f.covers) == 634


def test_the_pilot_townships_are_those_of_the_feed() -> None:
    regions = {s.node.region for s in shipped().series if s.node.indicator == "one_green_area_vacated"}
    assert regions == set(PILOTS)
    assert {shipped().region[code].name for code in PILOTS} == {"东风地区", "东坝地区", "三间房地区"}


def test_nine_targets_and_no_invented_one() -> None:
    targets = {t.code: (t.indicator, t.comparator, t.value, t.scope) for t in shipped().targets}
    assert targets == {
        "T012": ("parks_built_renovated", ">=", 25, ""),
        "T014": ("residential_parking_added", ">=", 2_000, ""),
        "T021": ("one_green_area_vacated", ">=", 1_340_000, "第二批试点"),
        "T030": ("pm25_mean", "<", 58, ""),
        "T037": ("school_places_added", ">=", 17_000, ""),
        "T039": ("shantytown_households_renovated", ">=", 2_400, ""),
        "T040": ("affordable_housing_started", ">=", 3_800, ""),
        "T041": ("affordable_housing_completed", ">=", 11_000, ""),
        "T136": ("illegal_construction_demolished", ">=", 5_680_000, ""),
    }
    assert {t.region for t in shipped().targets} == {"110105"}


def test_the_demo_stops_at_the_catalogue_s_targets() -> None:
    targets = {t.indicator: t.value for t in shipped().targets if t.indicator != "pm25_mean"}
    assert {f.indicator: f.target for f in FLOWS if f.target} == targets


def test_every_figure_of_the_demo_is_within_the_bounds_of_its_indicator() -> None:
    for series in demo_year(LAST).series:
        indicator = demo().indicator[series.indicator]
        assert indicator.minimum == 0 and indicator.maximum is not None
        assert series.figures.max() <= indicator.maximum


def test_every_indicator_says_what_it_counts_in_both_languages() -> None:
    for indicator in shipped().indicators:
        assert indicator.name and indicator.name_en and indicator.short
        assert all(d.note and d.note_en for d in indicator.definitions) and indicator.definitions
