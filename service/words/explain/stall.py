"""stall 长期无新增: reported days since the last progress."""

from __future__ import annotations

from service.words.explain.steps import Calculation, Step


def steps(m: Calculation) -> list[Step]:
    return [
        *m.period(),
        *m.target(),
        *m.to_date(),
        *m.completion(),
        *m.fact("calc.last_move", _last_move(m)),
        *_still(m),
        *m.verdict(m.labels["calc.met"] if m.reached else ""),
    ]


def _last_move(m: Calculation) -> str:
    moved, start = m.figures.last_move, m.facts.period_start
    if moved is None or start is None:
        return ""
    return m.labels["calc.never"] if moved < start else m.day(moved)


def _still(m: Calculation) -> list[Step]:
    days = m.figures.still_days
    return [] if days is None else m.fact("calc.still", m.counted(days), float(days))
