"""An explanation as a value; the command and the API show the same one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.domain.catalog import SeriesKey
from service.domain.facts import EventKind, Facts, Figures, Reason
from service.domain.working import Worked
from service.evaluate.rulebook import PublishedRule
from service.store.alerts import AlertRow, EventRow
from service.store.evidence import Change, KnownReading, Listed, Origin
from service.words.explain import Step, calculation
from service.words.labels import Language
from service.words.messages import Message, compose


@dataclass(frozen=True, slots=True)
class Asked:
    """Which moment of an alert is to be explained, and how much of its evidence is listed.

    event  number of one of its events, from 1; the last that lit or moved it where neither it nor a day is given
    as_of  a day on which it was pending or fired
    after  day and series the last page of readings ended with
    limit  readings, corrections and submissions listed at most; None for all
    """

    event: int | None = None
    as_of: date | None = None
    after: tuple[date, int] | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What the day was judged by. `noted` is False where the event did not note it, and the day's last was taken."""

    as_of: date
    known_at: datetime
    catalog_version: int
    rules_version: int
    noted: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that comes out otherwise when it is worked out again, as plain data."""

    figure: str
    then: object
    now: object


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """Readings of one series in a span of days: daily figures added up, and the last of them.

    days  with a reading; first and last of these
    """

    series: SeriesKey
    region: str
    source: str
    days: int
    total: float
    latest: float
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as known; `daily` is its figure of the day, None where it was taken back.

    They differ where reports are sums since the period began.
    """

    reading: KnownReading
    series: SeriesKey
    region: str
    source: str
    daily: float | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A correction, or a late report."""

    change: Change
    series: SeriesKey
    region: str
    source: str


@dataclass(frozen=True, slots=True)
class Owed:
    """Working days a region owes, with the indicators."""

    region: str
    indicators: tuple[str, ...]
    last_data: date | None
    days: tuple[date, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything behind an alert at one of its moments.

    number       of the event, None for a day of the episode without one
    rule         None where the version of the day has no such rule
    worked       None where nothing could be worked out again
    stored       what the event stored; None for a day without one
    differences  between what was stored and what comes out now; empty when all is well
    silent       regions that owed a figure on the data day and had none
    readings     those behind the figures, newest first; next_page is where the next page begins
    revisions    values that had been replaced by then; later, what came in since
    """

    alert: AlertRow
    events: tuple[EventRow, ...]
    number: int | None
    basis: Basis
    facts: Facts
    rule: PublishedRule | None
    worked: Worked | None
    stored: Figures | None
    differences: tuple[Difference, ...]
    silent: tuple[str, ...]
    owed: tuple[Owed, ...]
    series: tuple[SeriesSummary, ...]
    readings: Listed[Reading]
    next_page: tuple[date, int] | None
    revisions: Listed[Changed]
    later: Listed[Changed]
    submissions: Listed[Origin]

    @property
    def event(self) -> EventRow | None:
        return self.events[self.number - 1] if self.number else None

    def message(self, language: Language) -> Message:
        """What was said; for a day without an event, what an alert that fires would have said that day."""
        if self.event:
            return Message(self.event.subject, self.event.message)
        return compose(self.facts, language)

    @property
    def carried(self) -> bool:
        """Whether the event ended what nobody looked at any more, and so kept the figures of before."""
        ended = self.event is not None and self.event.kind == EventKind.RESOLVED
        return bool(ended and self.event and self.event.reason != Reason.CONDITION)

    def steps(self, language: Language) -> tuple[Step, ...]:
        """The formulas with their numbers; empty where nothing could be worked out again."""
        return calculation(self.facts, self.worked.working, language) if self.worked else ()
