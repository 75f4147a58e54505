"""What the API answers with. Fields are only ever added."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import asdict
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from fastapi import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from service.domain.catalog import Level
from service.domain.pending import Pending
from service.domain.rules import Rule
from service.errors import Invalid
from service.ingest.submit import Receipt
from service.store.alerts import AlertRow, EventRow, NotificationRow
from service.store.evaluations import ProgressRow
from service.store.marks import Mark
from service.store.past import Seal
from service.store.readings import StoredReading
from service.store.submissions import DraftReading, Submission

Item = TypeVar("Item")
# PostgreSQL knows no NUL in a text.
PLAIN = r"^[^\x00]*$"
# The same, and something must be said.
SAID = r"^[^\x00]*[^\s\x00][^\x00]*$"


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


class FaultOut(BaseModel):
    """Something wrong, or merely to be known: where it stands, the offending text, what to do about it."""

    code: str
    where: str
    text: str
    zh: str
    en: str


class ReceiptOut(BaseModel):
    """Receipt of a submission: accepted + unchanged + revised + rejected = rows.

    In a dry run it says what would have become of the body, and nothing is stored under its number.
    `closed_days` had been closed already when their figures changed. `withdraws`: the submission it takes back,
    `withdrawn_by` that which took it back.
    """

    submission: str
    feed: str
    state: str
    mode: str
    dry_run: bool
    rows: int
    accepted: int
    unchanged: int
    revised: int
    rejected: int
    flagged: int
    replayed: bool
    restatement: bool
    received_at: datetime
    recorded_at: datetime
    closed_days: int
    withdraws: str | None
    withdrawn_by: str | None
    reviewed_by: str | None
    reviewer: str | None
    reviewed_at: datetime | None
    review_note: str
    message: str
    notices: list[FaultOut]
    errors: list[FaultOut]

    @classmethod
    def of(cls, receipt: Receipt, *, errors: bool = True) -> Self:
        """errors  whether to list them here too."""
        s = receipt.submission
        return cls(
            submission=s.submission_id,
            feed=s.feed,
            state=s.state,
            mode=s.mode,
            dry_run=receipt.dry_run,
            rows=s.rows,
            accepted=s.accepted,
            unchanged=s.unchanged,
            revised=s.revised,
            rejected=s.rejected,
            flagged=s.flagged,
            replayed=receipt.replayed,
            restatement=s.restatement,
            received_at=s.received_at,
            recorded_at=s.recorded_at,
            closed_days=s.closed_days,
            withdraws=s.withdraws,
            withdrawn_by=s.withdrawn_by,
            reviewed_by=s.reviewed_by,
            reviewer=s.reviewer,
            reviewed_at=s.reviewed_at,
            review_note=s.review_note,
            message=_receipt_sentence(receipt),
            notices=[FaultOut(**notice) for notice in s.notices],
            errors=[FaultOut(**fault) for fault in s.faults] if errors else [],
        )


_MEND = "退回的行未入库：请逐行更正后放行，或改正后重新报送；不必报送的请注明理由作废。"


def answered(receipt: Receipt, response: Response) -> ReceiptOut:
    """The receipt, with the status that says what became of the body, and where it is on record."""
    if receipt.replayed or receipt.dry_run:
        response.status_code = HTTPStatus.OK
    elif receipt.submission.state == "draft":
        response.status_code = HTTPStatus.ACCEPTED
    if receipt.replayed or not receipt.dry_run:
        response.headers["Location"] = f"/v1/submissions/{receipt.submission.submission_id}"
    return ReceiptOut.of(receipt)


def _receipt_sentence(receipt: Receipt) -> str:
    """The receipt in one Chinese sentence, as a clerk reads it."""
    s = receipt.submission
    if receipt.replayed and s.withdrawn_by:
        return (
            f"此前已收过同样内容（{s.submission_id}），但其后已撤回（{s.withdrawn_by}），"
            "本次未入库；如需重新报送，请在备注（note）中说明。"
        )
    if receipt.replayed:
        waits = "，仍待审核" if s.state == "draft" else ""
        return f"此前已收过同样内容（{s.submission_id}）{waits}，本次未重复入库。"
    if s.state == "returned":
        return f"审核退回（{s.reviewer}，{s.reviewed_at:%Y-%m-%d %H:%M}），未入库：{s.review_note}"
    trial = "试报，未入库：" if receipt.dry_run else ""
    if s.state == "rejected" and s.withdraws:
        return f"{trial}未撤回，原因见提示。"
    if s.state == "rejected":
        return f"{trial}共{s.rows}行，未入库。请按提示改正后整批重报。"
    past = f"影响已评估日期{s.closed_days}天。" if s.closed_days else ""
    if s.withdraws:
        return f"{trial}撤回 {s.withdraws}：共{s.rows}条，恢复此前数值{s.revised}条，保持现值{s.unchanged}条。{past}"
    restated = "口径调整，" if s.restatement else ""
    returned = f"退回待改{s.rejected}行" if s.mode == "partial" else f"退回{s.rejected}行"
    draft = "待审核，暂未入库；审核通过后将为：" if s.state == "draft" else ""
    if s.state == "accepted" and s.reviewed_at is not None:
        draft = f"审核通过（{s.reviewer}，{s.reviewed_at:%Y-%m-%d %H:%M}）："
    counts = f"共{s.rows}行：新增{s.accepted}行，无变化{s.unchanged}行，更正{s.revised}行，{returned}。"
    doubtful = f"其中{s.flagged}行存疑待核实，见提示。" if s.flagged else ""
    mend = _MEND if s.rejected and not receipt.dry_run else ""
    return f"{trial}{draft}{restated}{counts}{doubtful}{past}{mend}"


class DraftReadingOut(BaseModel):
    """A reading that waits for review; `stored` is the value that counts now."""

    where: str
    day: date
    indicator: str
    region: str
    scope: str
    value: float | None
    figure: str | None
    unit: str | None
    note: str | None
    stored: float | None
    change: Literal["new", "revised", "unchanged"]

    @classmethod
    def of(cls, row: DraftReading) -> Self:
        change: Literal["new", "revised", "unchanged"] = "unchanged" if row.value == row.stored else "revised"
        return cls(
            where=row.place,
            day=row.day,
            indicator=row.indicator,
            region=row.region,
            scope=row.scope,
            value=row.value,
            figure=row.figure,
            unit=row.unit,
            note=row.note,
            stored=row.stored,
            change=change if row.known else "new",
        )


class SubmissionOut(ReceiptOut):
    """A submission with its receipt and faults."""

    format: str
    note: str

    @classmethod
    def of_stored(cls, submission: Submission) -> Self:
        """A submission as it is on record."""
        receipt = ReceiptOut.of(Receipt(submission)).model_dump()
        return cls(**receipt, format=submission.format, note=submission.note)


class ZeroIn(BaseModel, extra="forbid"):
    """零报告: nothing happened on a day, in these indicators and regions (codes or names), or all of the feed's."""

    day: Day
    indicators: list[str] = []
    regions: list[str] = []
    note: str = Field(default="", max_length=1000, pattern=PLAIN)


