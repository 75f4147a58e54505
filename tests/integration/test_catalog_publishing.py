"""Catalogues as they are published: version after version, nothing lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service.catalog.publish import publish_folders
from service.errors import Faulty
from service.shipped import shipped
from service.store.pool import connection
from tests.testkit.service import (
    BEGIN,
    FOLDERS,
    JIA,
    YI,
    Running,
    copy_of,
    encoded,
    overlay,
    reading,
    service_on,
)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, ...]]:
    """The folders the running service's catalogue was published from, and one to lay over them."""
    yield (*FOLDERS, overlay(tmp_path / "mine", catalog=f"evaluate_from: {BEGIN}"))


def parking_targets(service: Running) -> list[tuple[Any, ...]]:
    return service.all(
        "SELECT version, value, catalog_version FROM biaochi.target WHERE code = 'T014' ORDER BY version"
    )


def versions(service: Running) -> int:
    return int(service.one("SELECT count(*) FROM biaochi.publication WHERE kind = 'catalog'"))


def test_the_same_files_published_twice_are_one_version(running: Running, folders: tuple[Path, ...]) -> None:
    assert running.publish(*folders) == (1, False)
    assert versions(running) == 1
    assert parking_targets(running) == [(1, 2000.0, 1)]


def test_a_changed_target_is_a_new_version_and_the_old_one_is_kept(
    running: Running, folders: tuple[Path, ...]
) -> None:
    overlay(folders[-1], targets="targets: [{code: T014, value: 2100}]")
    assert running.publish(*folders) == (2, True)
    assert parking_targets(running) == [(1, 2000.0, 1), (2, 2100.0, 2)]
    assert running.one("SELECT count(*) FROM biaochi.target") == 10  # the other eight were not written again


def test_a_target_that_goes_back_is_a_third_version(running: Running, folders: tuple[Path, ...]) -> None:
    running.publish(
        *folders, overlay(folders[-1].parent / "more", targets="targets: [{code: T014, value: 2100}]")
    )
    running.publish(*folders)
    assert [value for _, value, _ in parking_targets(running)] == [2000.0, 2100.0, 2000.0]


def test_progress_is_judged_against_the_target_in_use(running: Running, folders: tuple[Path, ...]) -> None:
    running.post(reading("2018-06-25", 21), reading("2018-06-26", 0))
    overlay(folders[-1], targets="targets: [{code: T014, value: 2100}]")
    running.publish(*folders)
    running.close_days("2018-06-26")
    (row,) = running.get("/v1/progress", indicator="residential_parking_added", region="110105")["items"]
    assert (row["target_code"], row["target"], row["completion"]) == ("T014", 2100, 0.01)


def test_an_overlay_changes_the_keys_it_names_and_no_others(
    running: Running, folders: tuple[Path, ...]
) -> None:
    overlay(folders[-1], indicators="indicators: [{code: pm25_mean, name: 细颗粒物}]")
    running.publish(*folders)
    items = {item["code"]: item for item in running.get("/v1/indicators")["items"]}
    assert (items["pm25_mean"]["name"], items["pm25_mean"]["unit"]) == ("细颗粒物", "ug_per_m3")
    assert len(items) == 16


def test_numbers_of_series_stay_when_the_catalogue_changes(
    running: Running, folders: tuple[Path, ...]
) -> None:
    running.post(reading("2018-06-25", 5))
    before = running.all("SELECT series_id, node_id, source FROM biaochi.series ORDER BY 1")
    overlay(folders[-1], indicators="indicators: [{code: pm25_mean, name: 细颗粒物}]")
    running.publish(*folders)
    assert running.all("SELECT series_id, node_id, source FROM biaochi.series ORDER BY 1") == before
    assert running.post(reading("2018-06-25", 6))["revised"] == 1


def test_another_process_takes_a_new_version_over(running: Running, folders: tuple[Path, ...]) -> None:
    with running.replica() as other:
        assert other.catalogs.published().version == 1
        overlay(folders[-1], catalog=f"evaluate_from: {BEGIN}\nname: 新的一年")
        running.publish(*folders)
        other.freshen()
        assert other.catalogs.published().version == 2
        assert other.catalogs.published().catalog.name == "新的一年"


