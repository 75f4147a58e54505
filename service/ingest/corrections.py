"""A row of the quarantine as it is meant: what it said, with what somebody has corrected of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from service.ingest.names import Named, Names
from service.ingest.parse.json import BAD_REPORTING, FIELDS, REPORTING
from service.ingest.rows import Broken, Row
from service.ingest.validate import Desk
from service.sheets.cells import Cell, Figure, Problem, is_blank, read_day, read_figure, text_of
from service.texts import shown, storable

Meaning = TypeVar("Meaning")
_REPLACED = "\N{REPLACEMENT CHARACTER}"  # stands where a row said what cannot be stored
_MISSING = Problem("missing_field", "", "缺少这一项，请填写。", "this is missing: give it.")
_NO_FIGURE = Problem(
    "no_figure",
    "",
    "空白和不适用不入库：请填数值，不必报送的请作废。",
    "blank and not applicable are not stored: give a figure, or dismiss the row.",
)
_BAD_CHARACTER = Problem(
    "bad_character",
    "",
    "含有无法存储的字符，请改写。",
    "holds a character that cannot be stored: write it anew.",
)
_NOT_A_CELL = Problem("not_text", "", "应为文本或数字。", "must be text or a number.")


def corrected(
    where: str, said: Mapping[str, object], correction: Mapping[str, object], desk: Desk
) -> Row | Broken:
    """The reading that is meant, or what is still wrong with it.

    Codes and numbers are taken as in JSON, names and the text of cells as in tables; what isn't corrected stays as it
    was said. `where` begins the places of faults.
    """
    told = {name: value for name, value in {**said, **correction}.items() if name in FIELDS}
    fields = _Fields(told)
    row = _row(where, fields, correction, desk.names)
    if row is None or fields.problems:
        faults = tuple(problem.at(f"{where}.{name}") for name, problem in fields.problems.items())
        return Broken(where, told, faults)
    return row


@dataclass
class _Fields:
    """Fields as they are told, and what is wrong with those that were taken."""

    told: Mapping[str, object]
    problems: dict[str, Problem] = field(default_factory=dict)

    def take(
        self, name: str, meaning: Callable[[Cell], Meaning | Problem], *, optional: bool = False
    ) -> Meaning | None:
        """What a field means; None where it isn't told, or wrong, which is noted."""
        cell = _cell(self.told.get(name))
        found: Meaning | Problem | None
        if isinstance(cell, Problem):
            found = cell
        elif is_blank(cell):
            found = None if optional else _MISSING
        else:
            found = meaning(cell)
        if isinstance(found, Problem):
            self.problems[name] = found
            return None
        return found


def _cell(value: object) -> Cell | Problem:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return _NOT_A_CELL
    if isinstance(value, str):
        return value if storable(value) and _REPLACED not in value else _BAD_CHARACTER
    try:
        return None if value is None else float(value)
    except OverflowError:
        return float("inf")


def _row(where: str, fields: _Fields, correction: Mapping[str, object], names: Names) -> Row | None:
    day = fields.take("day", read_day)
    indicator = fields.take("indicator", lambda cell: names.indicator(text_of(cell)))
    region = fields.take("region", lambda cell: names.region(text_of(cell)))
    figure = _figure(fields)
    source = fields.take("source", lambda cell: names.source(text_of(cell)), optional=True)
    unit, note = fields.take("unit", text_of, optional=True), fields.take("note", text_of, optional=True)
    reporting = fields.take("reporting", _reporting, optional=True)
    if indicator is None or region is None:
        return None
    scope = _scope(fields, indicator, region, correction, names)
    if day is None or figure is None or scope is None:
        return None
    # A unit that is corrected counts more than one in a cell that isn't.
    in_cell = None if unit and "unit" in correction and "value" not in correction else figure.unit
    return Row(
        where,
        day,
        indicator.indicator,
        region,
        figure.value,
        scope,
        in_cell or unit,
        source=source,
        note=note,
        reporting=reporting,
    )


def _reporting(cell: Cell) -> str | Problem:
    text = text_of(cell)
    return text if text in REPORTING else Problem("bad_reporting", shown(text), *BAD_REPORTING)


def _figure(fields: _Fields) -> Figure | None:
    """The figure; null takes the reading back, as in JSON."""
    if fields.told.get("value", "") is None:
        return Figure(None)

    def meaning(cell: Cell) -> Figure | Problem:
        figure = read_figure(cell)
        return figure if isinstance(figure, Figure | Problem) else _NO_FIGURE

    return fields.take("value", meaning)


def _scope(
    fields: _Fields, indicator: Named, region: str, correction: Mapping[str, object], names: Names
) -> str | None:
    """As corrected, else as the indicator's name says that was, else as it was said, else the only one there is."""
    if indicator.scope is not None and "indicator" in correction and "scope" not in correction:
        return indicator.scope
    written = fields.take(
        "scope", lambda cell: names.scope(text_of(cell), indicator.indicator, region), optional=True
    )
    if written is not None or "scope" in fields.problems:
        return written
    scopes = names.scopes(indicator.indicator, region)
    only = scopes[0] if len(scopes) == 1 else ""
    return only if indicator.scope is None else indicator.scope
