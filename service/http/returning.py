"""Answering a table with a workbook of results, for clients that ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Response

from service.errors import Fault
from service.http.context import Context
from service.http.models.submissions import ReceiptOut
from service.ingest.formats import TABLES, XLSX, Reader
from service.ingest.submit import Receipt, Rejected, Terms
from service.sheets.kinds import ZIP
from service.store.pool import connection
from service.store.tokens import Token
from service.workbooks.outcomes import NEW, REVISED, UNCHANGED, Watched, outcomes
from service.workbooks.returned import returned

_COUNTS = ("rows", "accepted", "unchanged", "revised", "rejected")


def wants_workbook(accept: str, reader: Reader) -> bool:
    """Whether a table is to be answered with a workbook: Accept names that, and ranks nothing before it."""
    weights = dict(_weighed(accept))
    mine = weights.pop(XLSX, 0.0)
    return reader.format in TABLES and mine > 0 and mine >= max(weights.values(), default=0.0)


def _weighed(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        type_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        try:
            yield type_, float(weight)
        except ValueError:
            yield type_, 0.0


def submit_for_workbook(
    service: Context, body: BinaryIO, reader: Reader, token: Token, terms: Terms
) -> Response:
    """Take a body in, and answer with the workbook that says what became of its rows: 201, 200 or 422."""
    watched = Watched(reader)
    status = 201
    try:
        receipt = service.intake.submit(
            body, watched.reader, token=token, at=service.clock.now(), terms=terms
        )
        listed = [Fault(**fault) for fault in receipt.submission.faults]
        if receipt.replayed or receipt.dry_run:
            status = 200
    except Rejected as rejected:
        receipt, listed, status = rejected.receipt, rejected.faults, 422
    with connection(service.pool) as conn:
        found = outcomes(conn, watched, receipt, listed)
    content = returned(_book(body, reader), watched, found, _lines(receipt, service))
    return Response(content, status, media_type=XLSX, headers=_headers(receipt))


def _book(body: BinaryIO, reader: Reader) -> bytes | None:
    """The workbook that came; None for text."""
    body.seek(0)
    if reader.format != "xlsx" and body.read(len(ZIP)) != ZIP:
        return None
    body.seek(0)
    return body.read()


def _lines(receipt: Receipt, service: Context) -> list[tuple[str, str]]:
    """The receipt as a clerk reads it."""
    out, feed = (
        ReceiptOut.of(receipt, errors=False),
        service.published().catalog.feed[receipt.submission.feed],
    )
    named = (("行数", out.rows), (NEW, out.accepted), (UNCHANGED, out.unchanged), (REVISED, out.revised))
    return [
        ("结论", out.message),
        ("报送编号", out.submission if receipt.replayed or not receipt.dry_run else "试报，无编号"),
        ("报送渠道", f"{feed.name}（{feed.code}）"),
        ("收到时间", f"{out.received_at:%Y-%m-%d %H:%M:%S}"),
        *((label, str(count)) for label, count in named),
        ("未入库", str(out.rejected)),
        *(("提示", notice.zh) for notice in out.notices),
    ]


def _headers(receipt: Receipt) -> dict[str, str]:
    submission = receipt.submission
    counts = {f"Biaochi-{name.capitalize()}": str(getattr(submission, name)) for name in _COUNTS}
    name = quote(f"回执_{submission.submission_id}.xlsx")
    headers = {
        **counts,
        "Biaochi-State": submission.state,
        "Biaochi-Replayed": str(receipt.replayed).lower(),
        "Content-Disposition": f"attachment; filename=\"{submission.submission_id}.xlsx\"; filename*=UTF-8''{name}",
    }
    if receipt.replayed or not receipt.dry_run:
        headers["Biaochi-Submission"] = submission.submission_id
        headers["Location"] = f"/v1/submissions/{submission.submission_id}"
    return headers
