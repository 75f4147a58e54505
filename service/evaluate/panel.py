"""The readings in memory: loaded once, then kept up with what comes in.

A cache and nothing more: whatever it holds is what a fresh load would hold, and a test proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np

from service.catalog.publish import Published, panel_rows
from service.domain.catalog import Catalog, NodeKey
from service.domain.frame import panel_origin
from service.domain.rollup import Panel
from service.store import readings as store
from service.store.pool import Connection

SeriesId = tuple[NodeKey, str]
NOTHING_KNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class PanelCache:
    """Readings of the year of an as-of day and the year before it, series by day.

    The same panel is given out until its days or series are others; what has been worked out from it
    stays with it, and is told what changes.

    known_at  every submission recorded by then is in it
    """

    published: Published | None = None
    last: date = date.min
    known_at: datetime = NOTHING_KNOWN
    held: Panel = field(default_factory=lambda: Panel(date.min, np.empty((0, 0))))

    def panel(self, conn: Connection, published: Published, as_of: date) -> Panel:
        """The panel as this transaction's snapshot knows it; the transaction must be repeatable read."""
        origin, last = panel_origin(published.catalog, as_of), date(as_of.year, 12, 31)
        now = store.known_at(conn) or NOTHING_KNOWN
        held = self.published is published and (self.held.first, self.last) == (origin, last)
        if not held or now < self.known_at:
            self._load(conn, published, origin, last)
        elif now > self.known_at:
            self._catch_up(conn)
        self.known_at = now
        return self.held

    def _load(self, conn: Connection, published: Published, origin: date, last: date) -> None:
        self.published = None  # a load that breaks off must not be taken for a panel without figures
        self.held = Panel(date.min, np.empty((0, 0)))  # nor keep the one before in memory meanwhile
        values = np.full((len(published.catalog.series), (last - origin).days + 1), np.nan)
        store.fill_panel(conn, values, published.panel_rows, origin, origin, last)
        self.published, self.last, self.held = published, last, Panel(origin, values)

    def _catch_up(self, conn: Connection) -> None:
        """Put in what has been recorded since, on the days that changed."""
        assert self.published is not None
        rows = self.published.panel_rows
        spans = [
            (max(low, self.held.first), min(high, self.last))
            for low, high in store.changes_since(conn, self.known_at)
        ]
        spans = _joined(sorted(span for span in spans if span[0] <= span[1]))
        # All of it is read before any of it is put in: a read that breaks off leaves the panel as it was.
        changed = [(low, store.changed_readings(conn, rows, low, high, self.known_at)) for low, high in spans]
        for low, (series, day, value) in changed:
            self.held.values[series, (low - self.held.first).days + day] = value
            self.held.learn(np.unique(series), low)


def load_panel(
    conn: Connection,
    catalog: Catalog,
    series_id: Mapping[SeriesId, int],
    first: date,
    last: date,
    known_at: datetime | None = None,
) -> Panel:
    """Readings of any catalogue's series, from first to last, as known at an instant or now.

    Series the database has no number for have never been reported.
    """
    values = np.full((len(catalog.series), max(0, (last - first).days + 1)), np.nan)
    rows = panel_rows(catalog, series_id)
    store.fill_panel(conn, values, rows, first, first, last, known_at=known_at)
    return Panel(first, values)


def _joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Sorted spans, those that touch or overlap made one."""
    joined: list[tuple[date, date]] = []
    for low, high in spans:
        if joined and low.toordinal() <= joined[-1][1].toordinal() + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
