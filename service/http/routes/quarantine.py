"""退回待改: broken rows of partial submissions, listed, corrected and released, or dismissed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from service.errors import Fault, Faulty, NotFound
from service.http.auth import AnyToken, ServiceDep, SettlingToken
from service.http.body import read_body
from service.http.models import PLAIN, Page, ReceiptOut, bad_cursor, from_cursor, to_cursor
from service.http.problem import documented
from service.http.settling import (
    ChoiceIn,
    CorrectionIn,
    DismissalIn,
    DismissalOfManyIn,
    QuarantinedOut,
    ReleaseOfManyIn,
    SettledOut,
)
from service.ingest.quarantine import Released
from service.store import quarantine as store
from service.store.pool import connection
from service.store.quarantine import Chosen, Wanted
from service.store.tokens import Token

router = APIRouter(prefix="/v1/quarantine")
RowId = Annotated[str, Path(pattern=PLAIN)]
Text = Annotated[str | None, Query(pattern=PLAIN)]
Model = TypeVar("Model", bound=BaseModel)
# Numbers of ten thousand rows, as many as one submission may have.
BODY_BYTES = 1024 * 1024
_WRONG = documented(401, 403, 404, 409, 413, 415, 422, 503)
_CREATED: dict[int | str, dict[str, Any]] = {
    201: {"model": SettledOut, "description": "The corrected rows were stored as a submission"}
}
_OK: dict[int | str, dict[str, Any]] = {200: {"model": SettledOut, "description": "The rows were dismissed"}}


@router.get("", responses=documented(401, 422, 503))
def list_quarantine(
    service: ServiceDep,
    token: AnyToken,
    state: Literal["open", "released", "dismissed", "all"] = "open",
    feed: Text = None,
    submission: Text = None,
    released_as: Text = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Page[QuarantinedOut]:
    """Rows that wait to be corrected (退回待改), or were settled, those of the newest submission first.

    A feed's token sees its own.
    """
    after = from_cursor(cursor, 2)
    try:
        place = (datetime.fromisoformat(after[0]), int(after[1])) if after else None
    except ValueError:
        raise bad_cursor() from None
    if token.feed is not None and feed not in (None, token.feed):
        return Page(items=[])
    wanted = Wanted(None if state == "all" else state, token.feed or feed, submission, released_as)
    with connection(service.pool) as conn:
        found = store.list_newest(conn, wanted, after=place, limit=limit)
    more = len(found) == limit
    next_ = to_cursor(found[-1].recorded_at.isoformat(), str(found[-1].position)) if more else None
    return Page(items=[QuarantinedOut.of(row) for row in found], cursor=next_)


@router.get("/{row}", responses=documented(401, 404, 503))
def get_quarantined(service: ServiceDep, token: AnyToken, row: RowId) -> QuarantinedOut:
    """One row: what it said, what is wrong with it, what became of it."""
    with connection(service.pool) as conn:
        found = store.get(conn, row)
    if found is None or (token.feed is not None and found.feed != token.feed):
        raise NotFound("no_quarantined_row", "没有这一退回待改行。", "there is no such row.")
    return QuarantinedOut.of(found)


def _body(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    # A reference would look for its definition at the top of the whole document.
    inner = {f"#/$defs/{name}": definition for name, definition in schema.pop("$defs", {}).items()}
    schema["properties"] = {
        name: inner.get(said.get("$ref"), said) for name, said in schema["properties"].items()
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/release", status_code=201, responses={**_CREATED, **_WRONG}, openapi_extra=_body(ReleaseOfManyIn)
)
async def release_many(
    service: ServiceDep, token: SettlingToken, request: Request, response: Response
) -> SettledOut:
    """Store many rows with a common correction, all of them or none: `ids`, or the open ones of a `submission`.

    Of a submission's rows `said` takes only those that said just this, so that a correction reaches no other.
    """
    wanted = await _read(request, ReleaseOfManyIn)
    return await _release(service, token, response, _chosen(wanted, token), wanted.corrected)


@router.post("/dismiss", responses={**_OK, **_WRONG}, openapi_extra=_body(DismissalOfManyIn))
async def dismiss_many(service: ServiceDep, token: SettlingToken, request: Request) -> SettledOut:
    """Put many rows away with a common reason: `ids`, or the open ones of a `submission` that said what `said` says."""
    wanted = await _read(request, DismissalOfManyIn)
    return await _dismiss(service, token, _chosen(wanted, token), wanted.reason)


@router.post(
    "/{row}/release", status_code=201, responses={**_CREATED, **_WRONG}, openapi_extra=_body(CorrectionIn)
)
async def release(
    service: ServiceDep, token: SettlingToken, request: Request, response: Response, row: RowId
) -> SettledOut:
    """Store the row with what is corrected of it; the rest stays as it was said.

    Names and the text of cells are taken as in tables. Where the row is still wrong it stays open, and nothing is
    stored.
    """
    wanted = await _read(request, CorrectionIn)
    return await _release(service, token, response, Chosen(ids=(row,), feed=token.feed), wanted)


@router.post("/{row}/dismiss", responses={**_OK, **_WRONG}, openapi_extra=_body(DismissalIn))
async def dismiss(service: ServiceDep, token: SettlingToken, request: Request, row: RowId) -> SettledOut:
    """Put the row away, with a reason. It stays on record."""
    wanted = await _read(request, DismissalIn)
    return await _dismiss(service, token, Chosen(ids=(row,), feed=token.feed), wanted.reason)


async def _release(
    service: ServiceDep, token: Token, response: Response, chosen: Chosen, correction: CorrectionIn
) -> SettledOut:
    def work() -> Released:
        given = correction.given()
        return service.quarantine.release(chosen, given, token=token, at=service.clock.now())

    done = await run_in_threadpool(work)
    response.headers["Location"] = f"/v1/submissions/{done.receipt.submission.submission_id}"
    return SettledOut(rows=done.ids, receipt=ReceiptOut.of(done.receipt))


async def _dismiss(service: ServiceDep, token: Token, chosen: Chosen, reason: str) -> SettledOut:
    def work() -> list[str]:
        return service.quarantine.dismiss(chosen, reason, token=token, at=service.clock.now())

    return SettledOut(rows=await run_in_threadpool(work), receipt=None)


def _chosen(wanted: ChoiceIn, token: Token) -> Chosen:
    return Chosen(tuple(wanted.ids), wanted.submission, wanted.said, token.feed)


async def _read(request: Request, model: type[Model]) -> Model:
    """The body; by hand, as FastAPI would read that of whoever asks, before it looks at the token."""
    content = await read_body(request, BODY_BYTES)
    try:
        return model.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise Faulty("wrong_body", [_fault(e["type"], e["loc"], e["msg"]) for e in error.errors()]) from None


def _fault(code: str, place: tuple[int | str, ...], en: str) -> Fault:
    where = ".".join(map(str, place)) or "body"
    return Fault(code, where, "", "正文有误，请对照接口说明核对这一项。", en)
