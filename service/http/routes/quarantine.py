"""退回待改: broken rows of partial submissions, listed, corrected and released, or dismissed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from service.errors import NotFound
from service.http.auth import ReportingToken, ServiceDep, SettlingToken, feed_meant
from service.http.json import body_of, read_json
from service.http.models.page import Page, from_cursor, row_number, to_cursor
from service.http.models.quarantine import (
    ChoiceIn,
    CorrectionIn,
    DismissalIn,
    DismissalOfManyIn,
    QuarantinedOut,
    ReleaseOfManyIn,
    SettledOut,
)
from service.http.models.submissions import ReceiptOut
from service.http.models.values import PathText, QueryText
from service.http.problem import documented
from service.ingest.quarantine import Released
from service.ingest.submit import Terms
from service.store import quarantine as store
from service.store.pool import connection
from service.store.quarantine import Chosen
from service.store.tokens import Token

router = APIRouter(prefix="/v1/quarantine")
_WRONG = documented(401, 403, 404, 409, 413, 415, 422, 503)
_CREATED: dict[int | str, dict[str, Any]] = {
    201: {"model": SettledOut, "description": "The corrected rows were stored as a submission"},
    202: {"model": SettledOut, "description": "The corrected rows wait for review"},
}
_OK: dict[int | str, dict[str, Any]] = {200: {"model": SettledOut, "description": "The rows were dismissed"}}


@router.get("", responses=documented(401, 403, 422, 503))
def list_quarantine(
    service: ServiceDep,
    token: ReportingToken,
    state: Literal["open", "released", "dismissed", "all"] = "open",
    feed: QueryText = None,
    submission: QueryText = None,
    released_as: QueryText = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Page[QuarantinedOut]:
    """Rows that wait to be corrected (退回待改), or were settled, those of the newest submission first.

    A feed's token sees its own.
    """
    after = from_cursor(cursor, datetime.fromisoformat, row_number)
    wanted = store.Wanted(None if state == "all" else state, feed_meant(token, feed), submission, released_as)
    with connection(service.pool) as conn:
        found = store.list_newest(conn, wanted, after=after, limit=limit)
    more = len(found) == limit
    next_ = to_cursor(found[-1].recorded_at.isoformat(), str(found[-1].position)) if more else None
    return Page(items=[QuarantinedOut.of(row) for row in found], cursor=next_)


@router.get("/{row}", responses=documented(401, 403, 404, 503))
def get_quarantined(service: ServiceDep, token: ReportingToken, row: PathText) -> QuarantinedOut:
    """One row: what it said, what is wrong with it, what became of it."""
    with connection(service.pool) as conn:
        found = store.get(conn, row)
    if found is None or (token.feed is not None and found.feed != token.feed):
        raise NotFound("no_quarantined_row", "没有这一退回待改行。", "there is no such row.")
    return QuarantinedOut.of(found)


@router.post(
    "/release", status_code=201, responses={**_CREATED, **_WRONG}, openapi_extra=body_of(ReleaseOfManyIn)
)
async def release_many(
    service: ServiceDep,
    token: SettlingToken,
    request: Request,
    response: Response,
    confirm: bool = False,
) -> SettledOut:
    """Store many rows with a common correction, all of them or none: `ids`, or the open ones of a `submission`.

    Of a submission's rows `said` takes only those that said just this, so that a correction reaches no other.
    Where it changes days that were judged long ago, it wants `confirm=true`, like any body.
    """
    wanted = await read_json(request, ReleaseOfManyIn)
    return await _release(service, token, response, _chosen(wanted), wanted.corrected, confirm)


@router.post("/dismiss", responses={**_OK, **_WRONG}, openapi_extra=body_of(DismissalOfManyIn))
async def dismiss_many(service: ServiceDep, token: SettlingToken, request: Request) -> SettledOut:
    """Put many rows away with a common reason: `ids`, or the open ones of a `submission` that said what `said` says."""
    wanted = await read_json(request, DismissalOfManyIn)
    return await _dismiss(service, token, _chosen(wanted), wanted.reason)


@router.post(
    "/{row}/release", status_code=201, responses={**_CREATED, **_WRONG}, openapi_extra=body_of(CorrectionIn)
)
async def release(
    service: ServiceDep,
    token: SettlingToken,
    request: Request,
    response: Response,
    row: PathText,
    confirm: bool = False,
) -> SettledOut:
    """Store the row with what is corrected of it; the rest stays as it was said.

    Names and the text of cells are taken as in tables. Where the row is still wrong it stays open, and nothing is
    stored.
    """
    wanted = await read_json(request, CorrectionIn)
    return await _release(service, token, response, Chosen(ids=(row,)), wanted, confirm)


@router.post("/{row}/dismiss", responses={**_OK, **_WRONG}, openapi_extra=body_of(DismissalIn))
async def dismiss(service: ServiceDep, token: SettlingToken, request: Request, row: PathText) -> SettledOut:
    """Put the row away, with a reason. It stays on record."""
    wanted = await read_json(request, DismissalIn)
    return await _dismiss(service, token, Chosen(ids=(row,)), wanted.reason)


async def _release(
    service: ServiceDep,
    token: Token,
    response: Response,
    chosen: Chosen,
    correction: CorrectionIn,
    confirm: bool,
) -> SettledOut:
    def work() -> Released:
        given, terms = correction.given(), Terms(confirm=confirm)
        return service.quarantine.release(chosen, given, token=token, at=service.clock.now(), terms=terms)

    done = await run_in_threadpool(work)
    submission = done.receipt.submission
    if submission.state == "draft":
        response.status_code = 202
    response.headers["Location"] = f"/v1/submissions/{submission.submission_id}"
    return SettledOut(rows=done.ids, receipt=ReceiptOut.of(done.receipt))


async def _dismiss(service: ServiceDep, token: Token, chosen: Chosen, reason: str) -> SettledOut:
    def work() -> list[str]:
        return service.quarantine.dismiss(chosen, reason, token=token, at=service.clock.now())

    return SettledOut(rows=await run_in_threadpool(work), receipt=None)


def _chosen(wanted: ChoiceIn) -> Chosen:
    return Chosen(tuple(wanted.ids), wanted.submission, wanted.said)
