"""Readings behind a figure, as they were known when it was worked out: with revisions and submissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import numpy as np

from service.domain.arrays import Floats
from service.store.pool import Connection
from service.store.queries import load
from service.store.readings import unpacked

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one series, by its number in the database. The spans of a series must not overlap."""

    series_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class KnownReading:
    """A reading as it was known; value None was taken back."""

    series_id: int
    day: date
    value: float | None
    revision: int
    figure: str | None
    unit: str | None
    note: str | None
    submission_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A value that replaced another, or (revision 1) came in."""

    series_id: int
    day: date
    revision: int
    before: float | None
    value: float | None
    submission_id: str
    feed: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """A submission readings came with; how many of them, and of which days."""

    submission_id: str
    feed: str
    format: str
    rows: int
    note: str
    received_at: datetime
    recorded_at: datetime
    readings: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """The first of a list, and how many there are in all."""

    items: tuple[Item, ...]
    total: int


def known_panel(
    conn: Connection, rows: Mapping[int, int], size: tuple[int, int], origin: date, known_at: datetime
) -> Floats:
    """(series, days) from `origin` on, as known at an instant; NaN where nothing was.

    rows  panel row of each series number that is read; size, that of the panel
    """
    values = np.full(size, np.nan)
    last = date.fromordinal(origin.toordinal() + size[1] - 1)
    spans = [Span(number, origin, last) for number in rows]
    parameters = {**_columns(spans), "origin": origin, "known_at": known_at}
    place = np.full(max(rows, default=0) + 1, -1, dtype=np.int64)
    place[list(rows)] = list(rows.values())
    packed = conn.execute(load("evidence")["panel"], parameters, binary=True).fetchone()
    series, day, value = unpacked(packed, place)
    values[series, day] = value
    return values


def readings(
    conn: Connection,
    spans: Sequence[Span],
    known_at: datetime,
    *,
    after: tuple[date, int] | None,
    limit: int | None,
) -> Listed[KnownReading]:
    """Newest day first; `after` is the day and series the last page ended with."""
    day, series = after or (None, None)
    more = {"known_at": known_at, "after_day": day, "after_series": series, "limit": limit}
    found = conn.execute(load("evidence")["readings"], {**_columns(spans), **more}).fetchall()
    return Listed(tuple(KnownReading(*row[:-1]) for row in found), found[0][-1] if found else 0)


def submissions(
    conn: Connection, spans: Sequence[Span], known_at: datetime, limit: int | None
) -> Listed[Origin]:
    """What the readings came with, newest first."""
    parameters = {**_columns(spans), "known_at": known_at, "limit": limit}
    found = conn.execute(load("evidence")["submissions"], parameters).fetchall()
    return Listed(tuple(Origin(*row[:-1]) for row in found), found[0][-1] if found else 0)


def changes(
    conn: Connection, spans: Sequence[Span], known_at: datetime, *, later: bool, limit: int | None
) -> Listed[Change]:
    """Values replaced by the instant, or with `later` what came after it; newest first."""
    parameters = {**_columns(spans), "known_at": known_at, "later": later, "limit": limit}
    found = conn.execute(load("evidence")["changes"], parameters).fetchall()
    return Listed(tuple(Change(*row[:-1]) for row in found), found[0][-1] if found else 0)


def _columns(spans: Sequence[Span]) -> dict[str, Any]:
    return {
        "series": [span.series_id for span in spans],
        "first": [span.first for span in spans],
        "last": [span.last for span in spans],
    }
