"""CSV: comma, semicolon or tab between cells; UTF-8, GB18030 or marked UTF-16, nothing else and nothing guessed."""

from __future__ import annotations

import csv
import io

from service.errors import Fault, Faulty
from service.sheets.kinds import is_container, refuse_other_files
from service.sheets.sheet import Sheet

# Names of a charset in a Content-Type, and the codec that reads it.
CHARSETS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "utf-16": "utf-16",
}
_SEPARATORS = "\t,;"
_LOOKED_AT, _CHARACTERS = 100, 100_000  # lines, and characters, from which the separator is told
# As many as a sheet of Excel has; what has more of them is no table.
MOST_COLUMNS = 16_384
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # its mark, without which nobody knows the order of its bytes


def read_text(body: bytes, charset: str | None) -> str:
    """The text of a file in the charset that is declared; without one UTF-8, and where it isn't that, GB18030.

    UTF-16 as spreadsheets save it (“Unicode 文本”) begins with a mark.
    """
    refuse_other_files(body, "byte 0")
    if is_container(body):
        zh = "这是 Excel/WPS 工作簿，不是 CSV：请以 xlsx 的内容类型报送，或另存为 CSV。"
        en = "this is a workbook, not CSV: send it with the content type of xlsx, or save it as CSV."
        raise _wrong("not_text", "byte 0", zh, en)
    marked = body.startswith(_UTF16)
    line = 1
    for codec in _codecs(charset, marked):
        try:
            return _without_nul(body.decode(codec))
        except UnicodeDecodeError as error:
            line = body[: error.start].decode(codec, "ignore").count("\n") + 1
    wanted = charset or ("UTF-16" if marked else "")
    zh = f"第{line}行不是 {wanted or 'UTF-8、GB18030'} 编码：请另存为“CSV UTF-8”后重报。"
    en = f"not {wanted or 'UTF-8 or GB18030'}: save it as CSV UTF-8."
    raise _wrong("wrong_encoding", f"line {line}", zh, en)


def _codecs(charset: str | None, marked: bool) -> list[str]:
    """What to try, in order."""
    if charset is None:
        return ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    codec = CHARSETS[charset]
    return [codec] if marked or codec != "utf-16" else []


def _without_nul(text: str) -> str:
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        zh, en = (
            "含有空字符（NUL），文件已损坏或编码不对：请重新导出为“CSV UTF-8”。",
            "holds a NUL character, so it is damaged or in another encoding: export it again as CSV UTF-8.",
        )
        raise _wrong("bad_character", f"line {line}", zh, en)
    return text


def read_csv(text: str, separator: str | None = None) -> Sheet:
    """The cells of a CSV text; raises `Faulty` where its quotes are wrong, or a line has too many cells."""
    rows: list[list[str | float | None]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or _separator(text), strict=True)
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise _too_wide(reader.line_num)
            rows.append([*cells])
            lines.append(reader.line_num)
    except csv.Error as error:
        line = max(reader.line_num, 1)
        zh = f"第{line}行的引号或换行有误：含逗号、引号或换行的内容要用英文双引号括起，其中的双引号写两个。"
        en = f"wrong quotes ({error}): put text that holds a separator, a quote or a line break in double quotes."
        raise _wrong("malformed_csv", f"line {line}", zh, en) from None
    return Sheet(rows, lines=lines)


def _too_wide(line: int) -> Faulty:
    zh = f"第{line}行超过 {MOST_COLUMNS} 列：请核对分隔符和换行是否正确，或按指标、日期分成几份报送。"
    en = f"more than {MOST_COLUMNS} columns: check separators and line breaks, or send the table in parts."
    return _wrong("too_many_columns", f"line {line}", zh, en)


def _separator(text: str) -> str:
    """What most lines have in them: tabs are never part of a figure, semicolons seldom, commas may be."""
    lines = [line for line in text[:_CHARACTERS].split("\n")[:_LOOKED_AT] if line.strip()]
    return max(_SEPARATORS, key=lambda mark: sum(mark in line for line in lines))


def _wrong(code: str, where: str, zh: str, en: str) -> Faulty:
    return Faulty(code, [Fault(code, where, "", zh, en)])
