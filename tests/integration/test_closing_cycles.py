"""A feed that reports by the week: on time it changes no closed day, late it does, and what lacks is missed in time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.cli.replays import Asked as Replaying
from service.cli.replays import replayed
from service.clock import beijing
from service.closing import Closed
from service.explain.explain import explain
from service.explain.explanation import Asked, Explanation
from service.store import evaluations
from service.store.pool import connection
from tests.conftest import on
from tests.testkit.lives import Life, begin
from tests.testkit.worlds import day

DISTRICT, TOWN, NEXT_TOWN = "110105", "110105001", "110105002"
FIRST = date(
    2018, 3, 5
)  # a Monday; the week to Sunday the 11th is due on Tuesday the 13th, when Monday is judged
WEEK, NEXT_WEEK = day("2018-03-11"), day("2018-03-18")
RULES = """\
groups:
  - name: all
    rules:
      - alert: growth
        check: {type: new_growth, region_level: subdistrict, levels: {yellow: 0, red: 10}}
        annotations: {title: 控新生}
      - alert: missing
        check: {type: missing, levels: {notice: 1}}
        annotations: {title: 逾期未报}
"""
CATALOG: dict[str, Any] = {
    "name": "朝阳区",
    "root": DISTRICT,
    "evaluate_from": str(FIRST),
    "office": "区疏整促办",
    "departments": [{"code": "lead", "name": "牵头部门"}],
    "tasks": [{"code": "task", "field": "任务", "name": "任务"}],
    "sources": [{"code": "reported", "name": "填报", "rank": 1}],
    "indicators": [
        {
            "code": "cases",
            "name": "新发现群租房",
            "name_en": "cases",
            "kind": "incidence",
            "direction": "down",
            "task": "task",
            "lead": "lead",
            "unit": "count",
            "reported_at": "subdistrict",
        }
    ],
    "regions": [
        {"code": DISTRICT, "name": "朝阳区", "level": "district"},
        {"code": TOWN, "name": "甲街道", "level": "subdistrict", "parent": DISTRICT},
        {"code": NEXT_TOWN, "name": "乙乡", "level": "subdistrict", "parent": DISTRICT},
    ],
    "feeds": [
        {
            "code": "feed",
            "name": "群租房周报",
            "source": "reported",
            "cycle": "weekly",
            "first_day": str(FIRST),
            "covers": [{"indicators": ["*"], "regions": ["110105/*"]}],
        }
    ],
}
_names = count()


@pytest.fixture
def life(server: str, template: str, tmp_path: Path) -> Iterator[Life]:
    """A service at the beginning of its first week."""
    name = f"cycles_{os.getpid()}_{next(_names)}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    life = begin(on(server, name), tmp_path, RULES, CATALOG, {}, FIRST)
    try:
        yield life
    finally:
        life.service.close()
        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


def close(life: Life, at: str, hour: int = 10) -> Closed:
    """What is due at an hour of a day."""
    life.clock.set(beijing(day(at), hour))
    return life.service.closing.close_due()


def report(life: Life, at: str, hour: int, week: date, **values: float | None) -> None:
    """A week's cases of the towns, posted at an hour of a day."""
    life.clock.set(beijing(day(at), hour))
    towns = {"jia": TOWN, "yi": NEXT_TOWN}
    life.report([("cases", towns[town], week, value) for town, value in values.items()])


def told(life: Life) -> list[tuple[Any, ...]]:
    """Every event: rule, region, kind, as-of day, whether it came out in retrospect, reason."""
    with connection(life.service.pool) as conn:
        return conn.execute(
            "SELECT a.rule, split_part(a.key, '|', 3), e.kind, e.as_of::text, e.retroactive, e.reason"
            " FROM biaochi.alert_event e JOIN biaochi.alert a USING (alert_id) ORDER BY e.event_id"
        ).fetchall()


def messages(life: Life) -> list[str]:
    with connection(life.service.pool) as conn:
        rows = conn.execute("SELECT message FROM biaochi.alert_event ORDER BY event_id").fetchall()
    return [message for (message,) in rows]


