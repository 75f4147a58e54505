"""Rows of cells as readings: one reading to a row (long), or to a cell (wide), as the header has it.

Region, indicator and day each stand in a column, in the headers of the figures, or above the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial

from service.domain.catalog import Catalog, Reporting, SeriesKey
from service.domain.names import plain
from service.domain.units import conversion, unit_code
from service.errors import Fault
from service.ingest.names import Named, Names
from service.ingest.parse.header import AVERAGES, CITY_TOTALS, SUBTOTALS, TOTALS, Column, Head, find_head
from service.ingest.parse.ours import NOT_REPORTED
from service.ingest.parse.sums import Sums
from service.ingest.parse.totals import Total, Totals
from service.ingest.rows import KEPT_BROKEN, SPANS, Broken, Parsed, Row, TableAt
from service.sheets.cells import (
    Cell,
    Empty,
    Figure,
    Problem,
    broken,
    is_blank,
    read_day,
    read_figure,
    read_rank,
    text_of,
)
from service.sheets.sheet import Places, Sheet
from service.texts import kept, shown

# What stands below a table and is no row of it.
_FOOTERS = ("填表", "制表", "填报人", "审核", "负责人", "联系", "电话", "注", "备注", "说明")
_NOTICES = {
    "hidden_rows": ("隐藏的行也已读取：{}。", "hidden rows were taken: {}."),
    "hidden_columns": ("隐藏的列也已读取：{}。", "hidden columns were taken: {}."),
    "totals": ("合计行只作核对，不入库：{}。", "rows of totals were compared, not stored: {}."),
    "total_columns": ("合计列未读取：{}。", "columns of totals were left out: {}."),
    "averages": ("平均数行未读取：{}。", "rows of averages were left out: {}."),
    "left_out_column": ("以下列未读取（推算数、计划数，或与报送方式不同的累计数、当日数）：{}。",
                        "columns left out, as they are worked out, planned, or not how the figure is reported: {}."),
    "left_out": ("表外说明未读取：{}。", "lines below the table were left out: {}."),
    "not_applicable": ("不适用，未入库：{}。", "not applicable, so not stored: {}."),
    "blank": ("空白按未报处理，未入库：{}。", "blank, so not reported: {}."),
}  # fmt: skip


def read_sheets(
    sheets: Sequence[Sheet], catalog: Catalog, names: Names, day: date | None, notices: Iterable[Fault] = ()
) -> Parsed:
    """The readings of all sheets; one without a table is left out and named, as long as it holds no figures.

    day  of sheets that don't say which day they are of
    """
    rows: list[Row] = []
    broken_: list[Broken] = []
    faults: list[Fault] = []
    tables: list[TableAt] = []
    told, count = [*notices, *_not_reported(sheets)], 0
    for sheet in sheets:
        if _says_not_reported(sheet):
            continue
        head = find_head(sheet, names, day)
        if head is None:
            (faults if _holds_figures(sheet) else told).extend(_no_table(sheet))
            continue
        tables.append(TableAt(sheet.name, head.first, head.last, sheet.width))
        table = _Table(sheet, head, catalog, names)
        table.read()
        rows += table.rows
        broken_ += table.broken
        faults += table.faults
        told += table.notices
        count += table.count
    return Parsed(rows, faults, count, notices=tuple(told), broken=tuple(broken_), tables=tuple(tables))


def _says_not_reported(sheet: Sheet) -> bool:
    return bool(sheet.rows and sheet.rows[0]) and text_of(sheet.at(0, 0)).startswith(NOT_REPORTED)


def _not_reported(sheets: Sequence[Sheet]) -> list[Fault]:
    """Sheets that say they are not to be reported."""
    named = [sheet.name for sheet in sheets if _says_not_reported(sheet)]
    if not named:
        return []
    zh = f"写明“{NOT_REPORTED}”的工作表未读取：{'、'.join(named)}。"
    en = f"sheets that say {NOT_REPORTED} (not to be reported) were left out: {', '.join(named)}."
    return [Fault("not_reported", named[0], "", zh, en)]


def _holds_figures(sheet: Sheet) -> bool:
    cells = (cell for row in range(len(sheet.rows)) for _, cell in sheet.filled(row))
    return any(isinstance(read_figure(cell), Figure) for cell in cells)


def _no_table(sheet: Sheet) -> list[Fault]:
    filled = next((row for row in range(len(sheet.rows)) if any(sheet.filled(row))), None)
    if filled is None:
        return []
    zh = "没有找到表头，本表未读取：表头应有“区域”“指标”“日期”之一，并有数值或指标列。"
    en = (
        "no header was found, so nothing was read here: it names region, indicator or day beside the figures."
    )
    text = next(text_of(cell) for _, cell in sheet.filled(filled))
    return [Fault("no_header", sheet.row_place(filled), shown(text), zh, en)]


@dataclass(slots=True)
class _Line:
    """The keys of one row; None where a key stands in the header, above the table, or is faulty.

    written  what stands there for a faulty key
    faults   what is wrong with the keys, and so with every figure of the row
    """

    indicator: str | None = None
    scope: str | None = None
    region: str | None = None
    day: date | None = None
    unit: str | None = None
    source: str | None = None
    note: str | None = None
    written: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Of:
    """What a row of totals is the sum of, as `Total` has it."""

    partial: bool
    whole: frozenset[str] = frozenset()


def _meant(column: Column, series: SeriesKey) -> Reporting | None:
    """How a column's figures are meant; None where it says nothing, or they are of another span than a report's."""
    said = column.subhead
    if said is None or said.reporting is None or said.cycle not in (None, series.cycle):
        return None
    return said.reporting


@dataclass
class _Table:
    """One table, read row by row.

    faults  of the table as a whole
    """

    sheet: Sheet
    head: Head
    catalog: Catalog
    names: Names
    rows: list[Row] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    count: int = 0
    _totals: Totals = field(default_factory=Totals)
    _sums: Sums = field(default_factory=Sums)
    _elsewhere: dict[str, int] = field(default_factory=dict)
    _wrong_spans: set[int] = field(default_factory=set)
    _left_out: set[int] = field(default_factory=set)
    _places: dict[str, Places] = field(default_factory=dict)
    _hidden: set[int] = field(default_factory=set)
    _total_row: int | None = None
    _words: dict[tuple[str, Cell], str | date | Named | Problem] = field(default_factory=dict)

    def read(self) -> None:
        self.faults += self.head.faults
        if not (self.head.columns or self.head.faults):
            self._no_figures()
        for row in range(self.head.last + 1, len(self.sheet.rows)):
            self._read_row(row)
        self.notices += self._totals.compare(self.catalog.indicator)
        self.notices += self._sums.compare(self.catalog.indicator)
        self._tell()
        self._only_totals()

    def _no_figures(self) -> None:
        zh = "表中没有数值列：请加一列“数值”，或以指标、日期为表头。"
        en = "there is no column of figures: add one called `value`, or columns headed by indicators or days."
        self.faults.append(Fault("no_figures", self.sheet.row_place(self.head.first), "", zh, en))

    # ---- rows

    def _read_row(self, row: int) -> None:
        filled = dict(self.sheet.filled(row))
        if not filled or self._is_head_again(filled):
            return
        figures = [column for column in self.head.columns if column.at in filled]
        if (ragged := self._ragged(row)) is not None:
            self.count += 1
            text = " | ".join(map(text_of, self.sheet.rows[row]))
            self.broken.append(Broken(ragged.where, {"row": kept(text)}, (ragged,)))
            return
        if self._is_footer(filled):
            self._mention("left_out", self.sheet.row_place(row))
            return
        if self._is_average(row):
            self._mention("averages", self.sheet.row_place(row))
            return
        if (total := self._total(row)) is not None:
            self._read_total(row, figures, total)
            return
        for column in self.head.columns:
            if column.at not in filled:
                self._mention("blank", self.sheet.place(row, column.at))
        if figures:
            line = self._line(row)
            for column in figures:
                self._read_cell(row, column, line)

    def _is_head_again(self, filled: dict[int, Cell]) -> bool:
        """The header is repeated on every printed page."""
        head = range(self.head.first, self.head.last + 1)
        return any(all(self.sheet.said(r, column) == cell for column, cell in filled.items()) for r in head)

    def _ragged(self, row: int) -> Fault | None:
        """In a text file a row with a comma too many or too few has its figures in the wrong columns."""
        if self.sheet.lines is None:
            return None
        head = self.sheet.rows[self.head.first : self.head.last + 1]
        wanted, found = max(map(len, head)), len(self.sheet.rows[row])
        if found == wanted or (found > wanted and all(map(is_blank, self.sheet.rows[row][wanted:]))):
            return None
        zh = f"本行有{found}列，表头有{wanted}列：请检查分隔符，含逗号的内容须加英文引号。"
        en = f"{found} cells where the header has {wanted}: check the separators, and quote text that holds one."
        return Fault("ragged_row", self.sheet.row_place(row), "", zh, en)

    def _is_footer(self, filled: dict[int, Cell]) -> bool:
        text = text_of(next(iter(filled.values())))
        return text.startswith(_FOOTERS) and any(mark in text[:8] for mark in ":：")

    def _is_average(self, row: int) -> bool:
        columns = self.head.keys.get("region", ())
        return any(plain(text_of(self.sheet.said(row, column))) in AVERAGES for column in columns)

    def _total(self, row: int) -> _Of | None:
        """None for a row of figures; else what a row of totals is the sum of."""
        for column in self.head.keys.get("region", ()):
            text = text_of(self.sheet.said(row, column))
            if plain(text) in TOTALS:
                return _Of(plain(text) in SUBTOTALS)
            if (code := self._city(text)) is not None:
                return _Of(False, self.names.parts_of(code))
            if text and self.names.knows("region", text):
                said = self.names.region(text)
                if isinstance(said, str) and self.names.is_total(said):
                    return _Of(False, self.names.parts_of(said))
        return None

    def _city(self, text: str) -> str | None:
        """The region a row called 全市 is the total of: that above the root; none where the city itself is the root."""
        if plain(text) not in CITY_TOTALS:
            return None
        return next(reversed(self.catalog.over_root), "")

    def _read_total(self, row: int, figures: list[Column], of: _Of) -> None:
        self._total_row = row if self._total_row is None else self._total_row
        self._mention("totals", self.sheet.row_place(row))
        line = self._line(row, total=True)
        for column in figures:
            figure = read_figure(self.sheet.at(row, column.at))
            if line.faults or not isinstance(figure, Figure) or self._indicator(line, column) is None:
                continue
            reading = self._reading(row, column, line, figure, region="")
            if isinstance(reading, Row) and self._is_read(column, reading):
                self._totals.totals.append(Total(row, reading, of.partial, of.whole))

    def _read_cell(self, row: int, column: Column, line: _Line) -> None:
        cell, place = self.sheet.at(row, column.at), self.sheet.place(row, column.at)
        indicator = self._indicator(line, column)
        if indicator is None and column.ranks:
            self._leave_out(column)
            return
        ranked = indicator is not None and self.catalog.indicator[indicator].is_rank
        figure = read_rank(cell) if ranked else read_figure(cell)
        if isinstance(figure, Empty):
            self._mention(figure.value, place)
            return
        if self._is_elsewhere(row, column, line, figure):
            return
        if self._is_beside(row, column, line, figure):
            return
        self.count += 1
        if row in self.sheet.hidden_rows and row not in self._hidden:
            self._hidden.add(row)
            self._mention("hidden_rows", self.sheet.row_place(row))
        faults = [*line.faults, *self._figure_faults(row, column, figure)]
        if isinstance(figure, Figure) and not faults:
            reading = self._reading(row, column, line, figure)
            if isinstance(reading, Row):
                self._take(row, column, reading)
            elif reading is not None:
                faults.append(reading)
        if faults:
            # Of more than can be kept, what they say would only take memory.
            said = self._said(cell, column, line) if len(self.broken) < KEPT_BROKEN else {}
            self.broken.append(Broken(place, said, tuple(faults)))

    def _figure_faults(self, row: int, column: Column, figure: Figure | Problem) -> Iterator[Fault]:
        """What is wrong with a figure itself, wherever it belongs."""
        place = self.sheet.place(row, column.at)
        if isinstance(figure, Problem):
            yield figure.at(place)
        elif (row, column.at) in self.sheet.merged_from:
            zh, en = (
                "数值占了合并的单元格，分不清属于哪一行：请取消合并，逐行填写。",
                "a figure in a merged cell: which row is it of? Unmerge it, and fill in each row.",
            )
            yield Fault("merged_figure", place, shown(text_of(self.sheet.at(row, column.at))), zh, en)

    def _said(self, cell: Cell, column: Column, line: _Line) -> dict[str, object]:
        """What a broken row says, field by field: codes where they are known, else as it is written."""
        title = self.head.title
        indicator, day = self._indicator(line, column), self._day(column, line)
        said: dict[str, object] = {
            "day": day and day.isoformat(),
            "indicator": indicator,
            "region": line.region or column.region or title.region,
            "scope": line.scope if line.scope is not None else column.scope,
            "unit": line.unit or column.unit or (indicator and self._unit_above(indicator)),
            "source": line.source,
            "note": line.note and kept(line.note),
            **line.written,
        }
        value = kept(cell) if isinstance(cell, str) else cell
        return {**{key: text for key, text in said.items() if text}, "value": value}

    def _day(self, column: Column, line: _Line) -> date | None:
        return line.day or column.day or self.head.title.day

    def _take(self, row: int, column: Column, reading: Row) -> None:
        series = self.names.declared(reading.indicator, reading.region, reading.scope)
        if series is not None and self._is_of_another_span(column, series):
            return
        self.rows.append(reading)
        self._totals.rows.append((row, reading))
        if series is not None and self._siblings.get(column.at):
            self._sums.add(reading, series.reporting_on(reading.day), series)

    # ---- columns and rows that are left out

    @cached_property
    def _siblings(self) -> dict[int, list[Column]]:
        """Columns that tell the same figure in several ways (当日, 累计), by the place of each; others have none."""
        same: dict[tuple[object, ...], list[Column]] = {}
        for column in self.head.columns:
            same.setdefault(column.of(), []).append(column)
        return {column.at: columns for columns in same.values() if len(columns) > 1 for column in columns}

    def _is_beside(self, row: int, column: Column, line: _Line, figure: Figure | Problem) -> bool:
        """Whether another column tells the figure as it is reported: then this one is compared and left out."""
        if not self._siblings.get(column.at) or line.faults:
            return False
        told = Figure(None) if isinstance(figure, Problem) else figure
        reading = self._reading(row, column, line, told)
        if not isinstance(reading, Row) or self._is_read(column, reading):
            return False
        self._leave_out(column)
        series = self.names.declared(reading.indicator, reading.region, reading.scope)
        if (
            series is not None
            and isinstance(figure, Figure)
            and (meant := _meant(column, series)) is not None
        ):
            self._sums.add(reading, meant, series)
        return True

    def _is_read(self, column: Column, reading: Row) -> bool:
        """Whether a column is the one that a figure is taken from, of those that tell it."""
        siblings = self._siblings.get(column.at)
        if not siblings:
            return True
        region = reading.region or next(iter(self.names.regions), "")  # totals are of what they add up
        series = self.names.declared(reading.indicator, region, reading.scope)
        if series is None:
            return column is siblings[0]
        wanted = series.reporting_on(reading.day)
        fits = [each for each in siblings if _meant(each, series) == wanted]
        fits = fits or [each for each in siblings if each.subhead is None]
        return not fits or column in fits

    def _is_of_another_span(self, column: Column, series: SeriesKey) -> bool:
        """A column of weeks, of a series reported by the day: told once, since no cell of it can be taken."""
        cycle = column.subhead.cycle if column.subhead else None
        if cycle is None or cycle == series.cycle:
            return False
        if column.at not in self._wrong_spans:
            self._wrong_spans.add(column.at)
            said, wanted = SPANS[cycle], SPANS[series.cycle]
            zh = f"这一列是每{said[0]}的数，本渠道按{wanted[0]}报送：请改填每{wanted[0]}的数，或删去这一列。"
            en = f"a column of figures by the {said[1]}, and the feed reports by the {wanted[1]}: give those, or remove it."
            where = self.sheet.place(self.head.last, column.at)
            text = text_of(self.sheet.said(self.head.last, column.at))
            self.faults.append(Fault("wrong_span", where, shown(text), zh, en))
        return True

    def _is_elsewhere(self, row: int, column: Column, line: _Line, figure: Figure | Problem) -> bool:
        """Whether a figure is of a region beside the root that the feed doesn't report: compared with totals only."""
        region = line.region or column.region or self.head.title.region
        indicator = self._indicator(line, column)
        if line.faults or region is None or indicator is None:
            return False
        if region not in self.catalog.region or not self.names.is_elsewhere(indicator, region):
            return False
        self._elsewhere[region] = self._elsewhere.get(region, 0) + 1
        if isinstance(figure, Figure):
            reading = self._reading(row, column, line, figure)
            if isinstance(reading, Row) and self._is_read(column, reading):
                self._totals.rows.append((row, reading))
        return True

    def _leave_out(self, column: Column) -> None:
        self._left_out.add(column.at)

    # ---- readings

    def _indicator(self, line: _Line, column: Column) -> str | None:
        """What a figure is of; None where that isn't said, or where a column of ranks stands beside what isn't ranked."""
        indicator = line.indicator or column.indicator or self.head.title.indicator
        if not column.ranks or indicator is None or column.indicator is not None:
            return indicator
        return self.names.rank_of(indicator)

    def _reading(
        self, row: int, column: Column, line: _Line, figure: Figure, *, region: str | None = None
    ) -> Row | Fault | None:
        """A reading, or its unknown scope; None where the whole table lacks a key, which has been told."""
        title, indicator = self.head.title, self._indicator(line, column)
        place = region if region is not None else line.region or column.region or title.region
        day = self._day(column, line)
        if indicator is None or place is None or day is None:
            return None
        scope = self._scope(column, line, indicator, place)
        if isinstance(scope, Problem):
            return scope.at(self._place(row, column.at, "scope"))
        unit = figure.unit or line.unit or column.unit or self._unit_above(indicator)
        return Row(
            where=self.sheet.place(row, column.at),
            day=day,
            indicator=indicator,
            region=place,
            value=figure.value,
            scope=scope,
            unit=None if self.catalog.indicator[indicator].is_rank else unit,
            source=line.source,
            note=line.note,
            reporting=column.subhead.reporting if column.subhead else None,
            place=partial(self._place, row, column.at),
        )

    def _scope(self, column: Column, line: _Line, indicator: str, region: str) -> str | Problem:
        """As written, else the only one in which the feed reports this."""
        written = line.scope if line.scope is not None else column.scope
        if written is not None:
            return self.names.scope(written, indicator, region)
        scopes = self.names.scopes(indicator, region)
        return scopes[0] if len(scopes) == 1 else ""

    def _unit_above(self, indicator: str) -> str | None:
        """单位：万平方米 above the table is meant for what can be measured in it."""
        unit = self.head.title.unit
        given, known = unit_code(unit) if unit else None, self.catalog.indicator.get(indicator)
        return unit if given and known and conversion(given, known.unit) is not None else None

    def _place(self, row: int, column: int, field: str) -> str:
        """Where a field of a reading stands: in its row, or with the figure."""
        keys = self.head.keys.get(field)
        return self.sheet.place(row, keys[0] if keys else column)

    # ---- keys

    def _line(self, row: int, *, total: bool = False) -> _Line:
        line = _Line()
        for key, columns in self.head.keys.items():
            if not (total and key == "region"):
                for column in columns:
                    self._read_key(line, key, row, column, optional=total)
        return line

    def _read_key(self, line: _Line, key: str, row: int, column: int, *, optional: bool) -> None:
        cell = self.sheet.said(row, column)
        if is_blank(cell):
            if key in ("day", "indicator", "region") and not optional and not self._other(key, row):
                zh, en = (
                    "这一行有数据，但此处空白，请填写。",
                    "this row has a figure, but nothing here: fill it in.",
                )
                line.faults.append(Fault("missing_field", self.sheet.place(row, column), "", zh, en))
            return
        said = self._word(key, cell)
        if isinstance(said, Problem):
            self._refuse(line, key, row, said.at(self.sheet.place(row, column)))
        elif isinstance(said, Named):
            self._set(line, "indicator", said.indicator, row, column)
            line.scope = said.scope if line.scope is None else line.scope
        else:
            self._set(line, key, said, row, column)

    def _other(self, key: str, row: int) -> bool:
        """Whether a second column of the key is filled in."""
        return any(not is_blank(self.sheet.said(row, column)) for column in self.head.keys[key])

    def _word(self, key: str, cell: Cell) -> str | date | Named | Problem:
        """What a key's cell means; the same words stand in a table again and again."""
        if (key, cell) not in self._words:
            self._words[key, cell] = self._meaning(key, cell)
        return self._words[key, cell]

    def _meaning(self, key: str, cell: Cell) -> str | date | Named | Problem:
        text = text_of(cell)
        if key == "day":
            return read_day(cell, self.head.title.year)
        if (problem := broken(text)) is not None:
            return problem
        if key == "region":
            return self.names.region(text)
        if key == "indicator":
            return self.names.indicator(text)
        return self.names.source(text) if key == "source" else text

    def _set(self, line: _Line, key: str, said: str | date, row: int, column: int) -> None:
        """Code and name in two columns must mean the same."""
        before = getattr(line, key)
        if key in ("region", "indicator") and before is not None and before != said:
            zh, en = (
                f"与同一行的另一列（{before}）不是一回事，请核对。",
                f"not the same as the other column of this row ({before}).",
            )
            fault = Fault("names_differ", self.sheet.place(row, column), str(said), zh, en)
            self._refuse(line, key, row, fault)
        setattr(line, key, said)

    def _refuse(self, line: _Line, key: str, row: int, fault: Fault) -> None:
        """A key that cannot be told from what is written; both words, where two columns name it."""
        line.faults.append(fault)
        words = (text_of(self.sheet.said(row, column)) for column in self.head.keys[key])
        line.written[key] = kept(" / ".join(word for word in words if word))

    # ---- what is told

    def _mention(self, code: str, place: str) -> None:
        self._places.setdefault(code, Places()).add(place)

    def _tell(self) -> None:
        """What was read in another way than it may look, or left out."""
        sheet, head = self.sheet, self.head
        for column in head.columns:
            if column.at in sheet.hidden_columns:
                self._mention("hidden_columns", sheet.place(head.first, column.at))
        for at in head.totals:
            self._mention("total_columns", sheet.place(head.first, at))
        for at in sorted({*head.left_out, *self._left_out}):
            name = text_of(sheet.said(head.last, at)) or text_of(sheet.said(head.first, at))
            self._mention("left_out_column", f"{sheet.place(head.first, at)}“{shown(name)}”")
        for code, (zh, en) in _NOTICES.items():
            if (places := self._places.get(code)) is not None:
                self.notices.append(Fault(code, sheet.name or "table", "", *places.fill(zh, en)))
        if self._elsewhere:
            self.notices.append(self._other_regions())

    def _other_regions(self) -> Fault:
        """One notice for all rows of regions that are none of this feed's."""
        named = Places()
        for region in self._elsewhere:
            named.add(self.catalog.region[region].name)
        count, figures = len(self._elsewhere), sum(self._elsewhere.values())
        zh = f"{count}个区域不在本渠道报送范围，其{figures}个数据未入库：{{}}。"
        en = f"{figures} figures of {count} regions this feed does not report were not stored: {{}}."
        return Fault("other_regions", self.sheet.name or "table", str(count), *named.fill(zh, en))

    def _only_totals(self) -> None:
        """Totals of nothing: whoever sent them takes them for reported."""
        if self._total_row is not None and not self.count:
            zh = "只有合计行，没有分区域数据：合计不入库，请逐个区域填报。"
            en = "nothing but totals: they are not stored, report the figures of each region."
            self.faults.append(Fault("only_totals", self.sheet.row_place(self._total_row), "", zh, en))
