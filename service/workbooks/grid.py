"""Which cell of a template is which series: regions down and indicators across, or indicators down for a single region.

All is written as the upload reads it. The reader is asked: where it would take a name for something else (two regions
of one name, an indicator called 合计), the code stands in its place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from service.domain.catalog import Catalog, Indicator
from service.domain.units import UNITS
from service.errors import Invalid
from service.ingest.names import Named, Names
from service.ingest.parse.sheets import read_sheets
from service.sheets.cells import Cell
from service.sheets.sheet import Sheet

# Indicator, region, scope.
Key = tuple[str, str, str]
INDICATOR, SCOPE, UNIT, VALUE, NOTE, DAY = "指标", "范围", "单位", "数值", "备注", "数据日期"
_STREETS, _REGIONS = "街乡", "区域"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of figures: its header, and its indicator's code; none where each row has an indicator of its own."""

    text: str
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of figures.

    keys   what stands before them, below the grid's keys
    cells  the series of each figure, None where the feed owes nothing
    code   what to write in place of the first key, where that is misread
    """

    keys: tuple[str, ...]
    cells: tuple[Key | None, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A template's table; `keys` are the headers of the columns before the figures."""

    keys: tuple[str, ...]
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]

    @property
    def turned(self) -> bool:
        """Whether indicators stand in rows."""
        return self.keys[0] == INDICATOR

    @property
    def width(self) -> int:
        """Columns, the last one of notes."""
        return len(self.keys) + len(self.headings) + 1


def lay_out(catalog: Catalog, names: Names, owed: Collection[Key], day: date) -> Grid:
    """The table of the series a feed owes on a day, of which there is one at least."""
    plan = _Plan(catalog, names, owed)
    one_region = len({region for _, region, _ in owed}) == 1 < len(owed)
    grid = plan.turned() if one_region else plan.upright()
    tried = _Tried(catalog, names, day)
    if wrong := tried.misread(grid):
        grid = _respelt(grid, columns=_columns(grid, wrong))
        grid = _respelt(grid, lines={line for line, _ in tried.misread(grid)})
        wrong = tried.misread(grid)
    if wrong:
        zh = "本渠道的指标或区域代码无法在表格中区分，不能生成模板，请联系运维人员。"
        en = "codes of this feed cannot be told apart in a table: there is no template."
        raise Invalid("no_template", zh, en)
    return grid


