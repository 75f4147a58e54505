"""What a message is about: the facts of an alert, ready to be said.

Every helper gives "" (or None) where the facts are silent, and `Labels.say` leaves such a clause out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP
from functools import cached_property
from typing import Any, get_type_hints

from service.domain.catalog import GROUP_LEVEL, RANK, Kind, Level
from service.domain.facts import EventKind, Facts, Figures
from service.domain.units import UNITS
from service.words import dates, numbers
from service.words.labels import Labels

CEILINGS = ("<", "<=")
FLOORS = (">", ">=")
BELOW_DISTRICT = ("subdistrict", "community", GROUP_LEVEL)
BUILT_UNITS = ("个", "套")  # what is built, rather than worked off
SCOPE = "{scope}"
MOST_DECIMALS = 6
# Rates below this are said with a decimal: one space every four days isn't one a day.
SMALL_AMOUNT = 100  # 19.7 of 25 is 78.9 %, 20 of 25 would be 80
SMALL_RATE = 10
_FLOATS = tuple(name for name, kind in get_type_hints(Figures).items() if kind == float | None)


class Matter:
    """Facts and labels together."""

    def __init__(self, facts: Facts, labels: Labels) -> None:
        self.facts = facts
        self.labels = labels
        self.say = labels.say
        self.figures = known(facts.figures)
        self.precision = min(max(facts.precision, 0), MOST_DECIMALS)
        self.year = facts.issued_on.year
        self.chinese = labels.language == "zh"

    @property
    def resolved(self) -> bool:
        """Whether it is over, or never was."""
        return self.facts.event in (EventKind.RESOLVED, EventKind.OVERTURNED)

    @property
    def overturned(self) -> bool:
        return self.facts.event is EventKind.OVERTURNED

    @property
    def lit(self) -> Level:
        """The lamp that is, or was, lit."""
        return self.facts.level or self.facts.previous_level or Level.NOTICE

    @property
    def trouble(self) -> str:
        """What is the matter, after 起; whoever uses up a ceiling too fast isn't behind."""
        over = self.facts.check == "pace" and self.ceiling
        return self.labels.trouble("pace_ceiling" if over else self.facts.check)

    @property
    def title(self) -> str:
        """The rule's title; rule files write it in Chinese."""
        own = self.facts.title if self.chinese else ""
        return own or self.labels.title(self.facts.check)

    @cached_property
    def short(self) -> str:
        """The indicator as headlines call it, with its scope; "" for an alert on a feed."""
        short, scope = self.facts.short or self.facts.indicator, self.facts.scope
        return short.replace(SCOPE, scope) if SCOPE in short else f"{scope}{short}"

    @cached_property
    def below_district(self) -> bool:
        return self.facts.region_level in BELOW_DISTRICT

    @cached_property
    def name(self) -> str:
        """What a headline begins with; the installation's own district goes without saying."""
        name = self.short or self.facts.feed
        if (self.below_district or self.facts.beside_root) and self.facts.region:
            return f"{self.facts.region}{'' if self.chinese else ' '}{name}"
        return name or self.facts.region

    @property
    def ceiling(self) -> bool:
        return self.figures.comparator in CEILINGS

    @property
    def ranked(self) -> bool:
        """Whether the figure is a place in a ranking: 第12位."""
        return self.facts.unit == UNITS[RANK]

    @property
    def reached(self) -> bool:
        """Nothing is left to do for a task that is done when its target is reached."""
        left = self.figures.to_target
        return not self.ceiling and left is not None and left <= 0

    @cached_property
    def data_day(self) -> date:
        return self.figures.data_day or self.facts.as_of

    @property
    def whole_year(self) -> bool:
        start, end = self.facts.period_start, self.facts.period_end
        return not (start and end) or (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)

    # Days

    def day(self, on: date | None) -> str:
        if on is None:
            return ""
        return dates.day(on, self.year) if self.chinese else dates.day_en(on, self.year)

    def weekday(self, on: date | None) -> str:
        if on is None:
            return ""
        said = dates.day_and_weekday if self.chinese else dates.day_and_weekday_en
        return said(on, self.year)

    def span(self, first: date | None, last: date | None) -> str:
        if first is None or last is None:
            return self.day(first or last)
        return (dates.span if self.chinese else dates.span_en)(first, last, self.year)

    # Figures

    def amount(
        self,
        value: float | None,
        *,
        precision: int | None = None,
        digits: int = 2,
        rounding: str = ROUND_HALF_UP,
    ) -> str:
        """A figure in the indicator's unit; "" for what is none, as is a product beyond all figures."""
        if value is None or not math.isfinite(value):
            return ""
        decimals = self.precision if precision is None else precision
        if self.facts.kind is Kind.RATIO and not self.facts.unit:
            return numbers.percent(value)
        if self.chinese:
            return numbers.quantity(value, self.facts.unit, decimals, digits=digits, rounding=rounding)
        return numbers.quantity_en(value, self.facts.unit, decimals, rounding=rounding)

    def planned(self, value: float | None) -> str:
        """A figure that was worked out, not counted: one decimal of ten thousand, or of less than a hundred."""
        return self.amount(value, precision=self._planned_precision(value), digits=1)

    def _planned_precision(self, value: float | None) -> int:
        small = value is not None and abs(value) < SMALL_AMOUNT
        return max(self.precision, 1) if small else self.precision

    def as_planned(self, value: float) -> float:
        """The figure that `planned` shows, so that what is left of it adds up for the reader."""
        return numbers.shown(value, self.facts.unit, self._planned_precision(value), digits=1)

    def some(self, value: float | None) -> str:
        """A positive figure, with the decimals it takes not to read as nothing; "" for none."""
        if value is None or value <= 0:
            return ""
        for precision in range(self.precision, MOST_DECIMALS + 1):
            if self._reads(value, precision):
                return self.amount(value, precision=precision)
        return ""

    def some_planned(self, value: float | None) -> str:
        """The same for a figure that was worked out; "" where it rounds to nothing."""
        positive = value is not None and value > 0 and self._reads(value, self.precision)
        return self.planned(value) if positive else ""

    def apart(self, value: float | None, other: float | None) -> str:
        """A figure with the decimals it takes to be told from another it differs from."""
        said = self.amount(value)
        for more in range(1, MOST_DECIMALS - self.precision + 1):
            if value is None or other is None or value == other or said != self.amount(other):
                break
            said = self.amount(value, precision=self.precision + more, digits=2 + more)
        return said

    def must(self, rate: float | None) -> str:
        """A rate that is required: rounded up."""
        return self._rate(rate, ROUND_CEILING)

    def may(self, rate: float | None) -> str:
        """A rate that is allowed: rounded down."""
        return self._rate(rate, ROUND_FLOOR)

    def within(self, value: float) -> str:
        """What a mean may be: one decimal down."""
        return self.amount(value, precision=1, rounding=ROUND_FLOOR)

    def usual(self, rate: float | None) -> str:
        """A rate that was."""
        return self._rate(rate, ROUND_HALF_UP)

    def _rate(self, rate: float | None, rounding: str) -> str:
        if rate is None:
            return ""
        least = 2 if abs(rate) < 1 else 1 if abs(rate) < SMALL_RATE else 0
        precision = max(self.precision, least)
        said = self.amount(rate, precision=precision, rounding=rounding)
        # A park a month is 0.03 a day; it must not read as none.
        while rate and precision < MOST_DECIMALS and said == self.amount(0.0):
            precision += 1
            said = self.amount(rate, precision=precision, rounding=rounding)
        return said

    def percent(self, ratio: float | None) -> str:
        return "" if ratio is None else numbers.percent(ratio)

    def _reads(self, value: float, precision: int) -> bool:
        return self.amount(value, precision=precision) != self.amount(0.0)

    # Sentences

    def clauses(self, *clauses: str) -> str:
        return self._joined("mark.comma", clauses)

    def halves(self, *halves: str) -> str:
        return self._joined("mark.semicolon", halves)

    def sentence(self, text: str) -> str:
        return f"{text[0].upper()}{text[1:]}{self.labels['mark.stop']}" if text else ""

    def sentences(self, *sentences: str) -> str:
        return self._joined("mark.gap", sentences)

    def _joined(self, mark: str, parts: tuple[str, ...]) -> str:
        return self.labels[mark].join(part for part in parts if part)


def known(figures: Figures) -> Figures:
    """Figures with what is no number taken as unknown."""
    wild: dict[str, Any] = {name: None for name in _FLOATS if _is_wild(getattr(figures, name))}
    return replace(figures, **wild) if wild else figures


def _is_wild(value: float | None) -> bool:
    return value is not None and not math.isfinite(value)


def ratio(part: float | None, whole: float | None) -> float | None:
    """part ÷ whole where both are known and whole is positive."""
    if part is None or whole is None or whole <= 0:
        return None
    quotient = part / whole
    return quotient if math.isfinite(quotient) else None
