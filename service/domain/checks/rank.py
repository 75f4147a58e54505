"""rank 排名靠后: among the last of its peers today, or again and again among the worst of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, day_at, divide, known
from service.domain.catalog import SUMMED, Direction, Kind
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import Rank, Rule, Select

# Figures one may be ranked by: the name in a rule file, the name in Progress.
RANKED_BY = {
    "completion": "completion",
    "lag": "lag",
    "period_to_date": "to_date",
    "year_on_year": "year_on_year",
}


def judge_rank(frame: Frame, rule: Rule, check: Rank) -> Verdicts:
    """Place from the bottom among peers, or the months in which it was among the worst."""
    return _over_months(frame, rule, check) if check.months else _standing(frame, rule, check)


def _standing(frame: Frame, rule: Rule, check: Rank) -> Verdicts:
    """Place from the bottom by a figure of progress; whoever has met a target to be reached is never last."""
    rows = selected(frame, rule, targeted=check.by in ("completion", "lag"))
    p = frame.progress
    figure = getattr(p, RANKED_BY[check.by])[rows]
    ceiling = p.goals.ceiling[rows]
    sign = _worse(frame.layout, rows, check, ceiling)
    bad = np.where(frame.unjudged[rows], np.nan, sign * figure)
    ranking = _ranking(
        bad, peers_of(frame.layout, check.among, rule.select)[rows], check, frame.layout.min_coverage[rows]
    )
    value = np.where(p.met[rows] & ~ceiling, np.inf, ranking.place)
    value[~ranking.judged] = np.nan

    def figures(at: int) -> Figures:
        return frame.figures(
            int(rows[at]),
            value=known(figure[at]),
            place=None if np.isnan(ranking.place[at]) else int(ranking.place[at]),
            peers=int(ranking.peers[at]),
            group=_group_of(frame.layout, int(rows[at]), rule.select, check),
        )

    return graded(frame, rows, check.bounds, value, figures)


def _worse(layout: Layout, rows: Ints, check: Rank, ceiling: Bools) -> Floats:
    """(rows,) 1 where more of the figure is worse, -1 where less is."""
    if check.by == "lag":
        return np.ones(len(rows))
    if check.by == "completion":
        return np.where(ceiling & layout.kinds(Kind.FLOW)[rows], 1.0, -1.0)
    return _direction(layout, rows)


def _direction(layout: Layout, rows: Ints) -> Floats:
    down = np.array([i.direction is Direction.DOWN for i in layout.catalog.indicators], dtype=bool)
    return np.where(down[layout.indicator_of[rows]], 1.0, -1.0)


# Months


def _over_months(frame: Frame, rule: Rule, check: Rank) -> Verdicts:
    """In how many of the last complete months the region's figure of the month was among the worst."""
    by = by_month(frame, rule, check)
    times = by.among.sum(axis=1)

    def figures(at: int) -> Figures:
        return frame.figures(
            int(by.rows[at]),
            times=int(times[at]),
            months=check.months,
            place=check.worst,
            peers=int(by.peers[at].max(initial=0)),
            group=_group_of(frame.layout, int(by.rows[at]), rule.select, check),
            window_first=by.months[0][0] if by.months else None,
            window_last=by.months[-1][1] if by.months else None,
        )

    never = np.asarray(~by.judged.any(axis=1))
    return graded(frame, by.rows, check.bounds, times.astype(float), figures, unjudged=never)


@dataclass(frozen=True)
class ByMonth:
    """A ranking for each of the last complete months, oldest first; arrays are (rows, months).

    months  first and last day of each
    figure  the month's own sum or mean, NaN where the region was silent for much of it
    place   from the bottom; peers, of how many; judged, whether those were enough
    among   True where the region was among the worst
    """

    rows: Ints
    months: list[tuple[date, date]]
    figure: Floats
    place: Floats
    peers: Ints
    judged: Bools
    among: Bools


def by_month(frame: Frame, rule: Rule, check: Rank) -> ByMonth:
    """Every month is a ranking of its own."""
    rows = selected(frame, rule, *SUMMED, Kind.MEAN)
    # A month is ranked once all of it is due from everybody.
    over = day_at(frame.timeline.first, frame.evening[rows].min(initial=frame.days) - 1)
    months = _complete_months(over, check.months, frame.timeline.first)
    group = peers_of(frame.layout, check.among, rule.select)[rows]
    figure = _month_figures(frame, rows, group, months)
    bad = figure * _direction(frame.layout, rows)[:, None]
    apart = group[:, None] + (int(group.max(initial=0)) + 1) * np.arange(len(months))
    coverage = np.broadcast_to(frame.layout.min_coverage[rows][:, None], bad.shape)
    ranking = _ranking(bad.ravel(), apart.ravel(), check, coverage.ravel())
    place, judged = ranking.place.reshape(bad.shape), ranking.judged.reshape(bad.shape)
    among = judged & (place <= check.worst)
    return ByMonth(rows, months, figure, place, ranking.peers.reshape(bad.shape), judged, among)


