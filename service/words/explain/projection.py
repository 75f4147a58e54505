"""projection 目标预测: the year so far and the recent rate."""

from __future__ import annotations

from service.domain.rules import Projection
from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [
        *m.period(),
        *m.target(),
        *m.expected(),
        *m.to_date(),
        *_recent(m),
        *_projected(m),
        *m.verdict(_quiet(m)),
    ]


def _recent(m: Calculation) -> list[Step]:
    f, w = m.figures, m.w
    if f.recent_rate is None or not w.recent_days:
        return []
    working = f"{m.term(w.recent_total)} ÷ {w.recent_days}"
    said, days = m.with_unit(f.recent_rate), str(w.recent_days)
    return m.step("calc.recent", "calc.recent_formula", working, f.recent_rate, said, days=days)


def _projected(m: Calculation) -> list[Step]:
    f, w = m.figures, m.w
    if f.projected is None or f.to_date is None or f.days_left is None or not w.recent_days:
        return []
    rate = f"({m.term(w.recent_total)} ÷ {w.recent_days})"
    end = f"{m.term(f.to_date)} + {f.days_left} × {rate}"
    projected = m.step("calc.projected", "calc.projected_formula", end, f.projected, m.with_unit(f.projected))
    if not f.target:
        return projected
    share = f.projected / f.target
    working = f"({end}) ÷ {m.term(f.target)}"
    said = m.exact(share)
    return [*projected, *m.step("calc.projected_share", "calc.projected_share_formula", working, share, said)]


def _quiet(m: Calculation) -> str:
    check, due = m.w.check, m.figures.expected
    if m.reached:
        return m.labels["calc.met"]
    if isinstance(check, Projection) and due is not None and due < check.from_expected:
        return m.say("calc.early", percent=m.share(check.from_expected))
    return ""
