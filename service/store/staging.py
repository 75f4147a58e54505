"""Rows of one body on their way in, in a temporary table: a body of any size takes no memory here.

Everything happens within a transaction of the caller's, whose end empties the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from service.store.pool import STATEMENT_TIMEOUT_SECONDS, Connection
from service.store.queries import load

# Of the columns that are copied, in binary: twice as fast as text.
_TYPES = ("int4", "text", "int4", "date", "float8", "text", "text", "text")
# More than these are given time by their number, at a slow machine's pace.
FEW_ROWS = 100_000
MERGED_PER_SECOND = 5_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings to store, column by column.

    place   where the row stands in the body
    value   in the indicator's unit, None takes the reading back
    figure, unit  as reported where they differ from the value, else None
    """

    place: list[str]
    series_id: list[int]
    day: list[date]
    value: list[float | None]
    figure: list[str | None]
    unit: list[str | None]
    notes: list[str | None]


@dataclass(frozen=True, slots=True)
class Staged:
    """A row on its way in; `n` counts the rows of its body that were staged."""

    n: int
    place: str
    series_id: int
    day: date
    value: float | None
    figure: str | None
    unit: str | None
    note: str | None

    @property
    def reported(self) -> float | None:
        """The figure as it was reported, in the unit it was reported in."""
        return self.value if self.figure is None else float(self.figure)


class Staging:
    """The rows of one body.

    rows  how many are staged
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._next = 0
        self.rows = 0
        conn.execute(load("staging")["create"])

    def add(self, columns: Columns) -> None:
        """Take more rows in."""
        if not columns.day:
            return
        count = len(columns.day)
        numbers = range(self._next, self._next + count)
        fields = (getattr(columns, name) for name in columns.__slots__)
        with self._conn.cursor() as cursor, cursor.copy(load("staging")["copy"]) as copy:
            copy.set_types(_TYPES)
            for row in zip(numbers, *fields, strict=True):
                copy.write_row(row)
        self._next += count
        self.rows += count

    def complete(self) -> None:
        """All rows are there: a large body may take the time it needs, and the planner knows how large it is."""
        if self.rows > FEW_ROWS:
            seconds = STATEMENT_TIMEOUT_SECONDS + self.rows // MERGED_PER_SECOND
            self._conn.execute(load("staging")["take_time"], {"timeout": f"{seconds}s"})
            self._conn.execute(load("staging")["analyze"])

    def add_written(self, submission_id: str, first: date | None, last: date | None) -> None:
        """Stage the readings that a submission wrote, as they come to without it, and hold them.

        first, last  the days it changed; None where it changed nothing
        """
        sql, parameters = load("past"), {"submission_id": submission_id, "first": first, "last": last}
        self.rows += self._conn.execute(sql["stage_written"], parameters).rowcount
        self._conn.execute(sql["hold_staged"], parameters)
        # A statement of its own: it sees what was changed by whom this one waited for.
        self._conn.execute(sql["stage_without"], parameters)

    def load_draft(self, submission_id: str) -> None:
        """Take in again what a draft holds."""
        self.rows += self._conn.execute(
            load("staging")["load_draft"], {"submission_id": submission_id}
        ).rowcount

    def series(self) -> list[int]:
        """Numbers of the series that are staged."""
        return [number for (number,) in self._conn.execute(load("staging")["series"]).fetchall()]

    def contradictions(self, limit: int) -> Sequence[Staged]:
        """Rows that contradict another about the same series and day; those of one side by side, in order."""
        with self._conn.cursor(row_factory=class_row(Staged)) as cursor:
            return cursor.execute(load("staging")["contradictions"], {"limit": limit}).fetchall()

    def drop(self, rows: Sequence[int]) -> None:
        """Leave rows out, by their number."""
        self._conn.execute(load("staging")["drop"], {"rows": list(rows)})
        self.rows -= len(rows)

    def places(self, limit: int) -> list[str]:
        """Where the first rows stand."""
        found = self._conn.execute(load("staging")["places"], {"limit": limit}).fetchall()
        return [place for (place,) in found]
