"""The head of a table: which column says what, and what the title says for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from service.domain.names import plain
from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.names import Named, Names
from service.ingest.parse import ours
from service.ingest.parse.subheads import Part, Subhead, axes, subhead
from service.sheets.cells import Cell, Problem, days_in, is_blank, read_day, text_of, years_in
from service.sheets.sheet import Sheet
from service.texts import shown

SEARCHED = 30  # rows from the top in which the header is looked for

_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("day", "date", "日期", "填报日期", "统计日期", "数据日期", "时间"),
    "indicator": ("indicator", "指标", "指标名称", "指标代码", "任务指标"),
    "region": ("region", "区域", "区域名称", "区域代码", "街乡", "街乡名称", "街道", "街道名称", "街道乡", "街道(乡)", "街道(地区)",
               "街道乡镇", "地区", "乡镇", "属地", "所属街乡", "所属区域", "subdistrict", "district", "区", "区名", "区县",
               "各区"),
    "scope": ("scope", "范围", "批次", "片区"),
    "value": ("value", "数值", "值", "完成数", "完成量", "完成情况", "填报数", "数量", "数据", "figure"),
    "unit": ("unit", "单位", "计量单位"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "备注", "说明"),
    "": ("序号", "编号", "no", "no.", "#", *ours.COLUMNS),
}  # fmt: skip
_FIELD = {plain(word): name for name, words in _WORDS.items() for word in words}
KEYS = ("day", "indicator", "region")
SUBTOTALS = frozenset(("小计", "subtotal"))
CITY_TOTALS = frozenset(("全市", "全市合计", "全市总计"))
AVERAGES = frozenset(("平均", "平均值", "全市平均", "全区平均", "average", "mean"))
TOTALS = SUBTOTALS | {"合计", "总计", "全区", "全区合计", "全区总计", "总和", "total", "sum"}
_IN_BRACKETS = re.compile(
    r"(?P<name>.+?)\s*[(（\[【]\s*(?:单位\s*[:：]\s*)?(?P<unit>[^()（）\[\]【】]+)[)）\]】]\s*", re.DOTALL
)
_UNIT_OF_SHEET = re.compile(r"(?:计量)?单位\s*[:：]\s*([^)）\]】]+)")
_UNIT_LIST = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures and what its header says of them; None is said elsewhere.

    subhead  what the figures are of their indicator, where a sub-header says so (当日, 累计, 排名)
    """

    at: int
    indicator: str | None = None
    scope: str | None = None
    region: str | None = None
    day: date | None = None
    unit: str | None = None
    subhead: Subhead | None = None

    @property
    def ranks(self) -> bool:
        return self.subhead is not None and self.subhead.part is Part.RANK

    def of(self) -> tuple[object, ...]:
        """What its figures are of: 当日 and 累计 of one indicator are two ways to say the same."""
        return self.indicator, self.scope, self.region, self.day, self.ranks

    def said(self) -> tuple[object, ...]:
        return *self.of(), self.subhead


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
    """A table's header: its rows, the columns of keys by field, the columns of figures, what is left out.

    left_out  columns of what is worked out or planned, never reported (完成率, 任务, 同比)
    """

    first: int
    last: int
    keys: dict[str, list[int]] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
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
    found = next((row for row in rows if _is_head(sheet, row, names)), None)
    if found is None:
        return None
    first = _first_row(sheet, found, names)
    head = Head(first, _last_row(sheet, found))
    texts = [(sheet.place(row, c), text_of(cell)) for row in range(first) for c, cell in sheet.filled(row)]
    year = _year([sheet.name, *(text for _, text in texts)])
    # In a text file what lies beyond the header is a separator too many.
    _Columns(head, sheet, names, year).read()
    _refuse_twice(head, sheet)
    head.title = _Above(sheet, head, names, texts, day).read(year)
    return head


