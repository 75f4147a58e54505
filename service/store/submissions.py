"""Submissions: what came in, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from service.store.flags import FALL, IMPLAUSIBLE
from service.store.past import Bounds, Merged, check
from service.store.pool import Connection
from service.store.queries import load


@dataclass(frozen=True, slots=True)
class Submission:
    """A recorded submission; accepted + unchanged + revised + rejected = rows.

    flagged       readings it stored that were doubtful then (存疑待核实)
    first_day, last_day  span of the days whose figures it changed; None where it changed none
    closed_days   days that were closed already and whose figures it changed
    withdraws     the submission it takes back (撤回)
    withdrawn_by  the submission that takes it back
    reviewed_by, reviewer  the token that passed or returned it, and whose that is
    """

    submission_id: str
    feed: str
    token_id: str
    idempotency_key: str | None
    content_sha256: bytes
    state: str
    format: str
    note: str
    rows: int
    accepted: int
    unchanged: int
    revised: int
    rejected: int
    flagged: int
    faults: list[dict[str, str]]
    notices: list[dict[str, str]]
    restatement: bool
    mode: str
    first_day: date | None
    last_day: date | None
    closed_days: int
    withdraws: str | None
    withdrawn_by: str | None
    reviewed_by: str | None
    reviewer: str | None
    reviewed_at: datetime | None
    review_note: str
    received_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A body as it came: whose, how it is recognised again, when, and whether it restates history.

    mode       `atomic`: all of it or nothing; `partial`: its sound rows
    notices    what its sender should know of how it was read
    withdraws  the submission it takes back
    """

    submission_id: str
    feed: str
    token_id: str
    key: str | None
    sha256: bytes
    format: str
    note: str
    rows: int
    restatement: bool
    mode: str
    received_at: datetime
    notices: Sequence[dict[str, str]] = ()
    withdraws: str | None = None

    def parameters(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "notices": Jsonb(list(self.notices))}


@dataclass(frozen=True, slots=True)
class DraftReading:
    """A reading that waits for review.

    n       its number in the body
    value, figure, unit  as in `Columns`
    stored  the value that counts now, None where it was taken back or there is none
    known   whether there is one
    """

    n: int
    place: str
    day: date
    indicator: str
    region: str
    scope: str
    value: float | None
    figure: str | None
    unit: str | None
    note: str | None
    stored: float | None
    known: bool


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A broken row to be kept: where it stood, what it said, its faults; and the reading it is about, if that is certain."""

    place: str
    said: Mapping[str, object]
    faults: Sequence[dict[str, str]]
    series_id: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a body's rows, apart from what was merged.

    staged    rows in the staging table; more than one of them may say the same
    rejected  rows that were left out, for these faults
    flagged   rows that were stored and are doubtful, with a notice on each of the `doubts`
    """

    staged: int
    rejected: int = 0
    faults: Sequence[dict[str, str]] = ()
    flagged: int = 0
    doubts: Sequence[dict[str, str]] = ()


def find_accepted(conn: Connection, feed: str, key: str | None, sha256: bytes) -> Submission | None:
    """The submission that this key or content stands for: accepted, or waiting for review."""
    with conn.cursor(row_factory=class_row(Submission)) as cursor:
        sql = load("submissions")["find_accepted"]
        return cursor.execute(sql, {"feed": feed, "key": key, "sha256": sha256}).fetchone()


def get(conn: Connection, submission_id: str) -> Submission | None:
    """One submission by its id."""
    with conn.cursor(row_factory=class_row(Submission)) as cursor:
        return cursor.execute(load("submissions")["get"], {"submission_id": submission_id}).fetchone()


def list_newest(
    conn: Connection, *, feed: str | None, state: str | None, before: datetime | None, limit: int
) -> Sequence[Submission]:
    """Submissions, newest first."""
    with conn.cursor(row_factory=class_row(Submission)) as cursor:
        sql = load("submissions")["list_newest"]
        return cursor.execute(
            sql, {"feed": feed, "state": state, "before": before, "limit": limit}
        ).fetchall()


def claim(conn: Connection, arrival: Arrival) -> bool:
    """Make a body this submission's; False where the same body was accepted meanwhile.

    Within a transaction of the caller's, which goes on to `merge` and `close` it, or to `keep_draft`.
    """
    return conn.execute(load("submissions")["open"], arrival.parameters()).fetchone() is not None


