"""Where things stand: progress, evaluations, alerts, notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from service.catalog.workdays import china
from service.domain.pending import fires_on, pending
from service.domain.rules import RuleSet
from service.errors import Invalid, NotFound
from service.evaluate.rulebook import published_rules
from service.http.auth import AnyToken, OperatorToken, ServiceDep
from service.http.body import SMALL_BODY_BYTES, read_body
from service.http.models import (
    PLAIN,
    AlertDetail,
    AlertOut,
    Day,
    EvaluationIn,
    EvaluationOut,
    EventOut,
    MarkOut,
    NotificationOut,
    Page,
    PendingOut,
    ProgressOut,
    bad_cursor,
    from_cursor,
    to_cursor,
)
from service.http.problem import documented
from service.store import alerts, evaluations, marks
from service.store.pool import connection

router = APIRouter(prefix="/v1")


@router.get("/progress", responses=documented(401, 404, 422, 503))
def get_progress(
    service: ServiceDep,
    token: AnyToken,
    as_of: Day | None = None,
    indicator: Annotated[str | None, Query(pattern=PLAIN)] = None,
    region: Annotated[str | None, Query(pattern=PLAIN)] = None,
) -> Page[ProgressOut]:
    """Progress as of a day (the last evaluated one by default)."""
    with connection(service.pool) as conn:
        day = as_of or evaluations.last(conn)[0]
        if day is None or evaluations.get(conn, day) is None:
            zh, en = "这一天尚未评估。", "that day has not been evaluated."
            raise NotFound("not_evaluated", zh, en)
        rows = evaluations.read_progress(conn, day, indicator=indicator, region=region)
    return Page(items=[ProgressOut.of(row) for row in rows])


@router.post(
    "/evaluations",
    responses=documented(401, 403, 413, 415, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": EvaluationIn.model_json_schema()}},
        }
    },
)
async def post_evaluation(service: ServiceDep, token: OperatorToken, request: Request) -> EvaluationOut:
    """Evaluate every day up to `as_of` that isn't yet, and again what has changed since."""
    # By hand: FastAPI would read the body of whoever asks, before it looks at the token.
    wanted = _wanted(await read_body(request, SMALL_BODY_BYTES))
    today = service.clock.now().date()
    if wanted.as_of > today:
        zh, en = f"截至日不能晚于今天（{today}）。", f"`as_of` cannot lie after today ({today})."
        raise Invalid("future_day", zh, en)
    done = await run_in_threadpool(service.evaluate, wanted.as_of)
    return EvaluationOut(days=list(done.days), again=list(done.again), events=done.events)


def _wanted(body: bytes) -> EvaluationIn:
    try:
        return EvaluationIn.model_validate_json(body)
    except ValidationError:
        zh, en = "正文应为 {“as_of”: “2018-08-31”}。", 'send {"as_of": "2018-08-31"}.'
        raise Invalid("wrong_body", zh, en) from None


@router.get("/alerts", responses=documented(401, 422, 503))
def list_alerts(
    service: ServiceDep,
    token: AnyToken,
    state: Literal["firing", "resolved"] | None = None,
    shadow: bool = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Page[AlertOut]:
    """Alerts, the latest opened first: the live ones, or with `shadow=true` those on trial, told to nobody."""
    after = from_cursor(cursor, 2)
    try:
        before = (datetime.fromisoformat(after[0]), after[1]) if after else None
    except ValueError:
        raise bad_cursor() from None
    with connection(service.pool) as conn:
        rows = alerts.list_alerts(conn, state=state, shadow=shadow, before=before, limit=limit)
    next_ = to_cursor(rows[-1].opened_at.isoformat(), rows[-1].alert_id) if len(rows) == limit else None
    return Page(items=[AlertOut.of(row) for row in rows], cursor=next_)


@router.get("/alerts/pending", responses=documented(401, 422, 503))
def list_pending(service: ServiceDep, token: AnyToken) -> Page[PendingOut]:
    """Alerts whose condition holds without firing yet, as of the last evaluated day, the worst first."""
    with connection(service.pool) as conn:
        last = evaluations.last(conn)[0]
        waiting = pending(evaluations.read_clocks(conn, last)) if last else ()
        rules = published_rules(conn)(last) if last and waiting else RuleSet(())
    found = ((each, rules.named(each.key.rule)) for each in waiting)
    return Page(
        items=[
            PendingOut.of(each, rule, fires_on(each, rule, last, china()) if rule and last else None)
            for each, rule in found
        ]
    )


@router.get("/alerts/{alert}", responses=documented(401, 404, 503))
def get_alert(
    service: ServiceDep, token: AnyToken, alert: Annotated[str, Path(pattern=PLAIN)]
) -> AlertDetail:
    """One alert with everything that happened to it, and what people said of it."""
    with connection(service.pool) as conn:
        rows = alerts.list_alerts(conn, alert_id=alert, limit=1)
        if not rows:
            raise NotFound("no_alert", "没有这一预警。", "there is no such alert.")
        happened, said = alerts.events(conn, alert), marks.of_alert(conn, alert)
    return AlertDetail(
        **AlertOut.of(rows[0]).model_dump(),
        events=[EventOut.of(event) for event in happened],
        marks=[MarkOut.of(mark) for mark in said],
    )


@router.get("/notifications", responses=documented(401, 422, 503))
def list_notifications(
    service: ServiceDep,
    token: AnyToken,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Page[NotificationOut]:
    """Messages in the order they were written."""
    after = from_cursor(cursor, 1)
    if after and not after[0].isdecimal():
        raise bad_cursor()
    with connection(service.pool) as conn:
        rows = alerts.notifications(conn, after=int(after[0]) if after else 0, limit=limit)
    next_ = to_cursor(str(rows[-1].notification_id)) if len(rows) == limit else None
    return Page(items=[NotificationOut.of(row) for row in rows], cursor=next_)
