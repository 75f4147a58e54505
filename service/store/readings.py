"""Readings as numpy panels and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from psycopg import sql

from service.domain.arrays import Floats, Ints
from service.store.pool import Connection
from service.store.queries import load

# PostgreSQL's binary COPY: a header, then rows of constant length as no column is NULL, then a trailer.
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("series_bytes", ">i4"),
        ("series", ">i4"),
        ("day_bytes", ">i4"),
        ("day", ">i4"),
        ("value_bytes", ">i4"),
        ("value", ">f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading as it is now; value None was taken back."""

    indicator: str
    region: str
    scope: str
    source: str
    day: date
    value: float | None
    revision: int
    figure: str | None
    unit: str | None
    note: str | None
    submission_id: str
    series_id: int


def known_at(conn: Connection) -> datetime | None:
    """The last submission this snapshot sees; None where there never was one."""
    row = conn.execute(load("readings")["known_at"]).fetchone()
    return row[0] if row else None


def changes_since(conn: Connection, since: datetime) -> list[tuple[date, date]]:
    """Spans of days whose figures changed after an instant."""
    return conn.execute(load("readings")["changes_since"], {"since": since}).fetchall()


def fill_panel(conn: Connection, values: Floats, rows: Ints, origin: date, first: date, last: date) -> None:
    """Put the readings of [first, last] into a panel; days without one become NaN. In place.

    values  (series, days) from `origin` on
    rows    row of each series number in it, -1 for series that are not in the panel
    """
    left, right = (first - origin).days, (last - origin).days + 1
    values[:, left:right] = np.nan
    query = sql.SQL(load("readings")["panel"].rstrip(";")).format(
        first=sql.Literal(first), last=sql.Literal(last)
    )
    with conn.cursor() as cursor, cursor.copy(query) as copy:
        data = b"".join(bytes(block) for block in copy)
    stored = np.frombuffer(data[_HEADER_BYTES:-_TRAILER_BYTES], dtype=_ROW)
    at = rows[stored["series"]]
    kept = at >= 0
    values[at[kept], stored["day"][kept] + left] = stored["value"][kept]


def list_readings(
    conn: Connection,
    *,
    first: date,
    last: date,
    indicator: str | None,
    region: str | None,
    scope: str | None,
    after: tuple[date, int] | None,
    limit: int,
) -> Sequence[StoredReading]:
    """Readings of a span of days, newest first; `after` is the day and series the last page ended with."""
    after_day, after_series = after or (None, None)
    parameters: dict[str, Any] = {
        "first": first,
        "last": last,
        "indicator": indicator,
        "region": region,
        "scope": scope,
        "after_day": after_day,
        "after_series": after_series,
        "limit": limit,
    }
    rows: Iterable[Any] = conn.execute(load("readings")["list_readings"], parameters)
    return [StoredReading(*row) for row in rows]
