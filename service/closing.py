"""Closing days: when a day is due, evaluate it; when a closed day changes, evaluate it again.

The one place where evaluation and alerts meet: both write in the same transaction, so that a day is
either wholly judged, with its events and messages, or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Event
from typing import Any

import structlog

from service.alerts.apply import Ledger, apply_day
from service.alerts.facts import Speaker
from service.catalog.publish import Published
from service.clock import BEIJING, Clock, beijing
from service.domain.answers import NoAnswer
from service.domain.fold import Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.rules import RuleSet
from service.domain.workdays import WorkCalendar
from service.evaluate.metrics import EvaluationMetrics
from service.evaluate.panel import NOTHING_KNOWN, PanelCache
from service.evaluate.queries import answers
from service.evaluate.rulebook import Rulebook
from service.store import evaluations as store
from service.store.pool import Connection, Pool, connection, snapshot

log = structlog.get_logger(__name__)
# A late bulk submission may touch every closed day; its id is named in the cause, but not a thousand.
NAMED_SUBMISSIONS = 20


@dataclass(frozen=True, slots=True)
class Closed:
    """What a run did: days judged for the first time, days judged again, events written."""

    days: tuple[date, ...] = ()
    again: tuple[date, ...] = ()
    events: int = 0

    def __add__(self, other: Closed) -> Closed:
        return Closed(self.days + other.days, self.again + other.again, self.events + other.events)


@dataclass
class Closing:
    """Evaluates days in order. Safe to call from several processes: they take turns."""

    pool: Pool
    clock: Clock
    published: Callable[[], Published]
    rulebook: Rulebook
    workdays: WorkCalendar
    metrics: EvaluationMetrics
    channels: Sequence[str] = ()
    banner: str = ""
    _cache: PanelCache = field(default_factory=PanelCache)
    _stopping: Event = field(default_factory=Event)

    def stop(self) -> None:
        """Finish the day at hand and no other: whatever is left is taken up at the next start."""
        self._stopping.set()

    def closes_at(self, day: date) -> datetime:
        """The cut-off of a day: an hour of the next working day, Beijing time."""
        return beijing(self.workdays.next_workday(day), self.published().catalog.cutoff_hour)

    def last_due(self, now: datetime) -> date:
        """The last day whose cut-off has passed."""
        day = now.astimezone(BEIJING).date() - timedelta(days=1)
        while self.closes_at(day) > now:
            day -= timedelta(days=1)
        return day

    def close_due(self, until: date | None = None) -> Closed:
        """Judge again what has changed, then every day that is due (and not after `until`).

        Each day is committed by itself; a run that dies is taken up where it stopped.
        """
        due = self.last_due(self.clock.now())
        return self.evaluate(min(due, until) if until else due)

    def evaluate(self, as_of: date) -> Closed:
        """Evaluate every day up to `as_of` that isn't yet, due or not, and what has changed before it."""
        done = Closed()
        try:
            with connection(self.pool) as conn, store.evaluating(conn):
                while not self._stopping.is_set():
                    step = self._step(conn, as_of)
                    if step is None:
                        return done
                    done += step
                return done
        except Exception:
            self.metrics.failures.inc()
            raise

    def _step(self, conn: Connection, until: date) -> Closed | None:
        """One transaction: the changed days, or the next day; None where there is nothing to do."""
        published = self.published()
        with snapshot(conn):
            last, known_at = store.last(conn)
            changed = store.changed_since(conn, known_at or NOTHING_KNOWN) if last else []
            begin = published.catalog.evaluate_from
            touched = [(s, a, b) for s, a, b in changed if last and a <= last and b >= begin]
            if touched and last:
                first = max(begin, min(a for _, a, _ in touched))
                return self._again(conn, published, first, last, touched)
            day = last + timedelta(days=1) if last else begin
            return self._first(conn, published, day) if day <= until else None

    def _first(self, conn: Connection, published: Published, day: date) -> Closed:
        """A day is judged for the first time."""
        judged, frame = self._judge(conn, published, day)
        events = apply_day(conn, judged, self._ledger(conn, published, frame, {}))
        self.metrics.evaluated(day)
        log.debug("day closed", as_of=str(day), events=events)
        return Closed(days=(day,), events=events)

    def _again(
        self,
        conn: Connection,
        published: Published,
        first: date,
        last: date,
        touched: Sequence[tuple[str, date, date]],
    ) -> Closed:
        """Judge closed days anew with what is known now; the alerts follow the last of them."""
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        for day in days[:-1]:
            self._judge(conn, published, day)
        judged, frame = self._judge(conn, published, last)
        cause = {
            "submissions": [submission for submission, _, _ in touched][:NAMED_SUBMISSIONS],
            "days": [first.isoformat(), last.isoformat()],
        }
        events = apply_day(conn, judged, self._ledger(conn, published, frame, cause))
        log.info("closed days judged again", first=str(first), last=str(last), events=events)
        return Closed(again=tuple(days), events=events)

    def _judge(self, conn: Connection, published: Published, day: date) -> tuple[Day, Frame]:
        """Figures, clocks and progress of a day, written; its alerts are left to the caller."""
        began = time.perf_counter()
        version, rules = self.rulebook.in_force(conn, day)
        panel = self._cache.panel(conn, published, day)
        frame = frame_as_of(published.layout, panel, day, self.workdays)
        # Written first: the query of a rule may look at the progress of the day.
        store.write_progress(conn, frame.progress, published.layout.nodes, published.node_id)
        frame = self._asked(conn, frame, rules)
        judged = fold_day(frame, rules, store.read_clocks(conn, day - timedelta(days=1)))
        store.write_clocks(conn, day, judged.clocks)
        seconds = time.perf_counter() - began
        store.record(
            conn,
            as_of=day,
            known_at=self._cache.known_at,
            catalog_version=published.version,
            rules_version=version,
            at=self.clock.now(),
            seconds=seconds,
        )
        self.metrics.duration.observe(seconds)
        return judged, frame

    def _asked(self, conn: Connection, frame: Frame, rules: RuleSet) -> Frame:
        """The frame with what the queries of rules answer; a query that fails is told, and stops nothing."""
        found = answers(conn, frame.layout, rules, frame.as_of, self._cache.known_at)
        for rule, answer in found.items():
            failed = isinstance(answer, NoAnswer)
            self.metrics.query_failures.labels(rule).inc(int(failed))
            if isinstance(answer, NoAnswer):
                reason, reason_zh = answer.reason.en, answer.reason.zh
                log.error(
                    "rule not judged", rule=rule, as_of=str(frame.as_of), fault=reason, fault_zh=reason_zh
                )
        return replace(frame, answers=found)

    def _ledger(self, conn: Connection, published: Published, frame: Frame, cause: dict[str, Any]) -> Ledger:
        now = self.clock.now()
        return Ledger(
            speaker=Speaker(frame, now.date(), self.banner),
            rules=self.rulebook.in_force(conn, frame.as_of)[1],
            node_id=published.node_id,
            at=now,
            channels=self.channels,
            cause=cause,
        )
