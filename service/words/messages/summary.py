"""One message in place of many: what judging closed days again came to."""

from __future__ import annotations

from service.domain.facts import EventKind, Facts, Summary
from service.words import dates
from service.words.labels import Labels, Language, labels
from service.words.messages.matter import Matter
from service.words.messages.parts import Message

NOTE_CHARACTERS = 200


def compose_summary(summary: Summary, language: Language = "zh") -> Message:
    """The message of a summary."""
    words = labels(language=language)
    headline = _banner(words, summary, _headline(words, summary))
    lines = [
        headline,
        *_reasons(words, summary),
        _aside(words, summary),
        *(_line(words, facts) for facts in summary.alerts),
        words["summary.where"],
        words.say("standing.office", office=summary.office),
        words.say("standing.banner", banner=summary.banner),
    ]
    return Message(headline, "\n".join(line for line in lines if line))


def _headline(words: Labels, summary: Summary) -> str:
    span = dates.span if words.language == "zh" else dates.span_en
    counts = {"opened": summary.opened, "ended": summary.ended, "changed": summary.changed}
    told = [words.say(f"summary.{name}", count=_count(count)) for name, count in counts.items()]
    return words.say(
        "summary.restated" if summary.restated else "summary.late",
        span=span(summary.first, summary.last, summary.issued_on.year),
        counts=_joined(words, told) or words["summary.none"],
    )


def _reasons(words: Labels, summary: Summary) -> list[str]:
    """Who restated what, and why; of late figures, why this is one message."""
    if not summary.restated:
        return [words["summary.many"]]
    return [
        words["mark.field"].join(
            part
            for part in (
                words.say("who.feed", feed=restated.feed),
                words.say("summary.note", note=_short(restated.note)),
            )
            if part
        )
        for restated in summary.restated
    ]


def _aside(words: Labels, summary: Summary) -> str:
    """What is over and alarms nobody."""
    told = _joined(
        words,
        [
            words.say("summary.past", count=_count(summary.past)),
            words.say("summary.overturned", count=_count(summary.overturned)),
        ],
    )
    return f"{told}{words['mark.stop']}" if told else ""


def _line(words: Labels, facts: Facts) -> str:
    m = Matter(facts, words)
    # The district itself goes without saying, but a name must be there.
    return words.say(
        "summary.line", name=m.name or m.title, title=m.title, change=_change(m), number=facts.number
    )


def _change(m: Matter) -> str:
    lamp = m.labels.lamp(m.lit)
    if m.facts.event in (EventKind.WORSE, EventKind.BETTER):
        before = m.labels.lamp(m.facts.previous_level)
        return m.say(f"head.{m.facts.event.value}", before=before, after=m.labels.lamp(m.facts.level))
    return m.say(f"summary.{m.facts.event.value}", lamp=lamp)


def _count(count: int) -> str:
    return str(count) if count else ""


def _joined(words: Labels, parts: list[str]) -> str:
    return words["mark.comma"].join(part for part in parts if part)


def _short(note: str) -> str:
    """A note as one line that leaves room for the rest."""
    line = " ".join(note.split())
    return line if len(line) <= NOTE_CHARACTERS else line[: NOTE_CHARACTERS - 1] + "…"


def _banner(words: Labels, summary: Summary, line: str) -> str:
    return words.say("head.banner", banner=summary.banner, line=line) or line
