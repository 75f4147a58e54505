"""discrepancy 市区比对: two sources tell different figures of one node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.domain.arrays import (
    Arrays,
    Bools,
    Columns,
    Floats,
    Ints,
    column_type,
    day_at,
    known,
    running_last,
)
from service.domain.checks.verdicts import Verdicts, chosen, graded
from service.domain.comparison import Told, both_told, unsettled
from service.domain.facts import Figures, Side
from service.domain.frame import Frame
from service.domain.rules import Discrepancy, Rule
from service.domain.sources import Pair, pairs


@dataclass(frozen=True)
class _Compared:
    """Nodes of a pair of sources; arrays are (nodes,), days on the frame's axis.

    last   last day both speak for, -1 where there is none
    due    last day of which reports of both are due
    since  first day of the difference that stands on it, after `last` where they agree
    """

    pair: Pair
    mine: Ints
    last: Ints
    due: Ints
    since: Ints

    @property
    def rows(self) -> Ints:
        return self.pair.rows[self.mine]


def judge_discrepancy(frame: Frame, rule: Rule, check: Discrepancy) -> Verdicts:
    """Days, both ends counted, since two sources came to differ and did on every day both spoke for.

    They are compared on days for which both have a complete figure and both are due: a source that reports by
    the month is not behind one that reports by the day. A roll-up some have yet to report to does not fall short
    of the other figure, but it can exceed it.
    """
    taken = chosen(frame.layout, rule.select)
    compared = [
        _compare(frame, rule, pair, np.flatnonzero(taken[pair.rows]), check)
        for pair in pairs(frame.layout, check.sources)
    ]
    place = [(each, at) for each in compared for at in range(len(each.mine))]
    last, since = _joined([c.last for c in compared]), _joined([c.since for c in compared])
    old = _joined([c.due for c in compared]) - last > check.within

    def figures(position: int) -> Figures:
        each, at = place[position]
        return _figures(frame, check, each, at)

    return graded(
        frame,
        _joined([c.rows for c in compared]),
        check.bounds,
        (last - since + 1).astype(float),
        figures,
        unjudged=(last < 0) | old,
    )


def _compare(frame: Frame, rule: Rule, pair: Pair, mine: Ints, check: Discrepancy) -> _Compared:
    left, right = both_told(frame, pair, mine)
    offset = (left.first - frame.timeline.first).days

    def make(at: Ints) -> Arrays:
        mine, others = left.only(at), right.only(at)
        (one, one_told), (other, other_told) = mine.to_date(), others.to_date()
        beyond = _beyond(one, other, check)
        both = one_told & other_told & ~(beyond & unsettled(one, other, mine, others))
        apart = both & beyond
        return running_last(both), running_last(both & ~apart), _next(apart)

    shared, agreed, apart = frame.told.table(
        ("discrepancy", rule.select, check, pair.sources, left.first),
        pair.rows[mine],
        make,
        of="reports",
        given=left.start,
    )
    at, evening = np.arange(len(mine)), np.minimum(left.evening(frame), right.evening(frame))
    last = shared[at, evening].astype(np.int64)
    first_apart = apart[at, agreed[at, evening].astype(np.int64) + 1].astype(np.int64)
    since = np.where(first_apart < evening, first_apart, last + 1)
    last = np.where(last < 0, -1, last + offset)
    return _Compared(pair, mine, last, evening - 1 + offset, since + offset)


def _beyond(left: Floats, right: Floats, check: Discrepancy) -> Bools:
    apart = np.abs(left - right)
    larger = np.maximum(np.abs(left), np.abs(right))
    # Two sums of the same figures in another order are the same figure.
    same = 1e-9 * np.maximum(1.0, larger)
    return np.asarray((apart > check.absolute + same) & (apart > check.relative * larger + same))


def _next(true: Bools) -> Columns:
    """(rows, days + 1) index of the first True from each column on, the number of days where there is none."""
    days = true.shape[1]
    found = np.full((len(true), days + 1), days, dtype=column_type(days))
    index = np.where(true, np.arange(days, dtype=found.dtype), found.dtype.type(days))
    found[:, :days] = np.minimum.accumulate(index[:, ::-1], axis=1)[:, ::-1]
    return found


def _figures(frame: Frame, check: Discrepancy, each: _Compared, at: int) -> Figures:
    sides = both_told(frame, each.pair, each.mine[[at]])
    told = [
        _side(source, side, int(each.last[at]), frame)
        for source, side in zip(each.pair.sources, sides, strict=True)
    ]
    left, right = (side.value for side in told)
    return frame.figures(
        int(each.rows[at]),
        value=known(abs(left - right)),
        bound=known(max(check.absolute, check.relative * max(abs(left), abs(right)))),
        window_first=day_at(frame.timeline.first, each.since[at]),
        window_last=day_at(frame.timeline.first, each.last[at]),
        sides=tuple(told),
    )


def _side(source: str, told: Told, day: int, frame: Frame) -> Side:
    """What a source tells of its only node, up to a day of the frame's axis."""
    at = np.array([day - (told.first - frame.timeline.first).days if day >= 0 else -1])
    covered, declared = told.coverage(at)
    return Side(source, float(told.on(at)[0]), int(covered[0]), int(declared[0]))


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
