"""Review 审核: drafts, and what a second person says of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from service.errors import NotFound
from service.http.auth import ReportingToken, ReviewerToken, ServiceDep
from service.http.context import Context
from service.http.json import body_of, read_json
from service.http.models import (
    PLAIN,
    SAID,
    DraftReadingOut,
    Page,
    SubmissionOut,
    bad_cursor,
    from_cursor,
    to_cursor,
)
from service.http.problem import documented
from service.store import submissions
from service.store.pool import connection
from service.store.tokens import Token

router = APIRouter(prefix="/v1/submissions")
SubmissionId = Annotated[str, Path(pattern=PLAIN)]


class PassIn(BaseModel, extra="forbid"):
    """Nothing need be said of what is right."""

    note: str = Field(default="", max_length=1000, pattern=PLAIN)


class ReturnIn(BaseModel, extra="forbid"):
    """Why it is returned: whoever reported it reads this."""

    note: str = Field(min_length=1, max_length=1000, pattern=SAID)


@router.post(
    "/{submission}/pass",
    responses=documented(401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra=body_of(PassIn),
)
async def pass_submission(
    service: ServiceDep, token: ReviewerToken, request: Request, submission: SubmissionId
) -> SubmissionOut:
    """Pass a draft (审核通过): from now on it counts, with the counts of this moment."""
    said = await read_json(request, PassIn)
    return await run_in_threadpool(_decide, service, submission, token, said.note, passed=True)


@router.post(
    "/{submission}/return",
    responses=documented(401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra=body_of(ReturnIn),
)
async def return_submission(
    service: ServiceDep, token: ReviewerToken, request: Request, submission: SubmissionId
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
    submission: SubmissionId,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    cursor: str | None = None,
) -> Page[DraftReadingOut]:
    """Readings as they wait, or waited, for review, each beside the value that counts now."""
    after = from_cursor(cursor, 1)
    try:
        begin = int(after[0]) if after else -1
    except ValueError:
        raise bad_cursor() from None
    with connection(service.pool) as conn:
        found = submissions.get(conn, submission)
        if found is None or (token.feed is not None and found.feed != token.feed):
            raise NotFound("no_submission", "没有这一报送记录。", "there is no such submission.")
        rows = submissions.draft_readings(conn, submission, after=begin, limit=limit)
    next_ = to_cursor(str(rows[-1].n)) if len(rows) == limit else None
    return Page(items=[DraftReadingOut.of(row) for row in rows], cursor=next_)
