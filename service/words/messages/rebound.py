"""rebound 防反弹: what was cleared has come back. How often first; no chance is claimed."""

from __future__ import annotations

from service.domain.catalog import GROUP_LEVEL
from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import Message, Parts, assemble

WEEK = 7
ODD = 3  # times what is usual: then a window stands out
AT_LEAST = 2  # a single case never does
# Days from which on weeks, months and years are the better word.
FROM_WEEKS, FROM_MONTHS, FROM_YEARS = 14, 60, 730
MONTH = 30.44
# Whole endings of names, longest first, and the label that says "this one".
PLACES = (
    ("街道", "subdistrict"),
    ("地区", "area"),
    ("社区", "community"),
    ("乡", "township"),
    ("镇", "town"),
    ("村", "village"),
)


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    parts = Parts(
        headline=m.say("rebound.headline", name=m.name),
        lines=(_figures(m),),
        ask=m.say("ask.rebound", due=clauses.due(m), each=clauses.each(m)),
        day=m.figures.window_last,
    )
    return assemble(m, parts)


def _figures(m: Matter) -> str:
    return m.sentences(m.sentence(window(m)), m.sentence(m.clauses(usual(m), _odd(m))))


def window(m: Matter) -> str:
    """What was found in the days that are counted now."""
    f = m.figures
    span = m.span(f.window_first, f.window_last) or clauses.as_of(m)
    if f.value is not None and f.value <= 0:
        return m.say("rebound.quiet", span=span)
    return m.say("rebound.window", span=span, amount=m.amount(f.value))


def usual(m: Matter) -> str:
    """How often one was found since it was cleared, before the days that are counted now."""
    f = m.figures
    if f.cleared_on is None or f.calm_count is None or f.calm_days is None or f.calm_days <= 0:
        return ""
    known = {"place": _place(m), "day": m.day(f.cleared_on)}
    if f.calm_count <= 0:
        return m.say("rebound.never", **known)
    if not clauses.countable(m):
        return m.say("rebound.sum", days=str(f.calm_days), amount=m.amount(f.calm_count), **known)
    days = f.calm_days / f.calm_count
    if days < 1:
        return m.say("rebound.daily", amount=m.usual(f.calm_count / f.calm_days), **known)
    return m.say("rebound.every", interval=_interval(m, days), unit=m.facts.unit, **known)


def _interval(m: Matter, days: float) -> str:
    """Days as people say them: about 两个月."""
    key, length = "years", 365.25
    for limit, name, unit in (
        (FROM_WEEKS, "days", 1.0),
        (FROM_MONTHS, "weeks", 7.0),
        (FROM_YEARS, "months", MONTH),
    ):
        if days < limit:
            key, length = name, unit
            break
    count = max(1, round(days / length))
    return m.say(f"every.{key}", n=m.labels["every.two"] if count == 2 else str(count))


def _odd(m: Matter) -> str:
    """Said only where the window has several times what is usual; once it is over, nothing is odd."""
    f = m.figures
    if (
        m.resolved
        or f.value is None
        or not f.calm_count
        or not f.calm_days
        or not (f.window_first and f.window_last)
    ):
        return ""
    days = (f.window_last - f.window_first).days + 1
    usual = f.calm_count / f.calm_days * days
    if days < 1 or f.calm_days < 0 or usual < 0 or f.value < max(AT_LEAST, ODD * usual):
        return ""
    when = m.labels["time.this_week"] if days == WEEK else m.say("time.last_days", days=str(days))
    return m.say("rebound.odd", when=when)


def _place(m: Matter) -> str:
    """该街道, by how the region's name ends."""
    single = m.below_district and m.facts.region_level != GROUP_LEVEL
    name = m.facts.region if single else ""
    kind = next((kind for ending, kind in PLACES if name.endswith(ending)), "other")
    return m.labels[f"place.{kind}"]
