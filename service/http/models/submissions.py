"""Submissions and their receipts, and what is said of them."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Literal, Self

from fastapi import Response
from pydantic import BaseModel

from service.http.models.values import Note, Reason
from service.ingest.submit import Receipt
from service.store.submissions import DraftReading, Submission


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


class SubmissionOut(ReceiptOut):
    """A submission with its receipt and faults."""

    format: str
    note: str

    @classmethod
    def of_stored(cls, submission: Submission) -> Self:
        """A submission as it is on record."""
        receipt = ReceiptOut.of(Receipt(submission)).model_dump()
        return cls(**receipt, format=submission.format, note=submission.note)


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


class WithdrawalIn(BaseModel, extra="forbid"):
    """Why a submission is taken back."""

    note: Reason


class PassIn(BaseModel, extra="forbid"):
    """What a reviewer says of a draft that is right: nothing need be."""

    note: Note = ""


class ReturnIn(BaseModel, extra="forbid"):
    """Why a draft is returned: whoever reported it reads this."""

    note: Reason


def answered(receipt: Receipt, response: Response) -> ReceiptOut:
    """The receipt, with the status that says what became of the body, and where it is on record."""
    if receipt.replayed or receipt.dry_run:
        response.status_code = HTTPStatus.OK
    elif receipt.submission.state == "draft":
        response.status_code = HTTPStatus.ACCEPTED
    if receipt.replayed or not receipt.dry_run:
        response.headers["Location"] = f"/v1/submissions/{receipt.submission.submission_id}"
    return ReceiptOut.of(receipt)


_MEND = "退回的行未入库：请逐行更正后放行，或改正后重新报送；不必报送的请注明理由作废。"


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
    if s.state == "rejected" and s.withdraws:
        return "试撤回，未改动：不能撤回，原因见提示。" if receipt.dry_run else "未撤回，原因见提示。"
    trial = "试报，未入库：" if receipt.dry_run else ""
    if s.state == "rejected":
        return f"{trial}共{s.rows}行，未入库。请按提示改正后整批重报。"
    past = f"影响已评估日期{s.closed_days}天。" if s.closed_days else ""
    if s.withdraws:
        tried = "试撤回，未改动：" if receipt.dry_run else ""
        return f"{tried}撤回 {s.withdraws}：共{s.rows}条，恢复此前数值{s.revised}条，保持现值{s.unchanged}条。{past}"
    if not s.rows:
        return f"{trial}当日应报数据均已报送，无须再报零，本次没有改动。"
    restated = "口径调整，" if s.restatement else ""
    returned = f"退回待改{s.rejected}行" if s.mode == "partial" else f"退回{s.rejected}行"
    draft = "待审核，暂未入库；审核通过后将为：" if s.state == "draft" else ""
    if s.state == "accepted" and s.reviewed_at is not None:
        draft = f"审核通过（{s.reviewer}，{s.reviewed_at:%Y-%m-%d %H:%M}）："
    counts = f"共{s.rows}行：新增{s.accepted}行，无变化{s.unchanged}行，更正{s.revised}行，{returned}。"
    doubtful = f"其中{s.flagged}行存疑待核实，见提示。" if s.flagged else ""
    mend = _MEND if s.rejected and not receipt.dry_run else ""
    return f"{trial}{draft}{restated}{counts}{doubtful}{past}{mend}"
