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
_BEFORE_UNIT = re.compile(r"^[\d\s,，.．+＋\-－−]*")
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d\d)(\d\d)"
    r"|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号])(?: 00:00(?::00)?)?",
    re.ASCII,
)
_DAY_WITHOUT_YEAR = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]", re.ASCII)
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
        return _not_a_figure(text)
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


def read_day(cell: Cell, year: int | None = None) -> date | Problem:
    """The day a cell names; one without a year is of the year its sheet is about."""
    text = text_of(cell)
    match = _DAY.fullmatch(_half_width(text))
    if match is not None:
        return _day(text, *(int(part) for part in match.groups() if part is not None))
    if (match := _DAY_WITHOUT_YEAR.fullmatch(_half_width(text))) is not None:
        if year is None:
            zh = "日期没有年份：请写作 2018-08-31，或在表题中写明年份。"
            en = "a day without its year: write 2018-08-31, or name the year in the title."
            return Problem("no_year", shown(text), zh, en)
        return _day(text, year, int(match[1]), int(match[2]))
    return broken(text) or _bad_day(cell, text)


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
        for match in re.finditer(rf"(?<!\d){pattern.pattern}(?!\d)", rest, re.ASCII):
            day = read_day(match[0], year)
            if isinstance(day, date):
                found[day] = None
        rest = re.sub(rf"(?<!\d){pattern.pattern}(?!\d)", " ", rest, flags=re.ASCII)
    return list(found)


def years_in(text: str) -> set[int]:
    """The years a title names."""
    return {int(year) for year in re.findall(r"(?<!\d)(\d{4})\s*年", _half_width(text), re.ASCII)}
