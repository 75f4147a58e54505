"""Totals of a table (合计, 小计, 全区): compared with what they are the sum of, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from service.domain.catalog import Indicator, Kind
from service.domain.units import UNITS, conversion, unit_code
from service.errors import Fault
from service.ingest.rows import Row

# Of these kinds a whole is the sum of its parts; a mean or a share isn't.
_ADDS_UP = frozenset({Kind.FLOW, Kind.INCIDENCE, Kind.STOCK})


@dataclass(frozen=True, slots=True)
class Total:
    """A figure in a row of totals, as if it were a reading, and whether it is of the rows around it only (小计)."""

    line: int
    row: Row
    partial: bool


@dataclass(slots=True)
class Totals:
    """Rows of a table and its totals, collected as they are read."""

    parts: dict[tuple[str, date], list[tuple[int, Row]]] = field(default_factory=lambda: defaultdict(list))
    totals: list[Total] = field(default_factory=list)

    def add(self, line: int, row: Row) -> None:
        self.parts[row.indicator, row.day].append((line, row))

    def compare(self, indicators: dict[str, Indicator]) -> Iterator[Fault]:
        """A notice for every total that isn't the sum of its parts."""
        breaks = sorted({total.line for total in self.totals if total.partial})
        for total in self.totals:
            indicator = indicators.get(total.row.indicator)
            said = _figure(total.row, indicator) if indicator else None
            if indicator is None or said is None or indicator.kind not in _ADDS_UP:
                continue
            sums = [_sum(rows, indicator) for rows in self._candidates(total, breaks)]
            if sums and not any(_agree(said, found, total.row, indicator) for found in sums):
                yield _differs(total.row, sums[0], indicator)

    def _candidates(self, total: Total, breaks: list[int]) -> Iterator[list[Row]]:
        """What a total may be of: all rows, or those since the last subtotal, or, above its rows, until the next."""
        row = total.row
        parts = self.parts.get((row.indicator, row.day), [])
        parts = [(line, part) for line, part in parts if row.scope in ("", part.scope)]
        if not total.partial:
            yield [part for _, part in parts]
            return
        before = max((line for line in breaks if line < total.line), default=-1)
        after = min((line for line in breaks if line > total.line), default=None)
        yield [part for line, part in parts if before < line < total.line]
        yield [part for line, part in parts if total.line < line and (after is None or line < after)]


def _figure(row: Row, indicator: Indicator) -> Fraction | None:
    """A row's figure in the indicator's unit; None where its unit doesn't fit, which is told elsewhere."""
    if row.value is None:
        return None
    given = unit_code(row.unit) if row.unit is not None else indicator.unit
    factor = conversion(given, indicator.unit) if given else None
    return None if factor is None else Fraction(repr(row.value)) * factor


def _sum(rows: list[Row], indicator: Indicator) -> Fraction:
    return sum((figure for row in rows if (figure := _figure(row, indicator)) is not None), Fraction(0))


def _agree(said: Fraction, found: Fraction, row: Row, indicator: Indicator) -> bool:
    """Equal, as far as the total is written out: 12.35 is the sum of 12.346."""
    decimals = len(repr(row.value).partition(".")[2].removesuffix("0"))
    unit = _figure(Row("", row.day, "", "", 1.0, unit=row.unit), indicator)
    rounding = (unit or Fraction(1)) / (2 * Fraction(10) ** decimals)
    return abs(said - found) <= rounding + abs(said) / 10**12


def _differs(row: Row, found: Fraction, indicator: Indicator) -> Fault:
    given = unit_code(row.unit) if row.unit is not None else indicator.unit
    factor = conversion(given, indicator.unit) if given else None
    total = f"{float(found / (factor or 1)):.15g}"
    unit = row.unit or UNITS[indicator.unit]
    zh = f"“{indicator.name}”合计为 {row.value:.15g}{unit}，各行之和为 {total}{unit}，请核对；合计不入库。"
    en = f"the total is {row.value:.15g}, its rows add up to {total}: check them. Totals are not stored."
    return Fault("total_differs", row.where, f"{row.value:.15g}", zh, en)
