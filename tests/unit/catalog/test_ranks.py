"""Ranks, and regions beside the root."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testkit.catalogs import FILES, read, told, write

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
