"""Steps of a calculation, and what every check needs to write its own."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.catalog import Kind, Level
from service.domain.facts import Facts
from service.domain.rules import Span
from service.domain.working import Due, Working
from service.words import numbers
from service.words.labels import Labels
from service.words.messages.matter import Matter

DECIMALS = 4
MOST_DECIMALS = 12
PERCENT_DECIMALS = 2
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line: name formula = working = result. What a step has no need of is empty.

    working  the formula with its numbers: + − × ÷ ( ) max and |a|, numbers with thousands separators, percentages
    value    the result before it was rounded, None where the result is no number
    """

    name: str
    formula: str = ""
    working: str = ""
    result: str = ""
    value: float | None = None

    @property
    def text(self) -> str:
        """The step on one line: `name = formula = working = result`; a comparison points to what it leads to."""
        if self.formula and self.working:
            return " = ".join([self.name, self.formula, self.working, self.result])
        if self.working:
            return f"{self.name}: {self.working} → {self.result}"
        return f"{self.name}: {' = '.join(filter(None, (self.formula, self.result)))}"


class Calculation(Matter):
    """The facts of an alert and the numbers its figures come from, ready to be written down."""

    def __init__(self, facts: Facts, working: Working, labels: Labels) -> None:
        super().__init__(facts, labels)
        self.w = working

    # Numbers

    def exact(self, value: float) -> str:
        """A number to calculate with: four decimals, more where it would read as nothing."""
        decimals = DECIMALS
        while value and decimals < MOST_DECIMALS and abs(value) < 10.0**-decimals * 100:
            decimals += 1
        return numbers.grouped(value, decimals)

    def term(self, value: float) -> str:
        """The same inside a formula, where a negative one takes brackets."""
        said = self.exact(value)
        return f"({said})" if said.startswith("−") else said

    def with_unit(self, value: float) -> str:
        """A result in the indicator's unit."""
        if self.share_kind:
            return self.share(value)
        if self.chinese:
            return f"{self.exact(value)}{self.facts.unit}"
        unit = numbers.quantity_en(0.0, self.facts.unit, 0).removeprefix("0").strip()
        return f"{self.exact(value)} {unit}".rstrip()

    @property
    def share_kind(self) -> bool:
        """Whether the indicator is a share without a unit."""
        return self.facts.kind is Kind.RATIO and not self.facts.unit

    def share(self, ratio: float) -> str:
        return f"{numbers.grouped(ratio * 100, PERCENT_DECIMALS)}%"

    def apart_from(self, value: float, bound: float) -> str:
        """A value with the decimals it takes to be told from a bound it isn't at."""
        for decimals in range(PERCENT_DECIMALS, MOST_DECIMALS):
            said = numbers.grouped(value, decimals)
            if value == bound or said != numbers.grouped(bound, decimals):
                return said
        return numbers.grouped(value, PERCENT_DECIMALS)

    def times(self, span: Span) -> str:
        return self.counted(span.days, working=span.working)

    def counted(self, days: float, *, working: bool = False) -> str:
        return self.say("calc.workdays" if working else "calc.days", days=self.exact(days))

    # Steps

    def fact(self, name: str, result: str, value: float | None = None) -> list[Step]:
        """A step that is no calculation; none where there is nothing to say."""
        return [Step(self.labels[name], result=result, value=value)] if result else []

    def step(
        self, name: str, formula: str, working: str, value: float | None, result: str, **names: str
    ) -> list[Step]:
        """A calculation; none where its result is not known."""
        if value is None:
            return []
        said = self.labels.say(name, **names) if names else self.labels[name]
        formula = self.labels.texts.get(formula, formula)
        return [Step(said, formula, working, result, value)]

    def period(self) -> list[Step]:
        """The period and the day within it."""
        start, end = self.facts.period_start, self.facts.period_end
        days = self.say(
            "calc.period_days", span=self.span(start, end), days=str(self.w.length) if self.w.length else ""
        )
        return [*self.fact("calc.period", days), *self.fact("calc.day", self.day(self.figures.data_day))]

    def target(self) -> list[Step]:
        if self.figures.target is None:
            return []
        sign = SIGNS.get(self.figures.comparator or "", "")
        said = f"{sign} {self.with_unit(self.figures.target)}".strip()
        return self.fact("calc.target", said, self.figures.target)

    def to_date(self) -> list[Step]:
        """The figure of the period up to the data day, by kind."""
        f, w = self.figures, self.w
        if f.to_date is None:
            return []
        total = [
            Step(
                self.labels["calc.total"],
                self.say("calc.total_days", days=str(w.counted)),
                result=self.with_unit(w.total or 0.0),
                value=w.total,
            )
        ]
        match self.facts.kind:
            case Kind.STOCK | Kind.RATIO:
                return self.fact("calc.latest", self.with_unit(f.to_date), f.to_date)
            case Kind.MEAN:
                working = f"{self.term(w.total or 0.0)} ÷ {w.counted}"
                mean = self.step("calc.mean", "Σx ÷ n", working, f.to_date, self.with_unit(f.to_date))
                return [*total, *mean]
            case _:
                return total

    def expected(self) -> list[Step]:
        """序时进度, by the plan's curve."""
        due, share = self.w.due, self.figures.expected
        if due is None or share is None:
            return self._no_shape()
        steps: list[Step] = []
        if due.curve == "milestones":
            span = self.say(
                "calc.milestone_span",
                first=self.day(due.first),
                low=self.share(due.low),
                last=self.day(due.last),
                high=self.share(due.high),
            )
            steps += self.fact("calc.milestones", span)
        if due.curve == "previous_year":
            steps += self.fact("calc.last_year_by", self.span(due.first, due.last))
        formula = f"calc.expected_{due.curve}"
        return [*steps, *self.step("calc.expected", formula, self.due(due), share, self.share(share))]

    def _no_shape(self) -> list[Step]:
        target = self.w.target
        if target is None or target.plan.curve != "previous_year" or self.figures.data_day is None:
            return []
        return self.fact("calc.expected", self.labels["calc.no_shape"])

    def due(self, due: Due) -> str:
        """The share due, as a working."""
        passed = f"{self.exact(due.passed)} ÷ {self.exact(due.whole)}"
        if (due.low, due.high) == (0.0, 1.0) and due.curve != "milestones":
            return passed
        return f"{self.share(due.low)} + ({self.share(due.high)} − {self.share(due.low)}) × {passed}"

    def completion(self) -> list[Step]:
        f = self.figures
        if f.to_date is None or f.target is None or f.completion is None:
            return []
        base = self.w.target.baseline if self.w.target else None
        if base is None:
            figure = "Σx" if self.facts.kind is Kind.FLOW else "x"
            formula, working = f"{figure} ÷ T", f"{self.term(f.to_date)} ÷ {self.term(f.target)}"
        else:
            formula, b = "(x − b) ÷ (T − b)", self.term(base)
            working = f"({self.term(f.to_date)} − {b}) ÷ ({self.term(f.target)} − {b})"
        based = [] if base is None else self.fact("calc.baseline", self.with_unit(base), base)
        done = self.share(f.completion)
        return [*based, *self.step("calc.completion", formula, working, f.completion, done)]

    def lag(self) -> list[Step]:
        """Behind the plan; a flow that uses up its ceiling too early is ahead of it."""
        f = self.figures
        if f.lag is None or f.expected is None or f.completion is None:
            return []
        over = self.ceiling and self.facts.kind is Kind.FLOW
        due, done = self.share(f.expected), self.share(f.completion)
        points = self.say("calc.points", points=numbers.grouped(f.lag * 100, PERCENT_DECIMALS))
        return self.step(
            "calc.lag_ceiling" if over else "calc.lag",
            "C − E" if over else "E − C",
            f"{done} − {due}" if over else f"{due} − {done}",
            f.lag,
            points,
        )

    def year_on_year(self) -> list[Step]:
        f, last = self.figures, self.w.last_year
        if f.year_on_year is None or f.to_date is None or last is None:
            return []
        working = f"{self.term(f.to_date)} ÷ {self.term(last)} − 1"
        return self.step(
            "calc.year", "calc.year_formula", working, f.year_on_year, self.share(f.year_on_year)
        )

    # Judgement

    def verdict(self, quiet: str = "") -> list[Step]:
        """What was held against which bound; `quiet` is why nothing is held against them."""
        bounds, reached = self.w.bounds, self.w.reached
        every = self.labels["mark.comma"].join(
            f"{self.labels.lamp(level)} {'≤' if bounds.below else '≥'} {self.exact(bound)}"
            for level, bound in bounds.each
        )
        steps = self.fact("calc.bounds", every)
        if reached is None:
            return [*steps, *self.fact("calc.quiet", self.labels["calc.unjudged"]), *self._kept()]
        if quiet and not reached:
            return [*steps, *self.fact("calc.quiet", quiet), *self._kept()]
        return [*steps, *self._compared(reached), *self._kept(), *self._hold()]

    def _compared(self, reached: Level) -> list[Step]:
        each = dict(self.w.bounds.each)
        value = self.w.compared
        if value is None or not each:
            return self.fact("calc.compare", self._lamp(reached))
        bound = each.get(reached, next(iter(each.values())))
        sign = ("≤" if self.w.bounds.below else "≥") if reached else (">" if self.w.bounds.below else "<")
        working = f"{self.apart_from(value, bound)} {sign} {self.exact(bound)}"
        return [Step(self.labels["calc.compare"], "", working, self._lamp(reached), value)]

    def _lamp(self, level: Level) -> str:
        return self.labels.lamp(level) if level else self.labels["calc.below_bounds"]

    def _kept(self) -> list[Step]:
        """Why a lamp is lit that today's figure does not reach."""
        level, reached = self.facts.level, self.w.reached
        if not level or (reached is not None and level <= reached):
            return []
        span = self.times(self.w.keep_firing_for)
        clear = self.w.bounds.clear
        until = self.say("calc.kept_until", clear=self.exact(clear) if clear else "", span=span)
        return [
            Step(
                self.say("calc.kept", lamp=self.labels.lamp(level)),
                result=until or self.say("calc.kept_for", span=span),
            )
        ]

    def _hold(self) -> list[Step]:
        """For how long the level's condition must hold, and since when the first of them has."""
        w = self.w
        span, held = self.times(w.hold_for), ""
        if w.held is not None:
            held = self.say("calc.held", span=self.counted(w.held, working=w.hold_for.working))
        needed = self.say("calc.hold_first", span=span) if w.hold_for.days else ""
        since = self.say("calc.episode", since=self.day(self.facts.since))
        return self.fact("calc.hold", self.halves(self.clauses(needed, held if needed else ""), since))
