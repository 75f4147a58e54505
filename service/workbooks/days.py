"""The day a template is for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from service.catalog.publish import Published
from service.catalog.workdays import china
from service.clock import beijing
from service.domain.catalog import Feed
from service.domain.cycles import Cycle, Deadlines
from service.errors import Invalid
from service.store import template as store
from service.store.pool import Connection


def next_report(conn: Connection, published: Published, feed: Feed, now: datetime) -> date:
    """The first report day that has not closed and of which not everything is in; else the last there is."""
    days = _open_days(published, feed, now)
    owed = owed_on(published, feed, days[0])
    told = store.reported(conn, owed.values(), days)
    return next((day for day in days if told.get(day, 0) < len(owed)), days[-1])


def checked(published: Published, feed: Feed, day: date, now: datetime) -> date:
    """A day somebody asks for, if the feed reports it."""
    if day < feed.first_day:
        zh, en = (
            f"早于本报送渠道的起报日 {feed.first_day}。",
            f"before the feed's first day, {feed.first_day}.",
        )
    elif day > feed.cycle.last(now.date()):
        zh, en = f"{day} 还没有到，不能填报。", "that day has not come yet."
    elif (stamp := feed.cycle.last(day)) != day:
        span = "周" if feed.cycle is Cycle.WEEKLY else "月"
        zh = f"本报送渠道按{span}报送，这一{span}的填报日是 {stamp}。"
        en = f"this feed reports by the {feed.cycle.value.removesuffix('ly')}: ask for {stamp}."
    elif not owed_on(published, feed, day):
        zh, en = "本报送渠道的区域在这一天都不存在。", "none of the feed's regions existed on that day."
    else:
        return day
    raise Invalid("wrong_day", zh, en)


def owed_on(published: Published, feed: Feed, day: date) -> dict[tuple[str, str, str], int]:
    """Number of every series a feed owes on a day, by indicator, region and scope."""
    region = published.catalog.region
    series = published.series_of.get(feed.code, {})
    return {key: number for key, number in series.items() if region[key[1]].valid_on(day)}


def _open_days(published: Published, feed: Feed, now: datetime) -> list[date]:
    """Report days whose cut-off is still to come, up to the one today lies in; never empty."""
    catalog, cycle = published.catalog, feed.cycle
    deadlines = Deadlines(china(), catalog.cutoff_workdays)
    first, days = cycle.last(feed.first_day), list[date]()
    day = max(first, cycle.last(now.date()))
    while day >= first and beijing(deadlines.closing_day(day, cycle), catalog.cutoff_hour) > now:
        days.append(day)
        day = cycle.first(day) - timedelta(days=1)
    return days[::-1]
