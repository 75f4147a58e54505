"""Why an alert says what it says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from service.explain.explain import explain
from service.explain.explanation import Asked
from service.http.auth import AnyToken, ServiceDep
from service.http.explaining import ExplanationOut
from service.http.models import PLAIN, Day, bad_cursor, from_cursor
from service.http.problem import documented
from service.store.pool import connection

router = APIRouter(prefix="/v1")


@router.get("/alerts/{alert}/explain", responses=documented(401, 404, 422, 503))
def explain_alert(
    service: ServiceDep,
    token: AnyToken,
    alert: Annotated[str, Path(pattern=PLAIN)],
    as_of: Annotated[Day | None, Query(description="A day of the episode; its last event.")] = None,
    event: Annotated[int | None, Query(ge=1, description="Number of one of its events, from 1.")] = None,
    language: Annotated[Literal["zh", "en"], Query(description="Of steps and texts.")] = "zh",
    limit: Annotated[int, Query(ge=1, le=1000, description="Of each list.")] = 100,
    cursor: Annotated[str | None, Query(description="Next page of `readings`.")] = None,
) -> ExplanationOut:
    """The figures of an alert, the formula with its numbers, and the readings, revisions and submissions behind it.

    Without `as_of` and `event`: as it stood when it was last lit or moved. Everything is as known then; `later`
    tells what was corrected since.
    """
    asked = Asked(event=event, as_of=as_of, after=_after(cursor), limit=limit)
    with connection(service.pool) as conn:
        return ExplanationOut.of(explain(conn, alert, asked, service.published()), language)


def _after(cursor: str | None) -> tuple[date, int] | None:
    parts = from_cursor(cursor, 2)
    try:
        return (date.fromisoformat(parts[0]), int(parts[1])) if parts else None
    except ValueError:
        raise bad_cursor() from None
