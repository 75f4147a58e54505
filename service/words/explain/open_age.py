"""open_age 超期未办结: what is open, first in, first out."""

from __future__ import annotations

from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [
        *m.fact("calc.day", m.day(m.figures.window_last)),
        *_open(m),
        *_age(m),
        *m.verdict(),
        *_overdue(m),
    ]


def _open(m: Calculation) -> list[Step]:
    f, cases = m.figures, m.w.cases
    if cases is None or f.open_count is None:
        return []
    working = f"{m.term(cases.found)} − ({m.term(cases.treated)} − {m.term(cases.before)})"
    since = m.say("calc.since", since=m.day(cases.since))
    before = m.fact("calc.before", m.with_unit(cases.before), cases.before) if cases.before else []
    return [
        Step(m.labels["calc.found"], since, result=m.with_unit(cases.found), value=cases.found),
        Step(m.labels["calc.treated"], since, result=m.with_unit(cases.treated), value=cases.treated),
        *before,
        *m.step("calc.open", "calc.open_formula", working, f.open_count, m.with_unit(f.open_count)),
    ]


def _age(m: Calculation) -> list[Step]:
    if m.w.compared is None:
        return []
    found = m.fact("calc.open_since", m.day(m.figures.open_since))
    age = m.step("calc.age", "calc.age_formula", "", m.w.compared, m.counted(m.w.compared))
    return [*found, *age]


def _overdue(m: Calculation) -> list[Step]:
    f = m.figures
    if f.value is None or not f.bound:
        return []
    return m.step("calc.overdue", "", "", f.value, m.with_unit(f.value), days=m.exact(f.bound))
