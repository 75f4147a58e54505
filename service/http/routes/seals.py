"""Seals (封账): days up to which only operators change figures."""

from __future__ import annotations

from fastapi import APIRouter, Request, status
from starlette.concurrency import run_in_threadpool

from service.http.auth import OperatorToken, ServiceDep
from service.http.context import Context
from service.http.json import body_of, read_json
from service.http.models.page import Page
from service.http.models.seals import SealIn, SealOut
from service.http.problem import documented
from service.ingest.past import seal
from service.store import past
from service.store.pool import connection

router = APIRouter(prefix="/v1")


@router.post(
    "/seals",
    status_code=status.HTTP_201_CREATED,
    responses=documented(401, 403, 413, 415, 422, 503),
    openapi_extra=body_of(SealIn),
)
async def post_seal(service: ServiceDep, token: OperatorToken, request: Request) -> SealOut:
    """Seal every day up to one (封账): from now on only operators change what they say. The newest seal counts.

    An earlier day than before opens what lies between.
    """
    wanted = await read_json(request, SealIn)
    return await run_in_threadpool(_seal, service, wanted, token.token_id)


@router.get("/seals", responses=documented(401, 403, 503))
def list_seals(service: ServiceDep, token: OperatorToken) -> Page[SealOut]:
    """Every seal, newest first."""
    with connection(service.pool) as conn:
        return Page(items=[SealOut.of(seal) for seal in past.seals(conn)])


def _seal(service: Context, wanted: SealIn, by: str) -> SealOut:
    with connection(service.pool) as conn:
        return SealOut.of(seal(conn, wanted.through, wanted.note, by=by, at=service.clock.now()))
