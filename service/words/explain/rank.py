"""rank 排名靠后: those ranked last, or month by month."""

from __future__ import annotations

from service.domain.working import MonthRank
from service.words.explain.steps import Calculation, Step

LISTED = 10


def steps(m: Calculation) -> list[Step]:
    return [
        *(_months(m) if m.w.months else _standing(m)),
        *m.verdict(m.labels["calc.met"] if m.reached else ""),
    ]


def _standing(m: Calculation) -> list[Step]:
    """The figure, everybody up to the region's place, and the place."""
    f = m.figures
    if f.place is None:
        return [*m.period(), *m.target(), *m.to_date(), *m.completion()]
    worse = [one for one in m.w.ranking if one.place <= f.place][:LISTED]
    table = [
        Step(
            m.say("calc.ranked", place=str(one.place)),
            one.region,
            result="" if one.figure is None else m.exact(one.figure),
            value=one.figure,
        )
        for one in worse
    ]
    place = m.say("calc.place_of", peers=str(f.peers or ""), place=str(f.place))
    return [
        *m.period(),
        *m.target(),
        *m.to_date(),
        *m.completion(),
        *m.lag(),
        *m.year_on_year(),
        *table,
        *m.fact("calc.place", place, float(f.place)),
    ]


def _months(m: Calculation) -> list[Step]:
    f, months = m.figures, m.w.months
    working = " + ".join(str(int(month.among)) for month in months)
    times = None if f.times is None else float(f.times)
    said = "" if times is None else m.exact(times)
    place = str(f.place or "")
    total = m.step("calc.months", "calc.months_formula", working, times, said, place=place)
    return [*(_month(m, month) for month in months), *total]


def _month(m: Calculation, month: MonthRank) -> Step:
    figure = "" if month.figure is None else m.with_unit(month.figure)
    ranked = m.labels["calc.month_none"]
    if month.place is not None:
        ranked = m.say("calc.month_of", peers=str(month.peers), place=str(month.place))
    return Step(m.span(month.first, month.last), figure, result=ranked, value=month.figure)
