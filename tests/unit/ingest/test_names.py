"""Names as people write them, held against the shipped catalogue of Chaoyang."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog, Region
from service.domain.names import NameIndex
from service.ingest.names import HINTS, Named, Names
from service.sheets.cells import Problem
from service.shipped import shipped_catalog


@cache
def chaoyang() -> Catalog:
    _, catalog = check_folders([shipped_catalog()])
    return catalog


def names(feed: str = "urban_management", catalog: Catalog | None = None) -> Names:
    catalog = catalog or chaoyang()
    owed = {(s.node.indicator, s.node.region, s.node.scope): s for s in catalog.series if s.feed == feed}
    return Names(catalog, NameIndex(catalog), owed, owed.__getitem__)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("110105036", "110105036"),
        ("金盏地区", "110105036"),
        ("金盏乡", "110105036"),
        ("金盏", "110105036"),
        ("金盏地区办事处", "110105036"),
        ("朝阳区金盏乡", "110105036"),
        ("北京市朝阳区金盏乡", "110105036"),
        ("朝外", "110105002"),
        ("朝外街道", "110105002"),
        ("朝外街道办事处", "110105002"),
        (" 朝 外　街道 ", "110105002"),
        ("１１０１０５００２", "110105002"),
        ("Chaowai subdistrict", "110105002"),
        ("和平街", "110105007"),
        ("朝阳", "110105"),
    ],
)
def test_a_region_is_known_by_code_name_and_alias(written: str, code: str) -> None:
    assert names().region(written) == code


def test_every_region_is_known_by_all_its_names() -> None:
    for region in chaoyang().regions:
        for name in (region.code, region.name, region.name_en, *region.aliases):
            assert names().region(name) == region.code, name


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("residential_parking_added", Named("residential_parking_added")),
        ("新增居住区停车位", Named("residential_parking_added")),
        ("居住区停车位", Named("residential_parking_added")),
        ("ＰＭ２．５平均浓度", Named("pm25_mean")),
        ("整治开墙打洞", Named("wall_openings_rectified")),
        ("整治「开墙打洞」", Named("wall_openings_rectified")),
        ('整治"开墙打洞"', Named("wall_openings_rectified")),
    ],
)
def test_an_indicator_is_known_by_code_and_name(written: str, named: Named) -> None:
    assert names().indicator(written) == named


def test_a_short_name_may_say_the_scope() -> None:
    rural = names("rural_affairs")
    assert rural.indicator("“一绿”第二批试点拆迁腾退") == Named("one_green_area_vacated", "第二批试点")
    assert rural.scopes("one_green_area_vacated", "110105030") == ("第二批试点",)
    assert rural.scope(" 第二批 试点", "one_green_area_vacated", "110105030") == "第二批试点"
    wrong = rural.scope("第一批", "one_green_area_vacated", "110105030")
    assert isinstance(wrong, Problem) and "第二批试点" in wrong.zh


def test_sources_have_names_too() -> None:
    assert (names().source("填报"), names().source("verified")) == ("reported", "verified")


def test_an_unknown_word_proposes_the_nearest_with_their_codes() -> None:
    found = names().region("金站乡")
    assert isinstance(found, Problem)
    assert (found.code, found.text) == ("unknown_region", "金站乡")
    assert "“金盏地区”（110105036）" in found.zh and "110105036" in found.en


def test_a_name_for_two_regions_is_ambiguous_unless_the_feed_covers_one() -> None:
    twins = (Region("110106001", "东坝街道", "subdistrict", "110106"), Region("110106002", "丰台镇", "subdistrict", "110106"),
             Region("110106003", "丰台街道", "subdistrict", "110106"))  # fmt: skip
    catalog = replace(chaoyang(), regions=(*chaoyang().regions, *twins))
    assert names(catalog=catalog).region("东坝") == "110105039"
    assert names(catalog=catalog).region("东坝街道") == "110106001"
    clash = replace(catalog, regions=(*catalog.regions, replace(twins[0], code="110106004")))
    found = names(catalog=clash).region("东坝街道")
    assert isinstance(found, Problem) and found.code == "ambiguous_region"
    assert "110106001" in found.zh and "110106004" in found.zh


def test_a_region_above_is_a_total_unless_it_reports_itself() -> None:
    assert names().is_total("110105") is True
    assert names("air_monitor").is_total("110105") is False
    assert names().is_total("110106") is False


def test_a_title_names_what_it_is_about() -> None:
    title = "朝阳区金盏地区2018年新增居住区停车位台账"
    assert names().in_title("region", title) == {"110105036"}
    assert names().in_title("indicator", title) == {"residential_parking_added"}
    enforcement = names("urban_enforcement")
    assert enforcement.in_title("indicator", "新增违法建设") == {"new_illegal_construction"}


def test_the_word_that_was_meant_is_not_looked_for_for_ever() -> None:
    known = names()
    problems = [known.region(f"金盏{number}乡") for number in range(HINTS + 1)]
    hinted = ["是否为" in problem.zh for problem in problems if isinstance(problem, Problem)]
    assert hinted == [True] * HINTS + [False]
    again = known.region("金盏0乡")
    assert isinstance(again, Problem) and "是否为" in again.zh
