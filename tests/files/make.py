"""Makes the files of this folder anew, by hand where LibreOffice is installed: `python -m tests.files.make`.

The files themselves are committed; no test runs a spreadsheet program.
"""

from __future__ import annotations

import subprocess
import tempfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
from openpyxl.workbook.properties import CalcProperties
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

HERE = Path(__file__).parent
SOURCE = HERE / "ledger.fods"
GBK, GB18030, UTF_16 = 65, 85, 65535  # LibreOffice's numbers of charsets
DAY = datetime(2018, 6, 26)
LEDGER: list[list[object]] = [
    ["朝阳区“疏解整治促提升”工作台账"],
    ["截至2018年6月26日", None, "填报单位：区城管执法监察局"],
    ["街乡", "拆除违法建设面积\n（万平方米）", "整治“开墙打洞”", "备注"],
    ["金盏乡", 1.25, 3],
    ["朝外", 0.12, "/", "无沿街商户"],
    ["东坝地区", 0],
    ["合计", 1.37, 3],
    ["填表人：张三"],
]
ADDED: list[list[object]] = [
    ["日期", "区域", "指标", "数值", "单位", "备注"],
    [date(2018, 6, 26), "金盏乡", "新增违法建设", 0.5, "公顷", "经办：张䶮"],
    [date(2018, 6, 25), "朝外", "新增违法建设", 1120, "㎡"],
]


def main() -> None:
    """Write every file."""
    save("ledger.xlsx", "xlsx:Calc MS Excel 2007 XML")
    save("ledger.xls", "xls:MS Excel 97")
    save("ledger.ods", "ods")
    save("web-page.xls", "html:HTML (StarCalc)")
    save("table-2003.xls", "xml:MS Excel 2003 XML")
    save("ledger-gbk.csv", text(",", GBK, sheet=1))
    save("added-gb18030.csv", text(",", GB18030, sheet=2))
    save("ledger-unicode.txt", text("\t", UTF_16, sheet=1))
    with_openpyxl("openpyxl.xlsx", calculated=True)
    with_openpyxl("openpyxl-uncalculated.xlsx", calculated=False)
    with_xlsxwriter("xlsxwriter.xlsx", calculated=True)
    with_xlsxwriter("xlsxwriter-uncalculated.xlsx", calculated=False)


def text(separator: str, charset: int, sheet: int) -> str:
    """LibreOffice's filter options for text: what is shown, quotes where needed, Chinese."""
    return f"csv:Text - txt - csv (StarCalc):{ord(separator)},34,{charset},1,,2052,false,true,true,false,false,{sheet}"


def save(name: str, filter_: str) -> None:
    """The ledger as LibreOffice saves it."""
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        out = Path(folder) / "out"
        command = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            filter_,
            "--outdir",
            str(out),
            str(SOURCE),
        ]
        subprocess.run(command, check=True, capture_output=True)
        (made,) = out.iterdir()
        (HERE / name).write_bytes(made.read_bytes())


def with_openpyxl(name: str, *, calculated: bool) -> None:
    """A program's export. openpyxl calculates nothing: what it writes of a formula has no result."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    for line in LEDGER:
        sheet.append(line)
    for area in ("A1:D1", "A2:B2", "C2:D2"):
        sheet.merge_cells(area)
    sheet.row_dimensions[6].hidden = True
    if not calculated:
        sheet["B5"], sheet["B7"], sheet["C7"] = "=1200/10000", "=SUM(B4:B6)", "=SUM(C4:C6)"
    added = book.create_sheet("新增")
    for line in ADDED:
        added.append(line)
    book.properties.created = book.properties.modified = DAY
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    book.save(HERE / name)


def with_xlsxwriter(name: str, *, calculated: bool) -> None:
    """A program's export. XlsxWriter writes 0 as the result of a formula, unless it is told another."""
    with Workbook(HERE / name) as book:
        book.set_properties({"created": DAY})
        ledger, added = book.add_worksheet("台账"), book.add_worksheet("新增")
        fill(book, ledger, LEDGER)
        for area in ("A1:D1", "A2:B2", "C2:D2"):
            ledger.merge_range(area, "")
        ledger.write("A1", LEDGER[0][0])
        ledger.write("A2", LEDGER[1][0])
        ledger.write("C2", LEDGER[1][2])
        for cell, formula, result in (
            ("B5", "=1200/10000", 0.12),
            ("B7", "=SUM(B4:B6)", 1.37),
            ("C7", "=SUM(C4:C6)", 3),
        ):
            ledger.write_formula(cell, formula, None, result if calculated else 0)
        ledger.set_row(5, None, None, {"hidden": True})
        fill(book, added, ADDED)


def fill(book: Workbook, sheet: Worksheet, lines: list[list[object]]) -> None:
    """Cells of a sheet, days formatted as days."""
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)
            elif cell is not None:
                sheet.write(row, column, cell)


if __name__ == "__main__":
    main()
