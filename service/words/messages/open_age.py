"""open_age 超期未办结: what was found and is still open, and for how long the oldest has been."""

from __future__ import annotations

from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    parts = Parts(
        headline=_headline(m),
        lines=(_figures(m),),
        since=False,
        ask=m.say("ask.open_age", due=clauses.due(m), each=clauses.each(m)),
        day=m.figures.window_last,
    )
    return assemble(m, parts)


def _headline(m: Matter) -> str:
    f = m.figures
    days = f"{f.bound:.0f}" if f.bound is not None and f.bound >= 1 else None
    return m.say("open_age.headline", name=m.name, amount=m.some(f.value), days=days) or m.say(
        "open_age.open", name=m.name, amount=m.some(f.open_count)
    )


def _figures(m: Matter) -> str:
    f = m.figures
    day = m.say("figure.as_of", day=m.day(f.window_last or m.data_day))
    if f.open_count is not None and f.open_count <= 0:
        return m.sentence(m.clauses(day, m.labels["open_age.none"]))
    count = m.say("open_age.all", amount=m.some(f.open_count))
    return m.sentence(m.halves(m.clauses(day, count), _oldest(m)))


def _oldest(m: Matter) -> str:
    since, last = m.figures.open_since, m.figures.window_last
    if since is None:
        return ""
    days = (last - since).days if last else 0
    age = m.say("since.days", days=str(days)) if days > 0 else ""
    oldest = m.say("open_age.oldest", day=m.day(since))
    return m.clauses(oldest, age, m.labels["open_age.order"])
