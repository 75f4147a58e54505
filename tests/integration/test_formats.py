"""Ledgers in, as real bytes over real HTTP: every format, what the receipt says, and what each wrong file is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from service.ingest.formats import CONTENT_TYPES, WORKBOOKS, XLSX
from tests.integration.test_wrong_things import assert_problem
from tests.testkit.books import Cell, bomb, parts_of, plain, replaced, rewritten, rows, workbook, zipped
from tests.testkit.service import JIA, OPERATOR, Running, assert_adds_up, counts, reading

CSV, TSV, NDJSON = "text/csv", "text/tab-separated-values", "application/x-ndjson"
EXCEL = "application/vnd.ms-excel"
PARKING, DEMOLISHED = "新增居住区停车位", "拆除违法建设面积"
YESTERDAY = "2018-06-27"


def send(service: Running, body: bytes, content_type: str, feed: str = "jia", **query: str) -> httpx.Response:
    headers = {**service.headers(feed), "content-type": content_type}
    return service.client.post("/v1/readings", content=body, headers=headers, params=query)


def receipt(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    assert_adds_up(found)
    return found


def stored(service: Running, day: str) -> dict[tuple[str, str], tuple[float | None, str | None, str | None]]:
    """Value, and figure and unit as reported, by indicator and region."""
    items = service.get("/v1/readings", OPERATOR, first=day, last=day, limit=1000)["items"]
    return {(r["indicator"], r["region"]): (r["value"], r["figure"], r["unit"]) for r in items}


# ---- every format


def test_the_same_readings_in_every_format_are_one_body(shared: Running, own_day: str) -> None:
    row = reading(own_day, 5)
    table: list[list[Cell]] = [["日期", "指标", "区域", "数值"], [own_day, PARKING, "甲街道办事处", "5"]]
    bodies = [
        (json.dumps(row).encode(), "application/json"),
        (json.dumps(row).encode() + b"\n", NDJSON),
        ("\r\n".join(",".join(map(str, line)) for line in table).encode("utf-8-sig"), CSV),
        ("\n".join(",".join(map(str, line)) for line in table).encode("gbk"), CSV),
        ("\n".join(",".join(map(str, line)) for line in table).encode("gb18030"), "text/csv; charset=GB2312"),
        ("\n".join("\t".join(map(str, line)) for line in table).encode(), CSV),
        ("\n".join("\t".join(map(str, line)) for line in table).encode(), TSV),
        ("\n".join("\t".join(map(str, line)) for line in table).encode("utf-16"), TSV),
        *((plain(*table), type_) for type_ in (*WORKBOOKS, EXCEL)),
        ("\n".join(",".join(map(str, line)) for line in table).encode("gbk"), EXCEL),
    ]
    receipts = [receipt(send(shared, body, type_)) for body, type_ in bodies]
    assert counts(receipts[0]) == (1, 0, 0, 0)
    assert [r["replayed"] for r in receipts] == [False] + [True] * (len(bodies) - 1)
    assert len({r["submission"] for r in receipts}) == 1


def test_the_format_and_the_note_of_the_address_are_kept(shared: Running, own_day: str) -> None:
    body = f"day,indicator,region,value\n{own_day},residential_parking_added,{JIA},5\n".encode()
    found = receipt(send(shared, body, CSV, note="补报"))
    submission = shared.get(f"/v1/submissions/{found['submission']}")
    assert (submission["format"], submission["note"]) == ("csv", "补报")
    # The same rows with another note are another body.
    assert receipt(send(shared, body, CSV, note="再报"))["replayed"] is False


def test_a_table_can_restate_history_with_its_reason_in_the_address(shared: Running, own_day: str) -> None:
    body = f"街乡,{PARKING}\n甲街道,5\n".encode()
    assert_problem(send(shared, body, CSV, day=own_day, restatement="true"), 422, "rejected")
    found = receipt(send(shared, body, CSV, day=own_day, restatement="true", note="口径调整：含地下车位"))
    assert found["restatement"] is True


def ledger(day: str, total: float) -> bytes:
    """A clerk's workbook: merged titles, units in headers and cells, totals, hidden rows, a second sheet, a guide."""

    def august(book: Workbook, sheet: Worksheet) -> None:
        title = book.add_format({"align": "center", "bold": True})
        rows(
            [None],
            [f"截至{day}", None, "填报单位：区城管执法监察局"],
            ["街乡", f"{DEMOLISHED}（万平方米）", "整治“开墙打洞”"],
            ["金盏乡", 1.25, 3],
            ["朝外", "1,200㎡", "/"],
            ["东坝地区", 0, None],
            ["合计", total, "=SUM(C4:C6)"],
            ["填表人：张三"],
        )(book, sheet)
        sheet.merge_range("A1:C1", "朝阳区拆除违法建设台账", title)
        sheet.write_formula("C7", "=SUM(C4:C6)", None, 3)
        sheet.set_row(5, None, None, {"hidden": True})

    def second(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["日期", "指标", "区域", "数值", "单位"])
        sheet.write_row(
            1, 0, [int(day.replace("-", "")), "new_illegal_construction", "110105036", 0.5, "公顷"]
        )

    def options(book: Workbook, sheet: Worksheet) -> None:
        sheet.write(0, 0, "下拉选项")
        sheet.hide()

    return workbook(("台账", august), ("新增", second), ("说明", rows(["按日填报"])), ("选项", options))


