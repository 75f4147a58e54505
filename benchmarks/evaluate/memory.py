"""A day in memory: figures and rules from a panel that is there, no database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TypeVar

import numpy as np

from benchmarks.city import YEAR, City, figures
from benchmarks.core import Figure, Worker, median_ratio, note, peak_megabytes
from benchmarks.evaluate.sizes import LAST, Sizes
from service.catalog.workdays import china
from service.domain.fold import fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.history import History, fold_days
from service.domain.layout import lay_out
from service.domain.rollup import Panel
from service.evaluate.rulefiles.rulefile import read_rules
from service.shipped import shipped

REMEMBERED = 8  # days before, so that every `for` of the shipped rules has run
M = TypeVar("M", bound="Memory")


@dataclass(frozen=True, slots=True)
class DayTaken:
    """Seconds of a day with new readings, the same with nothing worked out yet, and the clocks it left running."""

    seconds: float
    from_nothing: float
    clocks: int


class Memory:
    """A city's panel, and the shipped rules, up to the last day."""

    def __init__(self, subdistricts: int) -> None:
        catalog = City(subdistricts, LAST).catalog
        self.workdays = china()
        self.layout = lay_out(catalog)
        first = date(YEAR - 1, 1, 1)
        self.panel = Panel(first, figures(catalog, first, LAST))
        self.rules = read_rules(shipped("alert_rules"), catalog).rules
        history = History(self.layout, self.panel, self.workdays)
        before = fold_days(
            history, lambda _: self.rules, LAST - timedelta(days=REMEMBERED), LAST - timedelta(days=1)
        )
        *_, (_, yesterday) = before
        self.clocks = yesterday.clocks
        self.rows = np.arange(len(catalog.series))
        # Two days' readings to take turns, so that every one is new.
        self.readings = [self.panel.values[:, at].copy() for at in (-1, -8)]

    def series(self) -> int:
        return len(self.layout.series)

    def frame(self) -> Frame:
        """The last day's, after other readings for that day have come for every series."""
        self.readings.reverse()
        self.panel.values[:, -1] = self.readings[0]
        self.panel.learn(self.rows, LAST)
        return frame_as_of(self.layout, self.panel, LAST, self.workdays)

    def day(self) -> DayTaken:
        """The last day, from the clocks of the one before."""
        began = time.perf_counter()
        judged = fold_day(self.frame(), self.rules, self.clocks)
        done = time.perf_counter()
        unknown = Panel(self.panel.first, self.panel.values)
        fold_day(frame_as_of(self.layout, unknown, LAST, self.workdays), self.rules, self.clocks)
        return DayTaken(done - began, time.perf_counter() - done, len(judged.clocks))

    def peak(self) -> float:
        return peak_megabytes()


def in_memory(sizes: Sizes, large: Worker[M]) -> list[Figure]:
    """One city beside one of ten times as many sub-districts."""
    note("in memory: two cities")
    with Worker(Memory, sizes.small) as small:
        counts = small(Memory.series), large(Memory.series)
        small(Memory.day), large(Memory.day)
        taken = [(small(Memory.day), large(Memory.day)) for _ in range(sizes.repeats)]
        peak = large(Memory.peak)
    few, many = zip(*taken, strict=True)
    times = counts[1] / counts[0]
    return [
        Figure("series", counts[0], "series"),
        Figure("series, large city", counts[1], "series"),
        *_told("a day in memory", [d.seconds for d in few], [d.seconds for d in many], times, goal=1.0),
        *_told("a day from nothing", [d.from_nothing for d in few], [d.from_nothing for d in many], times),
        Figure("alert clocks running, large city", many[-1].clocks, "clocks"),
        Figure("peak memory, large city", peak, "MB"),
    ]


def _told(
    name: str, few: Sequence[float], many: Sequence[float], times: float, goal: float | None = None
) -> list[Figure]:
    """Of a small city and one so many times as large."""
    growth = median_ratio(many, few) / times
    return [
        Figure(name, median(few), "s", goal),
        Figure(f"{name}, large city", median(many), "s"),
        Figure(f"{name}: growth in time ÷ in series", growth, "ratio", goal=1.1, aim=1.0),
    ]
