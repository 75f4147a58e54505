"""The demo's script: who posts what on which morning, and when days close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from service.app import Service
from service.clock import SetClock, beijing
from service.demo.figures import (
    BAD_ROW,
    CORRECTION,
    LATE,
    SILENT,
    DemoSeries,
    demo_year,
)
from service.demo.post import Poster, Reading, reading

BEGIN = date(2018, 1, 1)
POST_HOUR = 8
DESKS = 4  # feeds that post at the same time
BACKFILL_DAYS = 92  # days a body of old figures holds


@dataclass
class Play:
    """2018, morning after morning. Played again on the same database it changes nothing."""

    service: Service
    clock: SetClock
    poster: Poster
    as_of: date

    def __post_init__(self) -> None:
        year = demo_year(self.as_of)
        self._days = year.days
        self._desks = ThreadPoolExecutor(DESKS, thread_name_prefix="feeds")
        self._feeds: dict[str, list[DemoSeries]] = defaultdict(list)
        for series in year.series:
            self._feeds[series.feed].append(series)

    def backfill(self) -> Iterator[int]:
        """Post 2016 and 2017, which are history and not evaluated; yields the rows of each body."""
        self.clock.set(beijing(BEGIN, POST_HOUR))
        past = (BEGIN - self._days[0]).days
        for feed, series in self._feeds.items():
            for first in range(0, past, BACKFILL_DAYS):
                at = range(first, min(first + BACKFILL_DAYS, past))
                rows = [self._reading(s, i) for i in at for s in series]
                self.poster.post(feed, rows)
                yield len(rows)

    def days(self) -> Iterator[date]:
        """Live through every day up to as-of; yields each once its figures are in."""
        day = BEGIN
        while day <= self.as_of:
            morning = day + timedelta(days=1)
            self.clock.set(beijing(morning, POST_HOUR))
            self._post_morning(day, morning)
            if self.service.closing.workdays.is_workday(morning):
                self._close(morning)
            yield day
            day = morning
        self.clock.set(max(self.clock.now(), self.service.closing.closes_at(self.as_of)))
        self._close(self.clock.now().date())

    def _close(self, morning: date) -> None:
        """The cut-off of a working day: days close, messages go out."""
        self.clock.set(beijing(morning, self.service.catalogs.published().catalog.cutoff_hour))
        self.service.closing.close_due(until=self.as_of)
        while self.service.delivery.run_once().sent:
            pass

    def _post_morning(self, day: date, morning: date) -> None:
        at = (day - self._days[0]).days
        awake = [feed for feed in self._feeds if not self._is_silent(feed, day)]
        # Departments don't wait for one another.
        list(self._desks.map(lambda feed: self._post_day(feed, at), awake))
        for due, post in self._scheduled():
            if due == morning:
                post()

    def _post_day(self, feed: str, at: int) -> None:
        self.poster.post(feed, [self._reported(s, at) for s in self._feeds[feed]])

    @staticmethod
    def _is_silent(feed: str, day: date) -> bool:
        late = feed == LATE.feed and day == LATE.day
        return late or (feed == SILENT.feed and SILENT.first <= day <= SILENT.last)

    def _scheduled(self) -> tuple[tuple[date, Callable[[], None]], ...]:
        """What is handed in beside the day's figures."""
        return (
            (BAD_ROW.posted, self._post_bad_row),
            (LATE.handed_in, lambda: self._post_days(LATE.feed, LATE.day, LATE.day)),
            (CORRECTION.corrected, self._post_correction),
            (SILENT.handed_in, lambda: self._post_days(SILENT.feed, SILENT.first, SILENT.last)),
        )

    def _post_days(self, feed: str, first: date, last: date) -> None:
        for at in range((first - self._days[0]).days, (last - self._days[0]).days + 1):
            self.poster.post(feed, [self._reading(s, at) for s in self._feeds[feed]])

    def _post_bad_row(self) -> None:
        bad = reading(BAD_ROW.day, BAD_ROW.indicator, BAD_ROW.region, "", BAD_ROW.value)
        self.poster.post(BAD_ROW.feed, [bad])

    def _post_correction(self) -> None:
        c = CORRECTION
        self.poster.post(c.feed, [reading(c.day, c.indicator, c.region, "", c.right)])

    def _reading(self, series: DemoSeries, at: int) -> Reading:
        return reading(self._days[at], series.indicator, series.region, series.scope, int(series.figures[at]))

    def _reported(self, series: DemoSeries, at: int) -> Reading:
        """The figure as first reported: once, it was wrong."""
        told = self._reading(series, at)
        c = CORRECTION
        if (series.feed, series.indicator, self._days[at]) == (c.feed, c.indicator, c.day):
            told["value"] = c.wrong
        return told
