"""The head of a table: which column says what, and what the title says for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from service.domain.names import plain
from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.cells import Cell, Problem, days_in, is_blank, read_day, text_of, years_in
from service.ingest.names import Named, Names
from service.ingest.parse import ours
from service.ingest.parse.sheet import Sheet
from service.ingest.rows import shown

SEARCHED = 30  # rows from the top in which the header is looked for

_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("day", "date", "日期", "填报日期", "统计日期", "数据日期", "时间"),
    "indicator": ("indicator", "指标", "指标名称", "指标代码", "任务指标"),
    "region": ("region", "区域", "区域名称", "区域代码", "街乡", "街乡名称", "街道", "街道名称", "街道乡", "街道(乡)", "街道(地区)",
               "街道乡镇", "地区", "乡镇", "属地", "所属街乡", "所属区域", "subdistrict", "district", "区", "区名"),
    "scope": ("scope", "范围", "批次", "片区"),
    "value": ("value", "数值", "值", "完成数", "完成量", "完成情况", "当日数", "当日完成", "填报数", "数量", "数据", "figure"),
    "unit": ("unit", "单位", "计量单位"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "备注", "说明"),
    "": ("序号", "编号", "no", "no.", "#", *ours.COLUMNS),
}  # fmt: skip
_FIELD = {plain(word): name for name, words in _WORDS.items() for word in words}
KEYS = ("day", "indicator", "region")
SUBTOTALS = frozenset(("小计", "subtotal"))
TOTALS = SUBTOTALS | {"合计", "总计", "全区", "全区合计", "全区总计", "总和", "total", "sum"}
_IN_BRACKETS = re.compile(
    r"(?P<name>.+?)\s*[(（\[【]\s*(?:单位\s*[:：]\s*)?(?P<unit>[^()（）\[\]【】]+)[)）\]】]\s*", re.DOTALL
)
_UNIT_OF_SHEET = re.compile(r"(?:计量)?单位\s*[:：]\s*([^)）\]】]+)")
_UNIT_LIST = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures and what its header says of them; None is said elsewhere."""

    at: int
    indicator: str | None = None
    scope: str | None = None
    region: str | None = None
    day: date | None = None
    unit: str | None = None

    def said(self) -> tuple[object, ...]:
        return self.indicator, self.scope, self.region, self.day


@dataclass(frozen=True, slots=True)
class Title:
    """What is said above the table, for all of it; None is not said.

    year  of days that are written without one
    unit  of figures that have none of their own, where it can be converted
    """

    indicator: str | None = None
    region: str | None = None
    day: date | None = None
    year: int | None = None
    unit: str | None = None


@dataclass(slots=True)
class Head:
    """A table's header: its rows, the columns of keys by field, the columns of figures, what is left out."""

    first: int
    last: int
    keys: dict[str, list[int]] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    title: Title = field(default_factory=Title)
    faults: list[Fault] = field(default_factory=list)

    def says(self, key: str) -> bool:
        """Whether a key stands in a column of its own or in the headers of all figures."""
        return key in self.keys or all(getattr(column, key) is not None for column in self.columns)


def find_head(sheet: Sheet, names: Names, day: date | None) -> Head | None:
    """The first row that names a key (区域, 指标, 日期) beside something else; None where there is none.

    day  what the request says the sheet is of, where the sheet itself doesn't say
    """
    rows = range(min(SEARCHED, len(sheet.rows)))
    first = next((row for row in rows if _is_head(sheet, row, names)), None)
    if first is None:
        return None
    head = Head(first, _last_row(sheet, first))
    texts = [(sheet.place(row, c), text_of(cell)) for row in range(first) for c, cell in sheet.filled(row)]
    year = _year([sheet.name, *(text for _, text in texts)])
    # In a text file what lies beyond the header is a separator too many.
    for column in range(sheet.width if sheet.lines is None else len(sheet.rows[first])):
        _read_column(head, sheet, column, names, year)
    _refuse_twice(head, sheet)
    head.title = _Above(sheet, head, names, texts, day).read(year)
    return head


def _is_head(sheet: Sheet, row: int, names: Names) -> bool:
    """Whether a row names a key beside something else than a value of it: “日期 | 2018-08-31” belongs to the title."""
    cells = [cell for _, cell in sheet.filled(row)]
    words = [_field(text_of(cell)) for cell in cells]
    keys = {word for word in words if word in KEYS}
    if not keys or len(cells) < 2:
        return False
    others = [cell for cell, word in zip(cells, words, strict=True) if word not in KEYS]
    return len(keys) > 1 or any(not _is_value_of(key, cell, names) for key in keys for cell in others)