def _is_head(sheet: Sheet, row: int, names: Names) -> bool:
    """Whether a row names a key beside something else than a value of it: “日期 | 2018-08-31” belongs to the title."""
    cells = [cell for _, cell in sheet.filled(row)]
    words = [_keys(text_of(cell)) for cell in cells]
    keys = {key for word in words for key in word}
    if not keys or len(cells) < 2:
        return False
    others = [cell for cell, word in zip(cells, words, strict=True) if not word]
    return len(keys) > 1 or any(not _is_value_of(key, cell, names) for key in keys for cell in others)


def _is_value_of(key: str, cell: Cell, names: Names) -> bool:
    if key == "day":
        return isinstance(read_day(cell), date)
    return names.knows(key, text_of(cell))


def _field(text: str) -> str | None:
    """The field a header means: `region`, `value`…; empty for a column of no interest, None for anything else."""
    return _FIELD.get(plain(text))


def _keys(text: str) -> tuple[str, ...]:
    """The keys a header names: one; or both axes of the table, in its corner (街乡\\指标); or none."""
    if (word := _field(text)) is not None:
        return (word,) if word in KEYS else ()
    words = [_field(part) for part in axes(text)]
    return tuple(dict.fromkeys(w for w in words if w)) if words and all(w in KEYS for w in words) else ()


def _first_row(sheet: Sheet, found: int, names: Names) -> int:
    """Indicators may stand in a row above that of the keys: 拆除违法建设 above 完成量 and 排名."""
    above = dict(sheet.filled(found - 1)) if found else {}
    keys = {column for column, cell in sheet.filled(found) if _keys(text_of(cell))}
    named = above and all(
        names.knows("indicator", name) or names.knows("indicator", split_unit(name)[0])
        for name in map(text_of, above.values())
    )
    return found - 1 if named and not keys & above.keys() else found


def _last_row(sheet: Sheet, first: int) -> int:
    """A header goes on as far as its keys' cells are merged downwards, and over rows of nothing but units and sub-headers."""
    keys = [column for column, cell in sheet.filled(first) if _keys(text_of(cell))]
    areas = (sheet.merged_from.get((first, column)) for column in keys)
    last = max((area[1] for area in areas if area), default=first)
    while last + 1 < len(sheet.rows) and _goes_on(sheet, last + 1, keys):
        last += 1
    return min(last, len(sheet.rows) - 1)


def _goes_on(sheet: Sheet, row: int, keys: list[int]) -> bool:
    """Whether a row below the header belongs to it: it says what the columns hold, and nothing of any row."""
    filled = list(sheet.filled(row))
    texts = [
        text_of(cell) for column, cell in filled if column not in keys or _field(text_of(cell)) != "unit"
    ]
    said = [text for text in texts if _is_subheader(text)]
    return bool(said) and len(said) == len(texts) == len([c for c, _ in filled if c not in keys])


def _is_subheader(text: str) -> bool:
    name, _ = split_unit(text)
    unit = unit_code(text) is not None and not text[0].isdigit()
    return unit or _field(name) in ("value", "unit") or subhead(name) is not None


def _year(texts: Iterable[str]) -> int | None:
    """The one year that is named."""
    years = {year for text in texts for year in (*years_in(text), *(day.year for day in days_in(text)))}
    return years.pop() if len(years) == 1 else None


# ---- columns


