"""sql 专项监测: the figure a query worked out, under the title its rule gives it."""

from __future__ import annotations

from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    parts = Parts(
        headline=m.say("sql.headline", name=m.name, amount=_amount(m)),
        what=m.say("sql.subject", name=m.name, title=m.title, amount=_amount(m)),
        lines=(_figures(m),),
        ask=m.say("ask.sql", due=clauses.due(m)),
        day=facts.as_of,
    )
    return assemble(m, parts)


def _amount(m: Matter) -> str:
    """The figure, told from the bound it has reached."""
    return m.apart(m.figures.value, m.figures.bound)


def _figures(m: Matter) -> str:
    """The query speaks for the as-of day, whatever day the indicator's last reading is of."""
    if m.figures.value is None:
        return ""
    day = m.say("figure.as_of", day=m.day(m.facts.as_of))
    value = m.say("sql.value", amount=_amount(m))
    return m.sentence(m.clauses(day, value, m.say("threshold.bound", bound=m.amount(m.figures.bound))))
