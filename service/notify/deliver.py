"""Delivery: lease, send, record.

At least once: a process that dies between sending and recording leaves its lease to run out, and the
message goes out again. Each channel is worked through by itself, so a dead one holds up nobody.
"""

from __future__ import annotations

import random
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from service.clock import Clock
from service.notify.channels import Channel, Missed, Outgoing, Reason, SendError, Taken
from service.notify.metrics import NotifyMetrics
from service.notify.pace import Limit, room
from service.notify.retry import channel_rests, next_attempt
from service.store import outbox
from service.store.outbox import Queued
from service.store.pool import Connection, Pool, connection

log = structlog.get_logger(__name__)
# A round begins no message after its time; the lease outlasts it by more than any message can take.
ROUND = timedelta(minutes=1)
LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did."""

    sent: int = 0
    retried: int = 0
    given_up: int = 0
    missed: int = 0  # addresses a message that was sent did not reach

    def __add__(self, other: Report) -> Report:
        return Report(
            self.sent + other.sent,
            self.retried + other.retried,
            self.given_up + other.given_up,
            self.missed + other.missed,
        )


@dataclass(frozen=True, slots=True)
class NotConfigured:
    """Stands for a channel that messages wait for and nobody has set up."""

    name: str
    limits: Sequence[Limit] = ()

    def send(self, message: Outgoing) -> Taken:
        raise SendError(Reason.REFUSED, f"channel {self.name} is not configured", permanent=True)


@dataclass
class Delivery:
    """Sends what is due. Several may run on one database; one of them is never used by two threads."""

    pool: Pool
    clock: Clock
    channels: Mapping[str, Channel]
    metrics: NotifyMetrics
    jitter: Callable[[], float] = random.random
    # Courtesies, so memory is good enough.
    _resting: dict[str, datetime] = field(default_factory=dict)
    _ended: dict[str, deque[datetime]] = field(default_factory=dict)

    def run_once(self, limit: int = 100) -> Report:
        """Send up to `limit` due messages on each channel; every result is committed when this returns.

        Calling it again sends what is due then. Raises `Unavailable` where the database is lost; what
        was sent and not recorded by then goes out again after the lease.
        """
        names = [name for name in self._backlog() if not self._rests(name)]
        with ThreadPoolExecutor(max(len(names), 1), thread_name_prefix="notify") as threads:
            rounds = [threads.submit(self._round, name, limit) for name in names]
        self.metrics.queue(self._backlog())
        return sum((each.result() for each in rounds), Report())

    def room(self, name: str) -> int | None:
        """How many messages may go on a channel now, under its vendor's limits; None where it has none."""
        return room(self._channel(name).limits, self._ended.get(name, ()), self.clock.now())

    def _round(self, name: str, limit: int) -> Report:
        """One channel's due messages in order, until the channel fails as a whole, is full or time is up."""
        until = self.clock.now() + ROUND
        free = self.room(name)
        queued = self._lease(name, limit if free is None else min(limit, free))
        report = Report()
        while queued and not self._rests(name) and self.clock.now() < until:
            report += self._deliver(queued.pop(0))
        self._release(queued)
        return report

    def _deliver(self, queued: Queued) -> Report:
        try:
            taken = self._send(queued)
        except SendError as error:
            return self._failed(queued, error)
        finally:
            self._note_end(queued.channel)
        write = partial(outbox.record_sent, queued=queued, at=self.clock.now(), answer=str(taken))
        return self._record(queued, "sent", write, missed=taken.missed)

    def _note_end(self, name: str) -> None:
        """Whatever became of it, it may count at the vendor's."""
        if limits := self._channel(name).limits:
            most = max(limit.messages for limit in limits)
            self._ended.setdefault(name, deque(maxlen=most)).append(self.clock.now())

    def _channel(self, name: str) -> Channel:
        return self.channels.get(name) or NotConfigured(name)

    def _send(self, queued: Queued) -> Taken:
        """What the receiver answered; a channel that breaks in an unforeseen way fails with `internal`."""
        try:
            return self._channel(queued.channel).send(outgoing(queued))
        except SendError:
            raise
        except Exception as error:
            # Its text may hold an address with a key, so only the kind and the place are told.
            place = traceback.extract_tb(error.__traceback__)[-1]
            detail = f"{type(error).__name__} in {place.name}, line {place.lineno}"
            log.error("channel broke", channel=queued.channel, error=detail)
            raise SendError(Reason.INTERNAL, detail) from None

    def _failed(self, queued: Queued, error: SendError) -> Report:
        now = self.clock.now()
        if rest := channel_rests(error):
            self._resting[queued.channel] = now + rest
        told = f"{error.reason}: {error.detail}"
        decision = next_attempt(queued.attempts, queued.tried_at or now, now, error, self.jitter())
        if decision.due_at is None:
            given_up = partial(outbox.record_given_up, queued=queued, at=now, error=told)
            return self._record(queued, "given_up", given_up, error=told, because=decision.reason)
        retry = partial(outbox.record_retry, queued=queued, at=now, due_at=decision.due_at, error=told)
        return self._record(queued, "retried", retry, error=told, because=decision.reason)

    def _record(
        self,
        queued: Queued,
        result: str,
        write: Callable[[Connection], bool],
        missed: Sequence[Missed] = (),
        **told: str,
    ) -> Report:
        """Write what became of it; a lease that was lost meanwhile is somebody else's to report."""
        about = log.bind(
            channel=queued.channel, notification_id=queued.notification_id, attempt=queued.attempts, **told
        )
        with connection(self.pool) as conn, conn.transaction():
            ours = write(conn)
        if not ours:
            about.warning("lease lost", result=result)
            return Report()
        self.metrics.count(queued.channel, result)
        (about.debug if result == "sent" else about.warning)("message " + result.replace("_", " "))
        for each in missed:
            self.metrics.count(queued.channel, "missed")
            about.warning("message missed somebody", address=each.address, error=each.detail)
        return Report(**{result: 1}, missed=len(missed))

    def _lease(self, name: str, limit: int) -> list[Queued]:
        with connection(self.pool) as conn, conn.transaction():
            return outbox.lease_due(conn, name, now=self.clock.now(), lease=LEASE, limit=limit)

    def _release(self, queued: Sequence[Queued]) -> None:
        if queued:
            with connection(self.pool) as conn, conn.transaction():
                outbox.release(conn, queued)

    def _backlog(self) -> dict[str, int]:
        with connection(self.pool) as conn:
            return outbox.backlog(conn)

    def _rests(self, name: str) -> bool:
        until = self._resting.get(name)
        return until is not None and self.clock.now() < until


def outgoing(queued: Queued) -> Outgoing:
    """A leased message for its channel.

    The moment is part of the dedup id: numbers begin anew with a new database, and a mail server
    must not take its first message for one of the old database's.
    """
    dedup = f"{queued.notification_id}.{queued.created_at.timestamp():.6f}"
    return Outgoing(queued.notification_id, queued.attempts, queued.subject, queued.text, dedup)
