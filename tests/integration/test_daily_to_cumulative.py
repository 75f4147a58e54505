"""A feed that reports by the day and then in sums, beside a city that counts the district: lived, compared, explained."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from service.cli.replays import Asked as Replaying
from service.cli.replays import replayed
from service.errors import Fault
from service.explain.explain import explain
from service.explain.explanation import Asked
from service.ingest.formats import reader
from service.ingest.submit import Rejected
from service.store import alerts, evaluations, tokens
from service.store.pool import connection
from tests.testkit.lives import FEED, Life, begin, counted, small_catalog, small_feed
from tests.testkit.service import copy_of
from tests.testkit.worlds import DISTRICT, NEXT_TOWN, TOWN, days

RULES = """\
groups:
  - name: all
    rules:
      - alert: apart
        check: {type: discrepancy, absolute: 5, levels: {notice: 1}}
        annotations: {title: 数据不一致}
"""
FIRST, SUMS_FROM, LAST = date(2018, 3, 5), date(2018, 3, 10), date(2018, 3, 14)
DAYS = days(str(FIRST), str(LAST))
HISTORY = [{"from": str(FIRST), "as": "daily"}, {"from": str(SUMS_FROM), "as": "cumulative"}]
CITY = {
    **small_feed("city", FIRST),
    "source": "verified",
    "covers": [{"indicators": ["*"], "regions": [DISTRICT], "reporting": "cumulative"}],
}
CATALOG = small_catalog(
    FIRST,
    counted("parking", "flow", name="车位", min_coverage=0.5),
    sources=[
        {"code": "verified", "name": "市级认定", "rank": 1},
        {"code": "reported", "name": "填报", "rank": 2},
    ],
    feeds=[small_feed(FEED, FIRST, {"indicators": ["*"], "reporting": HISTORY}), CITY],
)


def told(rate: float) -> dict[date, float]:
    """So many a day, by the day and then in sums."""
    return {on: rate if on < SUMS_FROM else rate * (n + 1) for n, on in enumerate(DAYS)}


FIGURES = {("parking", TOWN): told(2), ("parking", NEXT_TOWN): told(1)}


@pytest.fixture(scope="module")
def life(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Ten days at three a day. The next town is silent on the last; the city says one more on the last but one."""
    with copy_of(server, template) as dsn:
        life = begin(dsn, tmp_path_factory.mktemp("lived"), RULES, CATALOG, FIGURES, FIRST)
        try:
            with connection(life.service.pool) as conn:
                city = tokens.find(conn, tokens.create(conn, "feed", "city", "", life.clock.now())[1])
            assert city is not None
            for n, on in enumerate(DAYS):
                silent = {("parking", NEXT_TOWN)} if on == LAST else set()
                life.morning(on, without=frozenset(silent))
                total = 3.0 * (n + 1) + (10 if on >= date(2018, 3, 13) else 0)
                replace(life, token=city).report([("parking", DISTRICT, on, total)])
                life.close()
            life.clock.set(life.service.closing.closes_at(LAST))
            life.close()
            yield life
        finally:
            life.service.close()


def test_the_sum_goes_on_across_the_switch(life: Life) -> None:
    with connection(life.service.pool) as conn:
        sums = [
            row.period_to_date for on in DAYS[:-1] for row in evaluations.read_progress(conn, on, region=TOWN)
        ]
        (row,) = evaluations.read_progress(conn, LAST, region=TOWN)
    assert sums == [2.0 * (n + 1) for n in range(len(DAYS) - 1)]
    assert (row.value, row.period_to_date) == (2, 20)


def test_a_total_stands_beside_the_sum_of_those_below_with_its_coverage(life: Life) -> None:
    with connection(life.service.pool) as conn:
        found = conn.execute(
            "SELECT as_of, region, day, source, figure, covered, declared, other_source, other_figure, other_covered,"
            " other_declared, difference, settled FROM report.source_differences WHERE as_of >= '2018-03-12' ORDER BY as_of"
        ).fetchall()
    of = (DISTRICT,)
    city, towns = ("verified", 24.0, None, None), ("reported", 24.0, 2, 2)
    assert found == [
        (date(2018, 3, 12), *of, date(2018, 3, 12), *city, *towns, 0, True),
        (date(2018, 3, 13), *of, date(2018, 3, 13), "verified", 37, None, None, "reported", 27, 2, 2, 10, True),
        # 20 from one town and 9 from before the next fell silent: what it has yet to report may be all that lacks.
        (LAST, *of, LAST, "verified", 40, None, None, "reported", 29, 1, 2, 11, False),
    ]  # fmt: skip


def test_who_differs_is_told_with_the_coverage_of_the_sum_and_every_reading_as_a_days_figure(
    life: Life,
) -> None:
    with connection(life.service.pool) as conn:
        (alert,) = alerts.list_alerts(conn)
        found = explain(conn, alert.alert_id, Asked(event=1))
    assert (alert.region, alert.fired) == (DISTRICT, date(2018, 3, 13))
    assert "市级认定累计37个" in alert.message and "填报累计27个(按2/2个上报单位汇总)" in alert.message
    assert found.differences == ()
    switch = [r for r in found.readings.items if r.region == "甲街道" and r.reading.day in DAYS[4:6]]
    assert [(r.reading.day, r.reading.value, r.daily) for r in switch] == [
        (SUMS_FROM, 12, 2),
        (date(2018, 3, 9), 2, 2),
    ]


def test_a_row_that_says_it_is_of_the_day_is_refused_once_sums_are_reported(life: Life) -> None:
    def faults(on: date) -> list[Fault]:
        row = {"indicator": "parking", "region": TOWN, "day": on, "value": 2, "reporting": "daily"}
        body = io.BytesIO(msgspec.json.encode([row]))
        try:
            life.service.context.intake.submit(
                body, reader("application/json"), token=life.token, at=life.clock.now()
            )
        except Rejected as refused:
            return refused.faults
        return []

    assert faults(date(2018, 3, 9)) == []
    (fault,) = faults(SUMS_FROM)
    assert (fault.code, fault.where) == ("wrong_reporting", "readings[0].reporting")


def test_replay_makes_of_it_what_was_lived(life: Life) -> None:
    with connection(life.service.pool) as conn:
        for as_of in (SUMS_FROM, LAST):
            then = replayed(conn, Replaying(FIRST, as_of, None, None, ())).clocks
            assert then == evaluations.read_clocks(conn, as_of)
