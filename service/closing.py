"""Closing days: when a day is due, evaluate it; when a closed day changes, evaluate it again.

The one place where evaluation and alerts meet: both write in the same transaction, so that a day is
either wholly judged, with its events and messages, or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Event
from typing import Any

import structlog

from service.alerts.apply import Again, Basis, Ledger, Memory, apply_day
from service.alerts.facts import Speaker
from service.alerts.past import Course, apply_past
from service.alerts.tell import Occasion, tell
from service.catalog.publish import Published
from service.clock import Clock, beijing, last_day_past
from service.domain.alerting import Clock as AlertClock
from service.domain.answers import NoAnswer
from service.domain.catalog import Catalog
from service.domain.comparison import comparisons
from service.domain.cycles import Cycle, Deadlines
from service.domain.facts import Reason, Restated
from service.domain.fold import AlertKey, Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.domain.progress import Progress
from service.domain.rules import RuleSet
from service.domain.workdays import WorkCalendar
from service.evaluate.metrics import EvaluationMetrics
from service.evaluate.panel import NOTHING_KNOWN, PanelCache
from service.evaluate.queries import answers
from service.evaluate.rulebook import Rulebook
from service.evaluate.versions import Moved, moved
from service.store import evaluations as store
from service.store.evaluations import Changed
from service.store.pool import Connection, Pool, connection, snapshot

log = structlog.get_logger(__name__)
# A late bulk submission may touch every closed day; its id is named in the cause, but not a thousand.
NAMED_SUBMISSIONS = 20
# A feed that goes on sending is waited for this many times as long, no longer.
MOST_WAITS = 5


class _Stopping(Exception):
    """Asked to stop while closed days were being judged again: nothing of it is kept, nothing is lost."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a run did: days judged for the first time, days judged again, events written."""

    days: tuple[date, ...] = ()
    again: tuple[date, ...] = ()
    events: int = 0

    def __add__(self, other: Closed) -> Closed:
        return Closed(self.days + other.days, self.again + other.again, self.events + other.events)


@dataclass(frozen=True, slots=True)
class _Made:
    """The progress that was made last, and what of: as-of day, the instant known, version of the catalogue."""

    of: tuple[date, datetime, int]
    progress: Progress


