"""A year replayed, beside as many single evaluations."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from benchmarks.core import Figure, Worker, note, stopwatch
from benchmarks.evaluate.sizes import LAST, Sizes
from service.catalog.publish import load_published
from service.catalog.workdays import china
from service.cli.replays import Asked, replayed
from service.domain.fold import fold_day
from service.domain.frame import frame_as_of
from service.evaluate.panel import load_panel
from service.evaluate.replay import days_needed
from service.evaluate.rulebook import published_rules
from service.store import evaluations
from service.store.pool import connection, open_pool, read_only


class Looker:
    """A process that looks back."""

    def __init__(self, dsn: str) -> None:
        self.pool = open_pool(dsn, size=1)

    def replay(self, first: date, last: date) -> float:
        """Seconds of `biaochi rules replay`, its readings loaded from the database."""
        with connection(self.pool) as conn:
            began = time.perf_counter()
            replayed(conn, Asked(first, last, None, None, ()))
            return time.perf_counter() - began

    def in_memory(self, days: Sequence[date]) -> list[float]:
        """Seconds of each day with catalogue, readings and clocks at hand."""
        with connection(self.pool) as conn, read_only(conn):
            published = load_published(conn)
            begin, _ = days_needed(published.layout, min(days))
            panel = load_panel(conn, published.catalog, published.series_id, begin, LAST)
            rules = published_rules(conn)(LAST)
            clocks = evaluations.read_clocks(conn, LAST)
        taken: list[float] = []
        for day in days:
            with stopwatch(taken):
                fold_day(frame_as_of(published.layout, panel, day, china()), rules, clocks)
        return taken

    def end(self) -> None:
        self.pool.close()


def replaying(dsn: str, sizes: Sizes) -> list[Figure]:
    """Each single evaluation begins with nothing in memory, as a process that is started for it does.

    They are spread over the days, since one late in the year has more to load; they are not run on days
    the database has judged, as the fold would go back to the first of those.
    """
    note(f"replay: {sizes.days} days, {sizes.singles} of them one by one")
    last = sizes.evaluate_from - timedelta(days=1)
    step = (last - sizes.first_replayed).days // sizes.singles
    days = [last - timedelta(days=step * n) for n in range(sizes.singles)]
    with Worker(Looker, dsn) as looker:
        before = [looker(Looker.replay, day, day) for day in days[::2]]
        whole = looker(Looker.replay, sizes.first_replayed, LAST)
        after = [looker(Looker.replay, day, day) for day in days[1::2]]
        in_memory = looker(Looker.in_memory, days)
        looker(Looker.end)
    single = median([*before, *after])
    return [
        Figure(f"replay of {sizes.days} days", whole, "s"),
        Figure("a single evaluation, readings loaded", single, "s"),
        Figure(
            "as many single evaluations ÷ replay", single * sizes.days / whole, "ratio", goal=10, larger=True
        ),
        Figure("the same with the panel in memory ÷ replay", median(in_memory) * sizes.days / whole, "ratio"),
    ]