def merge(conn: Connection, submission_id: str, bounds: Bounds) -> Merged:
    """Merge the staged readings of a claimed body; what it did has to be recorded with `close`."""
    with conn.cursor(row_factory=class_row(Merged)) as cursor:
        sql, parameters = load("submissions")["merge"], {"submission_id": submission_id, **asdict(bounds)}
        merged = cursor.execute(sql, parameters).fetchone()
    assert merged is not None  # it counts, if only to nothing
    return merged


def has_replaced(conn: Connection, submission_id: str) -> bool:
    """Whether the merge of what is staged replaced a figure."""
    row = conn.execute(load("submissions")["replaced"], {"submission_id": submission_id}).fetchone()
    assert row is not None  # EXISTS says yes or no
    return bool(row[0])


def close(
    conn: Connection, submission_id: str, at: datetime, bounds: Bounds, merged: Merged, outcome: Outcome
) -> Submission:
    """Record what became of a body that was merged.

    The receipt is true once the caller's transaction commits. Raises `Unavailable` where the merge turned out to
    change more of the past than it may.
    """
    conn.execute(load("submissions")["lock_record"])
    check(conn, bounds, merged)
    return _recorded(
        conn,
        "close",
        {
            "submission_id": submission_id,
            "state": "accepted",
            **asdict(merged),
            "unchanged": outcome.staged - merged.accepted - merged.revised,
            "rejected": outcome.rejected,
            "flagged": outcome.flagged,
            "faults": Jsonb(list(outcome.faults)),
            "doubts": Jsonb(list(outcome.doubts)),
            "now": at,
        },
    )


def keep_draft(conn: Connection, expected: Submission, at: datetime) -> Submission:
    """Let the staged readings of a claimed body wait for review.

    expected  what would have become of it
    """
    sql = load("submissions")
    conn.execute(sql["keep_draft"], {"submission_id": expected.submission_id})
    conn.execute(sql["lock_record"])
    return _recorded(
        conn,
        "close",
        {
            "submission_id": expected.submission_id,
            "state": "draft",
            "accepted": expected.accepted,
            "revised": expected.revised,
            "unchanged": expected.unchanged,
            "rejected": expected.rejected,
            "flagged": expected.flagged,
            "doubts": Jsonb([n for n in expected.notices if n["code"] in (IMPLAUSIBLE, FALL)]),
            "faults": Jsonb(expected.faults),
            "first_day": None,
            "last_day": None,
            "closed_days": expected.closed_days,
            "now": at,
        },
    )


def lock(conn: Connection, submission_id: str) -> None:
    """Hold a submission until the transaction ends."""
    conn.execute(load("submissions")["lock"], {"submission_id": submission_id})


def review(
    conn: Connection, submission_id: str, *, passed: bool, token_id: str, note: str, at: datetime
) -> Submission:
    """Note what a second person decided: a draft that was stored is passed, one that was not is returned."""
    parameters = {"submission_id": submission_id, "token_id": token_id, "note": note, "now": at}
    return _recorded(conn, "passed" if passed else "returned", parameters)


def draft_readings(conn: Connection, submission_id: str, *, after: int, limit: int) -> Sequence[DraftReading]:
    """Readings that wait for review, from behind the one numbered `after`."""
    parameters = {"submission_id": submission_id, "after": after, "limit": limit}
    rows: Iterable[Any] = conn.execute(load("submissions")["draft_readings"], parameters)
    return [DraftReading(*row) for row in rows]


def quarantine(conn: Connection, submission_id: str, broken: Sequence[QuarantinedRow]) -> None:
    """Keep the broken rows of a submission until somebody settles them."""
    with conn.cursor() as cursor, cursor.copy(load("submissions")["quarantine"]) as copy:
        for position, row in enumerate(broken, 1):
            id_, kept = f"{submission_id}-{position}", (Jsonb(row.said), Jsonb(row.faults))
            copy.write_row((id_, submission_id, position, row.place, *kept, row.series_id, row.day))


def reject(conn: Connection, arrival: Arrival, faults: Sequence[dict[str, str]]) -> Submission:
    """Record a body nothing of which is stored."""
    conn.execute(load("submissions")["lock_record"])
    parameters = {**arrival.parameters(), "faults": Jsonb(list(faults)), "now": arrival.received_at}
    return _recorded(conn, "reject", parameters)


def _recorded(conn: Connection, query: str, parameters: dict[str, Any]) -> Submission:
    """The submission as a statement has just written it."""
    conn.execute(load("submissions")[query], parameters)
    submission = get(conn, parameters["submission_id"])
    assert submission is not None  # it was just written
    return submission