def test_a_clerks_workbook_is_stored_to_the_last_figure(shared: Running, own_day: str) -> None:
    found = receipt(send(shared, ledger(own_day, 1.37), XLSX, feed="urban_enforcement"))
    assert (found["rows"], counts(found)) == (5, (5, 0, 0, 0))
    assert stored(shared, own_day) == {
        ("illegal_construction_demolished", "110105036"): (12500.0, "1.25", "万平方米"),
        ("illegal_construction_demolished", "110105002"): (1200.0, None, None),
        ("illegal_construction_demolished", "110105039"): (0.0, None, None),
        ("wall_openings_rectified", "110105036"): (3.0, None, None),
        ("new_illegal_construction", "110105036"): (5000.0, "0.5", "公顷"),
    }


def test_the_receipt_says_how_the_workbook_was_read(shared: Running, own_day: str) -> None:
    found = receipt(send(shared, ledger(own_day, 1.5), XLSX, feed="urban_enforcement"))
    told = {(n["code"], n["where"]): n["zh"] for n in found["notices"]}
    assert set(told) == {
        ("hidden_sheet", "选项"),
        ("total_differs", "台账!B7"),
        ("hidden_rows", "台账"),
        ("totals", "台账"),
        ("left_out", "台账"),
        ("not_applicable", "台账"),
        ("blank", "台账"),
        ("no_header", "说明!1:1"),
    }
    assert (
        "1.5万平方米" in told["total_differs", "台账!B7"]
        and "1.37万平方米" in told["total_differs", "台账!B7"]
    )
    again = receipt(send(shared, ledger(own_day, 1.5), XLSX, feed="urban_enforcement"))
    assert (again["replayed"], again["notices"]) == (True, found["notices"])
    assert shared.get(f"/v1/submissions/{found['submission']}")["notices"] == found["notices"]


def test_day_and_sum_under_one_header_with_a_diagonal_corner(shared: Running, own_day: str) -> None:
    """What most ledgers look like: the day's figure, the sum, the plan and the rate, under each indicator."""

    def fill(book: Workbook, sheet: Worksheet) -> None:
        corner = book.add_format({"diag_type": 2, "diag_border": 1, "text_wrap": True})
        rows(
            [None],
            [None],
            [None, "当日", "累计", "年度任务", "完成率", "当日", "累计"],
            ["甲街道", 3, 120, 200, 0.6, 0, 4],
        )(book, sheet)
        sheet.merge_range("A1:G1", f"疏整促工作台账（{own_day}）", corner)
        sheet.merge_range("A2:A3", "指标\n街乡", corner)
        sheet.merge_range("B2:E2", f"{PARKING}（个）", corner)
        sheet.merge_range("F2:G2", "整治群租房", corner)

    found = receipt(send(shared, workbook(("台账", fill)), XLSX))
    assert counts(found) == (2, 0, 0, 0)
    assert {key: told[0] for key, told in stored(shared, own_day).items()} == {
        ("residential_parking_added", JIA): 3.0,
        ("group_rentals_rectified", JIA): 0.0,
    }
    (left,) = [n["zh"] for n in found["notices"] if n["code"] == "left_out_column"]
    assert all(word in left for word in ("C2“累计”", "D2“年度任务”", "E2“完成率”", "G2“累计”"))