class WithdrawalIn(BaseModel):
    """Why a submission is taken back."""

    model_config = ConfigDict(extra="forbid")
    note: str = Field(max_length=1000, pattern=SAID)


class SealIn(BaseModel):
    """封账: the last day that is sealed, and why."""

    model_config = ConfigDict(extra="forbid")
    through: Day
    note: str = Field(max_length=1000, pattern=SAID)


class SealOut(BaseModel):
    """A seal; the newest is in force. `by` is a token's id, or `cli`."""

    through: date
    note: str
    by: str
    at: datetime
    in_force: bool

    @classmethod
    def of(cls, seal: Seal) -> Self:
        return cls(through=seal.through, note=seal.note, by=seal.by, at=seal.at, in_force=seal.in_force)


class ReadingOut(BaseModel):
    """A reading as it is now; value null was taken back. figure and unit are as reported where they differ.

    `flags` say what is doubtful of it (存疑待核实): `implausible`, `fall`.
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
    submission: str
    flags: list[str]

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
    """A message about an alert, a summary in place of many or a reminder, and what became of it."""

    id: str
    alert: str | None
    summary: str | None
    reminder: str | None
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
        summary, reminder = plain.pop("summary_id"), plain.pop("reminder_id")
        return cls(
            id=str(plain.pop("notification_id")),
            alert=plain.pop("alert_id"),
            summary=None if summary is None else str(summary),
            reminder=None if reminder is None else str(reminder),
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
    """The parts of a cursor; one that isn't ours is a clear error."""
    if cursor is None:
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
