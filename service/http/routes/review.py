"""Review 审核: drafts, and what a second person says of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from service.http.auth import ReportingToken, ReviewerToken, ServiceDep
from service.http.context import Context
from service.http.json import body_of, read_json
from service.http.models.page import Page, from_cursor, row_number, to_cursor
from service.http.models.submissions import DraftReadingOut, PassIn, ReturnIn, SubmissionOut
from service.http.models.values import PathText
from service.http.problem import documented
from service.ingest.lookup import submission_for
from service.store import submissions
from service.store.pool import connection
from service.store.tokens import Token

router = APIRouter(prefix="/v1/submissions")
_WRONG = documented(401, 403, 404, 409, 413, 415, 422, 503)


@router.post(
    "/{submission}/pass",
    responses=_WRONG,
    openapi_extra=body_of(PassIn),
)
async def pass_submission(
    service: ServiceDep, token: ReviewerToken, request: Request, submission: PathText
) -> SubmissionOut:
    """Pass a draft (审核通过): from now on it counts, with the counts of this moment."""
    said = await read_json(request, PassIn)
    return await run_in_threadpool(_decide, service, submission, token, said.note, passed=True)


@router.post(
    "/{submission}/return",
    responses=_WRONG,
    openapi_extra=body_of(ReturnIn),
)
async def return_submission(
    service: ServiceDep, token: ReviewerToken, request: Request, submission: PathText
) -> SubmissionOut:
    """Return a draft (审核退回) to whoever reported it, with the reason; nothing of it counts."""
    said = await read_json(request, ReturnIn)
    return await run_in_threadpool(_decide, service, submission, token, said.note, passed=False)


def _decide(service: Context, submission: str, token: Token, note: str, *, passed: bool) -> SubmissionOut:
    at = service.clock.now()
    return SubmissionOut.of_stored(
        service.review.decide(submission, passed=passed, token=token, note=note, at=at)
    )


@router.get("/{submission}/draft", responses=documented(401, 403, 404, 422, 503))
def get_draft(
    service: ServiceDep,
    token: ReportingToken,
    submission: PathText,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    cursor: str | None = None,
) -> Page[DraftReadingOut]:
    """Readings as they wait, or waited, for review, each beside the value that counts now."""
    after = from_cursor(cursor, row_number)
    with connection(service.pool) as conn:
        submission_for(conn, submission, token)
        rows = submissions.draft_readings(conn, submission, after=after[0] if after else -1, limit=limit)
    next_ = to_cursor(str(rows[-1].n)) if len(rows) == limit else None
    return Page(items=[DraftReadingOut.of(row) for row in rows], cursor=next_)