def test_a_days_ledger_takes_its_day_from_the_address(shared: Running, own_day: str) -> None:
    body = plain(["指标", "完成数"], [PARKING, "157个"], ["整治群租房", "零报告"])
    found = receipt(send(shared, body, XLSX, day=own_day))
    assert counts(found) == (2, 0, 0, 0)
    assert stored(shared, own_day)["residential_parking_added", JIA] == (157.0, None, None)


def test_a_cell_takes_a_reading_back_and_a_blank_one_does_not(shared: Running, own_day: str) -> None:
    send(shared, f"街乡,{PARKING}\n甲街道,5\n".encode(), CSV, day=own_day)
    blank = send(shared, f"街乡,{PARKING},整治群租房\n甲街道,,1\n".encode(), CSV, day=own_day)
    assert counts(receipt(blank)) == (1, 0, 0, 0)
    assert stored(shared, own_day)["residential_parking_added", JIA][0] == 5.0
    assert counts(receipt(send(shared, f"街乡,{PARKING}\n甲街道,撤回\n".encode(), CSV, day=own_day))) == (
        0,
        0,
        1,
        0,
    )


def test_rows_of_a_refused_table_add_up_and_the_sound_ones_are_named(shared: Running, own_day: str) -> None:
    body = f"街乡,{PARKING},整治群租房\n甲街道,约5,1\n乙街道,1,\n".encode()
    problem = assert_problem(send(shared, body, CSV, day=own_day), 422, "rejected")
    assert (problem["receipt"]["rows"], problem["receipt"]["rejected"]) == (3, 3)
    assert [(e["code"], e["where"]) for e in problem["errors"]] == [
        ("not_a_number", "line 2 column 2"),
        ("unknown_region", "line 3 column 1"),
        ("not_stored", "line 2 column 3"),
    ]


def test_two_values_in_a_sheet_named_like_a_date_are_both_told(shared: Running, own_day: str) -> None:
    """The place of a row may hold dots."""
    body = plain(["日期", "区域", PARKING], [own_day, "甲街道", 1], [own_day, "甲街道", 2], name="8.31")
    problem = assert_problem(send(shared, body, XLSX), 422, "rejected")
    assert [(e["code"], e["where"]) for e in problem["errors"]] == [
        ("two_values", "8.31!C2"),
        ("two_values", "8.31!C3"),
    ]


# ---- compressed


