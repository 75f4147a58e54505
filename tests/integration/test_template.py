"""A feed's template over HTTP: which day it is for, who gets it, and that the upload reads it back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from openpyxl import load_workbook

from service.ingest.formats import XLSX
from tests.integration.test_wrong_things import assert_problem
from tests.testkit.service import FOLDERS, JIA, OPERATOR, Running, biaochi, counts, overlay, reading

NEXT = "2018-06-27"  # of the tests' clock: due at ten o'clock


def get(service: Running, holder: str, **query: str) -> httpx.Response:
    headers = service.headers(holder)
    return service.client.get("/v1/readings/template.xlsx", headers=headers, params=query)


def book_of(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XLSX
    return load_workbook(io.BytesIO(answer.content))


def day_of(answer: httpx.Response) -> date:
    found: date = book_of(answer)["填报"]["B2"].value.date()
    return found


def upload(service: Running, book: Any, feed: str) -> httpx.Response:
    out = io.BytesIO()
    book.save(out)
    return service.send(out.getvalue(), feed=feed, content_type=XLSX)


def stored(service: Running, day: str) -> dict[tuple[str, str], float]:
    items = service.get("/v1/readings", first=day, last=day, limit=1000)["items"]
    return {(r["indicator"], r["region"]): r["value"] for r in items}


def test_a_department_fills_in_its_streets(shared: Running, own_day: str) -> None:
    book = book_of(get(shared, "urban_enforcement", day=own_day))
    sheet = book["填报"]
    assert [sheet.cell(4, column).value for column in (1, 2, 4)] == [
        "街乡",
        "拆除违法建设面积",
        "整治“开墙打洞”",
    ]
    rows = {sheet.cell(row, 1).value: row for row in range(6, sheet.max_row + 1)}
    assert len(rows) == 43
    sheet.cell(rows["金盏地区"], 2).value = 12.5
    sheet.cell(rows["金盏地区"], 4).value = "不适用"
    sheet.cell(rows["朝外街道"], 4).value = "零报告"
    sheet.cell(rows["建外街道"], 3).value = "0.5公顷"
    answer = upload(shared, book, "urban_enforcement")
    assert counts(answer.json()) == (3, 0, 0, 0)
    assert stored(shared, own_day) == {
        ("illegal_construction_demolished", "110105036"): 12.5,
        ("wall_openings_rectified", "110105002"): 0.0,
        ("new_illegal_construction", "110105001"): 5000.0,
    }
    codes = {notice["code"] for notice in answer.json()["notices"]}
    assert codes == {"not_reported", "blank", "not_applicable"}


def test_another_unit_is_chosen_in_the_row_of_units(shared: Running, own_day: str) -> None:
    book = book_of(get(shared, "urban_enforcement", day=own_day))
    book["填报"]["B5"], book["填报"]["B6"] = "万平方米", 1.25
    assert upload(shared, book, "urban_enforcement").status_code == 201
    assert list(stored(shared, own_day).values()) == [12500.0]


def test_a_street_fills_in_its_indicators_and_sees_the_last_figures(shared: Running, own_days: Any) -> None:
    before, day = own_days(2)
    shared.post(reading(before, 7))
    book = book_of(get(shared, "jia", day=day))
    sheet = book["填报"]
    row = next(row for row in range(5, 19) if sheet.cell(row, 1).value == "新增居住区停车位")
    assert (sheet.cell(row, 5).value, str(sheet.cell(row, 6).value.date())) == (7, before)
    for each in range(5, 19):
        sheet.cell(each, 3).value = 0
    sheet.cell(row, 3).value = 5
    assert counts(upload(shared, book, "jia").json()) == (14, 0, 0, 0)
    found = stored(shared, day)
    assert found.pop(("residential_parking_added", JIA)) == 5.0
    assert len(found) == 13 and set(found.values()) == {0.0}


def test_the_same_book_serves_for_another_day(shared: Running, own_days: Any) -> None:
    first, second = own_days(2)
    book = book_of(get(shared, "jia", day=first))
    book["填报"]["B2"], book["填报"]["C5"] = date.fromisoformat(second), 3
    assert upload(shared, book, "jia").status_code == 201
    assert (len(stored(shared, first)), len(stored(shared, second))) == (0, 1)


def test_an_untouched_template_is_told_that_it_is_empty(shared: Running) -> None:
    problem = assert_problem(upload(shared, book_of(get(shared, "jia")), "jia"), 422, "rejected")
    assert [error["code"] for error in problem["errors"]] == ["empty"]


def test_hidden_sheets_of_the_book_are_not_read(shared: Running, own_day: str) -> None:
    book = book_of(get(shared, "jia", day=own_day))
    book["填报"]["C5"] = 1
    book["填报说明"].sheet_state = "hidden"
    notices = upload(shared, book, "jia").json()["notices"]
    assert {notice["code"] for notice in notices} == {"hidden_sheet", "blank"}


def test_it_is_for_the_first_open_day_that_is_not_wholly_reported(running: Running) -> None:
    assert day_of(get(running, "jia")) == date(2018, 6, 27)
    book = book_of(get(running, "jia"))
    for row in range(5, 19):
        book["填报"].cell(row, 3).value = 0
    assert upload(running, book, "jia").status_code == 201
    assert day_of(get(running, "jia")) == date(2018, 6, 28)
    # Of another feed nothing is in.
    assert day_of(get(running, "yi")) == date(2018, 6, 27)


def test_a_weekly_feed_gets_the_sunday_of_its_week(running: Running, tmp_path: Path) -> None:
    weekly = overlay(tmp_path / "weekly", feeds="feeds:\n  - {code: jia, cycle: weekly}")
    running.publish(*FOLDERS, weekly)
    answer = get(running, "jia")
    assert day_of(answer) == date(2018, 7, 1)
    assert "各格填本周数" in book_of(answer)["填报"]["A3"].value
    assert_problem(get(running, "jia", day="2018-06-20"), 422, "wrong_day")
    assert day_of(get(running, "jia", day="2018-06-24")) == date(2018, 6, 24)


def test_its_name_is_told_in_ascii_and_in_chinese(shared: Running) -> None:
    disposition = get(shared, "jia", day=NEXT).headers["content-disposition"]
    assert f'filename="template_jia_{NEXT}.xlsx"' in disposition
    assert unquote(disposition).endswith(f"filename*=UTF-8''甲街道填报_{NEXT}.xlsx")


@pytest.mark.parametrize(
    ("holder", "query", "status", "code"),
    [
        ("jia", {"feed": "yi"}, 403, "other_feed"),
        (OPERATOR, {}, 422, "no_feed_named"),
        (OPERATOR, {"feed": "nobody"}, 404, "no_feed"),
        ("jia", {"day": "2015-12-31"}, 422, "wrong_day"),
        ("jia", {"day": "2018-06-29"}, 422, "wrong_day"),
        ("jia", {"day": "9999-12-31"}, 422, "wrong_day"),
        ("jia", {"day": "yesterday"}, 422, "wrong_parameters"),
    ],
)
def test_what_there_is_no_template_for(
    shared: Running, holder: str, query: dict[str, str], status: int, code: str
) -> None:
    assert_problem(get(shared, holder, **query), status, code)


def test_an_operator_gets_that_of_any_feed_and_nobody_else_any(shared: Running) -> None:
    assert "区城市管理委填报" in book_of(get(shared, OPERATOR, feed="urban_management"))["填报"]["A1"].value
    assert_problem(shared.client.get("/v1/readings/template.xlsx"), 401, "no_token")


def test_the_command_writes_the_same_book(
    shared: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", shared.service.dsn)
    out = tmp_path / "甲.xlsx"
    status, said, _ = biaochi("template", "jia", "--day", NEXT, "--out", str(out))
    assert (status, said) == (0, f"{out}: 甲街道填报, {NEXT}\n")
    assert load_workbook(out)["填报"]["A1"].value == "甲街道填报（日报）"
    status, _, told = biaochi("template", "nobody")
    assert status == 1 and "nobody" in told
