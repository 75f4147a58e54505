"""今日应报: what each feed owes, by when, and what is missing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from service.domain.due import FeedDue, today
from service.due.look import Standing
from service.errors import Forbidden, Invalid, NotFound
from service.http.auth import ReportingToken, ServiceDep
from service.http.due import DueOut, DuePage
from service.http.models import PLAIN, Day, bad_cursor, from_cursor, to_cursor
from service.http.problem import documented
from service.store.tokens import Token

router = APIRouter(prefix="/v1")


@router.get("/feeds/due", responses=documented(401, 403, 404, 422, 503))
def list_due(
    service: ServiceDep,
    token: ReportingToken,
    feed: Annotated[str | None, Query(pattern=PLAIN)] = None,
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
    wanted = _feed(standing, token, feed)
    found = [due for due in standing.found if wanted is None or due.feed == wanted]
    shown = found if day is not None else list(today(found, standing.now))
    page = _after(shown, standing, cursor)
    next_ = None
    if len(page) > limit:
        last = page[limit - 1]
        next_ = to_cursor(standing.published.catalog.feeds[last.feed].code, last.report.day.isoformat())
    items = [DueOut.of(due, standing, regions) for due in page[:limit]]
    return DuePage(items=items, cursor=next_, now=standing.now)


def _feed(standing: Standing, token: Token, asked: str | None) -> int | None:
    """The position of the feed that is shown; None for all."""
    catalog = standing.published.catalog
    if token.feed is not None and asked not in (None, token.feed):
        zh = "报送渠道的令牌只能查看本渠道。"
        raise Forbidden("not_your_feed", zh, "the token of a feed sees its own feed only.")
    code = token.feed or asked
    if code is None:
        return None
    if code not in catalog.feed:
        raise NotFound("no_feed", f"没有报送渠道“{code}”。", f"there is no feed {code!r}.")
    return next(at for at, each in enumerate(catalog.feeds) if each.code == code)


def _after(found: list[FeedDue], standing: Standing, cursor: str | None) -> list[FeedDue]:
    """What comes after the place a cursor names."""
    parts = from_cursor(cursor, 2)
    if parts is None:
        return found
    positions = {each.code: at for at, each in enumerate(standing.published.catalog.feeds)}
    try:
        last = positions[parts[0]], date.fromisoformat(parts[1])
    except (KeyError, ValueError):
        raise bad_cursor() from None
    return [due for due in found if (due.feed, due.report.day) > last]
