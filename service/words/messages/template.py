"""Templates of a rule: a district's own words in place of a check's, with the figures at hand as {name}.

A clause with a figure that is not known is left out, as everywhere; what is left of its sentence stands.
Templates are written in Chinese and used in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from service.words import numbers
from service.words.messages import clauses
from service.words.messages.matter import FLOORS, Matter

_PLACE = re.compile(r"\{([^{}]*)\}")
_SENTENCE = re.compile(r"[^。!！?？]+[。!！?？]*")
_CLAUSE = re.compile(r"([^,，;；。!！?？]+)([,，;；。!！?？]*)")


def filled(template: str, m: Matter) -> str:
    """The template with its figures; empty where none of it can be said."""
    lines = (
        "".join(_sentence(text, m) for text in _SENTENCE.findall(line)) for line in template.splitlines()
    )
    return "\n".join(line for line in lines if line)


def says_since(template: str) -> bool:
    """Whether it tells since when itself."""
    return "{since}" in template or "{held_days}" in template


def unknown_places(template: str) -> Iterator[str]:
    """What stands in braces and is no placeholder, and braces that have no partner."""
    yield from (name for name in _PLACE.findall(template) if name not in PLACEHOLDERS)
    yield from (mark for mark in "{}" if mark in _PLACE.sub("", template))


def _sentence(text: str, m: Matter) -> str:
    """The clauses that can be said; the last of them ends as the sentence did."""
    found = _CLAUSE.findall(text)
    said = [(clause, mark) for raw, mark in found if (clause := _clause(raw, m))]
    if not said:
        return ""
    return "".join([*(clause + mark for clause, mark in said[:-1]), said[-1][0], found[-1][1]])


def _clause(text: str, m: Matter) -> str:
    values = {name: PLACEHOLDERS[name](m) for name in _PLACE.findall(text) if name in PLACEHOLDERS}
    if not all(values.values()):
        return ""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _points(m: Matter, share: float | None) -> str:
    return "" if share is None else m.say("figure.points", points=numbers.points(share))


def _behind(m: Matter) -> str:
    lag = m.figures.lag
    return _points(m, lag) if lag is not None and lag > 0 else ""


def _value(m: Matter) -> str:
    """What was compared, told by its value, for facts don't name it."""
    f = m.figures
    if f.value is None or f.value == f.to_date:
        return m.amount(f.value)
    if m.facts.check == "missing":
        return str(round(f.value))
    if f.value == f.lag:
        return _points(m, f.lag)
    if f.value == f.year_on_year:
        return clauses.year_on_year(m)
    return m.percent(f.value) if f.value in (f.completion, f.expected) else m.amount(f.value)


def _bound(m: Matter) -> str:
    """The bound that was reached; days for cases that stay open."""
    bound = m.figures.bound
    if m.facts.check == "open_age":
        return "" if bound is None else str(round(bound))
    return m.amount(bound)


def _allowed(m: Matter) -> str:
    """What the days left may average, or must: rounded to the safe side."""
    allowed = m.figures.allowed_mean
    if allowed is None:
        return ""
    return m.must(allowed) if m.figures.comparator in FLOORS else m.within(allowed)


def _owing(m: Matter) -> str:
    names = dict.fromkeys(gap.region for gap in m.figures.gaps if gap.region)
    return m.labels["mark.list"].join(names)


def _sides(m: Matter) -> str:
    return m.labels["mark.list"].join(f"{side.source}{m.amount(side.value)}" for side in m.figures.sides)


# Every figure a template may name, rounded and worded for people; "" where it is not known.
PLACEHOLDERS: Mapping[str, Callable[[Matter], str]] = MappingProxyType(
    {
        "indicator": lambda m: m.facts.indicator,
        "short": lambda m: m.short,
        "region": lambda m: m.facts.region,
        "scope": lambda m: m.facts.scope,
        "feed": lambda m: m.facts.feed,
        "lead": lambda m: m.facts.lead,
        "source": lambda m: m.facts.source,
        "unit": lambda m: m.facts.unit,
        "level": lambda m: m.labels.lamp(m.facts.level),
        "as_of": lambda m: m.day(m.facts.as_of),
        "data_day": lambda m: m.day(m.figures.data_day),
        "since": lambda m: m.day(m.facts.since),
        "held_days": lambda m: str(m.facts.held_days),
        "reply_due": clauses.due,
        "value": _value,
        "bound": _bound,
        "to_date": lambda m: m.apart(m.figures.to_date, m.figures.target),
        "target": lambda m: m.amount(m.figures.target),
        "completion": lambda m: m.percent(m.figures.completion),
        "expected": lambda m: m.percent(m.figures.expected),
        "lag": _behind,
        "pace": clauses.lag,
        "shortfall": lambda m: m.some_planned(m.figures.shortfall),
        "to_target": lambda m: m.some(m.figures.to_target),
        "days_left": lambda m: _number(m.figures.days_left),
        "required_rate": lambda m: m.must(m.figures.required_rate),
        "allowed_mean": _allowed,
        "mean_rate": lambda m: m.usual(m.figures.mean_rate),
        "recent_rate": lambda m: m.usual(m.figures.recent_rate),
        "projected": lambda m: m.planned(m.figures.projected),
        "year_on_year": clauses.year_on_year,
        "window": lambda m: m.span(m.figures.window_first, m.figures.window_last),
        "cleared_on": lambda m: m.day(m.figures.cleared_on),
        "still_days": lambda m: _number(m.figures.still_days),
        "last_move": lambda m: m.day(m.figures.last_move),
        "usual": lambda m: m.amount(m.figures.usual),
        "times": lambda m: _number(m.figures.times),
        "place": lambda m: _number(m.figures.place),
        "peers": lambda m: _number(m.figures.peers),
        "months": lambda m: _number(m.figures.months),
        "open_count": lambda m: m.amount(m.figures.open_count),
        "open_since": lambda m: m.day(m.figures.open_since),
        "covered": lambda m: _number(m.figures.covered),
        "declared": lambda m: _number(m.figures.declared),
        "owing": _owing,
        "sides": _sides,
    }
)
