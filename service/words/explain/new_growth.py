"""new_growth 控新生: occurrences of the period beyond the allowance."""

from __future__ import annotations

from service.domain.rules import NewGrowth
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [*m.period(), *m.to_date(), *_excess(m), *m.verdict()]


def _excess(m: Calculation) -> list[Step]:
    check, found = m.w.check, m.figures.value
    if not isinstance(check, NewGrowth) or found is None:
        return []
    excess = found - check.allowance
    working = f"{m.term(found)} − {m.term(check.allowance)}"
    return m.step("calc.excess", "calc.excess_formula", working, excess, m.with_unit(excess))
