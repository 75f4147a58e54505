"""Groups of regions, and those that have figures of their own; regions that are left out."""

from __future__ import annotations

from pathlib import Path

from service.catalog.publish import check_folders
from tests.testkit.catalogs import FILES, read, told, write


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
