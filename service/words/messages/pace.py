"""pace 序时滞后: behind the plan, what is missing, and what the days left must bring."""

from __future__ import annotations

from service.domain.catalog import Kind
from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    parts = Parts(
        headline=m.say("pace.headline", name=m.name, lag=clauses.lag(m)),
        what=m.say("pace.headline", name=m.name, lag=clauses.lag(m, "lag.short_name")),
        lines=(_figures(m),),
        outlook=m.sentence(_outlook(m)),
        ask=m.say("ask.pace_ceiling" if m.ceiling else "ask.pace", due=clauses.due(m)),
    )
    return assemble(m, parts)


def _figures(m: Matter) -> str:
    # The headline of a lit lamp has the lag; that of a resolved one hasn't.
    now = clauses.lag(m) if m.resolved else ""
    so_far = m.clauses(clauses.as_of(m), clauses.to_date(m), clauses.share(m))
    return m.sentence(m.halves(so_far, m.clauses(_due(m), short(m), now)))


def short(m: Matter) -> str:
    """What is missing to today's plan; under a ceiling, what is beyond it."""
    missing = m.figures.shortfall
    if missing is None:
        return ""
    if m.ceiling:
        return m.say("pace.over", amount=m.some_planned(-missing))
    return m.say("pace.short", amount=m.some_planned(missing))


def _due(m: Matter) -> str:
    f = m.figures
    percent = m.percent(f.expected)
    summed = m.facts.kind in (None, Kind.FLOW) and f.target is not None and f.expected is not None
    if not summed or f.target is None or f.expected is None:
        return m.say("pace.due_share", percent=percent)
    amount = m.planned(f.target * f.expected)
    return m.say("pace.due_ceiling" if m.ceiling else "pace.due", percent=percent, amount=amount)


def _outlook(m: Matter) -> str:
    if m.ceiling:
        return _ceiling(m)
    if m.reached:
        return m.labels["figure.reached"]
    required = clauses.required(m)
    return m.clauses(required, clauses.required_times(m)) if required else ""


def _ceiling(m: Matter) -> str:
    """What may still come; what is above the ceiling can't be taken back by going slower."""
    f = m.figures
    if f.to_target is not None and f.to_target <= 0:
        return m.say("pace.beyond", amount=m.some(-f.to_target)) or m.labels["pace.full"]
    if f.required_rate is None or f.required_rate <= 0 or not f.days_left or f.days_left < 0:
        return ""
    return m.say("rate.within", days=str(f.days_left), rate=m.may(f.required_rate))
