"""pace 序时滞后: what is due, what is done, and what the days left must bring."""

from __future__ import annotations

from service.domain.rules import Pace
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [
        *m.period(),
        *m.target(),
        *m.expected(),
        *m.to_date(),
        *m.completion(),
        *m.lag(),
        *m.verdict(_early(m)),
        *_shortfall(m),
        *_required(m),
    ]


def _early(m: Calculation) -> str:
    check, due = m.w.check, m.figures.expected
    early = isinstance(check, Pace) and due is not None and due < check.from_expected
    return (
        m.say("calc.early", percent=m.share(check.from_expected)) if isinstance(check, Pace) and early else ""
    )


def _shortfall(m: Calculation) -> list[Step]:
    """Missing to the plan of the day, and to the target; under a ceiling, what is beyond the plan."""
    f, due = m.figures, m.w.due
    if f.shortfall is None or f.target is None or f.to_date is None or due is None:
        return []
    planned = f"{m.term(f.target)} × ({m.due(due)})"
    if m.ceiling:
        over, working = -f.shortfall, f"{m.term(f.to_date)} − {planned}"
        return m.step("calc.over", "Σx − T × E", working, over, m.with_unit(over))
    working = f"{planned} − {m.term(f.to_date)}"
    return m.step("calc.shortfall", "T × E − Σx", working, f.shortfall, m.with_unit(f.shortfall))


def _required(m: Calculation) -> list[Step]:
    f, w = m.figures, m.w
    if f.to_target is None or f.target is None or f.to_date is None or f.to_target <= 0:
        return []
    gap = f"{m.term(f.target)} − {m.term(f.to_date)}"
    left = m.step("calc.left", "T − Σx", gap, f.to_target, m.with_unit(f.to_target))
    if f.required_rate is None or not f.days_left:
        return left
    rate = m.step(
        "calc.within" if m.ceiling else "calc.required",
        "calc.required_formula",
        f"({gap}) ÷ {f.days_left}",
        f.required_rate,
        m.with_unit(f.required_rate),
        days=str(f.days_left),
    )
    if m.ceiling or not f.mean_rate or not w.elapsed:
        return [*left, *rate]
    times = f.required_rate / f.mean_rate
    working = f"(({gap}) ÷ {f.days_left}) ÷ ({m.term(f.to_date)} ÷ {w.elapsed})"
    said = m.say("calc.times_of", times=m.exact(times))
    return [*left, *rate, *m.step("calc.times", "calc.times_formula", working, times, said)]
