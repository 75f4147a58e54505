"""What `biaochi rules explain` prints: an explanation as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from service.cli.tables import told_columns
from service.clock import BEIJING
from service.domain.catalog import Level, SeriesKey
from service.explain.explanation import Changed, Explanation
from service.store.evidence import Listed
from service.words.labels import Labels, Language, labels
from service.words.numbers import grouped
from service.yamlfile import dump

DECIMALS = 4
# Places named, and days of each place, before the rest is only counted.
NAMED = 20


def told(found: Explanation, language: Language, limit: int | None) -> Iterator[str]:
    """The explanation, most important first; of each list the first so many."""
    words = labels(language=language)
    yield f"{found.alert.alert_id}  {found.message(language).subject}"
    yield from _head(found, words)
    yield from _formula(found, words, language)
    yield from _coverage(found, words)
    yield from _section(words, "owed", _owed(found, words))
    yield from _section(words, "regions", _series(found, words, limit))
    yield from _section(words, "readings", _readings(found, words))
    yield from _section(words, "revisions", _changes(found, found.revisions, words))
    yield from _section(words, "later", _changes(found, found.later, words))
    yield from _section(words, "submissions", _submissions(found, words))
    yield from _section(words, "rule", _rule(found))


def _head(found: Explanation, words: Labels) -> Iterator[str]:
    basis, event = found.basis, found.event
    parts = [f"{words['explain.as_of']} {basis.as_of}"]
    if found.facts.figures.data_day:
        parts.append(f"{words['explain.data_day']} {found.facts.figures.data_day}")
    parts += [
        f"{words['explain.known_at']} {_moment(basis.known_at)}",
        f"{words['explain.rules']} {words.say('explain.version', version=str(basis.rules_version))}",
        f"{words['explain.catalog']} {words.say('explain.version', version=str(basis.catalog_version))}",
    ]
    yield words["mark.field"].join(parts)
    if event:
        number = words.say("explain.event", number=str(found.number), count=str(len(found.events)))
        late = [words["explain.retroactive"]] if event.retroactive else []
        lamp = words.lamp(Level(event.level)) if event.level else ""
        yield " ".join(filter(None, [number, words[f"event.{event.kind}"], lamp, *late]))
    if not basis.noted:
        yield words["explain.not_noted"]


def _formula(found: Explanation, words: Labels, language: Language) -> Iterator[str]:
    if found.worked is None:
        yield ""
        yield words["explain.no_rule" if found.rule is None else "explain.not_looked_at"]
        stored = found.event.figures if found.event else {}
        yield from told_columns((words["column.figure"], ""), [(name, str(v)) for name, v in stored.items()])
        return
    yield from _section(words, "formula", (step.text for step in found.steps(language)))
    if found.differences:
        yield words["explain.carried" if found.carried else "explain.differs"]
        head = (words["column.figure"], words["explain.then"], words["explain.now"])
        yield from told_columns(head, [(d.figure, str(d.then), str(d.now)) for d in found.differences])


def _coverage(found: Explanation, words: Labels) -> Iterator[str]:
    figures = found.facts.figures
    if not figures.declared or (figures.declared == 1 and not found.silent and not found.owed):
        return  # nothing is rolled up
    said = words.say("explain.covered", covered=str(figures.covered or 0), declared=str(figures.declared))
    lines = [said]
    if found.silent:
        places = words["mark.list"].join(found.silent[:NAMED])
        more = f" … {len(found.silent)}" if len(found.silent) > NAMED else ""
        lines.append(words.say("explain.silent", places=places + more))
    yield from _section(words, "coverage", lines)


def _owed(found: Explanation, words: Labels) -> Iterator[str]:
    for one in found.owed:
        days = " ".join(day.isoformat() for day in one.days[:NAMED])
        more = f" … {len(one.days)}" if len(one.days) > NAMED else ""
        indicators = words["mark.list"].join(one.indicators)
        yield f"{one.region}  {indicators}  {days}{more}"


def _series(found: Explanation, words: Labels, limit: int | None) -> Iterator[str]:
    head = _columns(words, "unit indicator source days total latest first last")
    listed = Listed(found.series[:limit], len(found.series))
    rows = [
        (
            one.region,
            _indicator(found, one.series),
            one.source,
            str(one.days),
            grouped(one.total, DECIMALS),
            grouped(one.latest, DECIMALS),
            str(one.first),
            str(one.last),
        )
        for one in listed.items
    ]
    yield from told_columns(head, rows)
    yield from _shown(listed, words)


def _readings(found: Explanation, words: Labels) -> Iterator[str]:
    head = _columns(words, "day unit indicator source reported daily as_written revision submission note")
    rows = [
        (
            str(one.reading.day),
            one.region,
            _indicator(found, one.series),
            one.source,
            _value(one.reading.value, words),
            "" if one.daily in (None, one.reading.value) else grouped(one.daily or 0.0, DECIMALS),
            f"{one.reading.figure or ''}{one.reading.unit or ''}",
            str(one.reading.revision),
            one.reading.submission_id,
            one.reading.note or "",
        )
        for one in found.readings.items
    ]
    yield from told_columns(head, rows)
    yield from _shown(found.readings, words)


def _changes(found: Explanation, changes: Listed[Changed], words: Labels) -> Iterator[str]:
    head = _columns(words, "day unit indicator source before after revision recorded submission")
    rows = [
        (
            str(one.change.day),
            one.region,
            _indicator(found, one.series),
            one.source,
            _before(one, words),
            _value(one.change.value, words),
            str(one.change.revision),
            _moment(one.change.recorded_at),
            one.change.submission_id,
        )
        for one in changes.items
    ]
    yield from told_columns(head, rows)
    yield from _shown(changes, words)


def _indicator(found: Explanation, series: SeriesKey) -> str:
    """The indicator of a row; only said where rows are of several."""
    several = len({(one.series.node.indicator, one.series.node.scope) for one in found.series}) > 1
    return f"{series.node.indicator} {series.node.scope}".rstrip() if several else ""


def _submissions(found: Explanation, words: Labels) -> Iterator[str]:
    head = _columns(words, "submission feed received rows used first last note")
    rows = [
        (
            one.submission_id,
            one.feed,
            _moment(one.received_at),
            str(one.rows),
            str(one.readings),
            str(one.first_day),
            str(one.last_day),
            one.note,
        )
        for one in found.submissions.items
    ]
    yield from told_columns(head, rows)
    yield from _shown(found.submissions, words)


def _rule(found: Explanation) -> Iterator[str]:
    """The rule as its file has it."""
    if found.rule is None:
        return
    shown: dict[str, Any] = dict(found.rule.entry)
    if found.rule.lamps:
        shown["lamps"] = found.rule.lamps
    yield from dump(shown).splitlines()


# Parts


def _section(words: Labels, name: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and its lines; nothing where there are none."""
    found = list(lines)
    if found:
        yield ""
        yield words[f"explain.{name}"]
        yield from (f"  {line}" for line in found)


def _columns(words: Labels, names: str) -> tuple[str, ...]:
    return tuple(words[f"column.{name}"] for name in names.split())


def _shown(listed: Listed[Any], words: Labels) -> Iterator[str]:
    if len(listed.items) < listed.total:
        yield words.say("explain.shown", shown=str(len(listed.items)), total=str(listed.total))


def _value(value: float | None, words: Labels) -> str:
    return words["explain.taken_back"] if value is None else grouped(value, DECIMALS)


def _before(one: Changed, words: Labels) -> str:
    return words["explain.first_report"] if one.change.revision == 1 else _value(one.change.before, words)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
