"""discrepancy 数据不一致: what two sources say of one figure, and since when they differ."""

from __future__ import annotations

import math

from service.domain.catalog import Kind
from service.domain.facts import Facts, Side
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter, ratio
from service.words.messages.parts import Message, Parts, assemble

SIDES = {
    Kind.MEAN: "discrepancy.side_mean",
    Kind.STOCK: "discrepancy.side_latest",
    Kind.RATIO: "discrepancy.side_latest",
}


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    parts = Parts(
        headline=_headline(m),
        lines=(_figures(m),),
        since=False,
        ask=m.say("ask.discrepancy", due=clauses.due(m)),
        day=m.figures.window_last,
    )
    return assemble(m, parts)


def _sides(m: Matter) -> tuple[Side, ...]:
    """The two, or nothing: one alone differs from nobody."""
    sides = tuple(side for side in m.figures.sides if side.source and math.isfinite(side.value))
    return sides if len(sides) == 2 else ()


def _headline(m: Matter) -> str:
    sides = _sides(m)
    if not sides:
        return ""
    left, right = (side.source for side in sides)
    return m.say("discrepancy.headline", name=m.name, left=left, right=right, amount=m.some(m.figures.value))


def _figures(m: Matter) -> str:
    f = m.figures
    key = SIDES.get(m.facts.kind or Kind.FLOW, "discrepancy.side")
    sides = _sides(m)
    told = [_told(m, m.say(key, source=side.source, amount=_apart(m, side, sides)), side) for side in sides]
    day = m.say("figure.as_of", day=m.day(f.window_last or m.data_day))
    # Once they agree again there is no difference to speak of.
    apart = (
        ""
        if m.resolved
        else m.clauses(_difference(m, sides), m.say("discrepancy.allowed", bound=m.some(f.bound)))
    )
    return m.sentences(
        m.sentence(m.halves(m.clauses(day, *told), apart)), "" if m.resolved else m.sentence(_since(m))
    )


def _told(m: Matter, said: str, side: Side) -> str:
    """With the coverage of a sum over regions: what some have yet to report is not in it."""
    if not side.declared or not said:
        return said
    return m.say("discrepancy.rolled_up", told=said, covered=str(side.covered), declared=str(side.declared))


def _apart(m: Matter, side: Side, sides: tuple[Side, ...]) -> str:
    other = sides[1] if side is sides[0] else sides[0]
    return m.apart(side.value, other.value)


def _difference(m: Matter, sides: tuple[Side, ...]) -> str:
    amount = m.some(m.figures.value)
    larger = max((abs(side.value) for side in sides), default=None)
    share = m.percent(ratio(m.figures.value, larger)) if amount else ""
    return m.say("discrepancy.share", amount=amount, percent=share) or m.say(
        "discrepancy.apart", amount=amount
    )


def _since(m: Matter) -> str:
    """Said from the second day on."""
    first, last = m.figures.window_first, m.figures.window_last
    if first is None or last is None or first >= last:
        return ""
    days = str((last - first).days + 1)
    return m.clauses(m.say("discrepancy.since", since=m.day(first)), m.say("since.days", days=days))