def _complete_months(as_of: date, count: int, first: date) -> list[tuple[date, date]]:
    """First and last days of the last months that are over by the day, oldest first; none that the panel lacks."""
    months: list[tuple[date, date]] = []
    end = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    while len(months) < count and end.replace(day=1) >= first:
        months.insert(0, (end.replace(day=1), end))
        end = end.replace(day=1) - timedelta(days=1)
    return months


def _month_figures(frame: Frame, rows: Ints, group: Ints, months: list[tuple[date, date]]) -> Floats:
    """(rows, months) each month's sum, or its mean for the mean kind.

    Unknown where a region spoke for too few of the days for which any of its peers did.
    """
    if not months or not len(rows):
        return np.full((len(rows), len(months)), np.nan)
    ends = [((begin - frame.timeline.first).days, (end - frame.timeline.first).days) for begin, end in months]
    running = frame.told.running
    total = np.column_stack([running.sums(rows, *_days(rows, *month)) for month in ends])
    counted = np.column_stack([running.counts(rows, *_days(rows, *month)) for month in ends])
    most = np.zeros((int(group.max()) + 1, len(months)), dtype=np.int64)
    np.maximum.at(most, group, counted)
    enough = (counted > 0) & (counted >= frame.layout.min_coverage[rows][:, None] * most[group])
    mean = frame.layout.kinds(Kind.MEAN)[rows][:, None]
    return np.where(enough, np.where(mean, divide(total, counted.astype(float)), total), np.nan)


def _days(rows: Ints, first: int, last: int) -> tuple[Ints, Ints]:
    """The same first and last day for every row."""
    return np.full(len(rows), first), np.full(len(rows), last)


# Ranking


@dataclass(frozen=True)
class _Ranking:
    """place (rows,) from the bottom, 1 the worst; peers, how many could be ranked; judged, whether that was enough."""

    place: Floats
    peers: Ints
    judged: Bools


def _ranking(bad: Floats, group: Ints, check: Rank, coverage: Floats) -> _Ranking:
    ranked = ~np.isnan(bad)
    size = int(group.max(initial=-1)) + 1
    peers = np.bincount(group[ranked], minlength=size)[group]
    members = np.bincount(group, minlength=size)[group]
    judged = ranked & (peers >= check.peers) & (peers >= coverage * members)
    return _Ranking(places(bad, group), peers.astype(np.int64), judged)


def places(bad: Floats, group: Ints) -> Floats:
    """(rows,) place from the bottom within each group, 1 the worst; NaN where the figure isn't known.

    A tie takes the best of its places: nobody is called last for being one of many.
    """
    place = np.full(len(bad), np.nan)
    known_ = np.flatnonzero(~np.isnan(bad))
    if not len(known_):
        return place
    order = known_[np.lexsort((-bad[known_], group[known_]))]
    number = np.arange(len(order))
    begins = np.diff(group[order], prepend=-1) != 0
    differs = begins | (np.diff(bad[order], prepend=np.inf) != 0)
    ends = np.append(np.flatnonzero(differs)[1:], len(order))
    begin = np.maximum.accumulate(np.where(begins, number, 0))
    place[order] = ends[np.cumsum(differs) - 1] - begin
    return place


@lru_cache(maxsize=64)
def peers_of(layout: Layout, among: str, select: Select) -> Ints:
    """(nodes,) the number of each node's ranking: one indicator, one scope, one level, and one parent or group."""
    numbers: dict[tuple[str, str, str, str], int] = {}
    found = []
    for node in layout.nodes:
        level, apart = layout.catalog.region[node.region].level, _apart(layout, node.region, among, select)
        found.append(numbers.setdefault((node.indicator, node.scope, level, apart), len(numbers)))
    return np.array(found, dtype=np.int64)


def _apart(layout: Layout, region: str, among: str, select: Select) -> str:
    """What the region shares with its peers only."""
    match among:
        case "siblings":
            return layout.catalog.region[region].parent
        case "group":
            # One place per region: `rules check` refuses groups that share some; of such, the first counts.
            return next(iter(select.groups_of(region, layout.catalog)), "")
        case _:
            return ""


def _group_of(layout: Layout, row: int, select: Select, check: Rank) -> str | None:
    """The group a node is ranked in, None where it isn't ranked by group."""
    region = layout.nodes[row].region
    return _apart(layout, region, check.among, select) if check.among == "group" else None
