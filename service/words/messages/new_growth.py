"""new_growth 控新生: something new where nothing, or little, is allowed."""

from __future__ import annotations

from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble

NEW = "新"  # an indicator whose name begins so needs no second 新增


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    key = "new_growth.headline_new" if m.short.startswith(NEW) else "new_growth.headline"
    parts = Parts(
        headline=m.say(key, name=m.name, amount=m.amount(_count(m))),
        lines=(_figures(m),),
        ask=m.say("ask.new_growth", due=clauses.due(m), each=clauses.each(m)),
    )
    return assemble(m, parts)


def _count(m: Matter) -> float | None:
    return m.figures.to_date if m.figures.value is None else m.figures.value


def _figures(m: Matter) -> str:
    found = m.say("figure.found", amount=m.amount(_count(m)))
    return m.sentence(m.halves(m.clauses(clauses.as_of(m), found), _allowed(m)))


def _allowed(m: Matter) -> str:
    count, bound = _count(m), m.figures.bound
    if bound is None:
        return ""
    if bound <= 0:
        return m.labels["new_growth.none"]
    excess = "" if count is None else m.some(count - bound)
    return m.clauses(
        m.say("new_growth.bound", bound=m.amount(bound)), m.say("new_growth.excess", excess=excess)
    )