class _Plan:
    """Arranges series in rows and columns, in the order of the catalogue."""

    def __init__(self, catalog: Catalog, names: Names, owed: Collection[Key]) -> None:
        self._names, self._owed = names, frozenset(owed)
        indicators, regions = ({key[at] for key in owed} for at in (0, 1))
        self._indicators = [i for i in catalog.indicators if i.code in indicators]
        self._regions = [r for r in catalog.regions if r.code in regions]
        self._scopes: dict[str, dict[str, None]] = {}
        for indicator, _, scope in owed:
            self._scopes.setdefault(indicator, {})[scope] = None

    def turned(self) -> Grid:
        """Indicators down, for the only region there is."""
        (region,) = self._regions
        wanted = [(i, scope) for i in self._indicators for scope in self._scopes[i.code]]
        scoped = any(scope and self._named(i, scope) is None for i, scope in wanted)
        lines = []
        for indicator, scope in wanted:
            name = self._named(indicator, scope)
            scopes = ("" if name else scope,) if scoped else ()
            keys = (name or indicator.name, *scopes, UNITS[indicator.unit])
            lines.append(Line(keys, ((indicator.code, region.code, scope),), indicator.code))
        return Grid((INDICATOR, *((SCOPE,) if scoped else ()), UNIT), (Heading(VALUE),), tuple(lines))

    def upright(self) -> Grid:
        """Regions down; rows of a region for each scope that no header names."""
        columns = [column for indicator in self._indicators for column in self._columns(indicator)]
        lines = []
        for region in self._regions:
            for scope in self._row_scopes(region.code):
                keys = (region.name, scope) if self._split else (region.name,)
                cells = tuple(
                    self._cell(i.code, of_column, region.code, scope) for _, i, of_column in columns
                )
                lines.append(Line(keys, cells, region.code))
        streets = all(region.level == "subdistrict" for region in self._regions)
        headings = tuple(Heading(text, indicator.code) for text, indicator, _ in columns)
        keys = (_STREETS if streets else _REGIONS, *((SCOPE,) if self._split else ()))
        return Grid(keys, headings, tuple(lines))

    def _columns(self, indicator: Indicator) -> list[tuple[str, Indicator, str | None]]:
        """Header, indicator and scope: one column, or one for each scope where headers can name them."""
        scopes = self._scopes[indicator.code]
        named = [(name, indicator, scope) for scope in scopes if (name := self._named(indicator, scope))]
        return [*named] if len(named) == len(scopes) else [(indicator.name, indicator, None)]

    @cached_property
    def _unnamed(self) -> list[str]:
        """Indicators whose scopes no header names."""
        return [i.code for i in self._indicators if self._columns(i)[0][2] is None]

    @cached_property
    def _split(self) -> bool:
        """Whether rows need a scope: a region has several of an indicator, and no header names them."""
        regions = [region.code for region in self._regions]
        return any(len(self._names.scopes(i, region)) > 1 for i in self._unnamed for region in regions)

    def _row_scopes(self, region: str) -> list[str]:
        if not self._split:
            return [""]
        unnamed = frozenset(self._unnamed)
        named = any(key[1] == region and key[0] not in unnamed for key in self._owed)
        found = dict.fromkeys([""] if named else [])
        for indicator in self._unnamed:
            found |= dict.fromkeys(self._names.scopes(indicator, region))
        return list(found)

    def _cell(self, indicator: str, of_column: str | None, region: str, of_row: str) -> Key | None:
        """The series of a cell; the scope that isn't written is the only one there is."""
        scope = of_row
        if of_column is not None:
            scope = of_column if not of_row else "\0"
        elif not self._split:
            scope = next(iter(self._names.scopes(indicator, region)), "")
        key = indicator, region, scope
        return key if key in self._owed else None

    def _named(self, indicator: Indicator, scope: str) -> str | None:
        """A name that says the scope: “一绿”第二批试点拆迁腾退."""
        if not scope or "{scope}" not in indicator.short:
            return None
        name = indicator.short.replace("{scope}", scope)
        return name if self._names.indicator(name) == Named(indicator.code, scope) else None


@dataclass(frozen=True, slots=True)
class _Tried:
    """Fills a grid in, and looks what the upload makes of it."""

    catalog: Catalog
    names: Names
    day: date

    def misread(self, grid: Grid) -> set[tuple[int, int]]:
        """Line and column of figures that are taken for others, or for none; one of each line and column is tried."""
        tried = _first_cells(grid)
        rows: list[list[Cell]] = [[DAY, self.day.isoformat()], [*grid.keys, *(h.text for h in grid.headings)]]
        for number, line in enumerate(grid.lines):
            figures = [0.0 if (number, at) in tried else None for at in range(len(line.cells))]
            rows.append([*line.keys, *figures])
        sheet = Sheet(rows)
        read = {row.where: row for row in read_sheets([sheet], self.catalog, self.names, None).rows}
        wrong = set()
        for number, at in tried:
            row = read.get(sheet.place(number + 2, len(grid.keys) + at))
            said = (row.indicator, row.region, row.scope, row.day) if row else None
            if said != (*(grid.lines[number].cells[at] or ()), self.day):
                wrong.add((number, at))
        return wrong


def _columns(grid: Grid, wrong: set[tuple[int, int]]) -> set[int]:
    """Columns none of whose figures that were tried are read as they are meant."""
    return {at for _, at in wrong} - {at for _, at in _first_cells(grid) - wrong}


def _first_cells(grid: Grid) -> set[tuple[int, int]]:
    """The first figure of each line, and of each column."""
    found: set[tuple[int, int]] = set()
    columns: set[int] = set()
    for number, line in enumerate(grid.lines):
        owed = [at for at, key in enumerate(line.cells) if key is not None]
        found |= {(number, at) for at in owed[:1]}
        found |= {(number, at) for at in owed if at not in columns}
        columns |= set(owed)
    return found


def _respelt(grid: Grid, *, columns: Collection[int] = (), lines: Collection[int] = ()) -> Grid:
    """The same with codes in place of some names."""
    headings = tuple(
        Heading(h.indicator, h.indicator) if at in columns and h.indicator else h
        for at, h in enumerate(grid.headings)
    )
    spelt = (
        replace(line, keys=(line.code, *line.keys[1:])) if at in lines else line
        for at, line in enumerate(grid.lines)
    )
    return Grid(grid.keys, headings, tuple(spelt))
