"""A day in memory: figures and rules from a panel that is there, no database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TypeVar

from benchmarks.city import YEAR, City, figures
from benchmarks.core import Figure, Worker, median_ratio, note, peak_megabytes
from benchmarks.evaluate.sizes import LAST, Sizes
from service.catalog.workdays import china
from service.domain.fold import fold_day
from service.domain.frame import frame_as_of
from service.domain.history import History, fold_days
from service.domain.layout import lay_out
from service.domain.rollup import Panel
from service.evaluate.rulefile import read_rules
from service.shipped import shipped

REMEMBERED = 5  # days before, so that every `for` of the shipped rules but projection's has run
M = TypeVar("M", bound="Memory")


@dataclass(frozen=True, slots=True)
class DayTaken:
    """What a day took, and how many clocks it left running."""

    seconds: float
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

    def series(self) -> int:
        return len(self.layout.series)

    def day(self) -> DayTaken:
        """The last day, from the clocks of the one before."""
        began = time.perf_counter()
        frame = frame_as_of(self.layout, self.panel, LAST, self.workdays)
        judged = fold_day(frame, self.rules, self.clocks)
        return DayTaken(time.perf_counter() - began, len(judged.clocks))

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
    few, many = [one.seconds for one, _ in taken], [one.seconds for _, one in taken]
    growth = median_ratio(many, few) / (counts[1] / counts[0])
    return [
        Figure("series", counts[0], "series"),
        Figure("series, large city", counts[1], "series"),
        Figure("a day in memory", median(few), "s", goal=1.0),
        Figure("a day in memory, large city", median(many), "s"),
        Figure("a day in memory: growth in time ÷ in series", growth, "ratio", goal=1.1, aim=1.0),
        Figure("alert clocks running, large city", taken[-1][1].clocks, "clocks"),
        Figure("peak memory, large city", peak, "MB"),
    ]
