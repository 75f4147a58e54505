"""Files as real programs write them (tests/files/README.md), posted as a browser or a script would."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from service.ingest.formats import XLSX
from tests.integration.test_wrong_things import assert_problem
from tests.testkit.service import Running, assert_adds_up, copy_of, counts, service_on

FILES = Path(__file__).parents[1] / "files"
FEED = "urban_enforcement"
EXCEL, CSV, TSV = "application/vnd.ms-excel", "text/csv", "text/tab-separated-values"
ET, MACROS = "application/wps-office.et", "application/vnd.ms-excel.sheet.macroEnabled.12"
DEMOLISHED, ADDED, WALLS = (
    "illegal_construction_demolished",
    "new_illegal_construction",
    "wall_openings_rectified",
)
CHAOWAI, JINZHAN, DONGBA = "110105002", "110105036", "110105039"

# Value, figure and unit as reported, note; by day, indicator and region.
Readings = dict[tuple[str, str, str], tuple[float, str | None, str | None, str | None]]
LEDGER: Readings = {
    ("2018-06-26", DEMOLISHED, JINZHAN): (12500.0, "1.25", "万平方米", None),
    ("2018-06-26", WALLS, JINZHAN): (3.0, None, None, None),
    ("2018-06-26", DEMOLISHED, CHAOWAI): (1200.0, "0.12", "万平方米", "无沿街商户"),
    ("2018-06-26", DEMOLISHED, DONGBA): (0.0, None, None, None),
}
ADDITIONS: Readings = {
    ("2018-06-26", ADDED, JINZHAN): (5000.0, "0.5", "公顷", "经办：张䶮"),
    ("2018-06-25", ADDED, CHAOWAI): (1120.0, None, None, None),
}


@pytest.fixture(scope="module")
def files(server: str, published: str) -> Iterator[Running]:
    """A service that takes the files one after the other."""
    with copy_of(server, published) as dsn, service_on(dsn) as service:
        yield service


def send(service: Running, name: str, content_type: str, **query: str) -> httpx.Response:
    headers = {**service.headers(FEED), "content-type": content_type}
    return service.client.post(
        "/v1/readings", content=(FILES / name).read_bytes(), headers=headers, params=query
    )


def take_everything_back(service: Running, note: str) -> None:
    """So that what stands afterwards is the next file's doing."""
    rows = [
        {"day": day, "indicator": indicator, "region": region, "value": None}
        for day, indicator, region in LEDGER | ADDITIONS
    ]
    service.post(*rows, feed=FEED, note=note)


def standing(service: Running) -> Readings:
    items = service.get("/v1/readings", first="2018-06-25", last="2018-06-26", limit=1000)["items"]
    return {
        (r["day"], r["indicator"], r["region"]): (r["value"], r["figure"], r["unit"], r["note"])
        for r in items
        if r["value"] is not None
    }


GOOD: list[tuple[str, str, Readings]] = [
    ("ledger.xlsx", XLSX, LEDGER | ADDITIONS),
    ("ledger.xlsx", EXCEL, LEDGER | ADDITIONS),
    ("ledger.xlsx", ET, LEDGER | ADDITIONS),
    ("ledger.xlsx", MACROS, LEDGER | ADDITIONS),
    ("openpyxl.xlsx", XLSX, LEDGER | ADDITIONS),
    ("xlsxwriter.xlsx", XLSX, LEDGER | ADDITIONS),
    ("ledger-gbk.csv", CSV, LEDGER),
    ("ledger-gbk.csv", EXCEL, LEDGER),
    ("ledger-gbk.csv", f"{CSV}; charset=GBK", LEDGER),
    ("added-gb18030.csv", CSV, ADDITIONS),
    ("ledger-unicode.txt", TSV, LEDGER),
    ("ledger-unicode.txt", f"{CSV}; charset=utf-16", LEDGER),
]


@pytest.mark.parametrize(("name", "content_type", "readings"), GOOD)
def test_what_a_program_saved_is_stored_to_the_last_figure(
    files: Running, name: str, content_type: str, readings: Readings
) -> None:
    take_everything_back(files, f"{name} {content_type}")
    answer = send(files, name, content_type, note=f"{name} {content_type}")
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert_adds_up(receipt)
    assert receipt["rows"] == len(readings)
    assert standing(files) == readings


def test_the_same_ledger_saved_by_every_program_is_one_body(files: Running) -> None:
    names = ["ledger.xlsx", "openpyxl.xlsx", "xlsxwriter.xlsx"]
    receipts = [send(files, name, XLSX).json() for name in names]
    assert [receipt["replayed"] for receipt in receipts] == [False, True, True]