def test_two_that_publish_at_once_make_one_version(running: Running, folders: tuple[Path, ...]) -> None:
    overlay(folders[-1], targets="targets: [{code: T014, value: 2100}]")

    def publish(_: int) -> tuple[int, bool]:
        with connection(running.service.pool) as conn:
            return publish_folders(conn, folders, banner="", at=running.clock.now(), by="test")

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(publish, range(2))) == [(2, False), (2, True)]
    assert len(parking_targets(running)) == 2


def test_a_wrong_catalogue_publishes_nothing(running: Running, folders: tuple[Path, ...]) -> None:
    overlay(folders[-1], targets="targets:\n  - code: T014\n    value: 2100\n    indicator: parking")
    with pytest.raises(Faulty) as refused:
        running.publish(*folders)
    (fault,) = refused.value.faults
    assert fault.where.startswith("targets.yaml:")
    assert (versions(running), len(parking_targets(running))) == (1, 1)


def test_the_token_of_a_feed_that_left_the_catalogue_posts_nothing(running: Running) -> None:
    running.post(reading("2018-06-25", 5))
    running.publish(FOLDERS[0])  # without the demo's overlay there is no 甲街道
    answer = running.send(encoded(reading("2018-06-25", 6)))
    assert answer.status_code in (401, 403)
    assert answer.json()["code"] == "no_feed"
    (row,) = running.get("/v1/readings", first="2018-06-25", last="2018-06-25", region=JIA)["items"]
    assert row["value"] == 5


def test_a_service_without_a_catalogue_says_so_and_answers_once_there_is_one(running: Running) -> None:
    with connection(running.service.pool) as conn, conn.transaction():
        conn.execute("CREATE TABLE kept AS SELECT * FROM biaochi.publication")
        conn.execute("DELETE FROM biaochi.publication")
    running.service.catalogs._published = None
    answer = running.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "no_catalog")
    assert int(answer.headers["retry-after"]) > 0
    assert running.send(encoded(reading("2018-06-25", 6))).status_code == 503
    with connection(running.service.pool) as conn:
        conn.execute("INSERT INTO biaochi.publication SELECT * FROM kept")
    assert running.client.get("/readyz").json() == {"status": "ready"}


def test_an_alert_whose_feed_and_region_left_the_catalogue_ends_and_days_go_on_closing(
    running: Running, folders: tuple[Path, ...]
) -> None:
    running.post(reading("2018-06-25", 30, "new_illegal_construction"))
    running.close_days("2018-06-25")
    (alert,) = running.alerts(region=JIA)
    overlay(folders[-1], catalog=f"evaluate_from: {BEGIN}")
    running.publish(FOLDERS[0], folders[-1])
    assert len(running.close_days("2018-06-26").days) == 1
    (ended,) = running.alerts(region=JIA)
    assert (ended["id"], ended["state"]) == (alert["id"], "resolved")


