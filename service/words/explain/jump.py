"""jump 存疑待核实: how far a report lies from what is usual, or how long it has been the same."""

from __future__ import annotations

from service.domain.checks.jump import NORMAL
from service.domain.rules import Jump
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    check = m.w.check
    own = _repeats(m) if isinstance(check, Jump) and check.of == "repeats" else _deviation(m)
    return [*own, *m.verdict()]


def _deviation(m: Calculation) -> list[Step]:
    f, check = m.figures, m.w.check
    if f.value is None or f.usual is None or f.spread is None or not isinstance(check, Jump):
        return m.fact("calc.day", m.day(f.data_day))
    sample = m.say("calc.usual_of", days=str(f.sample) if f.sample else "")
    distance = 0.0 if m.w.usual_spread is None else m.w.usual_spread
    spread = f"max({NORMAL} × {m.term(distance)}, {m.term(check.floor)})"
    return [
        *m.fact("calc.day", m.day(f.data_day)),
        *m.fact("calc.that_day", m.with_unit(f.value), f.value),
        Step(m.labels["calc.usual"], sample, result=m.with_unit(f.usual), value=f.usual),
        *m.step("calc.spread", "calc.spread_formula", spread, f.spread, m.with_unit(f.spread)),
        *_times(m, f.value, f.usual, spread),
    ]


def _times(m: Calculation, value: float, usual: float, spread: str) -> list[Step]:
    if m.w.compared is None:
        return m.fact("calc.deviation", m.labels["calc.endless"])
    working = f"|{m.term(value)} − {m.term(usual)}| ÷ {spread}"
    said = m.say("calc.times_of", times=m.exact(m.w.compared))
    return m.step("calc.deviation", "|x − m| ÷ s", working, m.w.compared, said)


def _repeats(m: Calculation) -> list[Step]:
    f = m.figures
    if f.times is None:
        return []
    amount = "" if f.value is None else m.with_unit(f.value)
    same = m.say("calc.repeats_of", span=m.span(f.window_first, f.window_last), amount=amount)
    days = m.say("calc.report_days", days=str(f.times))
    return [Step(m.labels["calc.repeats"], same, result=days, value=float(f.times))]
