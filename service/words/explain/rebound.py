"""rebound 防反弹: what was found in the window, day by day, and how often before."""

from __future__ import annotations

from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    f = m.figures
    return [*m.fact("calc.cleared", m.day(f.cleared_on)), *_before(m), *_window(m), *m.verdict()]


def _before(m: Calculation) -> list[Step]:
    f = m.figures
    if f.cleared_on is None or f.calm_count is None or not f.calm_days:
        return []
    days = m.say("calc.calm_days", days=str(f.calm_days))
    return [Step(m.labels["calc.calm"], days, result=m.with_unit(f.calm_count), value=f.calm_count)]


def _window(m: Calculation) -> list[Step]:
    f = m.figures
    if f.value is None:
        return []
    told = [day.value for day in m.w.window if day.value is not None]
    working = " + ".join(m.term(value) for value in told)
    span = m.span(f.window_first, f.window_last)
    return m.step("calc.window", "calc.window_formula", working, f.value, m.with_unit(f.value), span=span)
