"""催报: before a deadline, one message names the feeds that have not reported everything.

Reminding is safe to do twice: the deadline names the reminder, and it is written in one transaction with its messages.
Whoever looks again, after a restart or in another process, finds it there. After the deadline nobody is reminded: then
the day is judged, and the check `missing` has its say.

It is no alert: it lights no lamp, and goes out where all rules are on trial too, since a trial needs the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from service.catalog.publish import Published
from service.clock import BEIJING, Clock
from service.domain.due import FeedDue, Reminder, owing_feeds
from service.due.look import Days, DueDesk, look
from service.store import outbox
from service.store import reminders as store
from service.store.outbox import NewNotification
from service.store.pool import Connection, connection
from service.words.messages import compose_reminder

log = structlog.get_logger(__name__)


@dataclass
class Reminders:
    """Writes the reminders whose time has come."""

    desk: DueDesk
    clock: Clock
    channels: Sequence[str] = ()
    banner: str = ""

    def remind(self) -> int:
        """Remind of every deadline that is near enough, and was not reminded of yet; how many messages were queued."""
        published, now = self.desk.published(), self.clock.now().astimezone(BEIJING)
        ahead = timedelta(minutes=published.catalog.remind_minutes)
        near = self._near(published, now, ahead)
        if not near:
            return 0
        with connection(self.desk.pool) as conn:
            return sum(
                self._remind_of(conn, published, deadline, near[deadline], now) for deadline in sorted(near)
            )

    def _near(self, published: Published, now: datetime, ahead: timedelta) -> dict[datetime, Days]:
        """The report days whose deadline is near, by deadline."""
        near: dict[datetime, Days] = {}
        for cycle, days in self.desk.days_about(published, now).items():
            for each in days:
                if now < each.deadline <= now + ahead:
                    of = near.get(each.deadline, {})
                    near[each.deadline] = {**of, cycle: (*of.get(cycle, ()), each)}
        return near

    def _remind_of(
        self, conn: Connection, published: Published, deadline: datetime, days: Days, now: datetime
    ) -> int:
        if store.is_written(conn, deadline):
            return 0
        with conn.transaction():
            owing = self._unreminded(conn, published, look(conn, published, days))
            feeds = owing_feeds(published.layout, owing)
            if not feeds:
                return 0
            reminder = Reminder(deadline, now.date(), feeds, published.catalog.office, self.banner)
            message = compose_reminder(reminder)
            number = store.add(
                conn,
                deadline=deadline,
                at=now,
                subject=message.subject,
                message=message.text,
                named=[(feed.code, day) for feed in feeds for day in feed.days],
            )
            if number is None:
                return 0
            queued = outbox.enqueue(
                conn,
                [
                    NewNotification(
                        None, channel, message.subject, message.text, now, now, reminder_id=number
                    )
                    for channel in self.channels
                ],
            )
        log.info("reminded", deadline=deadline.isoformat(), feeds=[feed.code for feed in feeds])
        return queued

    @staticmethod
    def _unreminded(conn: Connection, published: Published, found: Sequence[FeedDue]) -> list[FeedDue]:
        """Without what was reminded of before: a cut-off that has been moved gives a report day another deadline."""
        before = store.reminded(conn, [due.report.day for due in found])
        feeds = published.catalog.feeds
        return [due for due in found if (feeds[due.feed].code, due.report.day) not in before]
