"""Totals of a table (合计, 小计, 全区): compared with what they are the sum of, never stored."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from service.domain.catalog import ADDED_UP, Indicator
from service.domain.units import UNITS, conversion, unit_code
from service.errors import Fault
from service.ingest.rows import Row


@dataclass(frozen=True, slots=True)
class Total:
    """A figure in a row of totals, as if it were a reading.

    partial  whether it is of the rows around it only (小计)
    whole    the regions that make it up (全市: every district); empty where that is whatever stands there
    """

    line: int
    row: Row
    partial: bool
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Parts:
    """Rows that a total may be the sum of: the lines they stand on, and the sum up to each of them."""

    lines: list[int] = field(default_factory=list)
    sums: list[Fraction] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)

    def between(self, after: int, before: float) -> Fraction:
        """Sum of the rows on the lines between two, without those."""
        first, last = bisect_right(self.lines, after), bisect_left(self.lines, before)
        return (self.sums[last - 1] if last else Fraction(0)) - (
            self.sums[first - 1] if first else Fraction(0)
        )


@dataclass(slots=True)
class Totals:
    """Rows of a table and its totals, collected as they are read."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)

    def compare(self, indicators: Mapping[str, Indicator]) -> Iterator[Fault]:
        """A notice for every total that isn't the sum of its parts."""
        if not self.totals:
            return
        parts = self._parts(indicators)
        breaks = sorted({total.line for total in self.totals if total.partial})
        for total in self.totals:
            row, indicator = total.row, indicators.get(total.row.indicator)
            said = figure_of(row, indicator) if indicator else None
            if indicator is None or said is None or indicator.kind not in ADDED_UP or indicator.is_rank:
                continue
            found = parts.get((row.indicator, row.day, row.scope), _Parts())
            if lacking := total.whole - found.regions:
                yield _incomplete(row, len(lacking), indicator)
                continue
            sums = [found.between(*span) for span in _spans(total, breaks)]
            if not any(_agree(said, one, row, indicator) for one in sums):
                yield _differs(row, sums[0], indicator)

    def _parts(self, indicators: Mapping[str, Indicator]) -> dict[tuple[str, date, str], _Parts]:
        """Running sums of what agrees with a total in indicator and day, and in scope where the total has one."""
        found: dict[tuple[str, date, str], _Parts] = {}
        for line, row in self.rows:
            indicator = indicators.get(row.indicator)
            figure = figure_of(row, indicator) if indicator else None
            if figure is None:
                continue
            for scope in {row.scope, ""}:
                parts = found.setdefault((row.indicator, row.day, scope), _Parts())
                parts.regions.add(row.region)
                parts.lines.append(line)
                parts.sums.append((parts.sums[-1] if parts.sums else Fraction(0)) + figure)
        return found


def _spans(total: Total, breaks: list[int]) -> list[tuple[int, float]]:
    """What a total is of: all rows; or those since the last subtotal, or, above its rows, until the next."""
    if not total.partial:
        return [(-1, math.inf)]
    at = bisect_left(breaks, total.line)
    before = breaks[at - 1] if at else -1
    after = breaks[at + 1] if at + 1 < len(breaks) else math.inf
    return [(before, total.line), (total.line, after)]


def figure_of(row: Row, indicator: Indicator) -> Fraction | None:
    """A row's figure in the indicator's unit; None where it is none or its unit doesn't fit, which is told elsewhere."""
    if row.value is None or not math.isfinite(row.value):
        return None
    given = unit_code(row.unit) if row.unit is not None else indicator.unit
    factor = conversion(given, indicator.unit) if given else None
    return None if factor is None else Fraction(repr(row.value)) * factor


def _agree(said: Fraction, found: Fraction, row: Row, indicator: Indicator) -> bool:
    """Equal, as far as the total is written out: 12.35 is the sum of 12.346."""
    return abs(said - found) <= decimals_off(row, indicator) + abs(said) / 10**12


def decimals_off(row: Row, indicator: Indicator) -> Fraction:
    """How far a figure may be off for the decimals it is written with, in the indicator's unit: half of the last one."""
    decimals = len(repr(row.value).partition(".")[2].removesuffix("0"))
    unit = figure_of(Row("", row.day, "", "", 1.0, unit=row.unit), indicator)
    return (unit or Fraction(1)) / (2 * Fraction(10) ** decimals)


def _incomplete(row: Row, lacking: int, indicator: Indicator) -> Fault:
    zh = f"“{indicator.name}”合计未核对：表中缺{lacking}个区域的数据。"
    en = f"the total was not compared: the table lacks the figures of {lacking} of its regions."
    return Fault("total_not_compared", row.where, f"{row.value:.15g}", zh, en)


def _differs(row: Row, found: Fraction, indicator: Indicator) -> Fault:
    given = unit_code(row.unit) if row.unit is not None else indicator.unit
    factor = conversion(given, indicator.unit) if given else None
    total = f"{float(found / (factor or 1)):.15g}"
    unit = row.unit or UNITS[indicator.unit]
    zh = f"“{indicator.name}”合计为 {row.value:.15g}{unit}，各行之和为 {total}{unit}，请核对；合计不入库。"
    en = f"the total is {row.value:.15g}, its rows add up to {total}: check them. Totals are not stored."
    return Fault("total_differs", row.where, f"{row.value:.15g}", zh, en)
