"""A cell as people write it: a figure, a day, nothing, or a problem that says how to mend it. Never a guess."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from service.domain.units import unit_code
from service.errors import Fault
from service.texts import shown, storable

# What a table holds: text, a number, or nothing. A date of a workbook comes as its text.
Cell = str | float | None

NOT_APPLICABLE = frozenset({"/", "／", "—", "——", "－", "―", "无", "不适用", "n/a"})
ERRORS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#GETTING_DATA"})
ZERO_REPORT, TAKE_BACK = "零报告", "撤回"
_FIGURE = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:\s*([^\s\d.,+-].*))?", re.ASCII)
_RANK = re.compile(r"(?:并列)?第?([1-9]\d{0,5})[名位]?(?:\(并列\)|并列)?", re.ASCII)
_LONGEST_UNIT = 8
_BEFORE_UNIT = re.compile(r"^[\d\s,，.．+＋\-－−]*")
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d\d)(\d\d)"
    r"|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号])(?: 00:00(?::00)?)?",
    re.ASCII,
)
_DAY_WITHOUT_YEAR = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]", re.ASCII)
# 8.31, as a cell of its own only. In a column of numbers 8.30 has become 8.3, which may be the third as well.
_MONTH_AND_DAY = re.compile(r"(\d{1,2})\.(\d\d|[4-9])", re.ASCII)
_THIRD_OR_THIRTIETH = re.compile(r"(\d{1,2})\.([1-3])", re.ASCII)
_DAY_OF_MONTH = re.compile(r"(\d{1,2})\s*[日号]", re.ASCII)
_MONTH = re.compile(r"(?:(\d{4})\s*年)?\s*(\d{1,2})\s*月份?", re.ASCII)
_MONTHS = re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月", re.ASCII)
# What is wrong with a day that lacks its year or month, or may be one of two.
DAY_IN_PART = frozenset({"no_year", "no_month", "ambiguous_day"})
# Days as the serial numbers of a workbook, counted from here; only named in a sentence, never taken for a day.
_SERIAL_ZERO, _SERIALS = date(1899, 12, 30), range(36526, 73051)


class Empty(Enum):
    """Cells that hold no figure and are right all the same."""

    BLANK = "blank"  # not reported
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as written; None takes the reading back. The unit is that in the cell, where there is one."""

    value: float | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, before it is known where the cell stands."""

    code: str
    text: str
    zh: str
    en: str

    def at(self, where: str) -> Fault:
        return Fault(self.code, where, self.text, self.zh, self.en)


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: Cell) -> str:
    """The cell as text; a number without the decimals it doesn't have (a region's code, a year)."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return cell.strip()


def read_figure(cell: Cell) -> Figure | Empty | Problem:
    """What a cell of figures says."""
    if cell is None or is_blank(cell):
        return Empty.BLANK
    if isinstance(cell, float):
        return Figure(cell)
    text = cell.strip()
    if text.casefold() in NOT_APPLICABLE:
        return Empty.NOT_APPLICABLE
    if text in (ZERO_REPORT, TAKE_BACK):
        return Figure(0.0 if text == ZERO_REPORT else None)
    return broken(text) or _figure(text)


def _figure(text: str) -> Figure | Problem:
    match = _FIGURE.fullmatch(_half_width(text))
    if match is None:
        return _not_a_figure(text)
    number, unit = match.groups()
    if unit is not None and unit_code(unit) is None:
        return (
            _unknown_unit(text, unit)
            if len(unit) <= _LONGEST_UNIT and unit.isalpha()
            else _not_a_figure(text)
        )
    value = float(number.replace(",", ""))
    # The unit is kept as it was written: 万㎡, not 万m2.
    return Figure(value, None if unit is None else _BEFORE_UNIT.sub("", text, count=1))


def read_rank(cell: Cell) -> Figure | Empty | Problem:
    """What a cell of ranks says: 3, 第3名, 3（并列）, 并列第3."""
    if cell is None or is_blank(cell):
        return Empty.BLANK
    text = text_of(cell)
    if text.casefold() in NOT_APPLICABLE:
        return Empty.NOT_APPLICABLE
    if text == TAKE_BACK:
        return Figure(None)
    if (problem := broken(text)) is not None:
        return problem
    match = _RANK.fullmatch("".join(_half_width(text).split()))
    if match is None:
        zh = "不是名次：请填 3、第3名或 3（并列）；未参加排名填“/”，未公布留空。"
        en = 'not a rank: write 3, 第3名 or 3（并列）; "/" where there is no ranking, nothing where it is not out yet.'
        return Problem("not_a_rank", shown(text), zh, en)
    return Figure(float(match[1]))


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("−", "-")


def _unknown_unit(text: str, unit: str) -> Problem:
    zh = f"数字后的“{unit}”不是认识的单位：请只填数字，或改用本指标可用的单位，说明写在备注里。"
    en = f"“{unit}” behind the figure is no known unit: write the number alone, and remarks in a column of notes."
    return Problem("not_a_number", shown(text), zh, en)


def _not_a_figure(text: str) -> Problem:
    if _half_width(text) == "-":
        zh = "“-”既可表示零也可表示不适用：当日确无发生请填 0，不适用请填“/”，未报请留空。"
        en = '"-" may mean zero or not applicable: write 0 if nothing happened, "/" if it does not apply.'
        return Problem("not_a_number", shown(text), zh, en)
    zh = "不是一个数：只填数字，可带单位（如 1,966、157个、12.5万㎡）；当日确无发生填 0，不适用填“/”，未报留空。"
    en = "not a figure: write a number, with a unit if need be; 0 if nothing happened, / if it does not apply, or nothing."
    return Problem("not_a_number", shown(text), zh, en)


