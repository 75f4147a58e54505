"""jump 存疑待核实: a figure unlike the days before, or the same one for days. Nobody is accused."""

from __future__ import annotations

from service.domain.facts import Facts
from service.words import numbers
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter, ratio
from service.words.messages.parts import REPORTED, Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    repeats = m.figures.times is not None
    what = _same_headline(m) if repeats else _headline(m)
    ask = m.say("ask.jump_device" if repeats and _device(m) else "ask.jump", due=clauses.due(m))
    parts = Parts(
        headline=m.say("stall.verify", what=what) if ask else what,
        what=what,
        lines=(_same(m) if repeats else _unlike(m),),
        since=False,
        ask=ask,
        act="verify",
    )
    return assemble(m, parts)


def _headline(m: Matter) -> str:
    return m.say("jump.headline", name=m.name, day=m.day(m.figures.data_day), amount=_amount(m))


def _unlike(m: Matter) -> str:
    f = m.figures
    day = m.clauses(clauses.as_of(m), m.say("figure.that_day", amount=_amount(m)))
    sample = str(f.sample) if f.sample and f.sample > 0 else None
    usual = m.say("jump.usual", sample=sample, amount=m.apart(f.usual, f.value))
    return m.sentence(m.halves(day, m.clauses(usual, _times(m))))


def _times(m: Matter) -> str:
    """How far from the usual; not said of a figure that is as it usually is."""
    f = m.figures
    if m.resolved or f.value is None or f.usual is None:
        return ""
    times = ratio(abs(f.value - f.usual), f.spread)
    return m.say("jump.times", times=numbers.multiple(times)) if times is not None and times >= 1 else ""


def _amount(m: Matter) -> str:
    return m.apart(m.figures.value, m.figures.usual)


def _same_headline(m: Matter) -> str:
    times = m.figures.times or 0
    amount = m.amount(m.figures.value)
    return m.say("jump.repeats", name=m.name, times=str(times) if times > 1 else None, amount=amount)


def _same(m: Matter) -> str:
    f = m.figures
    if m.resolved:
        return m.sentence(m.clauses(clauses.as_of(m), m.say("figure.that_day", amount=m.amount(f.value))))
    same = m.say("jump.same", span=m.span(f.window_first, f.window_last), amount=m.amount(f.value))
    doubt = m.labels["jump.device" if _device(m) else "jump.copied"]
    return m.sentence(m.clauses(same, doubt) if same else "")


def _device(m: Matter) -> bool:
    """Whether what is doubted comes from a device; where several sources report, the doubt names its own."""
    sides = m.figures.sides
    return REPORTED not in (sides[0].source if sides else m.facts.source)
