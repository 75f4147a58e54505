"""Who is told of what was written: each event by its own message, or all of them by one summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.alerts.apply import Written
from service.domain.facts import EventKind, Reason, Restated, Summary
from service.store import alerts as store
from service.store import outbox
from service.store.outbox import NewNotification
from service.store.pool import Connection
from service.words.messages import compose_summary

NAMED_ALERTS = 10
_MOVES = (EventKind.WORSE, EventKind.BETTER)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Closed days were judged again.

    restated  the restatements among what came in
    most      more messages than this at once become one
    """

    first: date
    last: date
    cause: dict[str, Any]
    restated: tuple[Restated, ...]
    most: int

    def is_summed_up(self, written: Sequence[Written]) -> bool:
        """A restatement always is, if anything came of it."""
        if self.restated:
            return bool(written)
        return sum(not event.quiet for event in written) > self.most


def tell(
    conn: Connection,
    written: Sequence[Written],
    *,
    channels: Sequence[str],
    at: datetime,
    again: Occasion | None = None,
) -> None:
    """Queue the messages of events, within the transaction that wrote them; those on trial are told to nobody."""
    written = [event for event in written if not event.facts.shadow]
    if again and again.is_summed_up(written):
        _sum_up(conn, written, again, channels, at)
        return
    messages = [
        NewNotification(event.event_id, channel, event.message.subject, event.message.text, at, at)
        for event in written
        if not event.quiet
        for channel in channels
    ]
    if messages:
        outbox.enqueue(conn, messages)


def _sum_up(
    conn: Connection, written: Sequence[Written], again: Occasion, channels: Sequence[str], at: datetime
) -> None:
    """One message in place of all."""
    summary = _summary(written, again)
    message = compose_summary(summary)
    number = store.add_summary(
        conn,
        at=at,
        first_day=summary.first,
        last_day=summary.last,
        reason=(Reason.RESTATED if summary.restated else Reason.LATE_DATA).value,
        cause=again.cause,
        opened=summary.opened,
        ended=summary.ended,
        changed=summary.changed,
        past=summary.past,
        overturned=summary.overturned,
        events=[event.event_id for event in written],
        subject=message.subject,
        message=message.text,
    )
    outbox.enqueue(
        conn,
        [
            NewNotification(None, channel, message.subject, message.text, at, at, number)
            for channel in channels
        ],
    )


def _summary(written: Sequence[Written], again: Occasion) -> Summary:
    loud = [event.facts for event in written if not event.quiet]
    quiet = [event.facts for event in written if event.quiet]
    worst_first = sorted(loud, key=lambda f: (f.event is EventKind.RESOLVED, -f.level, f.number))
    about = written[0].facts
    return Summary(
        restated=again.restated,
        first=again.first,
        last=again.last,
        issued_on=about.issued_on,
        opened=sum(f.event is EventKind.FIRED for f in loud),
        ended=sum(f.event is EventKind.RESOLVED for f in loud),
        changed=sum(f.event in _MOVES for f in loud),
        past=sum(f.event is EventKind.FIRED for f in quiet),
        overturned=sum(f.event is EventKind.OVERTURNED for f in quiet),
        alerts=tuple(worst_first[:NAMED_ALERTS]),
        office=about.office,
        banner=about.banner,
    )
