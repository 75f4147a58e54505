"""The workbook a feed fills in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.errors import Forbidden, Invalid, NotFound
from service.http.auth import ReportingToken, ServiceDep
from service.http.models import PLAIN, Day
from service.http.problem import documented
from service.ingest.formats import XLSX
from service.store.pool import connection
from service.store.tokens import Token
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
    feed: Annotated[str | None, Query(pattern=PLAIN)] = None,
) -> Response:
    """A workbook to fill in and send to `POST /v1/readings` as it is.

    It has a cell for every figure of the token's feed, checks what is typed, and shows the figures reported last.
    It is for the first report day that has not closed and is not wholly reported, or for `day`. An operator names
    the `feed`.
    """
    published = service.published()
    found = published.catalog.feed.get(_feed(token, feed))
    if found is None:
        raise NotFound("no_feed", "没有这一报送渠道。", "there is no such feed.")
    with connection(service.pool) as conn:
        template = make_template(conn, published, found, service.clock.now(), day)
    return Response(template.content, media_type=XLSX, headers={"Content-Disposition": template.disposition})


def _feed(token: Token, named: str | None) -> str:
    """Code of the feed that is meant: a feed's token has its own and no other."""
    if token.feed is not None:
        if named not in (None, token.feed):
            zh = f"此令牌属于报送渠道“{token.feed}”，不能取其他渠道的模板。"
            raise Forbidden(
                "other_feed", zh, f"this token is of the feed {token.feed}, and gets its template only."
            )
        return token.feed
    if named is None:
        zh = "请写明报送渠道：在网址后加 ?feed=渠道代码。"
        raise Invalid("no_feed_named", zh, "which feed? Add ?feed=CODE to the address.")
    return named
