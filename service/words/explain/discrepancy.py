"""discrepancy 市区比对: how far two sources are apart, what is allowed, and for how long."""

from __future__ import annotations

from service.domain.rules import Discrepancy
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [*m.period(), *_apart(m), *_days(m), *m.verdict()]


def _apart(m: Calculation) -> list[Step]:
    f, check = m.figures, m.w.check
    if len(f.sides) != 2 or f.value is None or not isinstance(check, Discrepancy):
        return []
    one, other = f.sides
    told = [
        Step(m.say("calc.side", source=side.source), result=m.with_unit(side.value), value=side.value)
        for side in f.sides
    ]
    working = f"|{m.term(one.value)} − {m.term(other.value)}|"
    apart = m.step("calc.apart", "calc.apart_formula", working, f.value, m.with_unit(f.value))
    larger = max(abs(one.value), abs(other.value))
    allowed = f"max({m.term(check.absolute)}, {m.term(check.relative)} × {m.term(larger)})"
    bound = 0.0 if f.bound is None else f.bound
    tolerance = m.step("calc.tolerance", "calc.tolerance_formula", allowed, bound, m.with_unit(bound))
    return [*told, *apart, *tolerance]


def _days(m: Calculation) -> list[Step]:
    f, days = m.figures, m.w.compared
    if not days or f.window_first is None:
        return []
    formula = m.say("calc.differ_formula", span=m.span(f.window_first, f.window_last))
    return m.step("calc.differ", formula, "", days, m.counted(days))
