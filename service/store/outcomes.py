"""What became of single rows of a submission."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from service.store.pool import Connection
from service.store.queries import load

Place = tuple[int, date]  # series and day


def written(conn: Connection, submission_id: str, places: Collection[Place]) -> dict[Place, int]:
    """The revision a submission made of each reading it wrote, whatever was written since; 1 is a new one."""
    if not places:
        return {}
    parameters = {"submission_id": submission_id, **_columns(places)}
    rows = conn.execute(load("outcomes")["written"], parameters)
    return {(series, day): revision for series, day, revision in rows}


def standing(conn: Connection, places: Collection[Place]) -> dict[Place, float | None]:
    """The value of each reading as it is now, None where it was taken back; those never reported are left out."""
    if not places:
        return {}
    rows = conn.execute(load("outcomes")["standing"], _columns(places))
    return {(series, day): value for series, day, value in rows}


def _columns(places: Collection[Place]) -> dict[str, object]:
    days = [day for _, day in places]
    return {"series": [series for series, _ in places], "days": days, "first": min(days), "last": max(days)}