@dataclass
class Closing:
    """Evaluates days in order. Safe to call from several processes: they take turns.

    collect        how long nothing more may have come in for closed days before they are judged again
    most_messages  more than this at once, after closed days were judged again, become one summary
    """

    pool: Pool
    clock: Clock
    published: Callable[[], Published]
    rulebook: Rulebook
    workdays: WorkCalendar
    metrics: EvaluationMetrics
    channels: Sequence[str] = ()
    banner: str = ""
    collect: timedelta = timedelta(0)
    most_messages: int = 10
    _cache: PanelCache = field(default_factory=PanelCache)
    _made: _Made | None = None
    _memory: Memory = field(default_factory=Memory)
    _stopping: Event = field(default_factory=Event)

    def stop(self) -> None:
        """Finish the day at hand and no other: whatever is left is taken up at the next start.

        Days that are being judged again are one piece of work: it is given up, and begun anew at the next start.
        """
        self._stopping.set()

    def closes_at(self, day: date) -> datetime:
        """The cut-off of a day: an hour of the next working day or a later one, Beijing time."""
        catalog = self.published().catalog
        return beijing(self._deadlines(catalog).closing_day(day), catalog.cutoff_hour)

    def _deadlines(self, catalog: Catalog) -> Deadlines:
        return Deadlines(self.workdays, catalog.cutoff_workdays)

    def last_due(self, now: datetime) -> date:
        """The last day whose cut-off has passed."""
        catalog = self.published().catalog
        return self._deadlines(catalog).last_closed(Cycle.DAILY, last_day_past(catalog.cutoff_hour, now))

    def close_due(self, until: date | None = None) -> Closed:
        """Judge again what has changed, then every day that is due (and not after `until`).

        What has changed is collected for a while first, unless a day is due: it is judged with all that is
        known. Each day is committed by itself; a run that dies is taken up where it stopped.
        """
        due = self.last_due(self.clock.now())
        return self._run(min(due, until) if until else due, waits=True)

    def evaluate(self, as_of: date) -> Closed:
        """Evaluate every day up to `as_of` that isn't yet, due or not, and at once what has changed before it."""
        return self._run(as_of, waits=False)

    def _run(self, as_of: date, *, waits: bool) -> Closed:
        done = Closed()
        try:
            with connection(self.pool) as conn, store.evaluating(conn):
                while not self._stopping.is_set():
                    step = self._step(conn, as_of, waits)
                    if step is None:
                        return done
                    done += step
                return done
        except _Stopping:
            return done
        except Exception:
            self.metrics.failures.inc()
            raise

    def _step(self, conn: Connection, until: date, waits: bool) -> Closed | None:
        """One transaction: the changed days, or the next day; None where there is nothing to do."""
        published = self.published()
        with snapshot(conn):
            last, known_at = store.last(conn)
            begin = published.catalog.evaluate_from
            day = last + timedelta(days=1) if last else begin
            if last:
                changed = store.changed_since(conn, known_at or NOTHING_KNOWN)
                touching = (self._touching(published.catalog, one) for one in changed)
                late = [c for c in touching if c.first_day <= last and c.last_day >= begin]
                # A day that is due takes in all that is known: nobody would look for it again.
                if late and not (waits and day > until and self._is_collecting(late)):
                    return self._again(conn, published, last, late)
            return self._first(conn, published, day) if day <= until else None

    def _touching(self, catalog: Catalog, changed: Changed) -> Changed:
        """With the as-of days that see its first and its last report first, in place of the reports' own days.

        The report of a week or a month is seen once it is due: until then it is no late knowledge.
        """
        feed = catalog.feed.get(changed.feed)
        if feed is None or feed.cycle is Cycle.DAILY:
            return changed
        first, last = (
            self._deadlines(catalog).due_from(feed.cycle, feed.cycle.last(day))
            for day in (changed.first_day, changed.last_day)
        )
        return replace(changed, first_day=first, last_day=last)

    def _is_collecting(self, late: Sequence[Changed]) -> bool:
        """Whether more may be on its way; `late` is in the order of its coming."""
        if not self.collect:
            return False
        first, newest = late[0].recorded_at, late[-1].recorded_at
        return self.clock.now() < min(newest + self.collect, first + MOST_WAITS * self.collect)

    def _first(self, conn: Connection, published: Published, day: date) -> Closed:
        """A day is judged for the first time."""
        judged, frame = self._judge(conn, published, day, store.read_clocks(conn, day - timedelta(days=1)))
        ledger = self._ledger(
            conn, published, frame, moved=moved(conn, self.rulebook, published, frame, judged)
        )
        written = apply_day(conn, judged, ledger)
        tell(conn, written, channels=self.channels, at=ledger.at)
        self.metrics.evaluated(day)
        log.debug("day closed", as_of=str(day), events=len(written))
        return Closed(days=(day,), events=len(written))

    def _again(self, conn: Connection, published: Published, last: date, late: Sequence[Changed]) -> Closed:
        """Judge closed days anew with what is known now; the alerts follow the last of them."""
        first = max(published.catalog.evaluate_from, min(c.first_day for c in late))
        occasion = self._occasion(conn, published, first, last, late)
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        eve = first - timedelta(days=1)
        before, course = store.read_clocks(conn, eve), Course(self.rulebook.in_force(conn, eve)[1])
        clocks = before
        for day in days[:-1]:
            clocks = self._judge_again(conn, published, day, course, clocks)[0].clocks
        judged, frame = self._judge_again(conn, published, last, course, clocks)
        reason = Reason.RESTATED if occasion.restated else Reason.LATE_DATA
        again = Again(reason, occasion.cause, course.fired, course.ended, course.moved)
        ledger = self._ledger(conn, published, frame, again=again)
        written = apply_day(conn, judged, ledger)
        written += apply_past(conn, course, before, first, ledger)
        tell(conn, written, channels=self.channels, at=ledger.at, again=occasion)
        log.info("closed days judged again", first=str(first), last=str(last), events=len(written))
        return Closed(again=tuple(days), events=len(written))

    def _judge_again(
        self,
        conn: Connection,
        published: Published,
        day: date,
        course: Course,
        before: Mapping[AlertKey, AlertClock],
    ) -> tuple[Day, Frame]:
        if self._stopping.is_set():
            raise _Stopping
        judged, frame = self._judge(conn, published, day, before)
        course.take(judged, frame, self.rulebook.in_force(conn, day)[1])
        return judged, frame

    def _occasion(
        self, conn: Connection, published: Published, first: date, last: date, late: Sequence[Changed]
    ) -> Occasion:
        """What made the days be judged again."""
        restating = [c for c in late if c.restatement]
        cause: dict[str, Any] = {
            "submissions": [c.submission_id for c in late][:NAMED_SUBMISSIONS],
            "days": [first.isoformat(), last.isoformat()],
        }
        if restating:
            cause["restatements"] = [c.submission_id for c in restating][:NAMED_SUBMISSIONS]
        # Past days are judged by the newest catalogue: where it is another one, it has its share in what comes of it.
        catalog = store.oldest_catalog(conn, first, last)
        if catalog is not None and catalog != published.version:
            cause["catalog"] = [catalog, published.version]
        feeds = published.catalog.feed
        named = dict.fromkeys(
            Restated(feeds[c.feed].name if c.feed in feeds else c.feed, c.note) for c in restating
        )
        return Occasion(first, last, cause, tuple(named), self.most_messages)

    def _judge(
        self, conn: Connection, published: Published, day: date, before: Mapping[AlertKey, AlertClock]
    ) -> tuple[Day, Frame]:
        """Figures, clocks and progress of a day, written; its alerts are left to the caller.

        before  the clocks of the day before
        """
        began = time.perf_counter()
        version, rules = self.rulebook.in_force(conn, day)
        panel = self._cache.panel(conn, published, day)
        frame = frame_as_of(published.layout, panel, day, self.workdays)
        # Written first: the query of a rule may look at the progress of the day.
        stored = self._stored(conn, published, day)
        store.write_progress(conn, frame.progress, published.node_ids, stored)
        store.write_comparisons(conn, day, comparisons(frame), published.node_ids)
        self._made = _Made((day, self._cache.known_at, published.version), frame.progress)
        frame = self._asked(conn, frame, rules)
        judged = fold_day(frame, rules, before)
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

    def _stored(self, conn: Connection, published: Published, day: date) -> Progress | None:
        """The progress a day has in the database, where that was made of what was last made here of that day.

        Progress depends on nothing but the readings known, the catalogue and the day: where the day says it was
        made of the same ones, by whichever process, it is the same. What was rolled back, it doesn't say.
        """
        evaluation, made = store.get(conn, day), self._made
        if evaluation is None or made is None or evaluation.catalog_version != published.version:
            return None
        same = (evaluation.as_of, evaluation.known_at, evaluation.catalog_version) == made.of
        return made.progress if same else None

    def _asked(self, conn: Connection, frame: Frame, rules: RuleSet) -> Frame:
        """The frame with what the queries of rules answer; a query that fails is told, and stops nothing."""
        found = answers(conn, frame.layout, rules, frame.as_of, self._cache.known_at)
        for rule, answer in found.items():
            self.metrics.query_failures.labels(rule).inc(int(isinstance(answer, NoAnswer)))
            if isinstance(answer, NoAnswer):
                fault, fault_zh = answer.reason.en, answer.reason.zh
                log.error(
                    "rule not judged", rule=rule, as_of=str(frame.as_of), fault=fault, fault_zh=fault_zh
                )
        return replace(frame, answers=found)

    def _ledger(
        self,
        conn: Connection,
        published: Published,
        frame: Frame,
        *,
        again: Again | None = None,
        moved: Moved | None = None,
    ) -> Ledger:
        now = self.clock.now()
        version, rules = self.rulebook.in_force(conn, frame.as_of)
        return Ledger(
            speaker=Speaker(frame, now.date(), self.banner),
            rules=rules,
            basis=Basis(self._cache.known_at, published.version, version),
            node_id=published.node_id,
            at=now,
            again=again,
            moved=moved or {},
            memory=self._memory,
        )
