"""Rows of cells as readings: one reading to a row (long), or to a cell (wide), as the header has it.

Region, indicator and day each stand in a column, in the headers of the figures, or above the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial

from service.domain.catalog import Catalog, Reporting, SeriesKey
from service.domain.cycles import Cycle
from service.domain.names import plain
from service.domain.units import conversion, unit_code
from service.errors import Fault
from service.ingest.names import Names
from service.ingest.parse.fields import AVERAGES, CITY_TOTALS, SUBTOTALS, TOTALS, is_footer, totalled
from service.ingest.parse.head import Column, Head
from service.ingest.parse.keys import Keys, Line
from service.ingest.parse.notices import Notices
from service.ingest.parse.ours import NOT_REPORTED
from service.ingest.parse.sums import Sums
from service.ingest.parse.totals import Total, Totals
from service.ingest.rows import KEPT_BROKEN, SPANS, Broken, Row
from service.sheets.cells import Cell, Empty, Figure, Problem, is_blank, read_figure, read_rank, text_of
from service.sheets.sheet import Places, Sheet
from service.texts import kept, shown


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
class Table:
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
    totals: Totals = field(default_factory=Totals)
    _sums: Sums = field(default_factory=Sums)
    _elsewhere: dict[str, int] = field(default_factory=dict)
    _wrong_spans: set[int] = field(default_factory=set)
    _taken: set[tuple[str, str, str, date]] = field(default_factory=set)
    _left_out: set[int] = field(default_factory=set)
    _told: Notices = field(default_factory=Notices)
    _hidden: set[int] = field(default_factory=set)
    _fits: dict[tuple[int, Cycle, Reporting], frozenset[int]] = field(default_factory=dict)
    _total_row: int | None = None

    @cached_property
    def _keys(self) -> Keys:
        return Keys(self.sheet, self.head, self.names)

    def read(self) -> None:
        """Read every row below the header; what comes of it stands in the fields."""
        self.faults += self.head.faults
        if not (self.head.columns or self.head.faults):
            self._no_figures()
        for row in range(self.head.last + 1, self.head.end):
            self._read_row(row)

    def compare(self, beside: Sequence[Totals]) -> None:
        """Totals and sums with what they are of; then what is to be told. Last of all.

        beside  of the tables beside this one: a total may be of all of them
        """
        self.notices += self.totals.compare(self.catalog.indicator, beside)
        self.notices += self._sums.compare(self.catalog.indicator)
        self._tell()
        self._only_totals()

    def _no_figures(self) -> None:
        zh = f"表中没有数值列：请加一列“数值”，或以指标、日期为表头；不报送的表请在 A1 格写“{NOT_REPORTED}”。"
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
        if is_footer(text_of(next(iter(filled.values())))):
            self._told.mention("left_out", self.sheet.row_place(row))
            return
        if self._is_average(row):
            self._told.mention("averages", self.sheet.row_place(row))
            return
        if (total := self._total(row)) is not None:
            self._read_total(row, figures, total)
            return
        for column in self.head.columns:
            if column.at not in filled:
                self._told.mention("blank", self.sheet.place(row, column.at))
        if figures:
            line = self._keys.line(row)
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

    def _is_average(self, row: int) -> bool:
        columns = self.head.keys.get("region", ())
        return any(plain(text_of(self.sheet.said(row, column))) in AVERAGES for column in columns)

    def _total(self, row: int) -> _Of | None:
        """None for a row of figures; else what a row of totals is the sum of."""
        for column in self._before_figures:
            text = text_of(self.sheet.said(row, column))
            if not text:
                continue
            if (code := self._city(text)) is not None:
                return _Of(False, self.names.parts_of(code))
            if plain(text) in TOTALS:
                return _Of(plain(text) in SUBTOTALS)
            if column not in self.head.keys.get("region", ()):
                continue
            if self.names.knows("region", text):
                if (above := self._above(text)) is not None:
                    return above
            elif (said := totalled(text)) is not None:
                return (None if said[1] else self._above(said[0])) or _Of(partial=True)
        return None

    def _above(self, text: str) -> _Of | None:
        """Of a region's name, if its figure is the sum of what is reported."""
        said = self.names.region(text) if self.names.knows("region", text) else None
        if isinstance(said, str) and self.names.is_total(said):
            return _Of(False, self.names.parts_of(said))
        return None

    @cached_property
    def _before_figures(self) -> list[int]:
        """Columns in which a row may be called a total: those of regions, and all before the first figures."""
        first = min((column.at for column in self.head.columns), default=0)
        return sorted({*range(first), *self.head.keys.get("region", ())})

    def _city(self, text: str) -> str | None:
        """The region a row called 全市 is the total of: that above the root; none where the city itself is the root."""
        if plain(text) not in CITY_TOTALS:
            return None
        return next(reversed(self.catalog.over_root), "")

    def _read_total(self, row: int, figures: list[Column], of: _Of) -> None:
        self._total_row = row if self._total_row is None else self._total_row
        self._told.mention("totals", self.sheet.row_place(row))
        line = self._keys.line(row, total=True)
        for column in figures:
            figure = read_figure(self.sheet.at(row, column.at))
            if line.faults or not isinstance(figure, Figure) or self._indicator(line, column) is None:
                continue
            reading = self._reading(row, column, line, figure, region="")
            if isinstance(reading, Row) and self._is_read(column, reading):
                self.totals.totals.append(Total(row, reading, of.partial, of.whole))

    def _read_cell(self, row: int, column: Column, line: Line) -> None:
        cell, place = self.sheet.at(row, column.at), self.sheet.place(row, column.at)
        indicator = self._indicator(line, column)
        if indicator is None and column.ranks:
            self._leave_out(column)
            return
        ranked = indicator is not None and self.catalog.indicator[indicator].is_rank
        figure = read_rank(cell) if ranked else read_figure(cell)
        if isinstance(figure, Empty):
            self._told.mention(figure.value, place)
            return
        if self._is_elsewhere(row, column, line, figure):
            return
        if self._is_beside(row, column, line, figure):
            return
        self.count += 1
        if row in self.sheet.hidden_rows and row not in self._hidden:
            self._hidden.add(row)
            self._told.mention("hidden_rows", self.sheet.row_place(row))
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

    def _said(self, cell: Cell, column: Column, line: Line) -> dict[str, object]:
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

    def _day(self, column: Column, line: Line) -> date | None:
        return line.day or column.day or self.head.title.day

    def _take(self, row: int, column: Column, reading: Row) -> None:
        series = self.names.declared(reading.indicator, reading.region, reading.scope)
        if series is not None and self._is_of_another_span(column, series):
            return
        self.rows.append(reading)
        self.totals.rows.append((row, reading))
        key = (reading.indicator, reading.region, reading.scope, reading.day)
        if key in self._taken:
            self._told.mention("repeated", reading.where)
        self._taken.add(key)
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

    def _is_beside(self, row: int, column: Column, line: Line, figure: Figure | Problem) -> bool:
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
        return column.at in self._fitting(siblings, series, series.reporting_on(reading.day))

    def _fitting(self, siblings: list[Column], series: SeriesKey, wanted: Reporting) -> frozenset[int]:
        """Of columns that tell the same figure those it is taken from: found once, for a table may have a great many."""
        key = siblings[0].at, series.cycle, wanted
        if key not in self._fits:
            fits = [each for each in siblings if _meant(each, series) == wanted]
            fits = fits or [each for each in siblings if each.subhead is None] or siblings
            self._fits[key] = frozenset(each.at for each in fits)
        return self._fits[key]

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

    def _is_elsewhere(self, row: int, column: Column, line: Line, figure: Figure | Problem) -> bool:
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
                self.totals.rows.append((row, reading))
        return True

    def _leave_out(self, column: Column) -> None:
        self._left_out.add(column.at)

    # ---- readings

    def _indicator(self, line: Line, column: Column) -> str | None:
        """What a figure is of; None where that isn't said, or where a column of ranks stands beside what isn't ranked."""
        indicator = line.indicator or column.indicator or self.head.title.indicator
        if not column.ranks or indicator is None or column.indicator is not None:
            return indicator
        return self.names.rank_of(indicator)

    def _reading(
        self, row: int, column: Column, line: Line, figure: Figure, *, region: str | None = None
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

    def _scope(self, column: Column, line: Line, indicator: str, region: str) -> str | Problem:
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

    # ---- what is told

    def _tell(self) -> None:
        """What was read in another way than it may look, or left out."""
        sheet, head = self.sheet, self.head
        for column in head.columns:
            if column.at in sheet.hidden_columns:
                self._told.mention("hidden_columns", sheet.place(head.first, column.at))
        for at in head.totals:
            self._told.mention("total_columns", sheet.place(head.first, at))
        for at in sorted({*head.left_out, *self._left_out}):
            name = text_of(sheet.said(head.last, at)) or text_of(sheet.said(head.first, at))
            self._told.mention("left_out_column", f"{sheet.place(head.first, at)}“{shown(name)}”")
        self.notices += self._told.told(sheet.name or "table")
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
            zh = f"只有合计行，没有分区域数据：合计不入库，请逐个区域填报；不报送的表请在 A1 格写“{NOT_REPORTED}”。"
            en = "nothing but totals: they are not stored, report the figures of each region."
            self.faults.append(Fault("only_totals", self.sheet.row_place(self._total_row), "", zh, en))
