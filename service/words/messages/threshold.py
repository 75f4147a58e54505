"""threshold 目标临界: a figure at its bound; for a mean, what the days left may average."""

from __future__ import annotations

from service.domain.catalog import Kind
from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import FLOORS, Matter
from service.words.messages.parts import Message, Parts, assemble
from service.words.numbers import allowance_down


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    parts = Parts(
        headline=_headline(m),
        lines=(_figures(m),),
        outlook=m.sentence(outlook(m)),
        ask=m.say("ask.threshold", due=clauses.due(m)),
        note=labels["threshold.not_air_alert"] if clauses.concentration(m) else "",
    )
    return assemble(m, parts)


def _headline(m: Matter) -> str:
    f = m.figures
    if m.ranked and f.to_date is not None:
        return m.say("threshold.place", name=m.name, amount=m.amount(f.to_date))
    clause = _other(m)
    if clause or f.to_date is None or f.target is None or f.comparator is None:
        return m.say("threshold.value", name=m.name, clause=clause)
    if f.comparator in FLOORS:
        return m.say("threshold.short", name=m.name, amount=m.some(f.target - f.to_date)) or m.say(
            "threshold.met", name=m.name
        )
    return _below(m, f.target - f.to_date)


def _below(m: Matter, margin: float) -> str:
    """Against a ceiling: what is left of it, or what is beyond."""
    mean = m.facts.kind is Kind.MEAN
    spare, excess = m.some(margin), m.some(-margin)
    if spare:
        return m.say("threshold.narrow" if mean else "threshold.margin", name=m.name, amount=spare)
    above = "threshold.mean_above" if mean else "threshold.above"
    return m.say(above, name=m.name, amount=excess) or m.say("threshold.edge", name=m.name)


def _other(m: Matter) -> str:
    """The figure that was judged where it isn't the one to date; told by its value, for facts don't name it."""
    f = m.figures
    if f.value is None or f.value == f.to_date:
        return ""
    if f.value == f.lag:
        return clauses.lag(m)
    if f.value == f.year_on_year:
        return clauses.year_on_year(m)
    if f.value in (f.completion, f.expected):
        return clauses.share(m, key="completed")
    return m.say("figure.that_day", amount=m.amount(f.value))


def _figures(m: Matter) -> str:
    f = m.figures
    judged = "" if f.value == f.year_on_year else _other(m)
    so_far = m.clauses(clauses.as_of(m), clauses.to_date(m), clauses.year_on_year(m), judged)
    bound = m.say("threshold.place_bound" if m.ranked else "threshold.bound", bound=m.amount(f.bound))
    return m.sentence(m.halves(so_far, m.clauses(clauses.goal(m), bound)))


def outlook(m: Matter) -> str:
    """What the mean of the days left may be, or must be."""
    f = m.figures
    days = f.days_left or 0
    if f.allowed_mean is None or days <= 0:
        return ""
    if f.comparator in FLOORS:
        return m.say("threshold.needed", days=str(days), amount=m.must(f.allowed_mean))
    if f.allowed_mean <= 0 or allowance_down(f.allowed_mean) == "0":
        return m.labels["threshold.lost"]
    return m.say("threshold.allowed", days=str(days), amount=m.within(f.allowed_mean))