def test_a_feed_that_owed_figures_and_left_the_catalogue_owes_none(
    server: str, published: str, folders: tuple[Path, ...], tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    shutil.copy(shipped("alert_rules") / "reporting.yaml", rules)
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as service:
        service.close_days("2018-06-25")
        (owing,) = service.alerts(feed="jia")
        assert owing["state"] == "firing"
        service.publish(FOLDERS[0], folders[-1])
        assert len(service.close_days("2018-06-26").days) == 1
        (ended,) = service.alerts(feed="jia")
        assert ended["state"] == "resolved"


def test_a_figure_two_feeds_of_a_source_would_report_is_a_fault(
    running: Running, folders: tuple[Path, ...]
) -> None:
    """The second one could never post it, and nobody would know why."""
    overlay(
        folders[-1],
        feeds="feeds:\n  - code: bing\n    name: 丙\n    source: reported\n    first_day: 2016-01-01\n"
        "    covers: [{indicators: [parks_built_renovated, school_places_added], regions: ['110105998']}]",
    )
    with pytest.raises(Faulty, match="'jia'") as refused:
        running.publish(*folders)
    (fault,) = refused.value.faults
    assert fault.where == "feeds.yaml:2:5"


def grouped(service: Running) -> list[tuple[Any, ...]]:
    return service.all(
        "SELECT region_group, region_group_name, region, region_name FROM report.region_groups"
    )


def test_groups_of_regions_are_told_by_the_api_and_the_view(running: Running) -> None:
    groups = {item["code"]: item for item in running.get("/v1/groups")["items"]}
    assert list(groups) == ["streets", "townships", "one_green_pilots"]
    assert (groups["townships"]["name"], len(groups["townships"]["regions"])) == ("乡", 19)
    told = grouped(running)
    assert [g[0] for g in told[:1]] == ["streets"] and len(told) == 24 + 19 + 6
    assert ("townships", "乡", "110105039", "东坝地区") in told


def test_a_group_that_changes_is_kept_with_the_version_it_was_in(
    running: Running, folders: tuple[Path, ...]
) -> None:
    mine = """groups:
  - {code: townships, regions: ["110105039"]}
  - {code: key, name: 重点街乡, regions: ["11010599?"]}
"""
    overlay(folders[-1], groups=mine)
    assert running.publish(*folders) == (2, True)
    assert [(group, region) for group, _, region, _ in grouped(running) if group in ("townships", "key")] == [
        ("townships", "110105039"),
        ("key", "110105998"),
        ("key", "110105999"),
    ]
    sizes = "SELECT catalog_version, count(*) FROM biaochi.region_group_member WHERE code = 'townships' GROUP BY 1 ORDER BY 1"
    assert running.all(sizes) == [(1, 19), (2, 1)]
    assert running.publish(*folders) == (2, False), "the same files again are no new version"
    assert running.all(sizes) == [(1, 19), (2, 1)]


def test_a_group_that_left_the_catalogue_is_not_shown_any_more(
    running: Running, folders: tuple[Path, ...]
) -> None:
    overlay(folders[-1], groups='groups: [{code: key, name: 重点街乡, regions: ["110105998"]}]')
    running.publish(*folders)
    assert "key" in {group for group, *_ in grouped(running)}
    overlay(folders[-1], groups="groups: []")
    running.publish(*folders)
    assert "key" not in {group for group, *_ in grouped(running)}
    assert "key" not in {item["code"] for item in running.get("/v1/groups")["items"]}


def test_a_group_that_is_rolled_up_is_judged_shown_and_told(
    running: Running, folders: tuple[Path, ...]
) -> None:
    """Both invented sub-districts; one of them is silent first, so that the group has half of it."""
    overlay(
        folders[-1],
        catalog=f"evaluate_from: {BEGIN}",
        groups='groups: [{code: two, name: 街乡, regions: ["11010599?"], rollup: {name: 两个街乡}}]',
        targets="""targets:
  - code: T-two
    indicator: new_illegal_construction
    region: two
    period: {start: 2018-01-01, end: 2018-12-31}
    comparator: "<="
    value: 10
""",
    )
    running.publish(*folders)
    running.post(reading("2018-06-25", 30, "new_illegal_construction"))
    yi = reading("2018-06-25", 12, "new_illegal_construction") | {"region": YI}
    running.close_days("2018-06-25")
    (half,) = running.get("/v1/progress", indicator="new_illegal_construction", region="two")["items"]
    assert (half["period_to_date"], half["coverage"], half["target"]) == (30, 0.5, 10)
    running.post(yi, feed="yi")
    running.close_days("2018-06-26")
    whole = running.get(
        "/v1/progress", indicator="new_illegal_construction", region="two", as_of="2018-06-25"
    )
    assert [(row["period_to_date"], row["coverage"]) for row in whole["items"]] == [(42, 1.0)]
    shown = "SELECT DISTINCT region_name, region_level FROM report.progress WHERE region = 'two'"
    assert running.all(shown) == [("两个街乡", "group")]
    running.service.freshen()
    assert running.metric("biaochi_period_to_date", indicator="new_illegal_construction", region="two") == 42
    assert running.metric("biaochi_region_info", region="two", level="group") == 1
