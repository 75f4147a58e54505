"""missing 逾期未报: one message per feed, with the list of those who owe inside."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain.cycles import Cycle
from service.domain.facts import Facts, Gap, Reason
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter
from service.words.messages.parts import LATE, Message, Parts, assemble

LISTED = 10
SENSOR = "监测"  # in the name of a source: a device, which is interrupted rather than late


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    gaps = m.figures.gaps
    parts = Parts(
        headline=_headline(m, gaps),
        lines=() if m.resolved else _lines(m, gaps),
        since=False,
        ask=m.say(
            "ask.sensor" if _sensor(m) else "ask.missing",
            due=clauses.due(m),
            hour=labels["missing.hour"],
            span=labels[f"missing.span_{facts.cycle}"],
        ),
        act="report",
        over=_over(m),
        day=m.facts.as_of if m.resolved else m.facts.issued_on,
    )
    return assemble(m, parts)


def _over(m: Matter) -> str:
    """已补报 where that is why it ended; the gaps of that day aren't those it was about."""
    if m.facts.reason in (Reason.CONDITION, *LATE):
        return m.say("missing.done", feed=m.facts.feed or m.name)
    return ""


def _headline(m: Matter, gaps: Sequence[Gap]) -> str:
    if not gaps:
        return m.say("missing.feed", feed=m.facts.feed or m.name)
    report, days = _report(m, gaps), _days(max(gap.workdays for gap in gaps))
    regions = _regions(gaps)
    if len(regions) > 1:
        many = m.say("missing.many", count=str(len(regions)), report=report)
        return m.clauses(many, m.say(_by_cycle(m, "missing.longest"), days=days))
    if not regions:
        return m.say("missing.feed", feed=report)
    key = "missing.one_sensor" if _sensor(m) else _by_cycle(m, "missing.one")
    said = m.say(key, region=regions[0], report=report, days=days)
    return said or m.say("missing.one_late", region=regions[0], report=report)


def _lines(m: Matter, gaps: Sequence[Gap]) -> tuple[str, ...]:
    if not gaps:
        return ()
    if len(gaps) == 1:
        gap = gaps[0]
        until = m.say("figure.as_of", day=m.weekday(m.facts.issued_on))
        owed = m.say("missing.span", span=m.span(gap.first, gap.last))
        return (m.sentence(m.clauses(until, owed, _last(m, gap))), _coverage(m, gaps))
    more = m.say("missing.more", count=str(len(_regions(gaps)))) if len(gaps) > LISTED else ""
    return (
        m.say("missing.below", day=m.weekday(m.facts.issued_on)),
        *(_line(m, gap) for gap in gaps[:LISTED]),
        more,
        _coverage(m, gaps),
    )


def _line(m: Matter, gap: Gap) -> str:
    run = m.say(_by_cycle(m, "missing.run"), days=_days(gap.workdays))
    said = m.clauses(m.span(gap.first, gap.last), run, _last(m, gap))
    return m.say("missing.line", region=gap.region, clauses=said) or said


def _last(m: Matter, gap: Gap) -> str:
    if gap.last_data is None:
        return m.labels["missing.never"]
    return m.say("missing.last", day=m.day(gap.last_data))


def _coverage(m: Matter, gaps: Sequence[Gap]) -> str:
    """What the gap does to the sums; counts are those of the feed, the whole district's only where it says so."""
    f = m.figures
    regions = _regions(gaps)
    one = (
        m.say("missing.unjudged", region=regions[0])
        if len(regions) == 1
        else m.labels["missing.unjudged_all"]
    )
    if f.declared is None or f.covered is None or f.declared < 2 or not 0 <= f.covered < f.declared:
        return m.sentence(m.halves(m.labels["missing.without"], one))
    share = m.say("missing.covered", covered=str(f.covered), declared=str(f.declared))
    if m.facts.region_level == "district":
        share = m.say("missing.district", clause=share)
    return m.sentence(m.halves(m.clauses(share, m.labels["missing.incomplete"]), one))


def _report(m: Matter, gaps: Sequence[Gap]) -> str:
    """What is owed: the report on one figure by name, or how many."""
    names = [name for name in dict.fromkeys(name for gap in gaps for name in gap.indicators) if name]
    if _sensor(m):
        return _named(m, names, "missing.data", m.labels["missing.any_data"])
    report = m.labels[f"missing.{m.facts.cycle}"]
    return _named(m, names, "missing.report", report, report=report)


def _named(m: Matter, names: Sequence[str], key: str, bare: str, **values: str) -> str:
    if not names:
        return bare
    if len(names) == 1:
        return m.say(key, indicator=names[0], **values)
    return m.say(f"{key}s", indicator=names[0], count=str(len(names)), **values)


def _by_cycle(m: Matter, key: str) -> str:
    """Days without a daily report are a row of them; one of a week or a month is overdue for days."""
    return key if m.facts.cycle == Cycle.DAILY else f"{key}_cycle"


def _regions(gaps: Sequence[Gap]) -> list[str]:
    return [region for region in dict.fromkeys(gap.region for gap in gaps) if region]


def _days(workdays: int) -> str:
    return str(workdays) if workdays > 0 else ""


def _sensor(m: Matter) -> bool:
    return SENSOR in m.facts.source
