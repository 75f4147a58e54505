"""rank 排名靠后: the place among peers, with the figures it comes from."""

from __future__ import annotations

from service.domain.catalog import Kind
from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble

PEERS = ("subdistrict", "community")


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    by_month = m.figures.months is not None
    parts = Parts(
        headline=_months(m) if by_month else _headline(m),
        lines=(_window(m) if by_month else _figures(m),),
        ask=m.say("ask.rank", due=clauses.due(m)),
        day=m.figures.window_last if by_month else None,
    )
    return assemble(m, parts)


def _headline(m: Matter) -> str:
    return m.say("rank.headline", name=m.name, peers=_peers(m), place=_count(m.figures.place))


def _figures(m: Matter) -> str:
    so_far = m.clauses(clauses.as_of(m), clauses.to_date(m), clauses.share(m), clauses.year_on_year(m))
    now = m.say("rank.headline", name=m.short, peers=_peers(m), place=_count(m.figures.place))
    # The headline of a lit lamp has the place; that of a resolved one hasn't.
    return m.sentence(m.halves(so_far, m.clauses(clauses.lag(m), now if m.resolved else "")))


def _months(m: Matter) -> str:
    f = m.figures
    key = "rank.months_most" if m.facts.kind is Kind.INCIDENCE else "rank.months"
    months, times, place = _count(f.months), _count(f.times), _count(f.place)
    return m.say(key, name=m.name, months=months, times=times, place=place)


def _window(m: Matter) -> str:
    f = m.figures
    span = m.span(f.window_first, f.window_last)
    return m.sentence(m.say("rank.window", span=span, peers=_peers(m)))


def _peers(m: Matter) -> str:
    if m.figures.group:
        return m.say("peers.group", count=_count(m.figures.peers), group=m.figures.group)
    level = m.facts.region_level if m.facts.region_level in PEERS else "other"
    return m.say(f"peers.{level}", count=_count(m.figures.peers))


def _count(number: int | None) -> str:
    return str(number) if number and number > 0 else ""
