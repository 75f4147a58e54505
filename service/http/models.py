"""What the API answers with. Fields are only ever added."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from service.domain.catalog import Level
from service.domain.pending import Pending
from service.domain.rules import Rule
from service.errors import Invalid
from service.store.alerts import AlertRow, EventRow, NotificationRow
from service.store.evaluations import ProgressRow
from service.store.marks import Mark
from service.store.readings import StoredReading
from service.store.submissions import Submission

Item = TypeVar("Item")
# PostgreSQL knows no NUL in a text.
PLAIN = r"^[^\x00]*$"


def _written_out(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return value
    raise ValueError("write the day as 2018-08-31")


# A day that is asked for. Left to itself, pydantic takes numbers for seconds since 1970: 20180831 would be a day of 1970.
Day = Annotated[date, BeforeValidator(_written_out)]


class Page(BaseModel, Generic[Item]):
    """Part of a list; pass `cursor` on to get the next, null at the end."""

    items: list[Item]
    cursor: str | None = None


class NoticeOut(BaseModel):
    """Something to know of how a body was read, though nothing is wrong: hidden rows, totals, blank cells."""

    code: str
    where: str
    text: str
    zh: str
    en: str


class ReceiptOut(BaseModel):
    """Receipt of a submission: accepted + unchanged + revised + rejected = rows."""

    submission: str
    feed: str
    state: str
    rows: int
    accepted: int
    unchanged: int
    revised: int
    rejected: int
    replayed: bool
    restatement: bool
    received_at: datetime
    recorded_at: datetime
    message: str
    notices: list[NoticeOut]

    @classmethod
    def of(cls, submission: Submission, *, replayed: bool) -> Self:
        s = submission
        return cls(
            submission=s.submission_id,
            feed=s.feed,
            state=s.state,
            rows=s.rows,
            accepted=s.accepted,
            unchanged=s.unchanged,
            revised=s.revised,
            rejected=s.rejected,
            replayed=replayed,
            restatement=s.restatement,
            received_at=s.received_at,
            recorded_at=s.recorded_at,
            message=_receipt_sentence(s, replayed),
            notices=[NoticeOut(**notice) for notice in s.notices],
        )


def _receipt_sentence(s: Submission, replayed: bool) -> str:
    """The receipt in one Chinese sentence, as a clerk reads it."""
    if replayed:
        return f"此前已收过同样内容（{s.submission_id}），本次未重复入库。"
    if s.state == "rejected":
        return f"共{s.rows}行，未入库。请按提示改正后整批重报。"
    restated = "口径调整，" if s.restatement else ""
    return f"{restated}共{s.rows}行：新增{s.accepted}行，无变化{s.unchanged}行，更正{s.revised}行，退回{s.rejected}行。"


class SubmissionOut(ReceiptOut):
    """A submission and the faults it was refused for."""

    format: str
    note: str
    errors: list[dict[str, str]]

    @classmethod
    def of(cls, submission: Submission, *, replayed: bool = False) -> Self:
        receipt = ReceiptOut.of(submission, replayed=replayed).model_dump()
        return cls(**receipt, format=submission.format, note=submission.note, errors=submission.faults)


class ReadingOut(BaseModel):
    """A reading as it is now; value null was taken back. figure and unit are as reported where they differ."""

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
    submission: str

    @classmethod
    def of(cls, row: StoredReading) -> Self:
        plain = asdict(row)
        plain.pop("series_id")
        return cls(submission=plain.pop("submission_id"), **plain)


class ProgressOut(BaseModel):
    """A figure's standing as of a day; ratios are shares of 1, null where undefined."""

    indicator: str
    region: str
    scope: str
    as_of: date
    data_day: date | None
    stale: bool
    coverage: float | None
    covered: int
    declared: int
    period_start: date
    period_end: date
    value: float | None
    period_to_date: float | None
    target_code: str | None
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

    @classmethod
    def of(cls, row: ProgressRow) -> Self:
        return cls(**asdict(row), coverage=row.coverage)


