"""The order every message keeps, whatever its check.

Lamp and title · what, where · figures with their day · since when · who · what to do by when · standing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from service.domain.catalog import Kind
from service.domain.facts import EventKind, Reason
from service.words.messages.matter import Matter
from service.words.messages.template import filled, says_since

SHOWN_PLACES = 3
LATE = (Reason.LATE_DATA, Reason.RESTATED)
REPORTED = "填报"  # in the name of a source: somebody says so, nobody has verified it


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `text` is plain, for robots and mail; its first line is its own headline.

    ask       the line of the text that says what to do by when
    standing  the line that says whose figures these are, the number, and whom to call
    """

    subject: str
    text: str
    ask: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a check has to say.

    headline   what and where
    what       the same for the mail subject, where it is to be shorter
    lines      figures with the day they speak for
    since      whether "since when" is worth a sentence (the figures may have said it)
    outlook    what the days left must bring; not said once it is over
    ask        what to do by when; `act` says it in a word
    note       what the reader must not mistake this for
    over       headline once it is resolved, where it has its own
    day        the day the subject speaks for, if not the figures' day
    """

    headline: str
    lines: tuple[str, ...]
    what: str = ""
    since: bool = True
    outlook: str = ""
    ask: str = ""
    act: str = "reply"
    note: str = ""
    over: str = ""
    day: date | None = None


def assemble(m: Matter, parts: Parts) -> Message:
    """Put the parts in order; what is empty takes no line."""
    parts = _own_words(m, parts)
    ask, standing = "" if m.resolved else parts.ask, _standing(m)
    lines = [
        _banner(m, _headline(m, parts)),
        *parts.lines,
        _since(m, parts),
        _who(m),
        ask,
        parts.note,
        m.say("standing.runbook", url=m.facts.runbook),
        standing,
        m.say("standing.banner", banner=m.facts.banner),
    ]
    return Message(
        _banner(m, _subject(m, parts)), "\n".join(line for line in lines if line), ask=ask, standing=standing
    )


def _own_words(m: Matter, parts: Parts) -> Parts:
    """The parts with the rule's templates laid over them; once it is over, the check's own words tell it."""
    if m.resolved or not m.chinese:
        return parts
    if summary := filled(m.facts.summary, m):
        parts = replace(parts, headline=summary, what=summary)
    if description := filled(m.facts.description, m):
        since = not says_since(m.facts.description)
        parts = replace(parts, lines=(description,), outlook="", since=since)
    return parts


def _headline(m: Matter, parts: Parts) -> str:
    if m.overturned:
        return m.say("head.line", lamp=m.labels["lamp.overturned"], title=m.title, what=_withdrawn(m))
    if m.resolved:
        over = parts.over or m.say("head.over", name=m.name or m.title, lamp=m.labels.lamp(m.lit))
        return m.say("head.line", lamp=m.labels["lamp.over"], title=m.title, what=over)
    what = m.clauses(parts.headline or _plain(m), _change(m))
    return m.say("head.line", lamp=m.labels.lamp(m.facts.level), title=m.title, what=what)


def _subject(m: Matter, parts: Parts) -> str:
    if m.overturned:
        lamp, over, due = m.labels["lamp.overturned"], _withdrawn(m), ""
    elif m.resolved:
        lamp, words = m.labels["lamp.over"], {"title": m.title, "lamp": m.labels.lamp(m.lit)}
        over = (
            parts.over
            or m.say("head.over_subject", name=m.name, **words)
            or m.say("head.over", name=m.title, lamp=lamp)
        )
        due = ""
    else:
        lamp = m.labels.lamp(m.facts.level)
        over = m.clauses(parts.what or parts.headline or _plain(m), _change(m))
        act = m.labels[f"act.{parts.act}"] if parts.ask else None
        due = m.say("subject.due", day=m.day(m.facts.reply_due), act=act)
    what = m.say("subject.as_of", what=over, day=m.day(parts.day or m.data_day))
    return m.clauses(m.say("head.subject", lamp=lamp, what=what), due)


def _withdrawn(m: Matter) -> str:
    return m.say("head.overturned", name=m.name or m.title, lamp=m.labels.lamp(m.lit))


def _plain(m: Matter) -> str:
    return m.say("head.other", name=m.name, title=m.title) or m.title


def _change(m: Matter) -> str:
    """From which lamp to which."""
    if m.facts.event not in (EventKind.WORSE, EventKind.BETTER):
        return ""
    before, after = m.labels.lamp(m.facts.previous_level), m.labels.lamp(m.facts.level)
    return m.say(f"head.{m.facts.event.value}", before=before, after=after)


def _banner(m: Matter, line: str) -> str:
    """What a reader must know before anything else: invented data, a rule on trial."""
    if m.facts.shadow:
        line = m.say("head.shadow", line=line)
    return m.say("head.banner", banner=m.facts.banner, line=line) or line


def _since(m: Matter, parts: Parts) -> str:
    """Since when, what the days left must bring, and whether it was found out in retrospect."""
    return m.sentences(
        m.sentence(_over(m) if m.resolved else _lasting(m, parts)),
        "" if m.resolved else parts.outlook,
        m.sentence(_found(m)),
    )


def _found(m: Matter) -> str:
    """How it was found out, where not by the day's own figures."""
    reason = m.facts.reason
    if m.facts.retroactive or (reason in LATE and not m.resolved):
        return m.labels["since.restated" if m.facts.restated else "since.retroactive"]
    versions = reason in (Reason.RULES_CHANGED, Reason.CATALOG_CHANGED) and not m.resolved
    return m.labels[f"since.{reason.value}"] if versions else ""


