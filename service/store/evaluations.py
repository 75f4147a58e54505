"""Evaluated days: progress, clocks, and what each day was evaluated with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import class_row

from service.domain.alerting import Clock
from service.domain.arrays import Bools, Ints
from service.domain.catalog import Level
from service.domain.comparison import Comparison
from service.domain.fold import AlertKey, parse_key
from service.domain.progress import Progress
from service.errors import Unavailable
from service.store.packed import booleans, copy_rows, dates, floats, integers, texts
from service.store.pool import Connection
from service.store.queries import load


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a day was evaluated. `runs` counts the first time and every time again."""

    as_of: date
    known_at: datetime
    catalog_version: int
    rules_version: int
    runs: int
    closed_at: datetime
    evaluated_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Changed:
    """A submission that changed figures, from its first report's day to its last one's."""

    submission_id: str
    feed: str
    note: str
    restatement: bool
    first_day: date
    last_day: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A node's progress as of a day, as in domain.progress.Progress; None where undefined."""

    indicator: str
    region: str
    scope: str
    as_of: date
    target_code: str | None
    period_start: date
    period_end: date
    data_day: date | None
    stale: bool
    covered: int
    declared: int
    value: float | None
    period_to_date: float | None
    target: float | None
    completion: float | None
    expected: float | None
    lag: float | None
    shortfall: float | None
    to_target: float | None
    required_rate: float | None
    allowed_mean: float | None
    mean_rate: float | None
    recent_rate: float | None
    last_year: float | None
    year_on_year: float | None
    projected: float | None
    met: bool | None

    @property
    def coverage(self) -> float | None:
        """Share of the reported nodes below that had a figure on the data day."""
        return self.covered / self.declared if self.declared else None


@contextmanager
def evaluating(conn: Connection) -> Iterator[None]:
    """Be the one evaluator; others wait. Raises `Unavailable` where that takes longer than a statement may."""
    try:
        conn.execute(load("evaluations")["lock"])
    except psycopg.errors.QueryCanceled as error:
        zh, en = "另一评估正在进行，请稍后再试。", "another evaluation is running: try again later."
        raise Unavailable("evaluation_running", zh, en) from error
    try:
        yield
    finally:
        conn.execute(load("evaluations")["unlock"])


def last(conn: Connection) -> tuple[date | None, datetime | None]:
    """The last evaluated day, and the instant up to which evaluation has taken submissions in."""
    row = conn.execute(load("evaluations")["last"]).fetchone()
    return (row[0], row[1]) if row else (None, None)


def changed_since(conn: Connection, since: datetime) -> list[Changed]:
    """Submissions recorded after an instant that changed figures, in the order in which they were recorded."""
    with conn.cursor(row_factory=class_row(Changed)) as cursor:
        return cursor.execute(load("evaluations")["changed_since"], {"since": since}).fetchall()


def oldest_catalog(conn: Connection, first: date, last: date) -> int | None:
    """The oldest catalogue that days of a span were judged with; None where none was judged."""
    row = conn.execute(load("evaluations")["oldest_catalog"], {"first": first, "last": last}).fetchone()
    return row[0] if row else None


def record(conn: Connection, **parameters: Any) -> None:
    """Note that a day was evaluated: as_of, known_at, catalog_version, rules_version, at, seconds."""
    conn.execute(load("evaluations")["record"], parameters)


def get(conn: Connection, as_of: date) -> Evaluation | None:
    """How a day was evaluated; None where it wasn't."""
    with conn.cursor(row_factory=class_row(Evaluation)) as cursor:
        return cursor.execute(load("evaluations")["get"], {"as_of": as_of}).fetchone()


def write_progress(
    conn: Connection, progress: Progress, node_ids: Ints, stored: Progress | None = None
) -> None:
    """Replace a day's progress, in one COPY.

    node_ids  (nodes,)
    stored    what the day is known to have, of the same nodes: only what differs is replaced
    """
    sql = load("evaluations")
    if stored is None:
        rows = np.arange(len(node_ids))
        conn.execute(sql["drop_progress"], {"as_of": progress.as_of})
    else:
        rows = np.flatnonzero(_differs(progress, stored))
        parameters = {"as_of": progress.as_of, "node_id": node_ids[rows].tolist()}
        conn.execute(sql["drop_progress_of"], parameters)
    with conn.cursor() as cursor, cursor.copy(sql["copy_progress"].rstrip(";")) as copy:
        copy.write(_packed(progress, node_ids, rows))


# Columns of the table that are arrays of Progress, in the table's order.
FIGURES = (
    "value",
    "to_date",
    "target",
    "completion",
    "expected",
    "lag",
    "shortfall",
    "to_target",
    "required_rate",
    "allowed_mean",
    "mean_rate",
    "recent_rate",
    "last_year",
    "year_on_year",
    "projected",
)


# All that a row is made of but its target's code and period.
_REPORTED = ("data", "stale", "covered", "declared", *FIGURES, "met")


