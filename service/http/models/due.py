"""What is due as the API and the command line give it out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from service.domain.due import DueState, FeedDue, lacking_by_region
from service.due.look import Standing
from service.http.models.page import Page


class LackingOut(BaseModel):
    """A region whose reports are missing, and of which indicators."""

    region: str
    region_name: str
    indicators: list[str]


class DueOut(BaseModel):
    """A feed's report day: reported + missing = owed; `zero` and `late` are among those reported.

    `missing_regions` counts them all, `lacking` lists the first.
    """

    feed: str
    feed_name: str
    cycle: str
    first_day: date
    day: date
    deadline: datetime
    state: DueState
    owed: int
    reported: int
    zero: int
    late: int
    missing: int
    missing_regions: int
    lacking: list[LackingOut]

    @classmethod
    def of(cls, due: FeedDue, standing: Standing, regions: int) -> Self:
        """regions: how many are listed."""
        catalog = standing.published.catalog
        feed, lacking = catalog.feeds[due.feed], lacking_by_region(standing.published.layout, [due])
        return cls(
            feed=feed.code,
            feed_name=feed.name,
            cycle=due.report.cycle.value,
            first_day=due.report.first,
            day=due.report.day,
            deadline=due.report.deadline,
            state=due.state(standing.now),
            owed=due.owed,
            reported=due.reported,
            zero=due.zero,
            late=due.late,
            missing=due.missing,
            missing_regions=len(lacking),
            lacking=[
                LackingOut(
                    region=each.region,
                    region_name=catalog.region[each.region].name,
                    indicators=list(each.indicators),
                )
                for each in lacking[:regions]
            ],
        )


class DuePage(Page[DueOut]):
    """`now` is the moment by the service's clock at which this is so."""

    now: datetime