def _over(m: Matter) -> str:
    """Late data end an alert on the day they come in; anything else on the day it speaks for."""
    if m.overturned:
        since, day = m.day(m.facts.since), m.day(m.facts.issued_on)
        return m.say("since.overturned", since=since, trouble=m.trouble, day=day)
    late = m.facts.reason in LATE
    return m.say(
        "since.over",
        since=m.day(m.facts.since),
        trouble=m.trouble,
        day=m.day(m.facts.issued_on if late else m.facts.as_of),
        ending=m.labels.ending(m.facts.check, m.facts.reason),
    )


def _lasting(m: Matter, parts: Parts) -> str:
    """Said from the second day on; on the first the figures' day says it."""
    if not parts.since or m.facts.held_days < 2:
        return ""
    return m.clauses(
        m.say("since.lit", since=m.day(m.facts.since), trouble=m.trouble),
        m.say("since.days", days=str(m.facts.held_days)),
    )


def _who(m: Matter) -> str:
    return _fields(
        m,
        m.say("who.lead", lead=m.facts.lead),
        m.say("who.feed", feed=m.facts.feed),
        m.say("who.local", places=_places(m)),
    )


def _places(m: Matter) -> str:
    """Who acts on the ground; a mean of the whole district is nobody's in particular."""
    named = tuple(place for place in m.facts.localities if place)
    if not named and m.facts.feed:
        named = tuple(dict.fromkeys(gap.region for gap in m.figures.gaps if gap.region))
    if named:
        shown = m.labels["mark.list"].join(named[:SHOWN_PLACES])
        return m.say("who.more", places=shown) if len(named) > SHOWN_PLACES else shown
    if m.below_district:
        return m.facts.region
    return "" if m.facts.feed or m.facts.kind in (None, Kind.MEAN) else m.labels["who.everyone"]


def standing_of(m: Matter) -> str:
    """Whose figures these are, and whether anybody has verified them."""
    source = "standing.unverified" if REPORTED in m.facts.source else "standing.source"
    return m.say(source, source=m.facts.source)


def _standing(m: Matter) -> str:
    return _fields(
        m,
        standing_of(m),
        m.say("standing.number", number=m.facts.number),
        m.say("standing.office", office=m.facts.office),
    )


def _fields(m: Matter, *texts: str) -> str:
    return m.labels["mark.field"].join(text for text in texts if text)
