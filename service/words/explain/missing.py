"""missing 逾期未报: working days in a row that the slowest region owes."""

from __future__ import annotations

from service.domain.cycles import Cycle
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [*_worst(m), *m.verdict()]


def _worst(m: Calculation) -> list[Step]:
    gaps = m.figures.gaps
    if not gaps:
        return []
    gap = max(gaps, key=lambda one: one.workdays)
    key = "calc.owed" if m.facts.cycle is Cycle.DAILY else "calc.owed_cycle"
    formula = m.say(f"{key}_formula", span=m.span(gap.first, gap.last))
    said = m.counted(gap.workdays, working=True)
    worst = m.step(key, formula, "", float(gap.workdays), said, region=gap.region)
    more = m.say("calc.more_owed_units", count=str(len(gaps) - 1)) if len(gaps) > 1 else ""
    return [*worst, *m.fact("calc.more_owed", more)]
