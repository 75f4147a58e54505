"""准/不准: marks on alerts, live ones and those in shadow."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, status
from starlette.concurrency import run_in_threadpool

from service.errors import NotFound
from service.http.auth import AnyToken, OperatorToken, ServiceDep
from service.http.context import Context
from service.http.json import body_of, read_json
from service.http.models.alerts import MarkIn, MarkOut
from service.http.models.page import Page
from service.http.models.values import PathText
from service.http.problem import documented
from service.store import alerts, marks
from service.store.pool import Connection, connection

router = APIRouter(prefix="/v1")


@router.post(
    "/alerts/{alert}/marks",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": MarkOut, "description": "The token has said so before; nothing was added."},
        **documented(401, 403, 404, 413, 415, 422, 503),
    },
    openapi_extra=body_of(MarkIn),
)
async def post_mark(
    service: ServiceDep, token: OperatorToken, request: Request, response: Response, alert: PathText
) -> MarkOut:
    """Say whether an alert was right. All marks are kept; the last of a token counts."""
    wanted = await read_json(request, MarkIn)
    mark, added = await run_in_threadpool(_mark, service, alert, token.token_id, wanted)
    if not added:
        response.status_code = status.HTTP_200_OK
    return MarkOut.of(mark)


@router.get("/alerts/{alert}/marks", responses=documented(401, 404, 503))
def list_marks(service: ServiceDep, token: AnyToken, alert: PathText) -> Page[MarkOut]:
    """Every mark on an alert, in order."""
    with connection(service.pool) as conn:
        _must_exist(conn, alert)
        found = marks.of_alert(conn, alert)
    return Page(items=[MarkOut.of(mark) for mark in found])


def _mark(service: Context, alert: str, token_id: str, wanted: MarkIn) -> tuple[marks.Mark, bool]:
    with connection(service.pool) as conn:
        _must_exist(conn, alert)
        at = service.clock.now()
        return marks.mark(conn, alert, token_id, accurate=wanted.accurate, note=wanted.note, at=at)


def _must_exist(conn: Connection, alert: str) -> None:
    if not alerts.list_alerts(conn, alert_id=alert, limit=1):
        raise NotFound("no_alert", "没有这一预警。", "there is no such alert.")