class AlertOut(BaseModel):
    """An alert. `since` is the first as-of day of the episode on which the condition held.

    `overturned` is the as-of day on which it turned out that, as known then, it never was (已撤销).
    One in `shadow` is on trial: kept and shown, told to nobody.
    """

    id: str
    rule: str
    check: str
    indicator: str | None
    region: str | None
    scope: str
    feed: str | None
    level: str
    state: str
    since: date
    fired: date
    resolved: date | None
    overturned: date | None
    reason: str
    subject: str
    message: str
    figures: dict[str, Any]
    labels: dict[str, str]
    shadow: bool

    @classmethod
    def of(cls, row: AlertRow) -> Self:
        return cls(
            id=row.alert_id,
            rule=row.rule,
            check=row.check_type,
            indicator=row.indicator or None,
            region=row.region or None,
            scope=row.scope,
            feed=row.feed,
            level=Level(row.level).code,
            state=row.state,
            since=row.since,
            fired=row.fired,
            resolved=row.resolved,
            overturned=row.overturned,
            reason=row.reason,
            subject=row.subject,
            message=row.message,
            figures=row.figures,
            labels=row.labels,
            shadow=row.shadow,
        )


class EventOut(BaseModel):
    """Something that happened to an alert, as it was said then."""

    as_of: date
    at: datetime
    kind: str
    reason: str
    level: str
    retroactive: bool
    cause: dict[str, Any]
    subject: str
    message: str
    known_at: datetime | None
    catalog_version: int | None
    rules_version: int | None

    @classmethod
    def of(cls, row: EventRow) -> Self:
        plain = asdict(row)
        for inner in ("event_id", "figures"):
            plain.pop(inner)
        return cls(**{**plain, "level": Level(row.level).code})


class MarkIn(BaseModel):
    """Whether an alert was right (准/不准), and why."""

    model_config = ConfigDict(extra="forbid")
    accurate: StrictBool
    note: str = Field(default="", max_length=1000, pattern=PLAIN)


class MarkOut(BaseModel):
    """What somebody said of an alert. `counts`: it is the last word of its token."""

    alert: str
    accurate: bool
    note: str
    token: str
    at: datetime
    counts: bool

    @classmethod
    def of(cls, mark: Mark) -> Self:
        return cls(
            alert=mark.alert_id,
            accurate=mark.accurate,
            note=mark.note,
            token=mark.token_id,
            at=mark.at,
            counts=mark.counts,
        )


class AlertDetail(AlertOut):
    """An alert with everything that happened to it, and what people said of it."""

    events: list[EventOut]
    marks: list[MarkOut]


class PendingOut(BaseModel):
    """An alert whose condition holds, but not yet for as long as its rule asks.

    `level` is the worst that is reached; it fires on `fires_on` if the condition goes on holding.
    """

    rule: str
    check: str
    indicator: str | None
    region: str | None
    scope: str
    feed: str | None
    level: str
    since: date
    fires_on: date | None

    @classmethod
    def of(cls, waiting: Pending, rule: Rule | None, fires_on: date | None) -> Self:
        node = waiting.key.node
        return cls(
            rule=waiting.key.rule,
            check=rule.check_type if rule else "",
            indicator=node.indicator if node else None,
            region=node.region if node else None,
            scope=node.scope if node else "",
            feed=waiting.key.feed or None,
            level=waiting.level.code,
            since=waiting.since,
            fires_on=fires_on,
        )


class NotificationOut(BaseModel):
    """A message about an alert, or a summary in place of many, and what became of it."""

    id: str
    alert: str | None
    summary: str | None
    channel: str
    state: str
    attempts: int
    subject: str
    text: str
    created_at: datetime
    finished_at: datetime | None
    last_error: str | None

    @classmethod
    def of(cls, row: NotificationRow) -> Self:
        plain = asdict(row)
        plain.pop("event_id")
        summary = plain.pop("summary_id")
        return cls(
            id=str(plain.pop("notification_id")),
            alert=plain.pop("alert_id"),
            summary=None if summary is None else str(summary),
            **plain,
        )


class EvaluationIn(BaseModel):
    """Evaluate every day up to this one that isn't yet."""

    as_of: Day


class EvaluationOut(BaseModel):
    """What an evaluation did."""

    days: list[date]
    again: list[date]
    events: int


def to_cursor(*parts: str) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None, length: int) -> list[str] | None:
    """The parts of a cursor, None for the first page; one that isn't ours is a clear error."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = base64.urlsafe_b64decode(padded.encode()).decode().split("\n")
    except (binascii.Error, UnicodeError):
        parts = []
    if len(parts) != length or "\0" in "".join(parts):
        raise bad_cursor()
    return parts


def bad_cursor() -> Invalid:
    return Invalid(
        "bad_cursor",
        "cursor 无效，请从第一页重新开始。",
        "this cursor is not valid: begin with the first page.",
    )