def zstd(content: bytes, **parameters: int) -> bytes:
    """A frame as a stream makes it, which doesn't say how long it is."""
    compressor = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(**parameters)
    ).compressobj()
    return compressor.compress(content) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("zstd", zstd)]
)
@pytest.mark.parametrize("parts", [1, 3])
def test_a_compressed_body_is_taken_also_in_several_members(
    shared: Running, own_day: str, encoding: str, compress: Callable[[bytes], bytes], parts: int
) -> None:
    body = json.dumps(reading(own_day, 5)).encode()
    step = -(-len(body) // parts)
    sent = b"".join(compress(body[at : at + step]) for at in range(0, len(body), step))
    assert counts(receipt(shared.send(sent, content_encoding=encoding))) == (1, 0, 0, 0)


# By name, as the bytes of gzip hold the time.
COMPRESSED = {
    "too much": (gzip.compress(b" " * 10_000_000), "gzip", 413, "too_large"),
    "cut off": (gzip.compress(b"[]")[:-1], "gzip", 422, "bad_gzip"),
    "not compressed": (b"[]", "gzip", 422, "bad_gzip"),
    "more behind it": (gzip.compress(b"[]") + b"more", "gzip", 422, "bad_gzip"),
    "nothing": (b"", "gzip", 422, "bad_gzip"),
    "too much zstd": (zstd(bytes(1 << 28)), "zstd", 413, "too_large"),
    "too much of nothing": (zstd(b"") * 8_000, "zstd", 413, "too_large"),
    "zstd cut off": (zstd(b"[]" * 100)[:-1], "zstd", 422, "bad_zstd"),
    "no zstd": (b"[]", "zstd", 422, "bad_zstd"),
    "more behind zstd": (zstd(b"[]") + b"more", "zstd", 422, "bad_zstd"),
    "a window of 128 MiB": (zstd(b"[]" * 100, window_log=27), "zstd", 422, "bad_zstd"),
    "two of them": (b"[]", "gzip, zstd", 415, "wrong_encoding"),
    "another compression": (b"[]", "br", 415, "wrong_encoding"),
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_a_wrongly_compressed_body_is_told_so(shared: Running, name: str) -> None:
    body, encoding, status, code = COMPRESSED[name]
    problem = assert_problem(shared.send(body, content_encoding=encoding), status, code)
    assert status != 413 or ("65536" in problem["detail"] and "once expanded" in problem["detail"])


# ---- wrong files


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def uncached(_: Workbook, sheet: Worksheet) -> None:
    rows(["街乡", PARKING], ["甲街道", None])(_, sheet)
    sheet.write_formula(1, 1, "=B9+B8", None, 77)


HEAD = f"街乡,{PARKING}"
# The file, its type, the fault's code and place, and what its Chinese sentence says.
WRONG: dict[str, tuple[bytes, str, str, str, str]] = {
    "about 120": (csv(HEAD, "甲街道,约120"), CSV, "not_a_number", "line 2 column 2", "不是一个数：只填数字，可带单位"),
    "a range": (csv(HEAD, "甲街道,12-15"), CSV, "not_a_number", "line 2 column 2", "不是一个数"),
    "a dash": (csv(HEAD, "甲街道,-"), CSV, "not_a_number", "line 2 column 2", "当日确无发生请填 0，不适用请填“/”"),
    "a misspelt street": (csv(HEAD, "甲街到,1"), CSV, "unknown_region", "line 2 column 1", "是否为“甲街道”（110105998）"),
    "a misspelt indicator": (csv("街乡,新增居民区停车位", "甲街道,1"), CSV, "unknown_column", "line 1 column 2", f"是否为“{PARKING}”"),
    "somebody else's street": (csv(HEAD, "金盏乡,1"), CSV, "not_covered", "line 2 column 2", "报送范围不含"),
    "a thousands comma that splits": (csv(HEAD, "甲街道,1,966"), CSV, "ragged_row", "line 2", "本行有3列，表头有2列"),
    "an open quote": (csv(HEAD, '甲街道,"1'), CSV, "malformed_csv", "line 2", "英文双引号"),
    "half a character of UTF-16": (csv(HEAD).decode().encode("utf-16")[:-1], CSV, "wrong_encoding", "line 1", "不是 UTF-16 编码"),
    "UTF-16 without its mark": (csv(HEAD).decode().encode("utf-16-le"), f"{CSV}; charset=utf-16", "wrong_encoding", "line 1", "CSV UTF-8"),
    "UTF-16 that says nothing": (csv("region,value").decode().encode("utf-16-le"), CSV, "bad_character", "line 1", "编码不对"),
    "a NUL": (csv(HEAD, "甲街道,1\0"), CSV, "bad_character", "line 2", "重新导出"),
    "Shift-JIS": (csv("区域,駐車場", "カ,1").decode().encode("shift_jis"), CSV, "no_header", "line 1", "没有找到表头"),
    "no text at all": (bytes(range(128, 256)), CSV, "wrong_encoding", "line 1", "CSV UTF-8"),
    "a web page called CSV": (b"<html><table><tr><td>1</td></tr></table>", CSV, "not_a_table", "byte 0", "网页（HTML）"),
    "a web page called a workbook": ("\ufeff\n<TABLE><TR>".encode("utf-16-le"), XLSX, "not_a_table", "workbook", "网页（HTML）"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, XLSX, "not_a_table", "workbook", "这是图片"),
    "a photograph": (b"\0\0\0\x18ftypheic" + b"\0" * 50, EXCEL, "not_a_table", "byte 0", "这是图片"),
    "a PDF": (b"%PDF-1.7", XLSX, "not_a_table", "workbook", "这是 PDF"),
    "a RAR": (b"Rar!\x1a\x07\x01\0", XLSX, "not_a_table", "workbook", "请解压后提交"),
    "a zipped workbook": (zipped({"台账.xlsx": plain([1])}), XLSX, "workbook_archive", "workbook", "请解压后提交其中的 .xlsx"),
    "a letter": (
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}),
        XLSX, "workbook_not_a_workbook", "workbook", "不是 Excel 工作簿",
    ),
    "an empty file": (b"", CSV, "empty", "byte 0", "文件是空的"),
    "an empty workbook file": (b"", XLSX, "empty", "workbook", "文件是空的"),
    "a workbook with nothing in it": (plain([]), XLSX, "empty", "readings", "没有任何数据"),
    "only titles": (plain(["台账"], ["截至2018年6月27日"]), XLSX, "empty", "readings", "没有任何数据"),
    "a lone quote": (csv(HEAD, '甲街道,1"'), CSV, "not_a_number", "line 2 column 2", "不是一个数"),
    "two headers of the same": (csv(f"{HEAD},{PARKING}", "甲街道,1,2"), CSV, "header_twice", "line 1 column 3", "请只保留一列"),
    "a figure of a date": (plain(["街乡", PARKING], ["甲街道", "2018-06-27"]), XLSX, "not_a_number", "Sheet1!B2", "不是一个数"),
    "GBK called UTF-8": (csv(HEAD).decode().encode("gbk"), f"{CSV}; charset=utf-8", "wrong_encoding", "line 1", "不是 utf-8 编码"),
    "a workbook called CSV": (plain(["a"]), CSV, "not_text", "byte 0", "这是 Excel/WPS 工作簿"),
    "CSV called a workbook": (csv(HEAD, "甲街道,1"), XLSX, "workbook_not_a_workbook", "workbook", "另存为 .xlsx"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, XLSX, "workbook_old_format", "workbook", "旧格式"),
    "a workbook with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        XLSX, "workbook_encrypted", "workbook", "请去掉密码",
    ),
    "half a workbook": (plain([PARKING])[:2000], XLSX, "workbook_damaged", "workbook", "另存为新的 .xlsx"),
    "a bomb": (bomb(), XLSX, "workbook_too_many_cells", "Sheet1!XFD1048576", "工作表过大"),
    "a formula without a result": (
        replaced(workbook(("台账", uncached)), "<v>77</v>", ""), XLSX, "no_result", "台账!B2", "粘贴为数值",
    ),
    "an error cell": (plain(["街乡", PARKING], ["甲街道", "#REF!"]), XLSX, "error_cell", "Sheet1!B2", "公式出错"),
    "a day without its year": (
        plain(["街乡", "6月27日"], ["甲街道", 1]), XLSX, "no_year", "Sheet1!B1", "日期没有年份",
    ),
    "two days in the title": (
        plain(["6月1日至2018年6月27日"], ["街乡", PARKING], ["甲街道", 1]), XLSX, "several_days", "Sheet1!2:2", "不止一天",
    ),
    "units of several kinds": (
        plain(["单位：个、平方米"], ["街乡", PARKING], ["甲街道", 1]), XLSX, "several_units", "Sheet1!A1", "在各列表头写明",
    ),
    "a sum for a daily figure": (
        csv(f"街乡,{PARKING}累计", "甲街道,120"), CSV, "wrong_reporting", "line 2 column 2", "按当日数报送，此行标为本年累计数",
    ),
    "a month for a daily figure": (
        csv("指标,本月完成", f"{PARKING},120"), CSV, "wrong_span", "line 1 column 2", "本渠道按日报送",
    ),
    "nothing but the plan": (csv(f"街乡,{PARKING},", ",任务,完成率", "甲街道,1,2"), CSV, "no_figures", "line 1", "没有数值列"),
    "half a parking space": (csv(HEAD, "甲街道,1.5"), CSV, "not_whole", "line 2 column 2", "按个计数，应为整数"),
    "a unit that doesn't fit": (csv(HEAD, "甲街道,5公顷"), CSV, "wrong_unit", "line 2 column 2", "单位不符，可用：个"),
    "nothing but a total": (csv(HEAD, "合计,5"), CSV, "only_totals", "line 2", "合计不入库"),
    "no header": (csv("甲街道,5"), CSV, "no_header", "line 1", "没有找到表头"),
    "no rows": (csv(HEAD), CSV, "empty", "readings", "没有任何数据"),
    "a line that is no JSON": (b"\n{\n{}", NDJSON, "malformed_json", "line 2", "第2行不是合法的 JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_told_where_and_how_to_mend_it(shared: Running, name: str) -> None:
    body, content_type, code, where, sentence = WRONG[name]
    answer = send(shared, body, content_type, day=YESTERDAY)
    problem = assert_problem(answer, 422, "rejected")
    fault = problem["errors"][0]
    assert (fault["code"], sentence in fault["zh"]) == (code, True), fault
    assert fault["where"].startswith(where)
    found = problem["receipt"]
    assert_adds_up(found)
    assert (found["accepted"], found["rejected"]) == (0, found["rows"])


def test_a_type_nobody_reads_is_told_those_that_are(shared: Running) -> None:
    problem = assert_problem(send(shared, b"x", "application/pdf"), 415, "wrong_type")
    assert all(type_ in problem["detail"] for type_ in CONTENT_TYPES)
    assert_problem(send(shared, b"x", "text/csv; charset=latin-1"), 415, "wrong_charset")


def test_names_in_json_are_told_their_codes(shared: Running) -> None:
    """Programs send codes; whoever sends a name is told which."""
    row = reading(YESTERDAY, 1, PARKING) | {"region": "甲街道"}
    problem = assert_problem(shared.send(json.dumps(row).encode()), 422, "rejected")
    told = " ".join(error["en"] for error in problem["errors"])
    assert "residential_parking_added" in told and JIA in told


def test_two_notes_are_one_too_many(shared: Running) -> None:
    body = json.dumps({"readings": [reading(YESTERDAY, 1)], "note": "甲"}).encode()
    problem = assert_problem(send(shared, body, "application/json", note="乙"), 422, "rejected")
    assert problem["errors"][0]["code"] == "two_notes"


TABLE = f"日期,街乡,{PARKING}\n{YESTERDAY},甲街道,约5\n"
BODIES: list[tuple[bytes, str]] = [
    (TABLE.encode("utf-8-sig"), CSV),
    (TABLE.encode("gb18030"), CSV),
    (TABLE.encode("gbk"), f"{CSV}; charset=gbk"),
    (TABLE.encode("utf-16"), CSV),
    (TABLE.replace(",", "\t").encode(), TSV),
    (TABLE.replace(",", "\t").encode("gb18030"), TSV),
    (TABLE.encode("gb18030"), EXCEL),
    (json.dumps(reading(YESTERDAY, "约5")).encode(), "application/json"),
    (
        json.dumps(reading(YESTERDAY, "约5")).encode() + b"\n" + json.dumps(reading(YESTERDAY, 5)).encode(),
        NDJSON,
    ),
    *((ledger(YESTERDAY, 1.5), type_) for type_ in (*WORKBOOKS, EXCEL)),
]


def change(data: st.DataObject, body: bytes) -> bytes:
    """The body with a few of its bytes replaced."""
    changed = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    return bytes(changed)


def change_a_part(data: st.DataObject, book: bytes) -> bytes:
    """A workbook that is a sound ZIP, in which the XML of one part is changed."""
    part = data.draw(st.sampled_from(parts_of(book)))
    return rewritten(book, lambda name, content: change(data, content) if name == part else content)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_mangled_body_is_a_problem_and_never_an_error(shared: Running, data: st.DataObject) -> None:
    """The bodies are wrong to begin with, so nothing of them is ever stored: 约5, and another feed's ledger."""
    body, content_type = data.draw(st.sampled_from(BODIES))
    inside = body.startswith(b"PK") and data.draw(st.booleans())
    body = change_a_part(data, body) if inside else change(data, body)
    headers = {**shared.headers("jia"), "content-type": content_type}
    compression = data.draw(st.sampled_from([None, None, "gzip", "zstd"]))
    if compression is not None:
        headers["content-encoding"] = compression
        body = gzip.compress(body, mtime=0) if compression == "gzip" else zstandard.compress(body)
        body = change(data, body) if data.draw(st.booleans()) else body
    answer = shared.client.post("/v1/readings", content=body, headers=headers)
    # A compressed body that was changed may say that it expands to more than is taken.
    assert answer.status_code in ((422,) if compression is None else (413, 422)), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_openapi_names_every_format(shared: Running) -> None:
    content = shared.client.get("/openapi.json").json()["paths"]["/v1/readings"]["post"]["requestBody"][
        "content"
    ]
    assert set(content) == set(CONTENT_TYPES)
