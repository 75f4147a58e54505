"""Which series and nodes a catalogue makes, and who stands above whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Catalog, NodeKey, Region
from tests.testkit.worlds import DISTRICT, NEXT_TOWN, TOWN, feed, indicator, target, world


def with_regions(catalog: Catalog, *regions: Region) -> Catalog:
    return replace(catalog, regions=(*catalog.regions, *regions))


def test_a_figure_reported_below_stands_at_every_region_up_to_the_root() -> None:
    catalog = world(indicator("parking"), towns=2).catalog
    assert set(catalog.nodes) == {NodeKey("parking", region, "") for region in (TOWN, NEXT_TOWN, DISTRICT)}


def test_a_target_makes_a_node_even_where_nobody_reports() -> None:
    catalog = world(
        indicator("parking"),
        towns=2,
        feeds=[feed("a", ["parking"], [TOWN])],
        targets=[target("parking", 5, region=NEXT_TOWN)],
    ).catalog
    assert NodeKey("parking", NEXT_TOWN, "") in catalog.nodes
    assert [s.node.region for s in catalog.series] == [TOWN]


def test_the_first_feed_to_declare_a_series_has_it() -> None:
    feeds = [feed("a", ["parking"], [TOWN]), feed("b", ["parking"], [TOWN, NEXT_TOWN])]
    catalog = world(indicator("parking"), towns=2, feeds=feeds).catalog
    assert [(s.node.region, s.feed) for s in catalog.series] == [(TOWN, "a"), (NEXT_TOWN, "b")]


def test_two_sources_of_one_node_are_two_series() -> None:
    feeds = [feed("a", ["parking"], [TOWN]), feed("b", ["parking"], [TOWN], source="verified")]
    catalog = world(indicator("parking"), feeds=feeds).catalog
    assert [s.source for s in catalog.series] == ["reported", "verified"]


def test_ancestors_end_at_the_root() -> None:
    catalog = with_regions(
        world(indicator("parking")).catalog,
        Region("110105001001", "社区", "community", TOWN),
        Region("110106", "丰台区", "district", "110000"),
        Region("110106001", "街道", "subdistrict", "110106"),
    )
    assert catalog.ancestors("110105001001") == (TOWN, DISTRICT)
    assert catalog.ancestors(DISTRICT) == ()
    assert catalog.ancestors("110106001") == (), "it lies outside the root"


@pytest.mark.timeout(5)
def test_parents_that_run_in_a_circle_lead_nowhere() -> None:
    catalog = with_regions(
        world(indicator("parking")).catalog,
        Region("a", "a", "subdistrict", "b"),
        Region("b", "b", "subdistrict", "a"),
        Region("c", "c", "subdistrict", "c"),
    )
    assert [catalog.ancestors(code) for code in "abc"] == [(), (), ()]


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        (date(2017, 12, 31), False),
        (date(2018, 1, 1), True),
        (date(2018, 6, 30), True),
        (date(2018, 7, 1), False),
    ],
)
def test_a_region_is_valid_on_both_its_days(at: date, valid: bool) -> None:
    region = Region("1", "1", "subdistrict", "", valid_from=date(2018, 1, 1), valid_to=date(2018, 6, 30))
    assert region.valid_on(at) is valid
    assert Region("1", "1", "subdistrict", "").valid_on(at)
