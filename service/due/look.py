"""What is due, looked up: report days and deadlines of the published catalogue, and the readings there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

from service.catalog.publish import Published
from service.catalog.workdays import china
from service.clock import BEIJING
from service.domain.cycles import Cycle, Deadlines
from service.domain.due import FeedDue, ReportDay, Reports, feeds_due, report_day, report_days_about
from service.domain.workdays import WorkCalendar
from service.errors import Invalid
from service.store import readings as store
from service.store.pool import Connection, Pool, connection, snapshot

Days = Mapping[Cycle, tuple[ReportDay, ...]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How reports stood at a moment: every report day about it, as known then by this catalogue."""

    published: Published
    now: datetime
    found: tuple[FeedDue, ...]


@dataclass(frozen=True, eq=False)
class _Looked:
    """What was found the last time, and what of: the instant known, the catalogue, the days."""

    of: tuple[datetime | None, int, Days]
    found: tuple[FeedDue, ...]


@dataclass
class DueDesk:
    """Tells what is due. Safe to ask from several threads: it looks again only where something has changed."""

    pool: Pool
    published: Callable[[], Published]
    workdays: WorkCalendar = field(default_factory=china)
    _lock: Lock = field(default_factory=Lock)
    _looked: _Looked | None = None

    def about(self, now: datetime) -> Standing:
        """The report days that are open, were due lately, or are overdue."""
        published, now = self.published(), now.astimezone(BEIJING)
        days = self.days_about(published, now)
        with self._lock, connection(self.pool) as conn, snapshot(conn):
            of = (store.known_at(conn), published.version, days)
            if self._looked is None or self._looked.of != of:
                self._looked = _Looked(of, look(conn, published, days))
            return Standing(published, now, self._looked.found)

    def on(self, day: date, now: datetime) -> Standing:
        """The report days a day lies in, however long ago; raises `Invalid` for days no calendar reaches back to."""
        published, now = self.published(), now.astimezone(BEIJING)
        if day < self.workdays.first:
            zh, en = (
                f"没有{self.workdays.first}以前的工作日历，无法确定报送期限。",
                f"no calendar of working days reaches back before {self.workdays.first}.",
            )
            raise Invalid("before_calendar", zh, en)
        deadlines, hour = self._deadlines(published), published.catalog.cutoff_hour
        days = {cycle: (report_day(deadlines, cycle, day, hour, now),) for cycle in published.layout.by_cycle}
        with connection(self.pool) as conn, snapshot(conn):
            return Standing(published, now, look(conn, published, days))

    def days_about(self, published: Published, now: datetime) -> Days:
        """The report days of every cycle that somebody reports by; `now` in Beijing time."""
        deadlines, hour = self._deadlines(published), published.catalog.cutoff_hour
        return {cycle: report_days_about(deadlines, cycle, hour, now) for cycle in published.layout.by_cycle}

    def _deadlines(self, published: Published) -> Deadlines:
        return Deadlines(self.workdays, published.catalog.cutoff_workdays)


def look(conn: Connection, published: Published, days: Days) -> tuple[FeedDue, ...]:
    """What has come of report days, as this transaction sees it."""
    return feeds_due(published.layout, {cycle: _reports(conn, published, of) for cycle, of in days.items()})


def _reports(conn: Connection, published: Published, days: Iterable[ReportDay]) -> Reports:
    days = tuple(days)
    values, in_time = store.read_reports(
        conn,
        published.panel_rows,
        len(published.layout.series),
        [each.day for each in days],
        [each.deadline for each in days],
    )
    return Reports(days, values, in_time)
