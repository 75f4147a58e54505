"""Readings and the submissions that bring them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from service.errors import NotFound
from service.http.auth import AnyToken, FeedToken, ReportingToken, ServiceDep
from service.http.models import (
    PLAIN,
    Day,
    Page,
    ReadingOut,
    ReceiptOut,
    SubmissionOut,
    answered,
    bad_cursor,
    from_cursor,
    to_cursor,
)
from service.http.problem import UnsupportedType, documented
from service.http.returning import submit_for_workbook, wants_workbook
from service.ingest import formats
from service.ingest.parse.json import FIELDS, REPORTING
from service.ingest.submit import Mode, Receipt, Terms
from service.store import readings as readings_store
from service.store import submissions as submissions_store
from service.store.pool import connection

router = APIRouter(prefix="/v1")
_READING_SCHEMA = {
    "type": "object",
    "required": ["day", "indicator", "region", "value"],
    "additionalProperties": False,
    "properties": {
        **{field: {"type": "string"} for field in FIELDS},
        "day": {"type": "string", "format": "date"},
        "value": {"type": ["number", "null"]},
        "reporting": {"type": "string", "enum": REPORTING},
    },
}
_BODY_SCHEMA = {
    "oneOf": [
        _READING_SCHEMA,
        {"type": "array", "items": _READING_SCHEMA, "minItems": 1},
        {
            "type": "object",
            "required": ["readings"],
            "additionalProperties": False,
            "properties": {
                "readings": {"type": "array", "items": _READING_SCHEMA, "minItems": 1},
                "note": {"type": "string"},
            },
        },
    ]
}
_TABLE = (
    "A table, in long form (columns day, indicator, region, value, and scope, unit, source, note) or as a ledger "
    "(regions down, indicators or days across). "
)
_CONTENT = {
    "application/json": {"schema": _BODY_SCHEMA},
    "application/x-ndjson": {
        "schema": {"type": "string", "description": "One reading as JSON on each line."},
        "example": '{"day": "2018-08-31", "indicator": "residential_parking_added", "region": "110105036", "value": 5}\n',
    },
    "text/csv": {
        "schema": {"type": "string", "description": _TABLE + "Comma, semicolon or tab; UTF-8 or GB18030."},
        "example": "日期,指标,区域,数值\n2018-08-31,新增居住区停车位,金盏乡,5\n",
    },
    "text/tab-separated-values": {
        "schema": {"type": "string", "description": _TABLE + "UTF-8 or GB18030."},
        "example": "街乡\t新增居住区停车位\n金盏乡\t5\n",
    },
    **{
        type_: {"schema": {"type": "string", "format": "binary", "description": _TABLE + "All sheets shown."}}
        for type_ in formats.WORKBOOKS
    },
    "application/vnd.ms-excel": {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": "A workbook (XLSX), or a table as CSV.",
        }
    },
}


@router.post(
    "/readings",
    status_code=201,
    response_model=ReceiptOut,
    responses={
        201: {"content": {formats.XLSX: {"schema": {"type": "string", "format": "binary"}}}},
        200: {"model": ReceiptOut, "description": "The body had been accepted before, or it was a dry run"},
        202: {"model": ReceiptOut, "description": "The body waits for review"},
        **documented(401, 403, 404, 409, 413, 415, 422, 503),
    },
    openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
)
async def post_readings(
    request: Request,
    response: Response,
    service: ServiceDep,
    token: FeedToken,
    content_type: Annotated[str, Header()] = "application/json",
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    mode: Mode = "atomic",
    dry_run: bool = False,
    restatement: bool = False,
    confirm: bool = False,
    day: Day | None = None,
    note: Annotated[str, Query(max_length=1000, pattern=PLAIN)] = "",
) -> ReceiptOut | Response:
    """Store readings, all of the body or nothing, and answer with a receipt.

    With `mode=partial` its sound rows are stored, and the others wait in quarantine (退回待改) until they are
    corrected or dismissed. With `dry_run=true` nothing is stored: the receipt says what would become of the body.

    The same body, or the same Idempotency-Key, changes nothing and gets the first receipt, marked
    `replayed`. To report an earlier value again after a correction, add or change a `note`.

    With `restatement=true` the body restates history under a changed definition (口径调整), for the reason
    in its `note`: alerts are brought up to date without a message for each, and one summary tells of them.

    A body that would change days that were judged long ago is refused (`needs_confirm`) unless it comes with
    `confirm=true`, or restates history. What is sealed (封账) only an operator's token changes, with `feed`.

    `day` is that of tables which don't say it themselves, `note` the note of a body that has no place for one.
    The body may be compressed (`Content-Encoding: gzip` or `zstd`).

    A table (XLSX, CSV) whose request accepts a workbook gets one: the book that came with a column 处理结果 and a
    sheet 回执, the receipt's numbers in the headers `Biaochi-Accepted` and so on.
    """
    reader = formats.reader(*_said(content_type, day, note))
    terms = Terms(idempotency_key or None, mode, restatement, dry_run, confirm)
    async with service.bodies.receive(request, streams=reader.streams) as body:
        if wants_workbook(request.headers.get("accept", ""), reader):
            return await run_in_threadpool(submit_for_workbook, service, body, reader, token, terms)

        def submit() -> Receipt:
            return service.intake.submit(body, reader, token=token, at=service.clock.now(), terms=terms)

        receipt = await run_in_threadpool(submit)
    return answered(receipt, response)


def _said(content_type: str, day: date | None, note: str) -> tuple[str, formats.Said]:
    """The media type, if it is one that is taken, and what the request says of its body."""
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    if media_type not in formats.CONTENT_TYPES:
        known = ", ".join(formats.CONTENT_TYPES)
        raise UnsupportedType(
            "wrong_type", f"不支持的内容类型，可用：{known}。", f"send one of these content types: {known}."
        )
    charset = _charset(parameters) if formats.has_charset(media_type) else None
    return media_type, formats.Said(charset, day, note)


def _charset(parameters: str) -> str | None:
    pairs = (parameter.partition("=") for parameter in parameters.split(";"))
    named = (
        value.strip().strip('"').lower() for name, _, value in pairs if name.strip().lower() == "charset"
    )
    charset = next(named, None)
    if charset is not None and not formats.known_charset(charset):
        zh = "不支持的字符编码（charset），可用：utf-8、gb18030、gbk、gb2312、utf-16。"
        raise UnsupportedType(
            "wrong_charset", zh, "this charset is not taken: send utf-8, gb18030 (gbk, gb2312) or utf-16."
        )
    return charset


@router.get("/readings", responses=documented(401, 422, 503))
def get_readings(
    service: ServiceDep,
    token: AnyToken,
    first: Day | None = None,
    last: Day | None = None,
    indicator: Annotated[str | None, Query(pattern=PLAIN)] = None,
    region: Annotated[str | None, Query(pattern=PLAIN)] = None,
    scope: Annotated[str | None, Query(pattern=PLAIN)] = None,
    flagged: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    cursor: str | None = None,
) -> Page[ReadingOut]:
    """Readings of a span of days (the last 31 by default), newest first; `flagged=true` those that are doubtful."""
    last = last or service.clock.now().date()
    after = from_cursor(cursor, 2)
    try:
        place = (date.fromisoformat(after[0]), int(after[1])) if after else None
    except ValueError:
        raise bad_cursor() from None
    with connection(service.pool) as conn:
        rows = readings_store.list_readings(
            conn,
            first=first or (last - timedelta(days=30) if last.year > 1 else last),
            last=last,
            indicator=indicator,
            region=region,
            scope=scope,
            flagged=flagged,
            after=place,
            limit=limit,
        )
    next_ = to_cursor(rows[-1].day.isoformat(), str(rows[-1].series_id)) if len(rows) == limit else None
    return Page(items=[ReadingOut.of(row) for row in rows], cursor=next_)


@router.get("/submissions", responses=documented(401, 403, 422, 503))
def list_submissions(
    service: ServiceDep,
    token: ReportingToken,
    state: Literal["draft", "accepted", "returned", "rejected"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Page[SubmissionOut]:
    """Submissions, newest first; a feed's token sees its own."""
    after = from_cursor(cursor, 1)
    try:
        before = datetime.fromisoformat(after[0]) if after else None
    except ValueError:
        raise bad_cursor() from None
    with connection(service.pool) as conn:
        found = submissions_store.list_newest(conn, feed=token.feed, state=state, before=before, limit=limit)
    next_ = to_cursor(found[-1].recorded_at.isoformat()) if len(found) == limit else None
    return Page(items=[SubmissionOut.of_stored(s) for s in found], cursor=next_)


@router.get("/submissions/{submission}", responses=documented(401, 403, 404, 503))
def get_submission(
    service: ServiceDep, token: ReportingToken, submission: Annotated[str, Path(pattern=PLAIN)]
) -> SubmissionOut:
    """One submission with its receipt and faults."""
    with connection(service.pool) as conn:
        found = submissions_store.get(conn, submission)
    if found is None or (token.feed is not None and found.feed != token.feed):
        raise NotFound("no_submission", "没有这一报送记录。", "there is no such submission.")
    return SubmissionOut.of_stored(found)
