"""Doubtful readings (存疑待核实): found once they are stored, kept beside them, gone when they are corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from service.store.pool import Connection
from service.store.queries import load

IMPLAUSIBLE, FALL = "implausible", "fall"
Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Meant:
    """How the reports of some series and days are meant, column by column; spans of a series don't overlap.

    cumulative  sums since the new year, else figures of their own
    summed      figures that add up over the days they cover
    low, high   usual bounds of one day's figure in the indicator's unit, None where there is none
    """

    series_id: list[int]
    first: list[date]
    last: list[date]
    cumulative: list[bool]
    summed: list[bool]
    low: list[float | None]
    high: list[float | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading that is doubtful, or was.

    place     where it stood in the body; None for a report that was there and follows one of the body's
    of_a_day  its figure for one day, None where it cannot be told
    """

    series_id: int
    day: date
    place: str | None
    value: float | None
    of_a_day: float | None
    low: float | None
    high: float | None
    before_day: date | None
    before_value: float | None
    implausible: bool
    fall: bool

    def codes(self) -> Iterator[str]:
        if self.implausible:
            yield IMPLAUSIBLE
        if self.fall:
            yield FALL


def flag(conn: Connection, submission_id: str, written: Span, cycle: str, meant: Meant) -> list[Judged]:
    """Flag what a submission has made doubtful, and unflag what it has set right; what is doubtful now.

    written  first and last day of the readings it has written
    Within the transaction that has just merged what is staged.
    """
    parameters = {
        "submission_id": submission_id,
        "cycle": cycle,
        "written_from": written[0],
        "written_to": written[1],
        "year_from": written[0].replace(month=1, day=1),
        "year_to": written[1].replace(month=12, day=31),
        **{name: getattr(meant, name) for name in meant.__slots__},
    }
    with conn.cursor(row_factory=class_row(Judged)) as cursor:
        found = cursor.execute(load("flags")["judge"], parameters).fetchall()
    if found:
        _keep(conn, found)
    return [one for one in found if one.implausible or one.fall]


def _keep(conn: Connection, judged: Sequence[Judged]) -> None:
    columns = {"series_id": [one.series_id for one in judged], "day": [one.day for one in judged]}
    conn.execute(load("flags")["clear"], columns)
    flags = [(one.series_id, one.day, code) for one in judged for code in one.codes()]
    series_id, day, code = ([flag[at] for flag in flags] for at in range(3))
    conn.execute(load("flags")["flag"], {"series_id": series_id, "day": day, "code": code})
