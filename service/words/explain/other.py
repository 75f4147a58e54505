"""A check nobody has written a formula for: the figure and its bounds."""

from __future__ import annotations

from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    value = m.w.compared if m.w.compared is not None else m.figures.value
    said = "" if value is None else m.exact(value)
    return [*m.period(), *m.fact("calc.value", said, value), *m.verdict()]