def broken(text: str) -> Problem | None:
    """A formula that has no result, or whose result is an error."""
    if text.upper() in ERRORS:
        zh = "公式出错，没有结果：请改正公式，或直接填数。"
        return Problem(
            "error_cell", shown(text), zh, "the formula ends in an error: mend it, or write the figure."
        )
    if text.startswith("="):
        zh = "公式没有保存计算结果：请用 Excel 或 WPS 打开后重新保存，或把公式粘贴为数值。"
        en = "a formula without a saved result: open and save the file in a spreadsheet program, or paste it as values."
        return Problem("no_result", shown(text), zh, en)
    if not storable(text):
        zh, en = "含有无法存储的字符，请删去。", "holds a character that cannot be stored: remove it."
        return Problem("bad_character", shown(text), zh, en)
    return None


def read_day(cell: Cell, year: int | None = None, month: int | None = None) -> date | Problem:
    """The day a cell names; one without a year, or only with the day of a month, is of those its sheet is about."""
    text = text_of(cell)
    words = _half_width(text)
    match = _DAY.fullmatch(words)
    if match is not None:
        return _day(text, *(int(part) for part in match.groups() if part is not None))
    match = _DAY_WITHOUT_YEAR.fullmatch(words) or _MONTH_AND_DAY.fullmatch(words)
    if match is not None and _is_in_a_year(int(match[1]), int(match[2])):
        if year is None:
            zh = "日期没有年份：请写作 2018-08-31，或在表题中写明年份（如 2018年）。"
            en = "a day without its year: write 2018-08-31, or name the year in the title."
            return Problem("no_year", shown(text), zh, en)
        return _day(text, year, int(match[1]), int(match[2]))
    if (match := _THIRD_OR_THIRTIETH.fullmatch(words)) is not None and 1 <= int(match[1]) <= 12:
        first, last = f"{match[1]}月{match[2]}日", f"{match[1]}月{match[2]}0日"
        zh = f"可能是{first}，也可能是{last}：请写明，如“{first}”。"
        return Problem("ambiguous_day", shown(text), zh, f"may be {first} or {last}: write which.")
    if (match := _DAY_OF_MONTH.fullmatch(words)) is not None:
        if year is None or month is None:
            zh = "日期没有年月：请写作 2018-08-31，或在表题中写明年月（如 2018年8月）。"
            en = "a day without its month: write 2018-08-31, or name year and month in the title."
            return Problem("no_month", shown(text), zh, en)
        return _day(text, year, month, int(match[1]))
    return broken(text) or _bad_day(cell, text)


def _is_in_a_year(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def read_month(cell: Cell, year: int | None = None) -> date | None:
    """The last day of the month a cell names (2018年8月, 8月); None where it names none."""
    match = _MONTH.fullmatch(_half_width(text_of(cell)))
    of = int(match[1]) if match and match[1] else year
    if match is None or of is None or not (1 <= int(match[2]) <= 12 and 1 <= of <= 9998):
        return None
    month = int(match[2])
    return date(of + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _day(text: str, year: int, month: int, day: int) -> date | Problem:
    try:
        return date(year, month, day)
    except ValueError:
        return Problem(
            "bad_day", shown(text), "没有这一天，请核对日期。", "there is no such day: check the date."
        )


def _bad_day(cell: Cell, text: str) -> Problem:
    if isinstance(cell, float) and cell in _SERIALS:
        meant = _SERIAL_ZERO + timedelta(days=int(cell))
        zh = f"这是日期的序列号（或为 {meant}）：请把单元格格式设为日期，或写作 2018-08-31。"
        en = f"a date's serial number ({meant}, perhaps): format the cell as a date, or write 2018-08-31."
        return Problem("bad_day", shown(text), zh, en)
    zh = "日期应写作 2018-08-31、2018/8/31、2018年8月31日或 20180831（不带时间）。"
    return Problem("bad_day", shown(text), zh, "write the day as 2018-08-31, without a time of day.")


def days_in(text: str, year: int | None = None) -> list[date]:
    """Every different day that a title names; impossible ones are none."""
    found: dict[date, None] = {}
    rest = _half_width(text)
    for pattern in (_DAY, _DAY_WITHOUT_YEAR):
        written = re.compile(rf"(?<!\d){pattern.pattern}(?:(?<=[日号])|(?!\d))", re.ASCII)  # 截至8月31日17时
        for match in written.finditer(rest):
            day = read_day(match[0], year)
            if isinstance(day, date):
                found[day] = None
        rest = written.sub(" ", rest)
    return list(found)


def years_in(text: str) -> set[int]:
    """The years a title names."""
    return {int(year) for year in re.findall(r"(?<!\d)(\d{4})\s*年", _half_width(text), re.ASCII)}


def months_in(text: str) -> set[tuple[int, int]]:
    """Years and months a title names."""
    return {(int(year), int(month)) for year, month in _MONTHS.findall(_half_width(text))}


def day_without_year(text: str) -> str:
    """A day that a title names without its year; empty where there is none."""
    match = re.search(rf"(?<![\d年]){_DAY_WITHOUT_YEAR.pattern}", _half_width(text), re.ASCII)
    return match[0] if match else ""
