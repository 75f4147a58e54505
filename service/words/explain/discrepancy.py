"""discrepancy 市区比对: how far two sources are apart, what is allowed, and for how long."""

from __future__ import annotations

from service.domain.facts import Side
from service.domain.rules import Discrepancy
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [*m.period(), *_apart(m), *_days(m), *m.verdict()]


def _apart(m: Calculation) -> list[Step]:
    f, check = m.figures, m.w.check
    if len(f.sides) != 2 or f.value is None or not isinstance(check, Discrepancy):
        return []
    one, other = f.sides
    told = [step for side in f.sides for step in _told(m, side)]
    working = f"|{m.term(one.value)} − {m.term(other.value)}|"
    apart = m.step("calc.apart", "calc.apart_formula", working, f.value, m.with_unit(f.value))
    larger = max(abs(one.value), abs(other.value))
    allowed = f"max({m.term(check.absolute)}, {m.term(check.relative)} × {m.term(larger)})"
    bound = 0.0 if f.bound is None else f.bound
    tolerance = m.step("calc.tolerance", "calc.tolerance_formula", allowed, bound, m.with_unit(bound))
    return [*told, *apart, *tolerance]


def _told(m: Calculation, side: Side) -> list[Step]:
    """What one source tells, and of a roll-up, how many below are in it."""
    told = Step(m.say("calc.side", source=side.source), result=m.with_unit(side.value), value=side.value)
    if not side.declared:
        return [told]
    covered = m.say("explain.covered", covered=str(side.covered), declared=str(side.declared))
    return [told, Step(m.labels["explain.coverage"], result=covered)]


def _days(m: Calculation) -> list[Step]:
    f, days = m.figures, m.w.compared
    if not days or f.window_first is None:
        return []
    formula = m.say("calc.differ_formula", span=m.span(f.window_first, f.window_last))
    return m.step("calc.differ", formula, "", days, m.counted(days))
