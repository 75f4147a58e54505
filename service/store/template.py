"""What a feed has reported so far, for the template of its next report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from service.store.pool import Connection
from service.store.queries import load

# A figure older than that is no reference for the next; every series is looked for so far back.
LOOKED_BACK = timedelta(days=400)


def last_figures(conn: Connection, series: Collection[int], until: date) -> dict[int, tuple[date, float]]:
    """Day and value (in the indicator's unit) of each series' last report up to a day; series without one are left out."""
    parameters = {"series": list(series), "until": until, "since": until - LOOKED_BACK}
    rows = conn.execute(load("template")["last_figures"], parameters)
    return {number: (day, value) for number, day, value in rows}


def reported(conn: Connection, series: Collection[int], days: Sequence[date]) -> dict[date, int]:
    """How many of the series each day has a figure of; days without any are left out."""
    rows = conn.execute(load("template")["reported"], {"series": list(series), "days": list(days)})
    return dict(rows.fetchall())