def _is_value_of(key: str, cell: Cell, names: Names) -> bool:
    if key == "day":
        return isinstance(read_day(cell), date)
    return names.knows(key, text_of(cell))


def _field(text: str) -> str | None:
    """The field a header means: `region`, `value`…; empty for a column of no interest, None for anything else."""
    return _FIELD.get(plain(text))


def _last_row(sheet: Sheet, first: int) -> int:
    """A header goes on as far as its keys' cells are merged downwards, and over a row of nothing but units."""
    areas = (
        sheet.merged_from.get((first, c)) for c, cell in sheet.filled(first) if _field(text_of(cell)) in KEYS
    )
    last = max((area[1] for area in areas if area), default=first)
    below = last + 1
    if below < len(sheet.rows):
        texts = [text_of(cell) for _, cell in sheet.filled(below)]
        units = [text for text in texts if unit_code(text) and not text[0].isdigit()]
        if units and all(text in units or _field(text) == "unit" for text in texts):
            last = below
    return min(last, len(sheet.rows) - 1)


def _year(texts: Iterable[str]) -> int | None:
    """The one year that is named."""
    years = {year for text in texts for year in (*years_in(text), *(day.year for day in days_in(text)))}
    return years.pop() if len(years) == 1 else None


# ---- columns


def _read_column(head: Head, sheet: Sheet, at: int, names: Names, year: int | None) -> None:
    """What a column's header says, cell by cell downwards."""
    cells = [sheet.said(row, at) for row in range(head.first, head.last + 1)]
    pieces = [cell for n, cell in enumerate(cells) if not is_blank(cell) and cell not in cells[:n]]
    if len(pieces) > 1:
        pieces = [piece for piece in pieces if _field(text_of(piece)) != "unit"]  # the head of a row of units
    column = Column(at)
    for piece in pieces:
        text = text_of(piece)
        name, _ = split_unit(text)
        word = _field(text) if _field(text) is not None else _field(name)
        if len(pieces) == 1 and word is not None and word != "value":
            if word:
                head.keys.setdefault(word, []).append(at)
            return
        if plain(text) in TOTALS:
            head.totals.append(at)
            return
        if (said := _said(column, piece, text, word, names, year)) is None:
            _refuse_column(head, sheet, at, piece, names, year)
            return
        column = said
    if pieces:
        head.columns.append(column)
    elif _has_content(head, sheet, at):
        zh, en = "这一列有数据，但没有表头。", "a column with content, but without a header."
        head.faults.append(Fault("no_header", sheet.place(head.last, at), "", zh, en))


def _said(
    column: Column, cell: Cell, text: str, word: str | None, names: Names, year: int | None
) -> Column | None:
    """The column with what one cell of its header adds; None where that is unknown."""
    name, unit = split_unit(text)
    if word == "value":
        return replace(column, unit=unit or column.unit)
    if unit_code(text):
        return replace(column, unit=text)
    if isinstance(day := read_day(cell, year), date):
        return replace(column, day=day)
    for spelling, unit_said in ((text, None), (name, unit)):
        named = names.indicator(spelling) if names.knows("indicator", spelling) else None
        if isinstance(named, Named):
            unit_said = unit_said or column.unit
            return replace(column, indicator=named.indicator, scope=named.scope, unit=unit_said)
        region = names.region(spelling) if names.knows("region", spelling) else None
        if isinstance(region, str):
            return replace(column, region=region)
    return None


def split_unit(text: str) -> tuple[str, str | None]:
    """拆除面积（万平方米） is a name and its unit; brackets that hold no unit belong to the name."""
    match = _IN_BRACKETS.fullmatch(text)
    return (match["name"], match["unit"]) if match and unit_code(match["unit"]) else (text, None)


def _has_content(head: Head, sheet: Sheet, at: int) -> bool:
    return any(not is_blank(sheet.at(row, at)) for row in range(head.last + 1, len(sheet.rows)))


def _refuse_column(head: Head, sheet: Sheet, at: int, cell: Cell, names: Names, year: int | None) -> None:
    """A header nobody understands matters only where something stands below it."""
    if not _has_content(head, sheet, at):
        return
    text, day = text_of(cell), read_day(cell, year)
    if isinstance(day, Problem) and day.code in ("no_year", "no_such_day"):
        head.faults.append(day.at(sheet.place(head.first, at)))
        return
    meant = names.unknown("indicator", split_unit(text)[0])
    zh = f"不认识的表头：{meant.zh}表头应为指标、区域、日期或常用栏目；不报送的列请删去。"
    en = f"unknown header: {meant.en} A header is an indicator, a region, a day or a known field; remove other columns."
    head.faults.append(Fault("unknown_column", sheet.place(head.first, at), shown(text), zh, en))


