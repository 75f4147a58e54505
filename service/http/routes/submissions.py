"""Submissions: on record, and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response, status
from starlette.concurrency import run_in_threadpool

from service.http.auth import ReportingToken, ServiceDep, WithdrawingToken
from service.http.json import body_of, read_json
from service.http.models.page import Page, from_cursor, to_cursor
from service.http.models.submissions import ReceiptOut, SubmissionOut, WithdrawalIn, answered
from service.http.models.values import PathText
from service.http.problem import documented
from service.ingest.lookup import submission_for
from service.ingest.submit import Receipt
from service.ingest.withdraw import withdraw
from service.store import submissions
from service.store.pool import connection

router = APIRouter(prefix="/v1")


@router.get("/submissions", responses=documented(401, 403, 422, 503))
def list_submissions(
    service: ServiceDep,
    token: ReportingToken,
    state: Literal["draft", "accepted", "returned", "rejected"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Page[SubmissionOut]:
    """Submissions, newest first; a feed's token sees its own."""
    after = from_cursor(cursor, datetime.fromisoformat)
    with connection(service.pool) as conn:
        found = submissions.list_newest(
            conn, feed=token.feed, state=state, before=after[0] if after else None, limit=limit
        )
    next_ = to_cursor(found[-1].recorded_at.isoformat()) if len(found) == limit else None
    return Page(items=[SubmissionOut.of_stored(s) for s in found], cursor=next_)


@router.get("/submissions/{submission}", responses=documented(401, 403, 404, 503))
def get_submission(service: ServiceDep, token: ReportingToken, submission: PathText) -> SubmissionOut:
    """One submission with its receipt and faults."""
    with connection(service.pool) as conn:
        return SubmissionOut.of_stored(submission_for(conn, submission, token))


@router.post(
    "/submissions/{submission}/withdraw",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": ReceiptOut, "description": "It was a dry run"},
        **documented(401, 403, 404, 409, 413, 415, 422, 503),
    },
    openapi_extra=body_of(WithdrawalIn),
)
async def withdraw_submission(
    request: Request,
    response: Response,
    service: ServiceDep,
    token: WithdrawingToken,
    submission: PathText,
    confirm: bool = False,
    dry_run: bool = False,
) -> ReceiptOut:
    """Take back all that a submission changed (撤回), by a new submission whose receipt this is.

    Each of its readings goes back to the value it would have without it, null where it had none; those that were
    corrected since stay, and count as unchanged. May be done by the feed's own tokens (where its reports are reviewed, by
    a reviewer's) and by operators, under the same rules of `confirm` and of seals as any body.
    """
    wanted = await read_json(request, WithdrawalIn)

    def run() -> Receipt:
        return withdraw(
            service.intake,
            submission,
            wanted.note,
            token=token,
            at=service.clock.now(),
            confirm=confirm,
            dry_run=dry_run,
        )

    return answered(await run_in_threadpool(run), response)
