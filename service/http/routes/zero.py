"""零报告 for many series in one call."""

from __future__ import annotations

import io

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service.http.auth import FeedToken, ServiceDep
from service.http.json import body_of, read_json
from service.http.models.readings import ZeroIn
from service.http.models.submissions import ReceiptOut, answered
from service.http.problem import documented
from service.ingest.submit import Receipt, Terms
from service.ingest.zero import Zero

router = APIRouter(prefix="/v1/readings")


@router.post(
    "/zero",
    status_code=201,
    responses={
        200: {"model": ReceiptOut, "description": "The same had been reported before, or it was a dry run"},
        202: {"model": ReceiptOut, "description": "The report waits for review"},
        **documented(401, 403, 404, 409, 413, 415, 422, 503),
    },
    openapi_extra=body_of(ZeroIn),
)
async def post_zero(
    request: Request,
    response: Response,
    service: ServiceDep,
    token: FeedToken,
    dry_run: bool = False,
    confirm: bool = False,
) -> ReceiptOut:
    """Nothing happened on a day, in every series of the feed (or those named) that has not reported it.

    What was reported stays. A series that reports sums since the new year repeats its last. Only what is counted
    (flow, incidence) can be nothing.
    """
    said = await read_json(request, ZeroIn)
    zero = Zero(said.day, said.indicators, said.regions, said.note)
    terms = Terms(dry_run=dry_run, confirm=confirm, only_new=True)

    def submit() -> Receipt:
        body = io.BytesIO(said.model_dump_json().encode())
        reader = zero.reader(service.pool)
        return service.intake.submit(body, reader, token=token, at=service.clock.now(), terms=terms)

    return answered(await run_in_threadpool(submit), response)
