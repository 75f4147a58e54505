"""The sheets of a template: the form, and the figures reported last in the same places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from service.domain.catalog import Catalog, Feed, Indicator, SeriesKey
from service.domain.cycles import Cycle
from service.domain.units import UNITS, accepted
from service.ingest.parse.ours import COUNTED, LAST_DAY, LAST_FIGURE, NOT_REPORTED
from service.sheets.cells import NOT_APPLICABLE, TAKE_BACK, ZERO_REPORT, days_in, years_in
from service.workbooks.grid import DAY, NOTE, UNIT, Grid, Key
from service.workbooks.looks import INPUT, LINE, Looks, decimals, set_up
from service.workbooks.phrases import SPANS, bounds, counted, last_told, number

# Rows of a sheet.
TITLE, THE_DAY, HINT, HEAD = range(4)
# Up to so many figures, the last one is also told where a cell is being filled in.
TOLD_CELLS = 1000
_PROMPT, _PROMPT_TITLE = 250, 30  # characters a workbook shows beside a cell
_TITLE_WIDTH = 8  # columns a hint goes over at most
_WORDS = f"|{'|'.join((ZERO_REPORT, TAKE_BACK, *sorted(NOT_APPLICABLE)))}|"
_BEGINS = "0123456789０１２３４５６７８９+-＋－−"
# A figure of these may be typed as per cent, which the cell must then show: it keeps the program's own format.
_SHARES = frozenset(("ratio", "percent", "permille", "tenth"))
_PERIODS = {Cycle.DAILY: "日报", Cycle.WEEKLY: "周报", Cycle.MONTHLY: "月报"}


@dataclass
class Form:
    """What is to be filled in.

    series   of every figure
    figures  day and value of each series' last report, in the indicator's unit
    """

    catalog: Catalog
    feed: Feed
    day: date
    grid: Grid
    series: Mapping[Key, SeriesKey]
    figures: Mapping[Key, tuple[date, float]]
    looks: Looks

    @cached_property
    def title(self) -> str:
        """The feed's name, as long as it names no day or unit: a title that does is read."""
        name = self.feed.name
        if days_in(name, self.day.year) or years_in(name) or UNIT in name:
            name = self.catalog.name
        return f"{name}（{_PERIODS[self.feed.cycle]}）"

    @property
    def first(self) -> int:
        """Row of the first figures; where regions stand in rows, the header has a row of units."""
        return HEAD + (1 if self.grid.turned else 2)

    def counted(self, key: Key) -> str:
        return counted(self.catalog.indicator[key[0]], self.series[key], self.day)

    # ---- the form

    def write(self, sheet: Worksheet) -> None:
        """The sheet to fill in."""
        self._above(sheet, self.title, self._hint)
        self._day(sheet)
        self._head(sheet)
        for at, line in enumerate(self.grid.lines):
            row = self.first + at
            for column, text in enumerate(line.keys):
                sheet.write_string(row, column, text, self.looks.locked)
            for column, key in enumerate(line.cells, len(line.keys)):
                self._cell(sheet, row, column, key)
            sheet.write_blank(row, self._note, None, self._open())
        for at in range(len(self.grid.headings)):
            self._watch(sheet, at)
        if self.grid.turned:
            self._beside(sheet)
        widths = self._widths(note=24)
        set_up(sheet, widths, head=(HEAD, self.first - 1))
        sheet.freeze_panes(self.first, len(self.grid.keys))
        sheet.set_selection(self.first, len(self.grid.keys), self.first, len(self.grid.keys))

    def _above(self, sheet: Worksheet, title: str, hint: str) -> None:
        width = max(min(self.grid.width + (3 if self.grid.turned else 0), _TITLE_WIDTH), 2)
        sheet.write_string(TITLE, 0, title, self.looks.title)
        sheet.set_row(TITLE, 28)
        sheet.merge_range(HINT, 0, HINT, width - 1, "", self.looks.hint)
        sheet.write_string(HINT, 0, hint, self.looks.hint)
        sheet.set_row(HINT, 34)

    @cached_property
    def _hint(self) -> str:
        kinds: dict[str, dict[str, None]] = {}
        for key in self.series:
            kinds.setdefault(self.counted(key), {})[self.catalog.indicator[key[0]].name] = None
        if len(kinds) == 1:
            said = f"各格填{next(iter(kinds))}"
        elif self.grid.turned:
            said = f"按“{COUNTED}”一列填报"
        else:
            said = "；".join(f"{'、'.join(names)}填{kind}" for kind, names in kinds.items())
            said = said if len(said) <= 80 else "各列填什么数，见“填报说明”"
        return f"{said}。没有发生填 0，不适用填“/”，没有报的留空。只填浅黄色的格，填好后整份上传。"

    def _day(self, sheet: Worksheet) -> None:
        """The day as a date that may be changed: next time the same book will do."""
        sheet.write_string(THE_DAY, 0, DAY, self.looks(bold=True))
        look = self._open(num_format="yyyy-mm-dd", align="left")
        sheet.write_datetime(THE_DAY, 1, datetime(self.day.year, self.day.month, self.day.day), look)
        cell, first = xl_rowcol_to_cell(THE_DAY, 1), self.feed.first_day
        rules = [f"ISNUMBER({cell})", f"{cell}>=DATE({first.year},{first.month},{first.day})"]
        rules += {
            Cycle.DAILY: [],
            Cycle.WEEKLY: [f"WEEKDAY({cell},2)=7"],
            Cycle.MONTHLY: [f"DAY({cell}+1)=1"],
        }[self.feed.cycle]
        span, stamp = SPANS[self.feed.cycle], {Cycle.WEEKLY: "周日", Cycle.MONTHLY: "月末日"}
        must = f"按{span}报送，填这一{span}的{stamp[self.feed.cycle]}。" if self.feed.cycle in stamp else ""
        sheet.data_validation(
            THE_DAY,
            1,
            THE_DAY,
            1,
            {
                "validate": "custom",
                "value": f"=AND({','.join(rules)})",
                "input_title": DAY,
                "input_message": f"数据属于哪一天。{must}下次填报改这里，再清空旧数即可。",
                "error_title": "日期不对",
                "error_message": f"请填日期，如 {self.day}，不早于起报日 {first}。{must}",
            },
        )

    def _head(self, sheet: Worksheet) -> None:
        grid, head = self.grid, self.looks.head
        texts = [*grid.keys, *(heading.text for heading in grid.headings), NOTE]
        for column, text in enumerate(texts):
            sheet.write_string(HEAD, column, text, head)
        if grid.turned:
            return
        sheet.set_row(HEAD, 48)
        sheet.write_string(HEAD + 1, 0, UNIT, head)
        for column in (*range(1, len(grid.keys)), self._note):
            sheet.write_blank(HEAD + 1, column, None, head)
        for column, heading in enumerate(grid.headings, len(grid.keys)):
            self._unit(sheet, HEAD + 1, column, self.catalog.indicator[heading.indicator])

    def _unit(self, sheet: Worksheet, row: int, column: int, indicator: Indicator) -> None:
        """The unit, which may be changed for another that converts."""
        if not UNITS[indicator.unit]:
            sheet.write_blank(row, column, None, self.looks.locked)
            return
        sheet.write_string(row, column, UNITS[indicator.unit], self._open(align="center"))
        sheet.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "list",
                "source": list(accepted(indicator.unit)),
                "error_title": "单位不符",
                "error_message": f"可用：{'、'.join(accepted(indicator.unit))}。",
            },
        )

    def _cell(self, sheet: Worksheet, row: int, column: int, key: Key | None) -> None:
        if key is None:  # reads as not applicable
            sheet.write_string(
                row, column, "/", self.looks(border=1, border_color=LINE, align="center", font_color=LINE)
            )
            return
        indicator = self.catalog.indicator[key[0]]
        plain = indicator.unit in _SHARES
        sheet.write_blank(
            row, column, None, self._open() if plain else self._open(num_format=decimals(indicator.precision))
        )
        if self.grid.turned:
            self._unit(sheet, row, len(self.grid.keys) - 1, indicator)

    def _open(self, **look: object) -> object:
        """The format of a cell that may be filled in."""
        return self.looks(**look, locked=False, border=1, border_color=LINE, bg_color=INPUT)

    @property
    def _note(self) -> int:
        """Column of the notes."""
        return len(self.grid.keys) + len(self.grid.headings)

    def _widths(self, note: float) -> list[float]:
        texts = zip(*(line.keys for line in self.grid.lines), strict=True)
        keys = [min(max(12.0, *(2.2 * len(text) for text in column)), 40.0) for column in texts]
        if self.grid.turned:
            keys[-1] = 12.0
            return [*keys, 16.0, note, 12.0, 12.0, 14.0]
        return [*keys, *(16.0 for _ in self.grid.headings), note]

    # ---- what a cell takes

    def _watch(self, sheet: Worksheet, at: int) -> None:
        """What may be typed into a column of figures, and what is said beside it."""
        column = len(self.grid.keys) + at
        rows = ((self.first + n, line.cells[at]) for n, line in enumerate(self.grid.lines))
        owed = [(row, key) for row, key in rows if key is not None]
        told = sum(len(line.cells) for line in self.grid.lines) <= TOLD_CELLS

        def alike(place: tuple[int, tuple[int, Key]]) -> object:
            """Rows that share what is said: all that follow each other, or each by itself."""
            number, (row, key) = place
            return row if told or self.grid.turned else (row - number, key[0], self.counted(key))

        for _, same in groupby(enumerate(owed), alike):
            places = [place for _, place in same]
            self._allow(sheet, places[0][0], places[-1][0], column, places[0][1], told=told)

    def _allow(self, sheet: Worksheet, top: int, bottom: int, column: int, key: Key, *, told: bool) -> None:
        """Figures of one indicator in rows that follow each other."""
        indicator = self.catalog.indicator[key[0]]
        limits = bounds(indicator)
        told_last = self.figures.get(key) if told else None
        message = [
            f"填{self.counted(key)}。{limits}{'。' if limits else ''}",
            "没有发生填 0，不适用填“/”，没有报的留空。",
        ]
        if told_last:
            message.append(f"上次：{last_told(told_last, indicator, self.day.year)}")
        sheet.data_validation(
            top,
            column,
            bottom,
            column,
            {
                "validate": "custom",
                "value": self._rule(top, column, indicator),
                "input_title": indicator.name[:_PROMPT_TITLE],
                "input_message": "\n".join(message)[:_PROMPT],
                "error_title": "请核对",
                "error_message": f"“{indicator.name[:60]}”须填数{'，' if limits else ''}{limits}；也可填“零报告”“/”（不适用）“撤回”。",
            },
        )
        if indicator.unit not in _SHARES:
            self._show_all_decimals(sheet, top, bottom, column, indicator)

    def _rule(self, row: int, column: int, indicator: Indicator) -> str:
        """Numbers within the bounds (in the indicator's unit: in another one, the upload decides), known words, figures with their unit."""
        cell = xl_rowcol_to_cell(row, column)
        limits = [
            f"{cell}{sign}{number(limit)}"
            for sign, limit in ((">=", indicator.minimum), ("<=", indicator.maximum))
            if limit is not None
        ]
        within = f"AND({','.join(limits)})" if limits else "TRUE"
        if UNITS[indicator.unit]:
            within = f'OR({self._unit_cell(row, column)}<>"{UNITS[indicator.unit]}",{within})'
        begins = f'ISNUMBER(FIND(LEFT({cell},1),"{_BEGINS}"))'
        word = f'ISNUMBER(FIND("|"&{cell}&"|","{_WORDS}"))'
        return f"=IF(ISNUMBER({cell}),{within},OR({begins},{word}))"

    def _unit_cell(self, row: int, column: int) -> str:
        if self.grid.turned:
            return str(xl_rowcol_to_cell(row, len(self.grid.keys) - 1, col_abs=True))
        return str(xl_rowcol_to_cell(HEAD + 1, column, row_abs=True))

    def _show_all_decimals(
        self, sheet: Worksheet, top: int, bottom: int, column: int, indicator: Indicator
    ) -> None:
        """A figure with more decimals than usual shows them: what is seen is what is stored."""
        cell = xl_rowcol_to_cell(top, column)
        sheet.conditional_format(
            top,
            column,
            bottom,
            column,
            {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER({cell}),{cell}<>ROUND({cell},{indicator.precision}))",
                "format": self.looks(num_format="#,##0.##########"),
            },
        )

    # ---- last figures

    def _beside(self, sheet: Worksheet) -> None:
        """The last figures beside the form, in columns the upload leaves out."""
        for column, text in enumerate((LAST_FIGURE, LAST_DAY, COUNTED), self._note + 1):
            sheet.write_string(HEAD, column, text, self.looks.head)
        for row, line in enumerate(self.grid.lines, self.first):
            (key,) = line.cells
            if key is not None:
                self._last(sheet, row, self._note + 1, key)
                sheet.write_string(row, self._note + 3, self.counted(key), self.looks.locked)

    def write_reference(self, sheet: Worksheet) -> None:
        """The last figures on a sheet of their own, each with its day."""
        grid, looks = self.grid, self.looks
        self._above(
            sheet,
            f"{NOT_REPORTED}：上次填报的数",
            "供填报时对照。截至模板生成时，每格是这一项最近一次填报的数和日期。",
        )
        for column, text in enumerate(grid.keys):
            sheet.merge_range(HEAD, column, HEAD + 1, column, "", looks.head)
            sheet.write_string(HEAD, column, text, looks.head)
        for at, heading in enumerate(grid.headings):
            left, unit = len(grid.keys) + 2 * at, UNITS[self.catalog.indicator[heading.indicator].unit]
            sheet.merge_range(HEAD, left, HEAD, left + 1, "", looks.head)
            sheet.write_string(HEAD, left, f"{heading.text}（{unit}）" if unit else heading.text, looks.head)
            sheet.write_string(HEAD + 1, left, LAST_FIGURE, looks.head)
            sheet.write_string(HEAD + 1, left + 1, LAST_DAY, looks.head)
        sheet.set_row(HEAD, 48)
        for row, line in enumerate(grid.lines, self.first):
            for column, text in enumerate(line.keys):
                sheet.write_string(row, column, text, looks.locked)
            for at, key in enumerate(line.cells):
                self._last(sheet, row, len(grid.keys) + 2 * at, key)
        keys = self._widths(note=0)[: len(grid.keys)]
        set_up(sheet, [*keys, *(12.0 for _ in range(2 * len(grid.headings)))], head=(HEAD, HEAD + 1))
        sheet.freeze_panes(self.first, len(grid.keys))

    def _last(self, sheet: Worksheet, row: int, column: int, key: Key | None) -> None:
        told = self.figures.get(key) if key else None
        look = {"border": 1, "border_color": LINE}
        if key is None or told is None:
            sheet.write_string(row, column, "—", self.looks(**look, align="center", font_color=LINE))
            sheet.write_blank(row, column + 1, None, self.looks(**look))
            return
        usual = round(told[1], self.catalog.indicator[key[0]].precision) == told[1]
        shape = decimals(self.catalog.indicator[key[0]].precision) if usual else "#,##0.##########"
        sheet.write_number(row, column, told[1], self.looks(**look, num_format=shape))
        day = datetime(told[0].year, told[0].month, told[0].day)
        sheet.write_datetime(
            row, column + 1, day, self.looks(**look, num_format="yyyy-mm-dd", align="center")
        )
