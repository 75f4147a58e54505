"""missing 逾期未报: working days in a row that the slowest region owes."""

from __future__ import annotations

from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [*_worst(m), *m.verdict()]


def _worst(m: Calculation) -> list[Step]:
    gaps = m.figures.gaps
    if not gaps:
        return []
    gap = max(gaps, key=lambda one: one.workdays)
    formula = m.say("calc.owed_formula", span=m.span(gap.first, gap.last))
    said = m.counted(gap.workdays, working=True)
    worst = m.step("calc.owed", formula, "", float(gap.workdays), said, region=gap.region)
    more = m.say("calc.more_owed_units", count=str(len(gaps) - 1)) if len(gaps) > 1 else ""
    return [*worst, *m.fact("calc.more_owed", more)]
