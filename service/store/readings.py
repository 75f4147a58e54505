"""Readings as numpy panels and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from service.domain.arrays import Bools, Floats, Ints
from service.store.pool import Connection
from service.store.queries import load

# A reading as the query packs it.
_PACKED = np.dtype([("series", ">i4"), ("day", ">i4"), ("value", ">f8")])
_REPORT = np.dtype([*_PACKED.descr, ("in_time", "?")])
# A value of PostgreSQL's holds 1 GB: a month of 2 million series.
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading as it is now; value None was taken back.

    flags  what is doubtful of it (存疑待核实)
    """

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
    flags: list[str]


@dataclass(frozen=True, slots=True)
class LastReport:
    """The last figure of a series."""

    day: date
    value: float


def last_reports(conn: Connection, series: Sequence[int], day: date) -> dict[int, LastReport]:
    """The last figure of each series up to a day, of those that have one in its year."""
    found = conn.execute(load("readings")["last_reports"], {"series_id": series, "day": day})
    return {number: LastReport(last, value) for number, last, value in found.fetchall()}


def known_at(conn: Connection) -> datetime | None:
    """The last submission this snapshot sees; None where there never was one."""
    row = conn.execute(load("readings")["known_at"]).fetchone()
    return row[0] if row else None


def changes_since(conn: Connection, since: datetime) -> list[tuple[date, date]]:
    """Spans of days whose figures changed after an instant."""
    return conn.execute(load("readings")["changes_since"], {"since": since}).fetchall()


def fill_panel(
    conn: Connection,
    values: Floats,
    rows: Ints,
    origin: date,
    first: date,
    last: date,
    *,
    known_at: datetime | None = None,
) -> None:
    """Put the readings of [first, last] into a panel; days without one become NaN. In place.

    values    (series, days) from `origin` on
    rows      row of each series number in it, -1 for series that are not in the panel
    known_at  what was recorded by then; everything there is where it is left out
    """
    while first <= last:
        until = min(last, first + _MONTH - timedelta(days=1))
        _fill_month(conn, values, rows, origin, first, until, known_at)
        first = until + timedelta(days=1)


def _fill_month(
    conn: Connection,
    values: Floats,
    rows: Ints,
    origin: date,
    first: date,
    last: date,
    known_at: datetime | None,
) -> None:
    left, right = (first - origin).days, (last - origin).days + 1
    values[:, left:right] = np.nan
    query = load("readings")["panel_known_at" if known_at else "panel"]
    parameters = {"first": first, "last": last, "known_at": known_at}
    series, day, value = unpacked(conn.execute(query, parameters, binary=True).fetchone(), rows)
    values[series, day + left] = value


def changed_readings(
    conn: Connection, rows: Ints, first: date, last: date, since: datetime
) -> tuple[Ints, Ints, Floats]:
    """Readings of [first, last] recorded after an instant: panel row, day from `first` on, and value, NaN where taken back.

    rows  row of each series number in the panel, -1 for series that are not in it
    """
    parameters = {"first": first, "last": last, "since": since}
    return unpacked(conn.execute(load("readings")["changed"], parameters, binary=True).fetchone(), rows)


def read_reports(
    conn: Connection, rows: Ints, series: int, days: Sequence[date], deadlines: Sequence[datetime]
) -> tuple[Floats, Bools]:
    """What has been reported for some days: (series, days) the figures, NaN where there is none, and whether one was known in time.

    rows       row of each series number, -1 for series that are not asked for; `series` is how many are
    deadlines  by day, the instant until which a report is in time
    """
    parameters = {
        "day": list(days),
        "deadline": list(deadlines),
        "first": min(days),
        "last": max(days),
    }
    packed = conn.execute(load("readings")["reports"], parameters, binary=True).fetchone()
    stored = _kept(packed, _REPORT, rows)
    values, in_time = np.full((series, len(days)), np.nan), np.zeros((series, len(days)), dtype=bool)
    at = rows[stored["series"]], stored["day"]
    values[at], in_time[at] = stored["value"], stored["in_time"]
    return values, in_time


def unpacked(packed: Sequence[Any] | None, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """Panel row, day and value of packed readings; of series that are in the panel."""
    stored = _kept(packed, _PACKED, rows)
    return rows[stored["series"]], stored["day"].astype(np.int64), stored["value"].astype(np.float64)


def _kept(packed: Sequence[Any] | None, kind: np.dtype[np.void], rows: Ints) -> np.ndarray[Any, Any]:
    """Packed readings as records, of series that have a row."""
    stored = np.frombuffer((packed and packed[0]) or b"", dtype=kind)
    # A newer catalogue than the panel's may have made more series than `rows` knows.
    kept = stored["series"] < len(rows)
    kept[kept] = rows[stored["series"][kept]] >= 0
    return stored[kept]


def list_readings(
    conn: Connection,
    *,
    first: date,
    last: date,
    indicator: str | None,
    region: str | None,
    scope: str | None,
    flagged: bool | None,
    after: tuple[date, int] | None,
    limit: int,
) -> Sequence[StoredReading]:
    """Readings of a span of days, newest first; `after` is the day and series the last page ended with.

    flagged  only doubtful ones, or only those that are not
    """
    after_day, after_series = after or (None, None)
    parameters: dict[str, Any] = {
        "first": first,
        "last": last,
        "indicator": indicator,
        "region": region,
        "scope": scope,
        "flagged": flagged,
        "after_day": after_day,
        "after_series": after_series,
        "limit": limit,
    }
    rows: Iterable[Any] = conn.execute(load("readings")["list_readings"], parameters)
    return [StoredReading(*row) for row in rows]
