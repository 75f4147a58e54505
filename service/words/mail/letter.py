"""An alert's message, taken apart for a mail."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.catalog import Level
from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.mail.figures import Row, figure_rows
from service.words.messages.matter import Matter
from service.words.messages.parts import Message


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that goes with the mail: its Content-ID, without brackets, and what it shows."""

    cid: str
    alt: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One alert in a mail.

    lamp        its name; level gives the colour, NONE (green) for what is over
    headline    the message's first line; paragraphs, those between it and what is asked
    ask         what to do by when, empty where nothing is; due, its day
    figures     name and figure
    standing    whose figures these are, the number, whom to call
    """

    level: Level
    lamp: str
    name: str
    headline: str
    paragraphs: tuple[str, ...]
    ask: str
    due: str
    figures: tuple[Row, ...]
    standing: str
    number: str
    picture: Shown | None = None

    @property
    def key_figure(self) -> str:
        """The figure a list shows."""
        return self.figures[1][1] if len(self.figures) > 1 else ""


def letter_of(message: Message, facts: Facts, labels: Labels, picture: Shown | None = None) -> Letter:
    """The message of an alert as a letter; the words are those of the message."""
    m = Matter(facts, labels)
    headline, *lines = message.text.split("\n")
    lamp = (
        labels["lamp.overturned" if m.overturned else "lamp.over"] if m.resolved else labels.lamp(facts.level)
    )
    apart = (message.ask, message.standing)
    return Letter(
        level=Level.NONE if m.resolved else facts.level,
        lamp=lamp,
        name=m.name or m.title,
        headline=headline,
        paragraphs=tuple(line for line in lines if line not in apart),
        ask=message.ask,
        due=m.weekday(facts.reply_due) if message.ask else "",
        figures=figure_rows(m),
        standing=message.standing,
        number=facts.number,
        picture=picture,
    )
