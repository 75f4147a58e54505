"""The city's bulletin over real HTTP: stored as verified, official by precedence, its ranks judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from service.clock import beijing
from service.ingest.formats import XLSX
from service.shipped import shipped_catalog
from tests.integration.test_formats import receipt, send
from tests.testkit.books import Cell, rows, workbook
from tests.testkit.bulletins import DEMOLISHED, RANK, bulletin_overlay
from tests.testkit.service import (
    DEMO_CATALOG,
    OPERATOR,
    Running,
    copy_of,
    counts,
    overlay,
    reading,
    service_on,
)

DISTRICTS = ("东城", "西城", "朝阳", "丰台", "石景山", "海淀", "门头沟", "房山", "通州", "顺义", "昌平", "大兴", "怀柔", "平谷",
             "密云", "延庆")  # fmt: skip
CHAOYANG = "110105"
RULES = """\
groups:
  - name: bulletin
    rules:
      - alert: low_rank
        check: {type: threshold, indicators: [illegal_construction_rank], of: value, levels: {yellow: 10, orange: 13}}
        annotations: {title: 全市排名靠后}
"""


@pytest.fixture
def city(server: str, template: str, tmp_path: Path) -> Iterator[Running]:
    """A service with a bulletin of all districts, judged from May 2018 on."""
    begin = overlay(tmp_path / "begin", catalog="evaluate_from: 2018-06-29")
    folders = (shipped_catalog(), DEMO_CATALOG, bulletin_overlay(tmp_path / "bulletin"), begin)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bulletin.yaml").write_text(RULES, "utf-8")
    with copy_of(server, template) as dsn, service_on(dsn, folders=folders, rules=rules) as service:
        yield service


def book(place: int, total: float) -> bytes:
    """The bulletin as it is published: a title, two rows of header, sixteen districts, the city."""

    def fill(made: Workbook, sheet: Worksheet) -> None:
        centred = made.add_format({"align": "center"})
        figures: list[list[Cell]] = [
            [
                f"{name}区",
                10 + n,
                0.5,
                "第1名（并列）" if n == 0 else f"第{place}名" if name == "朝阳" else n + 20,
            ]
            for n, name in enumerate(DISTRICTS)
        ]
        rows(
            [None],
            [None],
            [None, "完成量（万平方米）", "完成率", "排名"],
            *figures,
            ["全市", total, 0.5, "—"],
        )(made, sheet)
        sheet.merge_range("A1:D1", "全市拆除违法建设进展通报（截至2018年6月30日）", centred)
        sheet.merge_range("A2:A3", "区", centred)
        sheet.merge_range("B2:D2", "拆除违法建设", centred)
        for n in range(len(DISTRICTS)):
            sheet.write(n + 3, 2, 0.5, made.add_format({"num_format": "0.0%"}))

    return workbook(("通报", fill))


def test_a_bulletin_is_stored_judged_and_told(city: Running) -> None:
    city.post(reading("2018-06-27", 5000.0, DEMOLISHED))
    city.clock.set(beijing(date(2018, 7, 3), 9))
    found = receipt(send(city, book(12, 280.0), XLSX, feed="city_bulletin"))
    assert (found["rows"], counts(found)) == (32, (32, 0, 0, 0))
    assert {n["code"] for n in found["notices"]} == {"left_out_column", "totals"}
    items = city.get("/v1/readings", OPERATOR, first="2018-06-30", last="2018-06-30", limit=1000)["items"]
    stored = {(r["indicator"], r["region"]): (r["value"], r["source"]) for r in items}
    assert len(stored) == 32
    assert stored[DEMOLISHED, CHAOYANG] == (120_000.0, "verified")
    assert (stored[RANK, CHAOYANG], stored[RANK, "110101"]) == ((12.0, "verified"), (1.0, "verified"))

    city.close_days("2018-07-05")
    progress = city.get("/v1/progress", OPERATOR, indicator=DEMOLISHED, region=CHAOYANG)["items"]
    assert [(p["period_to_date"], p["data_day"]) for p in progress] == [(120_000.0, "2018-06-30")]
    ranks = city.get("/v1/progress", OPERATOR, indicator=RANK)["items"]
    assert {p["region"] for p in ranks} >= {CHAOYANG, "110101", "110119"}
    assert all(p["completion"] is None and p["projected"] is None for p in ranks)
    assert [(a["rule"], a["region"], a["level"]) for a in city.alerts()] == [("low_rank", CHAOYANG, "yellow")]
    city.service.freshen()
    assert city.metric("biaochi_reading", indicator=RANK, region=CHAOYANG) == 12.0
    assert city.metric("biaochi_reading", indicator=RANK, region="110000") is None
    assert city.metric("biaochi_region_info", region="110101") == 1.0
    while city.service.delivery.run_once().sent:
        pass
    assert any("拆除违法建设全市排名列第12位" in text for text in city.robot.texts)


def test_a_total_that_differs_and_a_later_bulletin(city: Running) -> None:
    city.clock.set(beijing(date(2018, 7, 3), 9))
    first = receipt(send(city, book(12, 281.0), XLSX, feed="city_bulletin"))
    assert any(n["code"] == "total_differs" and "280万平方米" in n["zh"] for n in first["notices"])
    again = receipt(send(city, book(11, 280.0), XLSX, feed="city_bulletin"))
    assert counts(again) == (0, 31, 1, 0)