def _refuse_twice(head: Head, sheet: Sheet) -> None:
    """Two columns that say the same. Only regions and indicators may have two columns, for code and name."""
    seen: dict[tuple[object, ...], int] = {}
    for column in head.columns:
        if (first := seen.setdefault(column.said(), column.at)) != column.at:
            head.faults.append(_twice(sheet, head, column.at, first))
    for key in KEYS:
        if key in head.keys and (said := [c.at for c in head.columns if getattr(c, key) is not None]):
            head.faults.append(_twice(sheet, head, said[0], head.keys[key][0]))
    for key, columns in head.keys.items():
        for at in columns[2 if key in ("region", "indicator") else 1 :]:
            head.faults.append(_twice(sheet, head, at, columns[0]))


def _twice(sheet: Sheet, head: Head, at: int, first: int) -> Fault:
    where, other = sheet.place(head.first, at), sheet.place(head.first, first)
    zh, en = (
        f"与 {other} 是同样的表头，请只保留一列。",
        f"the same header as {other}: keep one of the two columns.",
    )
    return Fault("header_twice", where, shown(text_of(sheet.said(head.first, at))), zh, en)


# ---- above the table


class _Above:
    """What the title rows, the sheet's name, the request and the feed say where the table doesn't."""

    def __init__(
        self, sheet: Sheet, head: Head, names: Names, texts: list[tuple[str, str]], day: date | None
    ) -> None:
        self._sheet, self._head, self._names, self._texts, self._day = sheet, head, names, texts, day
        self._words = " ".join([*(text for _, text in texts), sheet.name])

    def read(self, year: int | None) -> Title:
        return Title(
            indicator=self._one("indicator", self._names.indicators),
            region=self._one("region", self._names.regions),
            day=self._day_of_sheet(year),
            year=year,
            unit=self._unit(),
        )

    def _one(self, what: str, covered: frozenset[str]) -> str | None:
        """The only one the feed reports, or the only one the title names."""
        if self._head.says(what):
            return None
        found = covered if len(covered) == 1 else self._names.in_title(what, self._words)
        if len(found) == 1:
            return next(iter(found))
        word = {"indicator": "指标", "region": "区域"}[what]
        zh = f"看不出是哪个{word}的数据：请加一列“{word}”，或在表题中写明。"
        self._fault(
            f"no_{what}", zh, f"which {what} is this about? Add a column for it, or name it in the title."
        )
        return None

    def _day_of_sheet(self, year: int | None) -> date | None:
        """The day the titles name, else the sheet's name, else the request."""
        if self._head.says("day"):
            return None
        days = {day for _, text in self._texts for day in days_in(text, year)}
        days = days or set(days_in(self._sheet.name, year)) or ({self._day} if self._day else set())
        if len(days) == 1 and (self._day is None or self._day in days):
            return days.pop()
        if not days:
            zh = "看不出是哪一天的数据：请加一列“日期”，在表题中写明（如 2018年8月31日），或在网址后加 ?day=2018-08-31。"
            en = "which day is this of? Add a column for it, name it in the title, or add ?day=2018-08-31 to the address."
            self._fault("no_day", zh, en)
        else:
            named = sorted(days | ({self._day} if self._day else set()))
            zh = f"表题和请求写了不止一天（{'、'.join(map(str, named))}）：请只写数据所属的那一天，或加一列“日期”。"
            en = f"title and request name more than one day ({', '.join(map(str, named))}): keep the day the figures are of."
            self._fault("several_days", zh, en)
        return None

    def _unit(self) -> str | None:
        """单位：万平方米 above the table. A unit's office (填报单位：…) is none; of several units it is unclear which is meant."""
        for where, text in self._texts:
            match = _UNIT_OF_SHEET.search(text)
            if match is None or (written := match[1].strip()) == "":
                continue
            if unit_code(written):
                return written
            parts = [part for part in _UNIT_LIST.split(written) if part]
            if len(parts) > 1 and all(unit_code(part) for part in parts):
                zh = "表上写了几种单位，分不清各列用哪一种：请在各列表头写明，如“拆除面积（万平方米）”。"
                en = "several units for one table: write each column's unit in its header, like 拆除面积（万平方米）."
                self._head.faults.append(Fault("several_units", where, shown(text), zh, en))
        return None

    def _fault(self, code: str, zh: str, en: str) -> None:
        self._head.faults.append(Fault(code, self._sheet.row_place(self._head.first), "", zh, en))
