"""What changes the past: submissions that are taken back, and seals (封账)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response, status
from starlette.concurrency import run_in_threadpool

from service.http.auth import OperatorToken, ServiceDep, WithdrawingToken
from service.http.context import Context
from service.http.json import body_of, read_json
from service.http.models import PLAIN, Page, ReceiptOut, SealIn, SealOut, WithdrawalIn, answered
from service.http.problem import documented
from service.ingest.past import seal
from service.ingest.submit import Receipt
from service.ingest.withdraw import withdraw
from service.store import past
from service.store.pool import connection

router = APIRouter(prefix="/v1")


@router.post(
    "/submissions/{submission}/withdraw",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": ReceiptOut, "description": "It was a dry run"},
        **documented(401, 403, 404, 409, 413, 415, 422, 503),
    },
    openapi_extra=body_of(WithdrawalIn),
)
async def withdraw_submission(
    request: Request,
    response: Response,
    service: ServiceDep,
    token: WithdrawingToken,
    submission: Annotated[str, Path(pattern=PLAIN)],
    confirm: bool = False,
    dry_run: bool = False,
) -> ReceiptOut:
    """Take back all that a submission changed (撤回), by a new submission whose receipt this is.

    Each of its readings goes back to the value it would have without it, null where it had none; those that were
    corrected since stay, and count as unchanged. May be done by the feed's own tokens (where its reports are reviewed, by
    a reviewer's) and by operators, under the same rules of `confirm` and of seals as any body.
    """
    wanted = await read_json(request, WithdrawalIn)

    def run() -> Receipt:
        return withdraw(
            service.intake,
            submission,
            wanted.note,
            token=token,
            at=service.clock.now(),
            confirm=confirm,
            dry_run=dry_run,
        )

    return answered(await run_in_threadpool(run), response)


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
