"""The readings in memory: loaded once, then kept up with what comes in.

A cache and nothing more: whatever it holds is what a fresh load would hold, and a test proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np

from service.catalog.publish import Published
from service.domain.arrays import Floats, Ints
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

    known_at  every submission recorded by then is in it
    """

    published: Published | None = None
    origin: date = date.min
    last: date = date.min
    known_at: datetime = NOTHING_KNOWN
    values: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def panel(self, conn: Connection, published: Published, as_of: date) -> Panel:
        """The panel as this transaction's snapshot knows it; the transaction must be repeatable read."""
        origin, last = panel_origin(published.catalog, as_of), date(as_of.year, 12, 31)
        now = store.known_at(conn) or NOTHING_KNOWN
        held = self.published is published and (self.origin, self.last) == (origin, last)
        if not held or now < self.known_at:
            self._load(conn, published, origin, last)
        elif now > self.known_at:
            self._catch_up(conn)
        self.known_at = now
        return Panel(self.origin, self.values)

    def _load(self, conn: Connection, published: Published, origin: date, last: date) -> None:
        values = np.full((len(published.catalog.series), (last - origin).days + 1), np.nan)
        store.fill_panel(
            conn, values, _panel_rows(published.catalog, published.series_id), origin, origin, last
        )
        # Only now: a load that broke off must not be taken for a panel without figures.
        self.published, self.origin, self.last, self.values = published, origin, last, values

    def _catch_up(self, conn: Connection) -> None:
        """Read again the days that changed."""
        assert self.published is not None
        rows = _panel_rows(self.published.catalog, self.published.series_id)
        changed = store.changes_since(conn, self.known_at)
        spans = [(max(low, self.origin), min(high, self.last)) for low, high in changed]
        spans = sorted(span for span in spans if span[0] <= span[1])
        for low, high in _joined(spans):
            store.fill_panel(conn, self.values, rows, self.origin, low, high)


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
    rows = _panel_rows(catalog, series_id)
    store.fill_panel(conn, values, rows, first, first, last, known_at=known_at)
    return Panel(first, values)


def _panel_rows(catalog: Catalog, series_id: Mapping[SeriesId, int]) -> Ints:
    """Panel row of every series number, -1 where it has none."""
    rows = np.full(max(series_id.values(), default=0) + 1, -1, dtype=np.int64)
    for row, series in enumerate(catalog.series):
        number = series_id.get((series.node, series.source))
        if number is not None:
            rows[number] = row
    return rows


def _joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Sorted spans, those that touch or overlap made one."""
    joined: list[tuple[date, date]] = []
    for low, high in spans:
        if joined and low.toordinal() <= joined[-1][1].toordinal() + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