def test_the_receipt_names_what_the_program_hid_and_added_up(files: Running) -> None:
    receipt = send(files, "ledger.xlsx", XLSX, note="notices").json()
    told = {(n["code"], n["where"]): n["zh"] for n in receipt["notices"]}
    assert set(told) == {
        ("hidden_rows", "台账"), ("totals", "台账"), ("not_applicable", "台账"), ("blank", "台账"), ("left_out", "台账"),
    }  # fmt: skip
    assert "台账第6行" in told["hidden_rows", "台账"]


# The file, its type, the fault's code and place, and what its Chinese sentence says.
WRONG: list[tuple[str, str, str, str, str]] = [
    ("ledger.xls", XLSX, "workbook_old_format", "workbook", "请用 Excel 或 WPS 另存为 .xlsx"),
    ("ledger.xls", EXCEL, "workbook_old_format", "workbook", "请用 Excel 或 WPS 另存为 .xlsx"),
    ("ledger.xls", ET, "workbook_old_format", "workbook", "WPS 的 .et"),
    ("ledger.xls", CSV, "not_text", "byte 0", "这是 Excel/WPS 工作簿"),
    ("password.xlsx", XLSX, "workbook_encrypted", "workbook", "请去掉密码"),
    ("ledger.ods", XLSX, "workbook_opendocument", "workbook", "另存为 .xlsx"),
    ("ledger.ods", EXCEL, "workbook_opendocument", "workbook", "另存为 .xlsx"),
    ("web-page.xls", XLSX, "not_a_table", "workbook", "这是网页（HTML）表格"),
    ("web-page.xls", EXCEL, "not_a_table", "byte 0", "这是网页（HTML）表格"),
    ("web-page.xls", CSV, "not_a_table", "byte 0", "另存为 .xlsx"),
    ("table-2003.xls", EXCEL, "not_a_table", "byte 0", "XML 表格 2003"),
    ("openpyxl-uncalculated.xlsx", XLSX, "no_result", "台账!B5", "公式没有保存计算结果"),
    ("xlsxwriter-uncalculated.xlsx", XLSX, "no_result", "台账!B5", "打开后重新保存"),
    ("ledger-unicode.txt", f"{CSV}; charset=gbk", "wrong_encoding", "line 1", "不是 gbk 编码"),
    ("ledger.fods", CSV, "not_a_table", "byte 0", "另存为 .xlsx"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content_type", "code", "where", "sentence"), WRONG)
def test_what_cannot_be_read_is_told_how_to_save_it(
    files: Running, name: str, content_type: str, code: str, where: str, sentence: str
) -> None:
    problem = assert_problem(send(files, name, content_type), 422, "rejected")
    fault = problem["errors"][0]
    assert (fault["code"], fault["where"], sentence in fault["zh"]) == (code, where, True), fault
    receipt = problem["receipt"]
    assert_adds_up(receipt)
    assert counts(receipt)[:3] == (0, 0, 0)


def test_formulas_nobody_calculated_refuse_the_book_and_zeros_are_not_taken_for_results(
    files: Running,
) -> None:
    """One figure is missing, so nothing of the book is stored; its sound rows are named with it."""
    problem: dict[str, Any] = send(files, "xlsxwriter-uncalculated.xlsx", XLSX).json()
    found = [(error["code"], error["where"]) for error in problem["errors"]]
    assert found[0] == ("no_result", "台账!B5")
    assert {code for code, _ in found[1:]} == {"not_stored"}
    assert len(found) == problem["receipt"]["rows"] == 6


@pytest.mark.parametrize(
    "content_type", ["application/vnd.oasis.opendocument.spreadsheet", "application/octet-stream"]
)
def test_a_type_that_is_not_taken_is_told_those_that_are(files: Running, content_type: str) -> None:
    problem = assert_problem(send(files, "ledger.ods", content_type), 415, "wrong_type")
    assert XLSX in problem["detail_zh"]


@pytest.mark.parametrize(("name", "marked"), [("ledger.xlsx", True), ("ledger-gbk.csv", False)])
def test_what_windows_calls_a_file_of_excels_is_sent_back_marked_if_it_is_a_workbook(
    files: Running, name: str, marked: bool
) -> None:
    headers = {**files.headers(FEED), "content-type": EXCEL, "accept": XLSX}
    content = (FILES / name).read_bytes()
    answer = files.client.post("/v1/readings", content=content, headers=headers, params={"note": "回执"})
    assert answer.headers["content-type"] == XLSX
    sheets = openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
    assert ("台账" in sheets) == marked and "回执" in sheets
