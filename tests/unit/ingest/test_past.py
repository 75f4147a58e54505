"""What is closed, old and sealed for a body that comes at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from service.clock import beijing
from service.domain.catalog import Feed
from service.domain.cycles import Cycle
from service.ingest.past import bounds
from service.store.past import Bounds
from tests.testkit.worlds import day, world

FIRST = date(2018, 1, 1)
CATALOG = world(
    feeds=[Feed(cycle.value, "", "reported", (), FIRST, cycle=cycle) for cycle in Cycle]
).layout.catalog


def of(feed: str, at: datetime, *, confirmed: bool = False, operator: bool = False, days: int = 31) -> Bounds:
    catalog = replace(CATALOG, confirm_after_days=days)
    return bounds(catalog, feed, at, confirmed=confirmed, operator=operator)


@pytest.mark.parametrize(
    ("feed", "at", "closed"),
    [
        # Monday, 3 September 2018: Friday and the weekend close at ten.
        ("daily", beijing(date(2018, 9, 3), 9, 59), "2018-08-30"),
        ("daily", beijing(date(2018, 9, 3), 10), "2018-09-02"),
        ("weekly", beijing(date(2018, 9, 4), 9), "2018-08-26"),
        ("weekly", beijing(date(2018, 9, 4), 10), "2018-09-02"),
        ("monthly", beijing(date(2018, 9, 7), 9), "2018-07-31"),
        ("monthly", beijing(date(2018, 9, 7), 10), "2018-08-31"),
        # A feed that has left the catalogue.
        ("gone", beijing(date(2018, 9, 3), 10), "2018-09-02"),
    ],
)
def test_days_close_by_the_cycle_of_the_feed(feed: str, at: datetime, closed: str) -> None:
    assert of(feed, at).closed_through == day(closed)


def test_age_is_counted_from_today_and_only_closed_days_have_one() -> None:
    at = beijing(date(2018, 9, 3), 12)
    assert of("daily", at).confirmed_through == date(2018, 8, 2)
    assert of("daily", at, days=0).confirmed_through == date(2018, 9, 2)
    assert of("monthly", at, days=0).confirmed_through == date(2018, 7, 31)
    assert of("daily", at, confirmed=True).confirmed_through is None


def test_seals_hold_for_everybody_but_operators() -> None:
    at = beijing(date(2018, 9, 3), 12)
    assert (of("daily", at).sealed, of("daily", at, operator=True).sealed) == (True, False)
