"""Delivery: lease, send, record.

At least once: a process that dies between sending and recording leaves its lease to run out, and the
message goes out again. Each channel is worked through by itself, so a dead one holds up nobody.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from service.clock import Clock
from service.notify.channels import Channel, Outgoing, Reason, SendError
from service.notify.metrics import NotifyMetrics
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

    def __add__(self, other: Report) -> Report:
        return Report(self.sent + other.sent, self.retried + other.retried, self.given_up + other.given_up)


@dataclass(frozen=True, slots=True)
class NotConfigured:
    """Stands for a channel that messages wait for and nobody has set up."""

    name: str

    def send(self, message: Outgoing) -> str:
        raise SendError(Reason.REFUSED, f"channel {self.name} is not configured", permanent=True)


@dataclass
class Delivery:
    """Sends what is due. Several may run on one database; one of them is never used by two threads."""

    pool: Pool
    clock: Clock
    channels: Mapping[str, Channel]
    metrics: NotifyMetrics
    jitter: Callable[[], float] = random.random
    _resting: dict[str, datetime] = field(default_factory=dict)  # a courtesy, so memory is good enough

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

    def _round(self, name: str, limit: int) -> Report:
        """One channel's due messages in order, until the channel fails as a whole or time is up."""
        until = self.clock.now() + ROUND
        queued = self._lease(name, limit)
        report = Report()
        while queued and not self._rests(name) and self.clock.now() < until:
            report += self._deliver(queued.pop(0))
        self._release(queued)
        return report

    def _deliver(self, queued: Queued) -> Report:
        try:
            answer = self._send(queued)
        except SendError as error:
            return self._failed(queued, error)
        taken = partial(outbox.record_sent, queued=queued, at=self.clock.now(), answer=answer)
        return self._record(queued, "sent", taken)

    def _send(self, queued: Queued) -> str:
        """The receiver's answer; a channel that breaks in an unforeseen way fails with `internal`."""
        channel = self.channels.get(queued.channel) or NotConfigured(queued.channel)
        try:
            return channel.send(outgoing(queued))
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
        decision = next_attempt(queued.attempts, queued.created_at, now, error, self.jitter())
        if decision.due_at is None:
            given_up = partial(outbox.record_given_up, queued=queued, at=now, error=told)
            return self._record(queued, "given_up", given_up, error=told, because=decision.reason)
        retry = partial(outbox.record_retry, queued=queued, at=now, due_at=decision.due_at, error=told)
        return self._record(queued, "retried", retry, error=told, because=decision.reason)

    def _record(
        self, queued: Queued, result: str, write: Callable[[Connection], bool], **told: str
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
        return Report(**{result: 1})

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
