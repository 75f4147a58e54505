"""A check without words of its own, or one whose rule is gone: the figures, plainly."""

from __future__ import annotations

from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    so_far = m.clauses(clauses.as_of(m), clauses.to_date(m), clauses.share(m), clauses.lag(m))
    known = m.figures.to_date is not None or m.figures.lag is not None
    ask = m.say("ask.other", due=clauses.due(m))
    return assemble(m, Parts(headline="", lines=(m.sentence(so_far) if known else "",), ask=ask))
