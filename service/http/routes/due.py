"""今日应报: what each feed owes, by when, and what is missing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from service.domain.due import today
from service.due.look import Standing
from service.errors import Invalid
from service.http.auth import ReportingToken, ServiceDep, feed_meant
from service.http.models.due import DueOut, DuePage
from service.http.models.page import from_cursor, to_cursor
from service.http.models.values import Day, QueryText
from service.http.problem import documented

router = APIRouter(prefix="/v1")


@router.get("/feeds/due", responses=documented(401, 403, 404, 422, 503))
def list_due(
    service: ServiceDep,
    token: ReportingToken,
    feed: QueryText = None,
    day: Day | None = None,
    regions: Annotated[int, Query(ge=0, le=1000)] = 20,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> DuePage:
    """What each feed owes: open report days, those due today, and those of the last 31 days with something missing.

    With `day`, the report of that day, or of the week or month it lies in, whatever has come of it. A feed's token
    sees its own feed. `regions` is how many regions are listed that lack something.
    """
    now = service.clock.now()
    if day is not None and day > now.date():
        zh, en = f"日期不能晚于今天（{now.date()}）。", f"`day` cannot lie after today ({now.date()})."
        raise Invalid("future_day", zh, en)
    standing = service.due.about(now) if day is None else service.due.on(day, now)
    published = standing.published
    code, after = feed_meant(token, feed), _after(standing, cursor)
    wanted = None if code is None else published.catalog.feeds.index(published.feed(code))
    found = [due for due in standing.found if wanted is None or due.feed == wanted]
    shown = found if day is not None else today(found, standing.now)
    page = [due for due in shown if after is None or (due.feed, due.report.day) > after]
    next_ = None
    if len(page) > limit:
        last = page[limit - 1]
        next_ = to_cursor(published.catalog.feeds[last.feed].code, last.report.day.isoformat())
    items = [DueOut.of(due, standing, regions) for due in page[:limit]]
    return DuePage(items=items, cursor=next_, now=standing.now)


def _after(standing: Standing, cursor: str | None) -> tuple[int, date] | None:
    """The feed, by its position, and the report day a cursor names."""
    positions = {feed.code: at for at, feed in enumerate(standing.published.catalog.feeds)}
    return from_cursor(cursor, positions.__getitem__, date.fromisoformat)
