"""missing 逾期未报: a feed owes figures. One verdict per feed, with the list inside."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

import numpy as np

from service.domain.arrays import Ints, day_at
from service.domain.checks.verdicts import Verdicts
from service.domain.cycles import Cycle
from service.domain.facts import Figures, Gap
from service.domain.frame import Frame
from service.domain.rules import Missing, Rule


def judge_missing(frame: Frame, rule: Rule, check: Missing) -> Verdicts:
    """Working days for which the feed's slowest series has owed a figure, up to as-of.

    A day's report is owed for the day itself; that of a week or a month from the as-of day at which it is due.
    """
    feeds = frame.layout.catalog.feeds
    owed = owed_workdays(frame)
    of_feed = frame.layout.feed_of
    worst = np.zeros(len(feeds), dtype=np.int64)
    np.maximum.at(worst, of_feed, owed)

    def figures(at: int) -> Figures:
        rows = np.flatnonzero(of_feed == at)
        declared, owing = _below_root(frame, rows), _below_root(frame, rows[owed[rows] > 0])
        return Figures(
            covered=len(declared) - len(owing),
            declared=len(declared),
            value=float(worst[at]),
            gaps=_gaps(frame, rows[owed[rows] > 0], owed),
        )

    judged = worst.astype(float)
    return Verdicts(
        rows=np.arange(len(feeds)),
        level=check.bounds.grade(judged),
        hold=check.bounds.hold(judged),
        unjudged=np.zeros(len(feeds), dtype=bool),
        figures=figures,
        of_feeds=True,
    )


def _below_root(frame: Frame, rows: Ints) -> set[str]:
    """Regions of these series; what is reported for the whole is no part that is rolled up."""
    return {frame.layout.series[row].node.region for row in rows.tolist()} - {frame.layout.catalog.root}


def owed_workdays(frame: Frame) -> Ints:
    """(series,) working days since the first report that is due and lacking, 0 where none is."""
    begun = frame.layout.first_owed - frame.timeline.first.toordinal() - 1
    last = np.maximum(frame.last_report, np.maximum(begun, -1))
    owed = np.zeros(len(last), dtype=np.int64)
    for cycle, rows in frame.layout.by_cycle.items():
        indexes, place = np.unique(last[rows], return_inverse=True)
        lacking = [cycle.last(day_at(frame.timeline.first, at + 1)) for at in indexes.tolist()]
        days = np.array([_workdays(frame, cycle, day) for day in lacking], dtype=np.int64)
        ordinals = np.array([day.toordinal() for day in lacking], dtype=np.int64)
        # A region that is no more has nothing left to report.
        owed[rows] = np.where(ordinals[place] <= frame.layout.last_owed[rows], days[place], 0)
    return owed


def _workdays(frame: Frame, cycle: Cycle, lacking: date) -> int:
    if lacking > frame.last_due(cycle):
        return 0
    day_before = frame.deadlines.due_from(cycle, lacking) - timedelta(days=1)
    return frame.workdays.workdays_after(day_before, frame.as_of)


def _gaps(frame: Frame, rows: Ints, owed: Ints) -> tuple[Gap, ...]:
    """Regions that owe figures, the longest silent first."""
    series = frame.layout.series

    def key(row: int) -> tuple[int, str]:
        return (int(frame.last_report[row]), series[row].node.region)

    gaps = []
    for (last, region), group in groupby(sorted(rows.tolist(), key=key), key):
        members = list(group)
        gaps.append(
            Gap(
                region=region,
                indicators=tuple(dict.fromkeys(series[row].node.indicator for row in members)),
                first=_first_owed(frame, last, members[0]),
                last=_last_owed(frame, members[0]),
                last_data=day_at(frame.timeline.first, last) if last >= 0 else None,
                workdays=int(owed[members[0]]),
            )
        )
    return tuple(gaps)


def _first_owed(frame: Frame, last: int, row: int) -> date:
    if last >= 0:
        return day_at(frame.timeline.first, last) + timedelta(days=1)
    return date.fromordinal(int(frame.layout.first_owed[row]))


def _last_owed(frame: Frame, row: int) -> date:
    """The last report day that is due, and not after the end of the region."""
    cycle, until = frame.layout.series[row].cycle, date.fromordinal(int(frame.layout.last_owed[row]))
    return cycle.latest(min(frame.last_due(cycle), until))
