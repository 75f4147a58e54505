"""The keys of a row of a table: the cells that say what its figures are of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from service.errors import Fault
from service.ingest.names import Named, Names
from service.ingest.parse.fields import KEYS
from service.ingest.parse.head import Head
from service.sheets.cells import Cell, Problem, broken, is_blank, text_of
from service.sheets.sheet import Sheet
from service.texts import kept


@dataclass(slots=True)
class Line:
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


class Keys:
    """Reads the keys of each row of a table."""

    def __init__(self, sheet: Sheet, head: Head, names: Names) -> None:
        self._sheet, self._head, self._names = sheet, head, names
        self._words: dict[tuple[str, Cell], str | date | Named | Problem] = {}

    def line(self, row: int, *, total: bool = False) -> Line:
        """The keys of a row; a row of totals need not say what it is of, and names no region."""
        line = Line()
        for key, columns in self._head.keys.items():
            if not (total and key == "region"):
                for column in columns:
                    self._read_key(line, key, row, column, optional=total)
        return line

    def _read_key(self, line: Line, key: str, row: int, column: int, *, optional: bool) -> None:
        cell = self._sheet.said(row, column)
        if is_blank(cell):
            if key in KEYS and not optional and not self._other(key, row):
                zh, en = (
                    "这一行有数据，但此处空白，请填写。",
                    "this row has a figure, but nothing here: fill it in.",
                )
                line.faults.append(Fault("missing_field", self._sheet.place(row, column), "", zh, en))
            return
        said = self._word(key, cell)
        if isinstance(said, Problem):
            self._refuse(line, key, row, said.at(self._sheet.place(row, column)))
        elif isinstance(said, Named):
            self._set(line, "indicator", said.indicator, row, column)
            line.scope = said.scope if line.scope is None else line.scope
        else:
            self._set(line, key, said, row, column)

    def _other(self, key: str, row: int) -> bool:
        """Whether a second column of the key is filled in."""
        return any(not is_blank(self._sheet.said(row, column)) for column in self._head.keys[key])

    def _word(self, key: str, cell: Cell) -> str | date | Named | Problem:
        """What a key's cell means; the same words stand in a table again and again."""
        if (key, cell) not in self._words:
            self._words[key, cell] = self._meaning(key, cell)
        return self._words[key, cell]

    def _meaning(self, key: str, cell: Cell) -> str | date | Named | Problem:
        text = text_of(cell)
        if key == "day":
            return self._head.title.dating.day(cell)
        if (problem := broken(text)) is not None:
            return problem
        if key == "region":
            return self._names.region(text)
        if key == "indicator":
            return self._names.indicator(text)
        return self._names.source(text) if key == "source" else text

    def _set(self, line: Line, key: str, said: str | date, row: int, column: int) -> None:
        """Code and name in two columns must mean the same."""
        before = getattr(line, key)
        if key in ("region", "indicator") and before is not None and before != said:
            zh, en = (
                f"与同一行的另一列（{before}）不是一回事，请核对。",
                f"not the same as the other column of this row ({before}).",
            )
            fault = Fault("names_differ", self._sheet.place(row, column), str(said), zh, en)
            self._refuse(line, key, row, fault)
        setattr(line, key, said)

    def _refuse(self, line: Line, key: str, row: int, fault: Fault) -> None:
        """A key that cannot be told from what is written; both words, where two columns name it."""
        line.faults.append(fault)
        words = (text_of(self._sheet.said(row, column)) for column in self._head.keys[key])
        line.written[key] = kept(" / ".join(word for word in words if word))