def _differs(progress: Progress, stored: Progress) -> Bools:
    """(nodes,) True where a row of the table would be another."""
    differs = np.full(len(progress.data), progress.first != stored.first)  # `data` counts from there
    for name in _REPORTED:
        new, old = getattr(progress, name), getattr(stored, name)
        differs |= (new != old) & ~((new != new) & (old != old))  # not a number equals itself here
    new_goals, old_goals = progress.goals, stored.goals
    if new_goals is not old_goals:
        differs |= (new_goals.start != old_goals.start) | (new_goals.end != old_goals.end)
        differs |= [a != b for a, b in zip(new_goals.targets, old_goals.targets, strict=True)]
    return differs


def _packed(p: Progress, node_ids: Ints, rows: Ints) -> bytes:
    """The day's rows, in the order of the table's columns."""
    data = p.data[rows]
    return copy_rows(
        [
            dates(np.full(len(rows), p.as_of.toordinal())),
            integers(node_ids[rows]),
            texts([target.code if (target := p.target_of[row]) else None for row in rows.tolist()]),
            dates(p.goals.start[rows]),
            dates(p.goals.end[rows]),
            dates(p.first.toordinal() + data, null=data < 0),
            booleans(p.stale[rows]),
            integers(p.covered[rows]),
            integers(p.declared[rows]),
            *(floats(getattr(p, name)[rows]) for name in FIGURES),
            booleans(p.met[rows], null=np.isnan(p.target[rows])),
        ]
    )


def write_comparisons(
    conn: Connection, as_of: date, comparisons: Sequence[Comparison], node_ids: Ints
) -> None:
    """Replace what sources tell of a day, in one COPY for each pair of them.

    node_ids  (nodes,)
    """
    sql = load("evaluations")
    conn.execute(sql["drop_comparisons"], {"as_of": as_of})
    for one in comparisons:
        with conn.cursor() as cursor, cursor.copy(sql["copy_comparisons"].rstrip(";")) as copy:
            copy.write(_packed_comparison(as_of, one, node_ids))


def _packed_comparison(as_of: date, one: Comparison, node_ids: Ints) -> bytes:
    """A pair's rows, in the order of the table's columns."""
    rows = len(one.rows)
    sides = zip(one.sources, (one.left, one.right), one.covered, one.declared, strict=True)
    told = [
        (texts([source] * rows), floats(figure), integers(covered), integers(declared))
        for source, figure, covered, declared in sides
    ]
    days = dates(np.full(rows, as_of.toordinal()))
    return copy_rows(
        [days, integers(node_ids[one.rows]), dates(one.day), *told[0], *told[1], booleans(one.settled)]
    )


def read_progress(
    conn: Connection, as_of: date, *, indicator: str | None = None, region: str | None = None
) -> Sequence[ProgressRow]:
    """Progress of a day, in catalogue order."""
    with conn.cursor(row_factory=class_row(ProgressRow)) as cursor:
        parameters = {"as_of": as_of, "indicator": indicator, "region": region}
        return cursor.execute(load("evaluations")["progress"], parameters).fetchall()


@dataclass(frozen=True, slots=True)
class CourseRow:
    """What a node's progress told of one data day, as judged last."""

    data_day: date
    value: float | None
    period_to_date: float | None
    target: float | None
    expected: float | None
    last_year: float | None


def read_course(conn: Connection, node_id: int, period_start: date, as_of: date) -> Sequence[CourseRow]:
    """How a node's figure went through its period, up to an as-of day; one row for each data day, in order."""
    with conn.cursor(row_factory=class_row(CourseRow)) as cursor:
        parameters = {"node_id": node_id, "period_start": period_start, "as_of": as_of}
        return cursor.execute(load("evaluations")["course"], parameters).fetchall()


def read_clocks(conn: Connection, as_of: date) -> dict[AlertKey, Clock]:
    """The clocks as they stood after a day."""
    rows = conn.execute(load("evaluations")["clocks"], {"as_of": as_of}).fetchall()
    return {
        parse_key(key): Clock(Level(level), since, tuple(held), tuple(quiet))
        for key, level, since, held, quiet in rows
    }


def read_clock(conn: Connection, as_of: date, key: AlertKey) -> Clock | None:
    """One clock as it stood after a day; None where it was at rest."""
    row = conn.execute(load("evaluations")["clock"], {"as_of": as_of, "key": key.text}).fetchone()
    return Clock(Level(row[0]), row[1], tuple(row[2]), tuple(row[3])) if row else None


def fired_on(conn: Connection, since: Mapping[AlertKey, date], until: date) -> dict[AlertKey, date]:
    """The first day on which each alert fired, of the episode whose condition holds since a day, by `until`."""
    parameters = {"key": [key.text for key in since], "since": list(since.values()), "until": until}
    rows = conn.execute(load("evaluations")["fired_on"], parameters).fetchall()
    return {parse_key(key): day for key, day in rows}


def write_clocks(conn: Connection, as_of: date, clocks: Mapping[AlertKey, Clock]) -> None:
    """Replace the clocks of a day."""
    sql = load("evaluations")
    conn.execute(sql["drop_clocks"], {"as_of": as_of})
    if not clocks:
        return
    conn.execute(
        sql["insert_clocks"],
        {
            "as_of": as_of,
            "key": [key.text for key in clocks],
            "level": [int(clock.level) for clock in clocks.values()],
            "since": [clock.since for clock in clocks.values()],
            "held": [",".join(map(str, clock.held)) for clock in clocks.values()],
            "quiet": [",".join(map(str, clock.quiet)) for clock in clocks.values()],
        },
    )
