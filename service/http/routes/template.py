"""The workbook a feed fills in."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.errors import Invalid
from service.http.auth import ReportingToken, ServiceDep, feed_meant
from service.http.models.values import Day, QueryText
from service.http.problem import documented
from service.ingest.formats import XLSX
from service.store.pool import connection
from service.workbooks.template import make_template

router = APIRouter(prefix="/v1")


@router.get(
    "/readings/template.xlsx",
    response_class=Response,
    responses={
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
        **documented(401, 403, 404, 422, 503),
    },
)
def get_template(
    service: ServiceDep,
    token: ReportingToken,
    day: Day | None = None,
    feed: QueryText = None,
) -> Response:
    """A workbook to fill in and send to `POST /v1/readings` as it is.

    It has a cell for every figure of the token's feed, checks what is typed, and shows the figures reported last.
    It is for the first report day that has not closed and is not wholly reported, or for `day`. An operator names
    the `feed`.
    """
    published, code = service.published(), feed_meant(token, feed)
    if code is None:
        zh = "请写明报送渠道：在网址后加 ?feed=渠道代码。"
        raise Invalid("no_feed_named", zh, "which feed? Add ?feed=CODE to the address.")
    found = published.feed(code)
    with connection(service.pool) as conn:
        template = make_template(conn, published, found, service.clock.now(), day)
    return Response(template.content, media_type=XLSX, headers={"Content-Disposition": template.disposition})
