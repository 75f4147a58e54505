"""Which readings an alert's figures are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from service.domain.arrays import Ints, day_at
from service.domain.catalog import Kind
from service.domain.coverage import leaves_of
from service.domain.cycles import CYCLES
from service.domain.frame import Frame
from service.domain.layout import at_or_below
from service.domain.rules import Discrepancy, Jump, Missing, OpenAge, Rank, Rebound, Threshold
from service.domain.working import Worked


@dataclass(frozen=True, slots=True)
class SeriesSpan:
    """Days of one series (its row in the layout), both ends included."""

    series: int
    first: date
    last: date


def evidence_of(frame: Frame, worked: Worked) -> tuple[SeriesSpan, ...]:
    """Every reading that a number of the alert's message comes from, and no day of a series twice."""
    check, figures = worked.working.check, worked.figures
    if isinstance(check, Missing):
        owed = _of_feed(frame, worked.row)
        return _since_last(frame, owed, frame.as_of, lambda row: frame.layout.series[row].first_day)
    rows = [worked.row]
    if isinstance(check, OpenAge):
        node = frame.layout.nodes[worked.row]
        rows += [
            at
            for at, other in enumerate(frame.layout.nodes)
            if (other.indicator, other.region, other.scope) == (check.treated, node.region, node.scope)
        ]
    sources = {side.source for side in figures.sides} if isinstance(check, Discrepancy | Jump) else set()
    series = [s for row in rows for s in series_behind(frame, row, sources).tolist()]
    if _latest(frame, worked):
        return _since_last(frame, series, figures.data_day or frame.as_of, lambda _: frame.timeline.first)
    spans = _joined([*_spans(frame, worked), *_last_years(frame, worked)])
    return tuple(SeriesSpan(s, first, last) for s in series for first, last in spans)


def series_behind(frame: Frame, row: int, sources: set[str]) -> Ints:
    """Rows of the series a node's figure is made of: those that count, or those of these sources."""
    layout = frame.layout
    if sources:
        mine = at_or_below(layout, row)[layout.series_row]
        told = np.array([s.source in sources for s in layout.series], dtype=bool)
        return np.flatnonzero(mine & told)
    return frame.source[leaves_of(frame.leaves, row)]


def _of_feed(frame: Frame, number: int) -> list[int]:
    code = frame.layout.catalog.feeds[number].code
    return [row for row, series in enumerate(frame.layout.series) if series.feed == code]


def _latest(frame: Frame, worked: Worked) -> bool:
    """Whether what counts is the last report of each series: a level stands until the next."""
    stock = bool(frame.layout.kinds(Kind.STOCK)[worked.row])
    return stock and not isinstance(worked.working.check, Discrepancy | Jump | Rank)


def _since_last(
    frame: Frame, series: Iterable[int], day: date, never: Callable[[int], date]
) -> tuple[SeriesSpan, ...]:
    """From the last reading of each series to a day: that reading, and what might come in late after it.

    never  where the span of a series without a reading begins
    """
    rows = np.array(list(series), dtype=np.int64)
    until = np.minimum((day - frame.timeline.first).days + 1, frame.evening_of_series[rows])
    last = frame.told.last_report[rows, until]
    begin = [
        day_at(frame.panel.first, at) if at >= 0 else never(row)
        for row, at in zip(rows.tolist(), last.tolist(), strict=True)
    ]
    return tuple(SeriesSpan(row, at, day) for row, at in zip(rows.tolist(), begin, strict=True) if at <= day)


def _spans(frame: Frame, worked: Worked) -> list[tuple[date, date]]:
    """Days whose readings are in the figures."""
    p, f, w = frame.progress, worked.figures, worked.working
    begin = p.period_start[worked.row]
    data = f.data_day or frame.as_of
    match w.check:
        case Rebound() if f.window_first and f.window_last:
            return [(min(f.cleared_on or f.window_first, f.window_first), f.window_last)]
        case Jump(of="deviation"):
            return [(w.sample_first or data, data)]
        case Jump() if f.window_first and f.window_last:
            return [(f.window_first, f.window_last)]
        case Discrepancy() if f.window_last:
            return [(begin, f.window_last)]
        case OpenAge() if w.cases and f.window_last:
            return [(w.cases.since, f.window_last)]
        case Rank() if w.months:
            return [(w.months[0].first, w.months[-1].last)]
        case Threshold() | Rank() if f.year_on_year is not None:
            before = CYCLES[frame.told.rhythm.cycle[worked.row]].year_before
            return [(begin, data), (before(begin), before(data))]
        case _:
            recent = w.recent_first if f.projected is not None else None
            return [(min(begin, recent or begin), data)]


def _last_years(frame: Frame, worked: Worked) -> list[tuple[date, date]]:
    """Days whose readings say what is due, where the plan is last year's shape."""
    due, row = worked.working.due, worked.row
    if due is None or due.curve != "previous_year" or worked.figures.expected is None:
        return []
    before = CYCLES[frame.told.rhythm.cycle[row]].year_before
    return [(due.first, before(frame.progress.period_end[row]))]


def _joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Spans that overlap made one."""
    joined: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