def explained(life: Life, rule: str) -> list[Explanation]:
    """Every alert of a rule, explained as it fired."""
    with connection(life.service.pool) as conn:
        rows = conn.execute(
            "SELECT alert_id FROM biaochi.alert WHERE rule = %s ORDER BY alert_id", (rule,)
        ).fetchall()
        return [explain(conn, alert_id, Asked(event=1)) for (alert_id,) in rows]


def days(first: str, last: str) -> tuple[date, ...]:
    span = (day(last) - day(first)).days + 1
    return tuple(day(first) + timedelta(days=n) for n in range(span))


def agrees_with_replay(life: Life, last: str) -> None:
    """Every day's clocks are what replay makes of what is known now."""
    with connection(life.service.pool) as conn:
        for as_of in days(str(FIRST), last):
            then = replayed(conn, Replaying(FIRST, as_of, None, None, ())).clocks
            assert then == evaluations.read_clocks(conn, as_of), as_of


def test_on_time_it_judges_no_closed_day_again(life: Life) -> None:
    close(life, "2018-03-09")
    report(life, "2018-03-12", 9, WEEK, jia=3, yi=0)
    assert close(life, "2018-03-12") == Closed(days=days("2018-03-09", "2018-03-11"))
    assert told(life) == [], "the week is not due yet"
    report(life, "2018-03-12", 15, WEEK, jia=4)  # corrected before the cut-off
    assert close(life, "2018-03-12", 16) == Closed()
    closed = close(life, "2018-03-13")
    assert (closed.days, closed.again) == (days("2018-03-12", "2018-03-12"), ())
    assert told(life) == [("growth", TOWN, "fired", "2018-03-12", False, "condition")]
    with connection(life.service.pool) as conn:
        assert conn.execute("SELECT DISTINCT runs FROM biaochi.evaluation").fetchall() == [(1,)]
        (row,) = evaluations.read_progress(conn, day("2018-03-12"), region=TOWN)
    assert (row.data_day, row.period_to_date, row.stale) == (WEEK, 4, False)
    (found,) = explained(life, "growth")
    assert (found.differences, [one.reading.value for one in found.readings.items]) == ((), [4])
    agrees_with_replay(life, "2018-03-12")


def test_after_its_cut_off_it_is_missed_and_then_taken_in_late(life: Life) -> None:
    report(life, "2018-03-12", 9, WEEK, jia=0, yi=0)
    close(life, "2018-03-19")
    assert told(life) == []
    report(life, "2018-03-20", 9, NEXT_WEEK, yi=0)
    close(life, "2018-03-20")
    assert told(life) == [("missing", "", "fired", "2018-03-19", False, "condition")]
    (text,) = messages(life)
    assert "甲街道新发现群租房周报逾期1个工作日未报" in text
    assert "3月12日至18日数据未报,最近一次数据日为3月11日" in text
    assert "当周确无进展的按零报告填" in text
    (found,) = explained(life, "missing")
    assert [(one.region, one.days) for one in found.owed] == [("甲街道", (NEXT_WEEK,))]
    assert found.differences == ()
    report(life, "2018-03-20", 15, NEXT_WEEK, jia=2)
    assert close(life, "2018-03-20", 16).again == days("2018-03-19", "2018-03-19")
    assert sorted(told(life)[1:]) == [
        ("growth", TOWN, "fired", "2018-03-19", True, "late_data"),
        ("missing", "", "resolved", "2018-03-19", True, "late_data"),
    ]
    assert "截至3月18日,累计新发现2个" in messages(life)[1]
    agrees_with_replay(life, "2018-03-19")


def test_a_correction_judges_again_from_the_day_it_was_due(life: Life) -> None:
    report(life, "2018-03-12", 9, WEEK, jia=3, yi=0)
    close(life, "2018-03-15")
    report(life, "2018-03-15", 15, WEEK, jia=None, yi=0)
    assert close(life, "2018-03-15", 16).again == days("2018-03-12", "2018-03-14")
    with connection(life.service.pool) as conn:
        runs = dict(conn.execute("SELECT as_of, runs FROM biaochi.evaluation").fetchall())
    assert {as_of for as_of, times in runs.items() if times > 1} == set(days("2018-03-12", "2018-03-14"))
    assert ("growth", TOWN, "overturned", "2018-03-14", True, "late_data") in told(life)
    agrees_with_replay(life, "2018-03-14")
