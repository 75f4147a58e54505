"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.city import YEAR

LAST = date(YEAR, 12, 31)  # the last day that is judged: a year of figures, and one before to compare with


@dataclass(frozen=True)
class Sizes:
    """How large the cities are, and how often each thing is done.

    small, large   sub-districts
    warm, lived    days a database lives through before those that are measured, and these
    earlier        years of readings the longer history has more
    days           of the replay, up to `LAST`
    singles        single evaluations that are measured
    repeats        of what is done in memory
    rankings       of each query
    every, rounds  seconds between Prometheus' evaluations, and how often both sides are measured
    """

    small: int
    large: int
    warm: int
    lived: int
    earlier: int
    days: int
    singles: int
    repeats: int
    rankings: int
    every: int
    rounds: int

    @property
    def evaluate_from(self) -> date:
        """The first day a database judges."""
        return LAST - timedelta(days=self.warm + self.lived - 1)

    @property
    def first_replayed(self) -> date:
        return LAST - timedelta(days=self.days - 1)


# The 349 sub-districts of Beijing × 29 indicators = 10,121 series; 100,000 of them.
FULL = Sizes(
    small=349,
    large=3448,
    warm=8,
    lived=7,
    earlier=9,
    days=365,
    singles=6,
    repeats=7,
    rankings=31,
    every=5,
    rounds=5,
)
QUICK = Sizes(
    small=16,
    large=32,
    warm=1,
    lived=2,
    earlier=1,
    days=10,
    singles=2,
    repeats=2,
    rankings=3,
    every=1,
    rounds=1,
)
