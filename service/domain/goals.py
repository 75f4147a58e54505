"""Which target counts for each node on a day, as arrays; worked out once for all days with the same targets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, day_at, year_before
from service.domain.catalog import Catalog, NodeKey, Target
from service.domain.cycles import Cycle
from service.domain.layout import Layout
from service.domain.plans import expected_share
from service.domain.workdays import WorkCalendar


@dataclass(frozen=True, eq=False)
class Goals:
    """The targets of a span of days; arrays and tuples are (nodes,).

    targets        the target that counts, None where none was set
    period_start   first day of its period, or of the calendar year where there is no target; period_end likewise
    start, end     the same as ordinals; start_before and end_before, a year before
    value          NaN where there is no target; baseline, 0 where the target has none
    ceiling        True where the figure must stay under the target; floor, where it is to be reached
    based          True where the target counts from a baseline
    strict         True where the figure must go past the target: < and >
    rows, plan     (targeted,) nodes with a target, and the plan of each as its position among `plans`
    origin         first day formulas look at: a year before the earliest period that is open
    """

    targets: tuple[Target | None, ...]
    period_start: tuple[date, ...]
    period_end: tuple[date, ...]
    start: Ints
    end: Ints
    start_before: Ints
    end_before: Ints
    value: Floats
    baseline: Floats
    ceiling: Bools
    floor: Bools
    based: Bools
    strict: Bools
    rows: Ints
    plan: Ints
    plans: tuple[Target, ...]
    origin: date

    def met(self, figure: Floats) -> Bools:
        """(nodes,) decided on the stored value, never on a rounded ratio; False where there is no target."""
        past = np.where(self.ceiling, figure < self.value, figure > self.value)
        return np.asarray(past | (~self.strict & (figure == self.value)))

    @cached_property
    def by_last_year(self) -> Ints:
        """Rows of the nodes whose plan is last year's shape."""
        shaped = np.array([target.plan.curve == "previous_year" for target in self.plans], dtype=bool)
        return np.asarray(self.rows[shaped[self.plan]])

    def expected(self, data: Ints, first: date, workdays: WorkCalendar) -> Floats:
        """(nodes,) share of the target due by each node's data day (index from `first`); NaN where none is.

        Where the plan is last year's shape, dates alone say nothing between start and end.
        """
        expected = np.full(len(self.targets), np.nan)
        rows, plan = self.rows[data[self.rows] >= 0], self.plan[data[self.rows] >= 0]
        if not len(rows):
            return expected
        width = int(data.max()) + 1
        asked, which = np.unique(plan * width + data[rows], return_inverse=True)
        shares = [
            expected_share(self.plans[at // width], day_at(first, at % width), workdays)
            for at in asked.tolist()
        ]
        expected[rows] = np.array([np.nan if share is None else share for share in shares])[which]
        return expected


def goals_on(layout: Layout, as_of: date) -> Goals:
    """The targets that count on a day."""
    return _goals(layout, bisect_right(_turns(layout), as_of.toordinal()), as_of.year)


def goals_of(each: Sequence[Goals], which: Ints) -> Goals:
    """The targets of nodes that are judged on different days.

    which  (nodes,) position in `each` of those that count for the node
    """
    first = each[0]
    if all(one is first for one in each):
        return first
    chosen = which.tolist()

    def pick(name: str) -> Any:
        return np.stack([getattr(one, name) for one in each])[which, np.arange(len(which))]

    def pick_plain(name: str) -> Any:
        of = [getattr(one, name) for one in each]
        return tuple(of[at][row] for row, at in enumerate(chosen))

    mine = [np.flatnonzero(which[one.rows] == at) for at, one in enumerate(each)]
    begin = np.cumsum([0, *(len(one.plans) for one in each)])
    return Goals(
        **{name: pick_plain(name) for name in ("targets", "period_start", "period_end")},
        **{name: pick(name) for name in _BY_NODE},
        rows=np.concatenate([one.rows[at] for one, at in zip(each, mine, strict=True)]),
        plan=np.concatenate([one.plan[at] + n for one, at, n in zip(each, mine, begin[:-1], strict=True)]),
        plans=tuple(plan for one in each for plan in one.plans),
        origin=min(one.origin for one in each),
    )


_BY_NODE = (
    "start",
    "end",
    "start_before",
    "end_before",
    "value",
    "baseline",
    "ceiling",
    "floor",
    "based",
    "strict",
)
# From a report day until its report is due and the next one's isn't: a month, twenty working days and a long holiday.
LONGEST_LAG = timedelta(days=92)


def panel_origin(catalog: Catalog, as_of: date) -> date:
    """First day formulas look at as of a day: who reports by the month is judged later, perhaps in the year before."""
    if all(feed.cycle is Cycle.DAILY for feed in catalog.feeds):
        return _origin(catalog, as_of)
    return min(_origin(catalog, as_of), _origin(catalog, as_of - LONGEST_LAG))


def _origin(catalog: Catalog, as_of: date) -> date:
    """A year before the earliest period that is open."""
    starts = [t.period_start.year for t in catalog.targets if t.period_start <= as_of <= t.period_end]
    return date(min([as_of.year, *starts]) - 1, 1, 1)


@lru_cache(maxsize=16)
def _turns(layout: Layout) -> tuple[int, ...]:
    """Ordinals of the days from which on other targets may count than the day before, sorted."""
    days: set[int] = set()
    for target in layout.catalog.targets:
        days |= {target.period_start.toordinal(), target.period_end.toordinal() + 1}
        if target.valid_from:
            days.add(target.valid_from.toordinal())
    return tuple(sorted(days))


@lru_cache(maxsize=16)
def _goals(layout: Layout, turn: int, year: int) -> Goals:
    """The targets of the days between two turns, in a year."""
    # Any of those days will do; before the first turn there are no targets, whatever the day.
    as_of = max(date(year, 1, 1), date.fromordinal(_turns(layout)[turn - 1])) if turn else date(year, 1, 1)
    found = _found(layout, as_of)
    targets = tuple(found.get(node) for node in layout.nodes)
    period = date(year, 1, 1), date(year, 12, 31)
    starts = tuple(t.period_start if t else period[0] for t in targets)
    ends = tuple(t.period_end if t else period[1] for t in targets)
    before = {day: year_before(day).toordinal() for day in {*starts, *ends}}
    comparators = np.array([t.comparator if t else "" for t in targets])
    numbers: dict[tuple[object, ...], int] = {}
    plans: list[Target] = []
    which = []
    for target in filter(None, targets):
        key = (target.plan, target.period_start, target.period_end)
        if key not in numbers:
            numbers[key] = len(plans)
            plans.append(target)
        which.append(numbers[key])
    return Goals(
        targets=targets,
        period_start=starts,
        period_end=ends,
        start=_ints([day.toordinal() for day in starts]),
        end=_ints([day.toordinal() for day in ends]),
        start_before=_ints([before[day] for day in starts]),
        end_before=_ints([before[day] for day in ends]),
        value=np.array([t.value if t else np.nan for t in targets], dtype=np.float64),
        baseline=np.array([(t.baseline or 0.0) if t else 0.0 for t in targets], dtype=np.float64),
        ceiling=np.isin(comparators, ("<=", "<")),
        floor=np.isin(comparators, (">=", ">")),
        based=np.array([t is not None and t.baseline is not None for t in targets], dtype=bool),
        strict=np.isin(comparators, ("<", ">")),
        rows=_ints([row for row, t in enumerate(targets) if t]),
        plan=_ints(which),
        plans=tuple(plans),
        origin=_origin(layout.catalog, as_of),
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _found(layout: Layout, as_of: date) -> dict[NodeKey, Target]:
    """The target that counts for each node that has one; 确保 goes before 力争."""
    found: dict[NodeKey, Target] = {}
    for target in layout.catalog.targets:
        if not target.period_start <= as_of <= target.period_end:
            continue
        if target.valid_from is not None and target.valid_from > as_of:
            continue
        node = NodeKey(target.indicator, target.region, target.scope)
        if node not in found or target.ambition == "确保":
            found[node] = target
    return found
