"""今日应报: what each feed owes by when, and what has come of it.

A report is the figure of one series for one report day of its cycle. It is owed from the first day of feed and region
to the last day of the region, and due at the day's deadline: what the check `missing` judges once that has passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import numpy as np

from service.domain.arrays import Bools, Floats, Ints
from service.domain.catalog import SUMMED
from service.domain.cycles import Cycle, Deadlines
from service.domain.layout import Layout

# How far back reports are looked for that are still missing; of each cycle the last one that is due, at least.
LOOK_BACK = timedelta(days=31)


class DueState(StrEnum):
    """Where a feed's report day stands."""

    OPEN = "open"  # the deadline is to come
    COMPLETE = "complete"  # everything has been reported
    OVERDUE = "overdue"  # the deadline has passed, something is missing


@dataclass(frozen=True, slots=True)
class ReportDay:
    """A report day of a cycle: the first day it covers, the day it is stamped with, and its deadline."""

    cycle: Cycle
    first: date
    day: date
    deadline: datetime


@dataclass(frozen=True, eq=False)
class Reports:
    """What has been reported for some report days of a cycle; arrays are (series of the layout, days).

    values   the figures as they stand, NaN where there is none
    in_time  True where a figure was known at the deadline; one that was corrected later was in time all the same
    """

    days: tuple[ReportDay, ...]
    values: Floats
    in_time: Bools


@dataclass(frozen=True, slots=True, eq=False)
class FeedDue:
    """A feed's report day: reported + missing = owed; `zero` and `late` are among those reported.

    feed     position of the feed in the catalogue
    lacking  rows of the series whose report is missing
    """

    feed: int
    report: ReportDay
    owed: int
    reported: int
    zero: int
    late: int
    lacking: Ints

    @property
    def missing(self) -> int:
        return self.owed - self.reported

    def state(self, now: datetime) -> DueState:
        if not self.missing:
            return DueState.COMPLETE
        return DueState.OPEN if now < self.report.deadline else DueState.OVERDUE


@dataclass(frozen=True, slots=True)
class Lacking:
    """A region of a feed whose reports are missing, and of which indicators."""

    region: str
    indicators: tuple[str, ...]


def report_day(deadlines: Deadlines, cycle: Cycle, day: date, hour: int, now: datetime) -> ReportDay:
    """The report day of a cycle a day lies in; `hour` and the zone of `now` make the deadline an instant."""
    stamp = cycle.last(day)
    deadline = datetime.combine(deadlines.closing_day(stamp, cycle), time(hour), now.tzinfo)
    return ReportDay(cycle, cycle.first(day), stamp, deadline)


def report_days_about(deadlines: Deadlines, cycle: Cycle, hour: int, now: datetime) -> tuple[ReportDay, ...]:
    """Report days up to today's: those that are open, and those whose deadline passed within `LOOK_BACK`, one at least.

    now  the moment, in the zone in which days are counted
    """
    found = [report_day(deadlines, cycle, now.date(), hour, now)]
    while True:
        before = report_day(deadlines, cycle, found[-1].first - timedelta(days=1), hour, now)
        if found[-1].deadline <= now and before.deadline <= now - LOOK_BACK:
            return tuple(reversed(found))
        found.append(before)


def feeds_due(layout: Layout, reports: Mapping[Cycle, Reports]) -> tuple[FeedDue, ...]:
    """Every report day on which a feed owes something, in the order of feeds and days."""
    found = [due for cycle, told in reports.items() for due in _of_cycle(layout, cycle, told)]
    return tuple(sorted(found, key=lambda due: (due.feed, due.report.day)))


def _of_cycle(layout: Layout, cycle: Cycle, told: Reports) -> Iterator[FeedDue]:
    rows = layout.by_cycle.get(cycle)
    if rows is None:
        return
    day = np.array([each.day.toordinal() for each in told.days], dtype=np.int64)
    owed = (layout.first_owed[rows, None] <= day) & (day <= layout.last_owed[rows, None])
    values = told.values[rows]
    reported = owed & ~np.isnan(values)
    counted = (owed, reported, reported & (values == 0), reported & ~told.in_time[rows])
    of = layout.feed_of[rows]
    counts = np.zeros((len(counted), len(layout.catalog.feeds), len(day)), dtype=np.int64)
    for at, true in enumerate(counted):
        np.add.at(counts[at], of, true)
    for feed, at in np.argwhere(counts[0] > 0).tolist():
        lacking = rows[(of == feed) & owed[:, at] & ~reported[:, at]]
        owes, got, zero, late = counts[:, feed, at].tolist()
        yield FeedDue(feed, told.days[at], owes, got, zero, late, lacking)


def today(found: Sequence[FeedDue], now: datetime) -> tuple[FeedDue, ...]:
    """What is to be seen today: what is open, what was due today, and what is overdue."""
    day = now.date()
    return tuple(
        due
        for due in found
        if due.report.deadline > now
        or due.report.deadline.date() == day
        or due.state(now) is DueState.OVERDUE
    )


