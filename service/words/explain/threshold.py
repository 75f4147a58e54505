"""threshold 目标临界: a figure against its bounds; for a mean, what the days left may average."""

from __future__ import annotations

from service.domain.rules import Threshold
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [*m.period(), *m.target(), *_figure(m), *_per_target(m), *m.verdict(), *_allowed(m)]


def _figure(m: Calculation) -> list[Step]:
    """How the figure that is judged came about."""
    match m.w.check:
        case Threshold(of="value"):
            value = m.figures.value
            return m.fact("calc.that_day", "" if value is None else m.with_unit(value), value)
        case Threshold(of="expected"):
            return m.expected()
        case Threshold(of="completion"):
            return [*m.to_date(), *m.completion()]
        case Threshold(of="lag"):
            return [*m.expected(), *m.to_date(), *m.completion(), *m.lag()]
        case _:
            return [*m.to_date(), *m.year_on_year()]


def _per_target(m: Calculation) -> list[Step]:
    f, check = m.figures, m.w.check
    if not (isinstance(check, Threshold) and check.per_target) or f.value is None or not f.target:
        return []
    share = f.value / f.target
    working = f"{m.term(f.value)} ÷ {m.term(f.target)}"
    return m.step("calc.per_target", "x ÷ T", working, share, m.exact(share))


def _allowed(m: Calculation) -> list[Step]:
    f, w = m.figures, m.w
    if f.allowed_mean is None or f.target is None or not f.days_left or w.total is None:
        return []
    days = str(f.days_left)
    working = f"({m.term(f.target)} × ({w.counted} + {days}) − {m.term(w.total)}) ÷ {days}"
    return m.step(
        "calc.allowed",
        "calc.allowed_formula",
        working,
        f.allowed_mean,
        m.with_unit(f.allowed_mean),
        days=days,
    )
