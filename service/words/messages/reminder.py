"""催报: who has not reported everything yet, until when, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from service.domain.cycles import CYCLES
from service.domain.due import OwingFeed, Reminder
from service.words import dates
from service.words.labels import Labels, Language, labels
from service.words.messages.missing import SENSOR
from service.words.messages.parts import Message

NAMED_FEEDS = 10
NAMED_REGIONS = 10


def compose_reminder(reminder: Reminder, language: Language = "zh") -> Message:
    """The message of a reminder; feeds are named in the catalogue's order, those beyond the tenth are counted."""
    words = labels(language=language)
    headline = _headline(words, reminder)
    feeds, year = reminder.feeds, reminder.issued_on.year
    lines = [
        headline,
        *(_line(words, feed, year) for feed in feeds[:NAMED_FEEDS]),
        words.say("remind.more", count=str(len(feeds))) if len(feeds) > NAMED_FEEDS else "",
        *_asks(words, feeds),
        words.say("standing.office", office=reminder.office),
        words.say("standing.banner", banner=reminder.banner),
    ]
    return Message(headline, "\n".join(line for line in lines if line))


def _headline(words: Labels, reminder: Reminder) -> str:
    say = dates.day_and_weekday if words.language == "zh" else dates.day_and_weekday_en
    day = say(reminder.deadline.date(), reminder.issued_on.year)
    feeds = reminder.feeds
    who = feeds[0].name if len(feeds) == 1 else words.say("remind.feeds", count=str(len(feeds)))
    hour = words.say("remind.hour", hour=str(reminder.deadline.hour))
    line = words.say("remind.headline", who=who, day=day, hour=hour)
    return words.say("head.banner", banner=reminder.banner, line=line) or line


def _line(words: Labels, feed: OwingFeed, year: int) -> str:
    return words.say(
        "remind.line",
        feed=feed.name,
        span=_spans(words, feed.spans, year),
        owed=str(feed.owed),
        missing=str(feed.missing),
        regions=_regions(words, feed.regions),
    )


def _spans(words: Labels, spans: Sequence[tuple[date, date]], year: int) -> str:
    say = dates.span if words.language == "zh" else dates.span_en
    return words["mark.list"].join(say(first, last, year) for first, last in spans)


def _regions(words: Labels, regions: Sequence[str]) -> str:
    named = words["mark.list"].join(regions[:NAMED_REGIONS])
    if len(regions) <= NAMED_REGIONS:
        return named
    return words.say("remind.regions", places=named, count=str(len(regions)))


def _asks(words: Labels, feeds: Sequence[OwingFeed]) -> list[str]:
    """What to do: a person who has nothing to tell says so, a device is looked after."""
    people = [feed for feed in feeds if SENSOR not in feed.source]
    zeros = {feed.cycle for feed in people if feed.zeros}
    spans = [words[f"missing.span_{cycle}"] for cycle in CYCLES if cycle in zeros]
    return [
        words.say("remind.zero", span=words["mark.list"].join(spans)),
        words["remind.cumulative"] if any(feed.cumulative for feed in people) else "",
        words["remind.sensor"] if len(people) < len(feeds) else "",
        words["remind.call"] if people else "",
    ]