def lacking_by_region(layout: Layout, due: Sequence[FeedDue]) -> tuple[Lacking, ...]:
    """The regions in which reports are missing on any of these days, in the catalogue's order."""
    found: dict[str, dict[str, None]] = {}
    for row in np.unique(np.concatenate([each.lacking for each in due])).tolist():
        node = layout.series[row].node
        found.setdefault(node.region, {})[node.indicator] = None
    return tuple(Lacking(region, tuple(found[region])) for region in layout.catalog.region if region in found)


@dataclass(frozen=True, slots=True)
class FeedCounts:
    """A feed's numbers: what is due at its next deadline, and what went wrong with what was due before.

    deadline  None where nothing is owed yet
    late      reported after the deadline, and `overdue` still missing, of the report days looked at
    """

    feed: int
    deadline: datetime | None
    owed: int = 0
    reported: int = 0
    zero: int = 0
    missing: int = 0
    late: int = 0
    overdue: int = 0


def feed_counts(layout: Layout, found: Sequence[FeedDue], now: datetime) -> tuple[FeedCounts, ...]:
    """The numbers of every feed, in the catalogue's order."""
    by_feed: dict[int, list[FeedDue]] = {}
    for due in found:
        by_feed.setdefault(due.feed, []).append(due)
    return tuple(_counts(feed, by_feed.get(feed, []), now) for feed in range(len(layout.catalog.feeds)))


def _counts(feed: int, found: Sequence[FeedDue], now: datetime) -> FeedCounts:
    coming = [due for due in found if due.report.deadline > now]
    deadline = min((due.report.deadline for due in coming), default=None)
    at_next = [due for due in coming if due.report.deadline == deadline]
    return FeedCounts(
        feed=feed,
        deadline=deadline,
        owed=sum(due.owed for due in at_next),
        reported=sum(due.reported for due in at_next),
        zero=sum(due.zero for due in at_next),
        missing=sum(due.missing for due in at_next),
        late=sum(due.late for due in found),
        overdue=sum(due.missing for due in found if due.report.deadline <= now),
    )


@dataclass(frozen=True, slots=True)
class OwingFeed:
    """A feed that is reminded.

    spans       days its missing reports are for, those that follow each other joined
    regions     names, in the catalogue's order
    zeros       whether it owes figures for which 0 says that nothing happened
    cumulative  whether it owes sums, which stay what they were where nothing happened
    """

    code: str
    name: str
    source: str
    cycle: Cycle
    days: tuple[date, ...]
    spans: tuple[tuple[date, date], ...]
    owed: int
    reported: int
    regions: tuple[str, ...]
    zeros: bool
    cumulative: bool

    @property
    def missing(self) -> int:
        return self.owed - self.reported


@dataclass(frozen=True, slots=True)
class Reminder:
    """催报: who has not reported everything that is due at a deadline."""

    deadline: datetime
    issued_on: date
    feeds: tuple[OwingFeed, ...]
    office: str = ""
    banner: str = ""


def owing_feeds(layout: Layout, found: Sequence[FeedDue]) -> tuple[OwingFeed, ...]:
    """The feeds that have not reported everything on these report days, which have one deadline."""
    by_feed: dict[int, list[FeedDue]] = {}
    for due in found:
        if due.missing:
            by_feed.setdefault(due.feed, []).append(due)
    return tuple(_owing(layout, feed, due) for feed, due in by_feed.items())


def _owing(layout: Layout, position: int, found: Sequence[FeedDue]) -> OwingFeed:
    catalog = layout.catalog
    feed = catalog.feeds[position]
    sums = np.concatenate([_are_sums(layout, due) for due in found])
    return OwingFeed(
        code=feed.code,
        name=feed.name,
        source=catalog.source[feed.source].name,
        cycle=feed.cycle,
        days=tuple(due.report.day for due in found),
        spans=_joined([(due.report.first, due.report.day) for due in found]),
        owed=sum(due.owed for due in found),
        reported=sum(due.reported for due in found),
        regions=tuple(catalog.region[each.region].name for each in lacking_by_region(layout, found)),
        zeros=bool((~sums).any()),
        cumulative=bool(sums.any()),
    )


def _are_sums(layout: Layout, due: FeedDue) -> Bools:
    """Of the missing reports that are counted up, whether each is to be a sum."""
    counted = layout.kinds(*SUMMED)[layout.series_row[due.lacking]]
    day = np.full(len(layout.series), due.report.day.toordinal(), dtype=np.int64)
    return layout.meaning.sum_on(day)[due.lacking[counted]]


def _joined(spans: Sequence[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Sorted spans, those that follow each other made one."""
    joined: list[tuple[date, date]] = []
    for first, last in spans:
        if joined and first == joined[-1][1] + timedelta(days=1):
            first = joined.pop()[0]
        joined.append((first, last))
    return tuple(joined)
