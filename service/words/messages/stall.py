"""stall 长期无新增: nothing new for weeks; was it not reported, or not done?"""

from __future__ import annotations

from service.domain.catalog import Level
from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import BUILT_UNITS, Matter
from service.words.messages.parts import Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    what = _what(m)
    ask = _ask(m)
    verify = ask and m.facts.level <= Level.NOTICE
    parts = Parts(
        headline=m.say("stall.verify", what=what) if verify else what,
        what=what,
        lines=(_figures(m),),
        since=False,
        ask=ask,
        act="verify" if verify else "reply",
    )
    return assemble(m, parts)


def _what(m: Matter) -> str:
    days = m.figures.still_days or 0
    if days > 0:
        return m.say("stall.headline", name=m.name, days=str(days))
    return m.say("stall.headline_long", name=m.name)


def _figures(m: Matter) -> str:
    so_far = m.clauses(
        clauses.as_of(m), clauses.to_date(m, added=True), clauses.share(m, key="completed"), clauses.lag(m)
    )
    # Once it is over, the figure has moved on from where it stood.
    still = "" if m.resolved else _still(m)
    return m.sentence(m.halves(so_far, m.clauses(still, clauses.left(m))))


def _still(m: Matter) -> str:
    moved, start = m.figures.last_move, m.facts.period_start
    if moved is None:
        return ""
    if start is not None and moved < start:
        return m.labels["stall.never"]
    return m.say("stall.still", day=m.day(moved), amount=m.apart(m.figures.to_date, m.figures.target))


def _ask(m: Matter) -> str:
    kind = "built" if m.facts.unit in BUILT_UNITS else "worked"
    open_ = "" if m.reached or m.ceiling else m.some(m.figures.to_target)
    question = m.halves(m.labels[f"ask.{kind}"], m.say(f"ask.{kind}_left", left=open_))
    key = "ask.stall" if m.facts.level <= Level.NOTICE else "ask.stall_lit"
    return m.say(key, due=clauses.due(m), question=f"{question}{m.labels['mark.stop']}")