class _Columns:
    """Every column's header, read from left to right: 排名 without an indicator of its own goes with the one before."""

    def __init__(self, head: Head, sheet: Sheet, names: Names, year: int | None) -> None:
        self._head, self._sheet, self._names, self._year = head, sheet, names, year
        self._before: Column | None = None
        self._ranks_beside: list[int] = []

    def read(self) -> None:
        # In a text file what lies beyond the header is a separator too many.
        head, sheet = self._head, self._sheet
        rows = range(head.first, head.last + 1)
        for at in range(sheet.width if sheet.lines is None else max(len(sheet.rows[row]) for row in rows)):
            self._read(at)
        self._refuse_whose_rank()

    def _refuse_whose_rank(self) -> None:
        """One rank behind several indicators may be of the last one, or of all of them together."""
        head = self._head
        indicators = {c.indicator for c in head.columns if c.indicator and not c.ranks}
        if len(self._ranks_beside) != 1 or len(indicators) < 2:
            return
        at = self._ranks_beside[0]
        if at in head.left_out:
            return
        text = shown(text_of(self._sheet.said(head.last, at)))
        zh = f"“{text}”在几个指标之后，分不清是哪个指标的排名：请写明指标，如“拆除违法建设排名”。"
        en = "a rank behind several indicators: name the one it is of, like 拆除违法建设排名."
        head.faults.append(Fault("whose_rank", self._sheet.place(head.last, at), text, zh, en))

    def _read(self, at: int) -> None:
        """What a column's header says, cell by cell downwards."""
        pieces = self._pieces(at)
        if len(pieces) == 1 and (key := self._key(text_of(pieces[0]))) is not None:
            if key:
                self._head.keys.setdefault(key, []).append(at)
            self._before = None
            return
        column: Column | None = Column(at)
        for piece in pieces:
            text = text_of(piece)
            if plain(text) in TOTALS:
                self._head.totals.append(at)
                return
            if column is not None and (column := self._said(column, piece)) is None:
                self._refuse(at, piece)
        if column is not None:
            self._add(column, bool(pieces))

    def _pieces(self, at: int) -> list[Cell]:
        """Cells of a header that say something, each once."""
        head, sheet = self._head, self._sheet
        cells = [sheet.said(row, at) for row in range(head.first, head.last + 1)]
        pieces = [cell for n, cell in enumerate(cells) if not is_blank(cell) and cell not in cells[:n]]
        if len(pieces) > 1:
            return [
                piece for piece in pieces if _field(text_of(piece)) != "unit"
            ]  # the head of a row of units
        return pieces

    def _key(self, text: str) -> str | None:
        """The field of a column that holds no figures; None where it does."""
        word = _field(text) if _field(text) is not None else _field(split_unit(text)[0])
        keys = _keys(text)
        if word is None and keys:
            return keys[0] if len(keys) == 1 else self._down(keys)
        return None if word == "value" else word

    def _down(self, keys: tuple[str, ...]) -> str:
        """Of the axes a corner names, the one that goes down: the other headers are values of the other one."""
        head, sheet = self._head, self._sheet
        across = [cell for row in range(head.first, head.last + 1) for _, cell in sheet.filled(row)]
        count = {key: sum(_is_value_of(key, cell, self._names) for cell in across) for key in keys}
        return min(keys, key=lambda key: count[key])

    def _add(self, column: Column, said: bool) -> None:
        """A column of figures, of what was worked out, or of nobody knows what."""
        head = self._head
        if not said:
            if self._has_content(column.at):
                zh, en = "这一列有数据，但没有表头。", "a column with content, but without a header."
                head.faults.append(Fault("no_header", self._sheet.place(head.last, column.at), "", zh, en))
            return
        if column.subhead is not None and column.subhead.part is Part.DERIVED:
            head.left_out.append(column.at)
            return
        if column.ranks and column.indicator is not None:
            rank = self._names.rank_of(column.indicator)
            if rank is None:
                head.left_out.append(column.at)
                return
            column = replace(column, indicator=rank)
        elif not column.ranks:
            self._before = replace(column, subhead=None)
        head.columns.append(column)

    def _said(self, column: Column, cell: Cell) -> Column | None:
        """The column with what one cell of its header adds; None where that is unknown."""
        text, names = text_of(cell), self._names
        name, unit = split_unit(text)
        word = _field(text) if _field(text) is not None else _field(name)
        if word == "value":
            return replace(self._beside(column), unit=unit or column.unit)
        if unit_code(text):
            return replace(column, unit=text)
        if isinstance(day := read_day(cell, self._year), date):
            return replace(column, day=day)
        for spelling, unit_said in ((text, None), (name, unit)):
            named = names.indicator(spelling) if names.knows("indicator", spelling) else None
            if isinstance(named, Named):
                unit_said = unit_said or column.unit
                return replace(column, indicator=named.indicator, scope=named.scope, unit=unit_said)
            region = names.region(spelling) if names.knows("region", spelling) else None
            if isinstance(region, str):
                return replace(column, region=region)
        return self._of_indicator(column, name, unit)

    def _of_indicator(self, column: Column, text: str, unit: str | None) -> Column | None:
        """A sub-header (累计), below its indicator, beside it, or written after its name (拆除违法建设累计)."""
        meant = subhead(text)
        if meant is None:
            return self._written_together(column, text, unit)
        if (own := self._own(column, text)) is not None:
            # 拆除违法建设 above 完成率, where the catalogue has an indicator of that name.
            return replace(column, indicator=own.indicator, scope=own.scope, unit=unit)
        beside = self._beside(column)
        if meant.part is Part.RANK and beside is not column:
            self._ranks_beside.append(column.at)
        return _as(beside, meant, unit)

    def _written_together(self, column: Column, text: str, unit: str | None) -> Column | None:
        """An indicator's name with what is meant of it behind: 拆除违法建设排名, 拆除违法建设完成量."""
        for end in range(len(text) - 1, 0, -1):
            if not self._names.knows("indicator", text[:end]):
                continue
            named, rest = self._names.indicator(text[:end]), text[end:].strip()
            meant = subhead(rest)
            if isinstance(named, Named) and (meant is not None or _field(rest) == "value"):
                return _as(replace(column, indicator=named.indicator, scope=named.scope), meant, unit)
        return None

    def _own(self, column: Column, text: str) -> Named | None:
        """The indicator whose name is that of the column's, with the sub-header behind it."""
        indicator = (column if column.indicator else self._before or column).indicator
        for name in self._names.names_of(indicator) if indicator else ():
            if self._names.knows("indicator", name + text):
                named = self._names.indicator(name + text)
                return named if isinstance(named, Named) else None
        return None

    def _beside(self, column: Column) -> Column:
        """A column whose header names nothing goes with the one before it."""
        before = self._before
        if before is None or any(said is not None for said in (column.indicator, column.region, column.day)):
            return column
        return replace(before, at=column.at, unit=column.unit or before.unit)

    def _has_content(self, at: int) -> bool:
        rows = range(self._head.last + 1, len(self._sheet.rows))
        return any(not is_blank(self._sheet.at(row, at)) for row in rows)

    def _refuse(self, at: int, cell: Cell) -> None:
        """A header nobody understands matters only where something stands below it."""
        if not self._has_content(at):
            return
        place = self._sheet.place(self._head.first, at)
        text, day = text_of(cell), read_day(cell, self._year)
        if isinstance(day, Problem) and day.code in ("no_year", "no_such_day"):
            self._head.faults.append(day.at(place))
            return
        meant = self._names.unknown("indicator", split_unit(text)[0])
        zh = f"不认识的表头：{meant.zh}表头应为指标、区域、日期或常用栏目；不报送的列请删去。"
        en = f"unknown header: {meant.en} A header is an indicator, a region, a day or a known field; remove other columns."
        self._head.faults.append(Fault("unknown_column", place, shown(text), zh, en))


def _as(column: Column, meant: Subhead | None, unit: str | None) -> Column:
    """A column as a sub-header means it; a share's or a rank's unit is not that of the figures."""
    figures = meant is None or meant.part is Part.FIGURE
    return replace(column, subhead=meant, unit=(unit or column.unit) if figures else None)


def split_unit(text: str) -> tuple[str, str | None]:
    """拆除面积（万平方米） is a name and its unit; brackets that hold no unit belong to the name."""
    match = _IN_BRACKETS.fullmatch(text)
    return (match["name"], match["unit"]) if match and unit_code(match["unit"]) else (text, None)


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
