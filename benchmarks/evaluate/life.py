"""Days as a service lives them: readings come in, the day closes, everything is written to the database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

import numpy as np

from benchmarks.city import YEAR, City, figures
from benchmarks.core import Figure, Worker, median_ratio, note, peak_megabytes
from benchmarks.databases import Feeds, copy_history, create_database, found, run, settle
from benchmarks.evaluate.sizes import LAST, Sizes
from service import logs
from service.app import Service, build
from service.clock import SetClock, beijing
from service.domain.arrays import Floats
from service.settings import Settings
from service.shipped import shipped
from service.store import alerts, evaluations
from service.store.pool import connection

CHANGED = 0.01  # share of the series a late submission corrects
SHORT, LONG = "short_history", "long_history"
# What ten years leave beside readings: evaluations, and the clocks of each day.
_LIVED = (
    """
    INSERT INTO biaochi.evaluation
        (as_of, known_at, catalog_version, rules_version, closed_at, evaluated_at, seconds)
    SELECT day, known_at, catalog_version, rules_version, closed_at, evaluated_at, seconds
    FROM biaochi.evaluation, generate_series('{first}'::date, '{last}', '1 day') AS day
    WHERE as_of = (SELECT min(as_of) FROM biaochi.evaluation)
    """,
    """
    INSERT INTO biaochi.alert_clock (as_of, key, level, since, held, quiet)
    SELECT day, key, level, since, held, quiet
    FROM biaochi.alert_clock, generate_series('{first}'::date, '{last}', '1 day') AS day
    WHERE as_of = (SELECT max(as_of) FROM biaochi.alert_clock)
    """,
)


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a day took, and the part of it before alerts are written."""

    seconds: float
    judging: float
    events: int


def service_on(dsn: str, at: date) -> Service:
    """A service with the shipped rules; the scheduler, the benchmark here, drives it."""
    logs.configure("WARNING")
    clock = SetClock(beijing(at, 8))
    service = build(Settings(rules_dir=shipped("alert_rules")), dsn, clock, {})
    service.closing.channels = ("email",)  # every event queues a message, as in life; nobody sends it
    service.refresh_rules()
    return service


class Evaluator:
    """The evaluating process: a service that closes days when it is told to, and does nothing else."""

    def __init__(self, dsn: str, at: date) -> None:
        self.clock = SetClock(beijing(at, 8))
        self.service = service_on(dsn, at)
        self.service.closing.clock = self.clock

    def close(self, day: date) -> Closed:
        """Close a day, or judge it again where figures have changed since."""
        self.clock.set(max(self.clock.now(), beijing(day + timedelta(days=1), 10)))
        began = time.perf_counter()
        done = self.service.closing.evaluate(day)
        seconds = time.perf_counter() - began
        with connection(self.service.pool) as conn:
            evaluation = evaluations.get(conn, day)
        assert evaluation is not None
        return Closed(seconds, evaluation.seconds, done.events)

    def firing(self) -> int:
        with connection(self.service.pool) as conn:
            return len(alerts.firing(conn))

    def peak(self) -> float:
        return peak_megabytes()

    def end(self) -> None:
        """Let the database go, so that it can be copied."""
        self.service.close()


@dataclass
class Lived:
    """Times of each measured day, in seconds."""

    short: list[Closed] = field(default_factory=list)
    long: list[Closed] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)


