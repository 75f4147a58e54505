"""discrepancy 市区比对: two sources tell different figures of one node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, day_at, divide, known, last_with_data
from service.domain.catalog import Kind
from service.domain.checks.verdicts import Verdicts, chosen, graded
from service.domain.coverage import complete_days
from service.domain.facts import Figures, Side
from service.domain.frame import Frame
from service.domain.rules import Discrepancy, Rule
from service.domain.sources import Pair, SourceFigures, pairs


@dataclass(frozen=True)
class _Compared:
    """Nodes of a pair of sources; arrays are (nodes,), days on the panel's axis.

    last         last day both speak for, -1 where there is none
    since        first day of the difference that stands on it, after `last` where they agree
    left, right  the figures to date on the last day
    """

    rows: Ints
    sources: tuple[str, str]
    last: Ints
    since: Ints
    left: Floats
    right: Floats


def judge_discrepancy(frame: Frame, rule: Rule, check: Discrepancy) -> Verdicts:
    """Days, both ends counted, since two sources came to differ and did on every day both spoke for.

    They are compared on days for which both have a complete figure: a source that reports by the month is not
    behind one that reports by the day.
    """
    taken = chosen(frame.layout, rule.select)
    compared = [_compare(frame, pair, taken, check) for pair in pairs(frame.layout, check.sources)]
    place = [(each, at) for each in compared for at in range(len(each.rows))]
    last, since = _joined([c.last for c in compared]), _joined([c.since for c in compared])
    old = frame.panel.values.shape[1] - 1 - last > check.within

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


def _compare(frame: Frame, pair: Pair, taken: Bools, check: Discrepancy) -> _Compared:
    mine = taken[pair.rows]
    rows = pair.rows[mine]
    one, other = (frame.of_source(source) for source in pair.sources)
    offset = (one.daily.first - frame.panel.first).days
    start = frame.progress.start[rows] - offset
    left, left_told = _to_date(frame, one, pair.left[mine], rows, start)
    right, right_told = _to_date(frame, other, pair.right[mine], rows, start)
    both = left_told & right_told
    apart = both & _beyond(left, right, check)
    last, since = last_with_data(both), _since(both, apart)
    at = np.arange(len(rows)), last
    return _Compared(
        rows, pair.sources, np.where(last < 0, -1, last + offset), since + offset, left[at], right[at]
    )


def _to_date(frame: Frame, source: SourceFigures, own: Ints, rows: Ints, start: Ints) -> tuple[Floats, Bools]:
    """(rows, days) a source's figure of the period up to each day, and whether it speaks for that day."""
    daily = source.daily.values[own]
    inside = np.arange(daily.shape[1]) >= start[:, None]
    has = inside & ~np.isnan(daily)
    total = np.cumsum(np.where(has, daily, 0.0), axis=1)
    summed = frame.layout.kinds(Kind.FLOW, Kind.INCIDENCE)[rows][:, None]
    mean = frame.layout.kinds(Kind.MEAN)[rows][:, None]
    averaged = divide(total, np.cumsum(has, axis=1).astype(float)) if mean.any() else total
    figure = np.where(summed, total, np.where(mean, averaged, daily))
    return figure, inside & complete_days(source.layout, source.daily, own)


def _beyond(left: Floats, right: Floats, check: Discrepancy) -> Bools:
    apart = np.abs(left - right)
    larger = np.maximum(np.abs(left), np.abs(right))
    # Two sums of the same figures in another order are the same figure.
    same = 1e-9 * np.maximum(1.0, larger)
    return np.asarray((apart > check.absolute + same) & (apart > check.relative * larger + same))


def _since(both: Bools, apart: Bools) -> Ints:
    """(rows,) first day apart since they last agreed; the day after the last shared one where they agree now."""
    days = both.shape[1]
    agreed = last_with_data(both & ~apart)
    standing = apart & (np.arange(days) > agreed[:, None])
    first = np.argmax(standing, axis=1) if days else agreed
    return np.where(standing.any(axis=1), first, last_with_data(both) + 1).astype(np.int64)


def _figures(frame: Frame, check: Discrepancy, each: _Compared, at: int) -> Figures:
    left, right = each.left[at], each.right[at]
    return frame.figures(
        int(each.rows[at]),
        value=known(abs(left - right)),
        bound=known(max(check.absolute, check.relative * max(abs(left), abs(right)))),
        window_first=day_at(frame.panel.first, each.since[at]),
        window_last=day_at(frame.panel.first, each.last[at]),
        sides=(Side(each.sources[0], float(left)), Side(each.sources[1], float(right))),
    )


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
