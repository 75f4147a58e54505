"""The workbook that comes back: what became of each row, where the faults are, and that it can be sent again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook

from service.ingest.formats import XLSX
from tests.integration.test_wrong_things import assert_problem
from tests.testkit.books import bomb, plain, replaced, rows, workbook
from tests.testkit.service import FOLDERS, Running, counts, overlay, reading

PARKING, RENTALS = "新增居住区停车位", "新增违法群租房"


def send(
    service: Running, body: bytes, content_type: str = XLSX, feed: str = "jia", **query: str
) -> httpx.Response:
    headers = {**service.headers(feed), "content-type": content_type, "accept": XLSX}
    return service.client.post("/v1/readings", content=body, headers=headers, params=query)


def opened(answer: httpx.Response) -> Book:
    assert answer.headers["content-type"] == XLSX, answer.text
    return load_workbook(io.BytesIO(answer.content))


def numbers(answer: httpx.Response) -> tuple[int, ...]:
    """Rows, accepted, unchanged, revised, rejected."""
    names = ("rows", "accepted", "unchanged", "revised", "rejected")
    return tuple(int(answer.headers[f"biaochi-{name}"]) for name in names)


def results(sheet: Any) -> dict[int, str]:
    """The column of results below its header, by row."""
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "处理结果")
    column = sheet.iter_rows(head.row + 1, min_col=head.column, max_col=head.column)
    return {cell.row: cell.value for (cell,) in column if cell.value}


def receipt(book: Book) -> dict[str, str]:
    sheet = book.worksheets[0]
    assert (sheet.title, sheet["A1"].value) == ("回执", "本表不上报：回执")
    return {str(row[0].value): str(row[1].value) for row in sheet.iter_rows(3, max_col=2)}


def ledger(*lines: list[Any]) -> bytes:
    return plain(["朝阳区台账"], ["日期", PARKING, RENTALS], *lines, name="台账")


def test_each_row_is_told_what_became_of_it(shared: Running, own_days: Any) -> None:
    one, two, three, four = own_days(4)
    shared.post(reading(one, 5), reading(two, 1))
    answer = send(shared, ledger([one, 5, None], [two, 2, None], [three, 3, 0], [four, 4, "/"]))
    assert answer.status_code == 201
    assert numbers(answer) == (5, 3, 1, 1, 0)
    assert answer.headers["location"] == f"/v1/submissions/{answer.headers['biaochi-submission']}"
    book = opened(answer)
    assert book.sheetnames == ["回执", "台账"]
    assert results(book["台账"]) == {3: "未变", 4: "更正", 5: "入库", 6: "入库"}
    assert book["台账"]["A1"].value == "朝阳区台账"
    assert receipt(book)["更正"] == "1"


def test_what_is_wrong_stands_in_its_row_and_on_its_cell_and_nothing_is_stored(
    shared: Running, own_days: Any
) -> None:
    one, two, three = own_days(3)
    answer = send(shared, ledger([one, 5, 1], [two, "约5", 2], [three, "x", "y"]))
    assert (answer.status_code, numbers(answer)) == (422, (6, 0, 0, 0, 6))
    book = opened(answer)
    sheet = book["台账"]
    told = results(sheet)
    assert told[3] == "同批有误，未入库"
    assert told[4].startswith("未入库：不是一个数")
    assert told[5].startswith("未入库：B列：不是一个数") and "C列：" in told[5]
    assert sheet["B4"].comment.text.startswith("不是一个数")
    assert sheet["B4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["C4"].comment is None
    assert "未入库" in receipt(book)["结论"]


def test_the_book_that_came_back_is_mended_and_sent_again(shared: Running, own_days: Any) -> None:
    one, two = own_days(2)
    book = opened(send(shared, ledger([one, 5, 1], [two, "x", 2])))
    book["台账"]["B4"].value = 6
    out = io.BytesIO()
    book.save(out)
    again = send(shared, out.getvalue())
    assert (again.status_code, numbers(again)) == (201, (4, 4, 0, 0, 0))
    book = opened(again)
    sheet = book["台账"]
    assert book.sheetnames == ["回执", "台账"]
    assert [cell.value for cell in sheet[2]] == ["日期", PARKING, RENTALS, "处理结果"]
    assert results(sheet) == {3: "入库", 4: "入库"}
    assert (sheet["B4"].comment, sheet["B4"].fill.fill_type) == (None, None)


def test_a_template_keeps_its_looks_when_it_comes_back(shared: Running, own_day: str) -> None:
    got = shared.client.get(
        "/v1/readings/template.xlsx", params={"day": own_day}, headers=shared.headers("urban_enforcement")
    )
    book = load_workbook(io.BytesIO(got.content))
    book["填报"]["B6"], book["填报"]["C7"] = "多", 1
    before = book["填报"]["B6"].fill.fgColor.rgb
    out = io.BytesIO()
    book.save(out)
    book = opened(send(shared, out.getvalue(), feed="urban_enforcement"))
    assert results(book["填报"])[7] == "同批有误，未入库"
    assert book["填报"].protection.sheet and len(book["填报"].data_validations.dataValidation) > 3
    book["填报"]["B6"] = 3
    out = io.BytesIO()
    book.save(out)
    book = opened(send(shared, out.getvalue(), feed="urban_enforcement"))
    assert results(book["填报"]) == {6: "入库", 7: "入库"}
    assert book["填报"]["B6"].fill.fgColor.rgb == before


def test_sent_again_as_it_was_nothing_is_stored_again(shared: Running, own_day: str) -> None:
    body = ledger([own_day, 5, 1])
    first, second = send(shared, body), send(shared, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["biaochi-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert results(opened(second)["台账"]) == {3: "此前已收，未重复入库"}


def test_a_dry_run_says_what_would_become_of_each_row(shared: Running, own_days: Any) -> None:
    one, two, three = own_days(3)
    shared.post(reading(one, 5), reading(two, 1))
    body = ledger([one, 5, None], [two, 2, None], [three, 3, None])
    answer = send(shared, body, dry_run="true")
    assert answer.status_code == 200 and "location" not in answer.headers
    assert results(opened(answer)["台账"]) == {3: "无变化", 4: "将更正", 5: "可入库"}
    assert numbers(send(shared, body)) == (3, 1, 1, 1, 0)


def test_what_waits_for_review_is_told_to_wait(running: Running, tmp_path: Path) -> None:
    running.post(reading("2018-06-26", 5), reading("2018-06-27", 1))
    reviewed = overlay(tmp_path / "reviewed", feeds="feeds:\n  - {code: jia, review: true}")
    running.publish(*FOLDERS, reviewed)
    body = ledger(["2018-06-26", 5, None], ["2018-06-27", 2, None], ["2018-06-28", 3, None])
    told = results(opened(send(running, body))["台账"])
    assert told == {3: "待审核（与在库数相同）", 4: "待审核（更正）", 5: "待审核"}
    assert set(results(opened(send(running, body))["台账"]).values()) == {"此前已收，仍待审核"}


def test_the_same_value_twice_is_stored_once(shared: Running, own_day: str) -> None:
    answer = send(
        shared, plain(["日期", "指标", "数值"], [own_day, PARKING, 5], [own_day, PARKING, "5个"], name="台账")
    )
    assert numbers(answer) == (2, 1, 1, 0, 0)
    assert results(opened(answer)["台账"]) == {2: "入库", 3: "未变"}


def test_rows_that_contradict_each_other_are_both_marked(shared: Running, own_day: str) -> None:
    answer = send(
        shared, plain(["日期", "指标", "数值"], [own_day, PARKING, 5], [own_day, PARKING, 6], name="台账")
    )
    assert answer.status_code == 422
    told = results(opened(answer)["台账"])
    assert all("数值不同" in text for text in (told[2], told[3]))


def test_several_sheets_merged_cells_and_hidden_sheets_are_kept(shared: Running, own_days: Any) -> None:
    one, two = own_days(2)

    def merged(book: Any, sheet: Any) -> None:
        rows(["街乡", "日期", PARKING], ["甲街道", one, "x"], [None, two, "=1+1"])(book, sheet)
        sheet.merge_range("A2:A3", "甲街道")
        sheet.merge_range("A5:F5", "填表人：张三")
        sheet.write_comment("C2", "张三注")

    def hidden(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "选项")
        sheet.hide()

    book = opened(
        send(shared, workbook(("一", merged), ("二", rows(["日期", RENTALS], [two, 3])), ("三", hidden)))
    )
    assert book.sheetnames == ["回执", "一", "二", "三"]
    assert book["三"].sheet_state == "hidden"
    assert results(book["二"]) == {2: "同批有误，未入库"}
    assert results(book["一"])[2].startswith("未入库：不是一个数")
    assert "张三注" in book["一"]["C2"].comment.text
    assert book["一"]["G1"].value == "处理结果"


def test_a_csv_gets_its_rows_in_a_workbook_of_their_own(shared: Running, own_days: Any) -> None:
    one, two = own_days(2)
    answer = send(shared, f"日期,{PARKING}\n{one},5\n{two},=2+\n".encode(), "text/csv")
    assert answer.status_code == 422
    book = opened(answer)
    assert book.sheetnames == ["回执", "处理结果"]
    assert (book["处理结果"]["B4"].value, book["处理结果"]["C4"].value) == (2, "同批有误，未入库")
    assert "公式没有保存计算结果" in book["处理结果"]["C5"].value
    assert all(cell.data_type != "f" for row in book["处理结果"].iter_rows() for cell in row)


def test_a_book_that_cannot_be_marked_gets_a_list(shared: Running, own_day: str) -> None:
    body = replaced(ledger([own_day, 5, "x"]), "<sheetView ", '<sheetView view="upside down" ')
    answer = send(shared, body)
    book = opened(answer)
    assert (answer.status_code, book.sheetnames) == (422, ["回执", "处理结果"])
    assert "无法加注" in receipt(book)["说明"]
    listed = [[cell.value for cell in row] for row in book["处理结果"].iter_rows(4)]
    assert listed[0][:2] == ["台账", 3]
    assert str(listed[0][2]).startswith("未入库：不是一个数") and listed[0][3] == "台账!C3：x"


@pytest.mark.parametrize("body", [b"not a workbook", b"", bomb()], ids=["text", "empty", "bomb"])
def test_a_file_that_cannot_be_read_gets_a_receipt_that_says_why(shared: Running, body: bytes) -> None:
    answer = send(shared, body)
    assert answer.status_code == 422
    told = receipt(opened(answer))
    assert told["须改正"].endswith("。")


def test_whoever_asks_for_json_gets_json(shared: Running, own_days: Any) -> None:
    for accept in (
        "*/*",
        "application/json",
        f"application/json, {XLSX};q=0.5",
        f"{XLSX};q=0",
        f"{XLSX};q=x",
    ):
        answer = shared.send(ledger([*own_days(1), 5, 1]), content_type=XLSX, accept=accept)
        assert counts(answer.json()) == (2, 0, 0, 0)
    body = reading(own_days(1)[0], 1)
    answer = shared.client.post("/v1/readings", json=body, headers={**shared.headers("jia"), "accept": XLSX})
    assert answer.json()["accepted"] == 1


def test_other_errors_stay_problems(shared: Running) -> None:
    headers = {"content-type": XLSX, "accept": XLSX}
    assert_problem(shared.client.post("/v1/readings", content=b"x", headers=headers), 401, "no_token")
    assert_problem(send(shared, b"x" * 70_000), 413, "too_large")


def test_both_tables_of_a_sheet_are_marked_and_can_be_sent_again(shared: Running, own_days: Any) -> None:
    one, two = own_days(2)
    lines: list[list[Any]] = [
        ["日期", PARKING],
        [one, 5],
        [],
        ["附表"],
        ["日期", RENTALS],
        [one, "三户"],
        [two, 1],
    ]
    answer = send(shared, plain(*lines, name="台账"), mode="partial")
    assert (answer.status_code, numbers(answer)) == (201, (3, 2, 0, 0, 1))
    book = opened(answer)
    sheet = book["台账"]
    assert sheet.page_setup.fitToHeight == 0
    assert (sheet["C1"].value, sheet["C2"].value, sheet["C5"].value, sheet["C7"].value) == (
        "处理结果",
        "入库",
        "处理结果",
        "入库",
    )
    assert str(sheet["C6"].value).startswith("退回待改")
    sheet["B6"] = "3户"
    again = io.BytesIO()
    book.save(again)
    answer = send(shared, again.getvalue())
    assert (answer.status_code, numbers(answer)) == (201, (3, 1, 2, 0, 0))
    assert opened(answer)["台账"]["C6"].value == "入库"