class Cities:
    """Two databases that live through the same days: one with a year of readings before them, one with ten."""

    def __init__(self, server: str, sizes: Sizes) -> None:
        self.sizes = sizes
        self.city = City(sizes.small, sizes.evaluate_from)
        self.catalog = self.city.catalog
        self.first = date(YEAR - 1, 1, 1)
        self.figures = figures(self.catalog, self.first, LAST)
        self.rng = np.random.default_rng(1)
        self.short = create_database(server, SHORT)
        self._begin()
        self.long = create_database(server, LONG, template=SHORT)
        self._age()

    def column(self, day: date) -> Floats:
        """A day's figures, (series,)."""
        return self.figures[:, (day - self.first).days]

    def _begin(self) -> None:
        """Publish, fill in the history, and live through the days after which nothing is new any more."""
        found(self.short, self.city)
        note(f"through the database: readings of {YEAR - 1} and {YEAR}")
        until = self.sizes.evaluate_from
        copy_history(self.short, self.catalog, self.first, self.figures[:, : (until - self.first).days])
        settle(self.short)
        feeder = service_on(self.short, until)
        feeds = Feeds(feeder, self.catalog)
        note(f"through the database: {self.sizes.warm} days to get under way")
        with Worker(Evaluator, self.short, until) as evaluator:
            for day in (until + timedelta(days=n) for n in range(self.sizes.warm)):
                feeds.post(day, self.column(day))
                evaluator(Evaluator.close, day)
            evaluator(Evaluator.end)
        feeder.close()

    def _age(self) -> None:
        """Years before, a year at a time."""
        for year in range(YEAR - 1 - self.sizes.earlier, YEAR - 1):
            note(f"through the database: readings of {year}")
            first, last = date(year, 1, 1), date(year, 12, 31)
            copy_history(self.long, self.catalog, first, figures(self.catalog, first, last))
        span = {"first": date(YEAR - 1 - self.sizes.earlier, 1, 1), "last": date(YEAR - 1, 12, 31)}
        run(self.long, *(statement.format(**span) for statement in _LIVED))
        settle(self.long)
        settle(self.short)

    def live(self) -> list[Figure]:
        """Live through the measured days in both, turn and turn about."""
        note(f"through the database: {self.sizes.lived} days")
        days = [LAST - timedelta(days=n) for n in range(self.sizes.lived)][::-1]
        feeds = [Feeds(service_on(dsn, days[0]), self.catalog) for dsn in (self.short, self.long)]
        lived = Lived()
        with (
            Worker(Evaluator, self.short, days[0]) as short,
            Worker(Evaluator, self.long, days[0]) as long,
        ):
            yesterday = days[0] - timedelta(days=1)
            self._correct(feeds, yesterday)
            cold = short(Evaluator.close, yesterday).seconds
            long(Evaluator.close, yesterday)
            for turn, day in enumerate(days):
                for feed in feeds:
                    feed.post(day, self.column(day))
                for evaluator, into in ((short, lived.short), (long, lived.long))[:: 1 if turn % 2 else -1]:
                    into.append(evaluator(Evaluator.close, day))
                self._correct(feeds, day)
                lived.again.append(short(Evaluator.close, day).seconds)
                long(Evaluator.close, day)
                lived.unchanged.append(short(Evaluator.close, day).seconds)
            firing, peak = short(Evaluator.firing), short(Evaluator.peak)
        for feed in feeds:
            feed.service.close()
        return [
            *_closing(lived),
            Figure("the first evaluation after a start", cold, "s"),
            Figure("alerts firing", firing, "alerts"),
            Figure("events a day", median(day.events for day in lived.short), "events"),
            Figure("peak memory of the evaluating process", peak, "MB", goal=500),
        ]

    def _correct(self, feeds: Sequence[Feeds], day: date) -> None:
        """Late submissions for a closed day: other figures for some of the series, wherever they are."""
        told = self.column(day)
        count = max(1, round(CHANGED * len(told)))
        rows = self.rng.choice(np.flatnonzero(~np.isnan(told)), count, replace=False).tolist()
        for feed in feeds:
            feed.post(day, np.where(told > 0, told - 1, told + 1), rows)


def _closing(lived: Lived) -> list[Figure]:
    short = [day.seconds for day in lived.short]
    long = [day.seconds for day in lived.long]
    return [
        Figure("a day through the database", median(short), "s", goal=1.0),
        Figure("of it figures, rules, progress and clocks", median(day.judging for day in lived.short), "s"),
        Figure("ten years of history ÷ one", median_ratio(long, short), "ratio", goal=1.2, aim=1.05),
        Figure("a closed day again after 1 % changed", median(lived.again), "s"),
        Figure(
            "after 1 % changed ÷ all of it", median_ratio(lived.again, short), "ratio", goal=0.1, aim=0.03
        ),
        Figure("a turn at which nothing has changed", median(lived.unchanged), "s"),
    ]
