"""What stands on a chart: the same words and numbers as in the messages about the figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from service.domain.catalog import Kind, Level
from service.domain.course import WEEK, Course
from service.words import dates, numbers
from service.words.labels import Labels
from service.words.messages import clauses, pace, rebound, threshold
from service.words.messages.matter import FLOORS, Matter
from service.words.messages.parts import standing_of

PERCENT = "%"
# From this figure on an axis counts in ten thousands, where it is read in Chinese.
LONG_COUNT = 100_000


@dataclass(frozen=True, slots=True)
class Axis:
    """What a chart's scale counts in: figures are divided by `per`."""

    unit: str
    per: float


@dataclass(frozen=True, slots=True)
class Captions:
    """Every text of a chart but its scales; what is empty is not drawn.

    chip         the lamp
    lead         what the figures are; standing, how they stand to the plan
    actual, plan, last_year, rest   names of the lines
    target       the target line's label; gap, what is missing to the plan; mark, the figure of the data day
    foot         the day the figures speak for, and who reports them
    alt          all of it as one text, for those who can't see it
    """

    chip: str
    title: str
    lead: str
    standing: str
    actual: str
    plan: str
    last_year: str
    rest: str
    target: str
    mark: str
    gap: str
    threshold: str
    cleared: str
    unreported: str
    none: str
    foot: str
    banner: str
    alt: str


class Caption:
    """The words of one chart."""

    def __init__(self, course: Course, labels: Labels) -> None:
        self.course = course
        self.labels = labels
        self.m = Matter(course.facts, labels)

    def all(self) -> Captions:
        m, kind = self.m, self.m.facts.kind
        lead, standing = _LEADS.get(kind or Kind.FLOW, _flow)(m)
        title = m.name or m.title
        return Captions(
            chip=self._chip(),
            title=title,
            lead=lead or self.labels["chart.none"],
            standing=standing,
            actual=self._actual(),
            plan=self.labels["chart.plan"],
            last_year=self.labels["chart.last_year"],
            rest=self.labels["chart.needed" if m.figures.comparator in FLOORS else "chart.allowed"],
            target=self._target(),
            mark=m.apart(m.figures.to_date, m.figures.target),
            gap=pace.short(m),
            threshold=self._threshold(),
            cleared=self._cleared(),
            unreported=self.labels["chart.unreported"],
            none=self.labels["chart.none"],
            foot=self.labels["mark.field"].join(filter(None, (clauses.as_of(m), standing_of(m)))),
            banner=m.facts.banner,
            alt=self._alt(title, lead, standing),
        )

    def axis(self, largest: float) -> Axis:
        """The unit a scale is read in, whose largest figure this is."""
        unit = self.m.facts.unit
        if not unit and self.m.facts.kind is Kind.RATIO:
            return Axis(PERCENT, 0.01)
        if not self.m.chinese:
            return self._english_axis(numbers.unit_en(unit), largest)
        if unit == numbers.SQUARE_METRES and largest >= numbers.TEN_THOUSAND:
            return Axis(numbers.TEN_THOUSAND_SQUARE_METRES, numbers.TEN_THOUSAND)
        if largest >= LONG_COUNT and not unit.startswith("万"):
            return Axis(self.m.say("chart.ten_thousand", unit=unit) or unit, numbers.TEN_THOUSAND)
        return Axis(unit, 1.0)

    def _english_axis(self, unit: str, largest: float) -> Axis:
        for per, name in ((1e6, "million"), (1e3, "thousand")):
            if largest >= 10 * per:
                return Axis(f"{name} {unit}".rstrip(), per)
        return Axis(unit, 1.0)

    def tick(self, value: float) -> str:
        """A figure beside the scale."""
        said = numbers.grouped(value, 6)
        return said.replace(",", "") if self.m.chinese else said

    def month(self, first: date) -> str:
        """What a month's tick says."""
        return f"{first.month}月" if self.m.chinese else dates.month_en(first)

    def day(self, on: date) -> str:
        return self.m.day(on)

    def amount(self, value: float) -> str:
        """A figure without its unit, as a bar is labelled."""
        return self.tick(round(value, self.m.precision))

    def _chip(self) -> str:
        m = self.m
        if m.overturned:
            return self.labels["lamp.overturned"]
        if m.resolved:
            return self.labels["lamp.over"]
        return self.labels.lamp(m.facts.level) if m.facts.level > Level.NONE else ""

    def _actual(self) -> str:
        match self.m.facts.kind:
            case Kind.MEAN:
                return self.labels["chart.actual_mean"]
            case Kind.STOCK | Kind.RATIO:
                return self.labels["chart.actual_level"]
            case Kind.INCIDENCE:
                return self._counted()
            case _:
                return self.labels["chart.actual_flow" if self.m.whole_year else "chart.actual_period"]

    def _counted(self) -> str:
        f = self.m.figures
        days = (f.window_last - f.window_first).days + 1 if f.window_first and f.window_last else WEEK
        if days in (1, WEEK):
            return self.labels["chart.days" if days == 1 else "chart.weeks"]
        return self.m.say("chart.spans", days=str(days))

    def _target(self) -> str:
        m = self.m
        if m.figures.target is None:
            return ""
        if m.facts.kind not in (None, Kind.FLOW):
            return clauses.goal(m)
        key = "chart.ceiling" if m.ceiling else "chart.task"
        return m.say(key if m.whole_year else f"{key}_period", target=m.amount(m.figures.target))

    def _threshold(self) -> str:
        return self.m.say("chart.threshold", amount=self.m.amount(self.course.threshold))

    def _cleared(self) -> str:
        return self.m.say("chart.cleared", day=self.m.day(self.m.figures.cleared_on))

    def _alt(self, title: str, lead: str, standing: str) -> str:
        m = self.m
        said = m.clauses(
            m.say("chart.alt", name=title),
            self._chip(),
            m.say("chart.alt_period", first=m.day(self.course.begin), last=m.day(m.data_day)),
        )
        rest = m.clauses(lead or self.labels["chart.none"], standing)
        seen = (
            self._target(),
            *((self._cleared(), self._threshold()) if m.facts.kind is Kind.INCIDENCE else ()),
        )
        rest = m.clauses(rest, *(text for text in seen if text not in rest))
        return m.sentence(self.labels["mark.semicolon"].join((said, rest)))


def _flow(m: Matter) -> tuple[str, str]:
    return m.clauses(clauses.to_date(m), clauses.share(m)), m.clauses(clauses.lag(m), pace.short(m))


def _mean(m: Matter) -> tuple[str, str]:
    return m.clauses(clauses.to_date(m), clauses.year_on_year(m)), threshold.outlook(m)


def _level(m: Matter) -> tuple[str, str]:
    return m.clauses(clauses.to_date(m), clauses.year_on_year(m)), clauses.lag(m) or clauses.goal(m)


def _incidence(m: Matter) -> tuple[str, str]:
    if m.figures.window_first is None:
        return clauses.to_date(m), clauses.year_on_year(m)
    return rebound.window(m), rebound.usual(m) or clauses.to_date(m)


_LEADS: dict[Kind, Callable[[Matter], tuple[str, str]]] = {
    Kind.FLOW: _flow,
    Kind.MEAN: _mean,
    Kind.STOCK: _level,
    Kind.RATIO: _level,
    Kind.INCIDENCE: _incidence,
}
