"""The catalogue that comes with biaochi: Chaoyang's 2018."""

from __future__ import annotations

from datetime import date

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Kind, NodeKey
from service.domain.layout import lay_out
from service.shipped import shipped_catalog

YEAR = (date(2018, 1, 1), date(2018, 12, 31))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return check_folders([shipped_catalog()])[1]


def test_beijing_its_districts_and_chaoyangs_sub_districts_are_known(catalog: Catalog) -> None:
    levels = [region.level for region in catalog.regions]
    assert [levels.count(level) for level in ("city", "district", "subdistrict")] == [1, 16, 43]
    assert catalog.root == "110105"
    assert all(catalog.ancestors(r.code) == ("110105",) for r in catalog.regions if r.level == "subdistrict")


def test_codes_and_names_of_regions_are_unique(catalog: Catalog) -> None:
    assert len(catalog.region) == len(catalog.regions)
    below = [r for r in catalog.regions if r.parent == "110105"]
    spelt = [spelling for r in below for spelling in {r.name, *r.aliases}]
    assert len(set(spelt)) == len(spelt), "an alias means one region"


def test_nine_targets_are_set_and_none_is_invented(catalog: Catalog) -> None:
    assert {(t.code, t.indicator, t.comparator, t.value) for t in catalog.targets} == {
        ("T012", "parks_built_renovated", ">=", 25),
        ("T014", "residential_parking_added", ">=", 2_000),
        ("T021", "one_green_area_vacated", ">=", 1_340_000),
        ("T030", "pm25_mean", "<", 58),
        ("T037", "school_places_added", ">=", 17_000),
        ("T039", "shantytown_households_renovated", ">=", 2_400),
        ("T040", "affordable_housing_started", ">=", 3_800),
        ("T041", "affordable_housing_completed", ">=", 11_000),
        ("T136", "illegal_construction_demolished", ">=", 5_680_000),
    }
    assert {(t.period_start, t.period_end) for t in catalog.targets} == {YEAR}
    assert {t.region for t in catalog.targets} == {"110105"}
    assert {t.indicator for t in catalog.targets if t.scope} == {"one_green_area_vacated"}
    assert len(catalog.indicators) == 16


def test_every_indicator_is_reported_by_somebody(catalog: Catalog) -> None:
    assert {series.node.indicator for series in catalog.series} == set(catalog.indicator)


def test_every_target_has_a_figure_to_be_judged_by(catalog: Catalog) -> None:
    layout = lay_out(catalog)
    fed = {layout.nodes[row] for row in layout.series_row.tolist()}
    fed |= {NodeKey(n.indicator, above, n.scope) for n in fed for above in catalog.ancestors(n.region)}
    assert all(NodeKey(t.indicator, t.region, t.scope) in fed for t in catalog.targets)


def test_the_air_is_one_monitor_and_the_incidences_are_two(catalog: Catalog) -> None:
    kinds = {kind: [i.code for i in catalog.indicators if i.kind is kind] for kind in Kind}
    assert kinds[Kind.MEAN] == ["pm25_mean"]
    assert sorted(kinds[Kind.INCIDENCE]) == ["new_group_rentals", "new_illegal_construction"]
    assert [s.node.region for s in catalog.series if s.node.indicator == "pm25_mean"] == ["110105"]


def test_every_indicator_says_what_it_counts_from_the_first_day_on(catalog: Catalog) -> None:
    first = min(feed.first_day for feed in catalog.feeds)
    assert all(i.definitions and i.definitions[0].from_day <= first for i in catalog.indicators)
    assert all(d.note for i in catalog.indicators for d in i.definitions)


def test_every_sub_district_is_a_street_or_one_of_the_nineteen_townships(catalog: Catalog) -> None:
    streets, townships = catalog.group["streets"].regions, catalog.group["townships"].regions
    assert (len(streets), len(townships)) == (24, 19)
    assert sorted((*streets, *townships)) == [r.code for r in catalog.regions if r.level == "subdistrict"]
    assert all(catalog.region[code].name.endswith("街道") for code in streets)
    assert all(any(alias.endswith("乡") for alias in catalog.region[code].aliases) for code in townships)


def test_the_pilots_are_the_townships_that_report_and_those_of_later_batches(catalog: Catalog) -> None:
    pilots = set(catalog.group["one_green_pilots"].regions)
    second = {s.node.region for s in catalog.series if s.node.indicator == "one_green_area_vacated"}
    assert second < pilots < set(catalog.group["townships"].regions)
    assert {catalog.region[code].name for code in pilots - second} == {
        "小红门地区",
        "十八里店地区",
        "王四营地区",
    }
