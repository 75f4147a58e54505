"""The header of every column: which field it is, or what its figures are of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from service.domain.names import plain
from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.names import Named, Names
from service.ingest.parse.blocks import Block, is_filled
from service.ingest.parse.dating import Dating
from service.ingest.parse.fields import TOTALS, field_of, is_remark, is_value_of, keys_of, split_unit
from service.ingest.parse.head import Column, Head
from service.ingest.parse.subheads import Part, Subhead, subhead
from service.sheets.cells import DAY_IN_PART, Cell, Problem, is_blank, text_of
from service.texts import shown


class Columns:
    """Every column's header, read from left to right: 排名 without an indicator of its own goes with the one before."""

    def __init__(self, head: Head, block: Block, names: Names, dating: Dating) -> None:
        self._head, self._sheet, self._names, self._dating = head, block.sheet, names, dating
        self._columns = block.columns
        self._before: Column | None = None
        self._ranks_beside: list[int] = []

    def read(self) -> None:
        # In a text file what lies beyond the header is a separator too many.
        head, sheet = self._head, self._sheet
        rows = range(head.first, head.last + 1)
        width = sheet.width if sheet.lines is None else max(len(sheet.rows[row]) for row in rows)
        for at in self._columns[: max(0, width - self._columns.start)]:
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
            if is_remark(text):
                self._head.left_out.append(at)
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
                piece for piece in pieces if field_of(text_of(piece)) != "unit"
            ]  # the head of a row of units
        return pieces

    def _key(self, text: str) -> str | None:
        """The field of a column that holds no figures; None where it does."""
        word = field_of(text) if field_of(text) is not None else field_of(split_unit(text)[0])
        keys = keys_of(text)
        if word is None and keys:
            return keys[0] if len(keys) == 1 else self._down(keys)
        return None if word == "value" else word

    def _down(self, keys: tuple[str, ...]) -> str:
        """Of the axes a corner names, the one that goes down: the other headers are values of the other one."""
        head, sheet = self._head, self._sheet
        across = [cell for row in range(head.first, head.last + 1) for _, cell in sheet.filled(row)]
        count = {key: sum(is_value_of(key, cell, self._names) for cell in across) for key in keys}
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
        word = field_of(text) if field_of(text) is not None else field_of(name)
        if word == "value":
            return replace(self._beside(column), unit=unit or column.unit)
        if unit_code(text):
            return replace(column, unit=text)
        if isinstance(day := self._dating.day(cell), date):
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
            if isinstance(named, Named) and (meant is not None or field_of(rest) == "value"):
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
        return is_filled(self._sheet, range(self._head.last + 1, self._head.end), at)

    def _refuse(self, at: int, cell: Cell) -> None:
        """A header nobody understands matters only where something stands below it."""
        if not self._has_content(at):
            return
        place = self._sheet.place(self._head.first, at)
        text, day = text_of(cell), self._dating.day(cell)
        if isinstance(day, Problem) and day.code in DAY_IN_PART:
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
