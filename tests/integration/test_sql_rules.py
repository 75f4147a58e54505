"""Rules that ask the database: judged as days close, the same in replay, and stopped by nothing they do wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from service.cli.replays import Asked, as_json, replayed, told
from service.cli.rules import rules as rules_command
from service.store import alerts, evaluations
from service.store.pool import connection
from tests.testkit.lives import Life, aim, begin, counted, small_catalog
from tests.testkit.service import copy_of
from tests.testkit.worlds import NEXT_TOWN, TOWN

FIRST, LAST = date(2018, 3, 1), date(2018, 3, 22)
DAYS = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
CASES, PARKING = counted("cases", name="案件"), counted("parking", "flow", name="车位")
CATALOG = small_catalog(FIRST, CASES, PARKING, targets=[aim("parking", 306, FIRST)])
# Nobody builds anything in the first town, and in the next only for the first days.
FIGURES = {
    ("parking", TOWN): dict.fromkeys(DAYS, 0.0),
    ("parking", NEXT_TOWN): {day: 1.0 if n < 6 else 0.0 for n, day in enumerate(DAYS)},
    ("cases", TOWN): {day: 4.0 if n in (3, 12) else 0.0 for n, day in enumerate(DAYS)},
    ("cases", NEXT_TOWN): dict.fromkeys(DAYS, 0.0),
}
# Cases of seven days, as they were known; the district's lag, as this very evaluation has worked it out.
RULES = """\
groups:
  - name: asked
    rules:
      - alert: cases_of_seven_days
        check:
          type: sql
          query: |-
            SELECT indicator, region, scope, sum(value) AS value   -- one row per town
            FROM report.readings_known_at(:known_at)
            WHERE indicator = 'cases' AND day > :as_of::date - 7 AND day <= :as_of
            GROUP BY indicator, region, scope
          levels: {yellow: 4, red: 8}
        annotations: {title: 近七日高发}
      - alert: behind
        check:
          type: sql
          query: |-
            SELECT indicator, region, scope, lag * 100 AS value FROM progress WHERE as_of = :as_of
          region_level: root
          indicators: [parking]
          levels: {notice: 2, yellow: 5}
        annotations: {title: 序时滞后}
      - alert: pace
        check: {type: pace, from_expected: 0, levels: {notice: 2, yellow: 5}}
        annotations: {title: 序时滞后}
"""
FAILING = """\
      - alert: failing
        check:
          type: sql
          query: |-
            SELECT indicator, region, %s AS value FROM progress
            WHERE as_of = :as_of AND indicator = 'cases' AND region = '110105001'
          levels: {red: 1}
          timeout: 0.3
        annotations: {title: 专项监测}
"""


@contextmanager
def life_on(server: str, template: str, folder: Path, rules: str) -> Iterator[Life]:
    with copy_of(server, template) as dsn:
        life = begin(dsn, folder, rules, CATALOG, FIGURES, FIRST)
        try:
            yield life
        finally:
            life.service.close()


@pytest.fixture(scope="module")
def lived(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Three weeks with two late corrections, lived once: tests only look back on them."""
    with life_on(server, template, tmp_path_factory.mktemp("lived"), RULES) as life:
        for n, day in enumerate(DAYS):
            life.morning(day)
            if n == 9:
                life.report([("cases", NEXT_TOWN, DAYS[4], 9.0), ("cases", TOWN, DAYS[3], None)])
            if n == 15:
                life.report([("cases", NEXT_TOWN, DAYS[4], 5.0)])
            life.close()
        life.clock.set(life.service.closing.closes_at(LAST))
        life.close()
        yield life


def firing(life: Life, rule: str) -> dict[str, int]:
    """Region and level of the alerts of a rule that fire."""
    with connection(life.service.pool) as conn:
        found = alerts.firing(conn).items()
    return {key.split("|")[2]: int(alert.level) for key, alert in found if key.startswith(f"{rule}|")}


def failures(life: Life, rule: str) -> float | None:
    name = "biaochi_rule_query_failures_total"
    return life.service.registry.get_sample_value(name, {"rule": rule})


def test_alerts_come_from_what_the_query_says(lived: Life) -> None:
    with connection(lived.service.pool) as conn:
        told_of = conn.execute(
            "SELECT region, since, fired, resolved, message FROM report.alerts"
            " WHERE rule = 'cases_of_seven_days' ORDER BY opened_at, region"
        ).fetchall()
    assert {(TOWN, DAYS[3]), (TOWN, DAYS[12])} <= {(row[0], row[2]) for row in told_of}
    assert NEXT_TOWN in {row[0] for row in told_of}, "nine cases of its were told late"
    (last,) = (row[4] for row in told_of if row[2] == DAYS[12])
    assert "近七日高发】" in last.splitlines()[0] and "案件" in last.splitlines()[0]
    assert failures(lived, "cases_of_seven_days") == 0


def test_a_query_sees_the_progress_of_the_day_that_is_judged(lived: Life) -> None:
    """The rule over report.progress fires with the check of the service's own, on the same days."""
    with connection(lived.service.pool) as conn:
        for day in DAYS:
            levels: dict[str, set[tuple[str, int]]] = {"behind": set(), "pace": set()}
            for key, clock in evaluations.read_clocks(conn, day).items():
                if key.rule in levels and key.node:
                    levels[key.rule].add((key.node.region, int(clock.level)))
            assert levels["behind"] == levels["pace"], day
    assert firing(lived, "behind") == firing(lived, "pace") != {}


def test_replay_is_what_life_came_to(lived: Life) -> None:
    with connection(lived.service.pool) as conn:
        for day in DAYS:
            found = replayed(conn, Asked(FIRST, day, None, None, ()))
            assert found.clocks == evaluations.read_clocks(conn, day), day
            assert found.unanswered == ()


def test_readings_as_known_at_an_instant_are_the_panel_of_that_instant(lived: Life) -> None:
    """The view people ask, and the readings a replay takes, at every instant something was recorded."""
    with connection(lived.service.pool) as conn:
        instants = [at for (at,) in conn.execute("SELECT recorded_at FROM biaochi.submission").fetchall()]
        assert len(instants) > 20
        for at in instants:
            view = conn.execute(
                "SELECT indicator, region, sum(value), count(*) FROM report.readings_known_at(%s)"
                " GROUP BY 1, 2 ORDER BY 1, 2",
                [at],
            ).fetchall()
            lived_then = conn.execute(
                "SELECT i.code, g.code, sum(x.value), count(*) FROM ("
                "  SELECT DISTINCT ON (series_id, day) series_id, day, value FROM ("
                "    SELECT series_id, day, value, revision, submission_id FROM biaochi.reading UNION ALL"
                "    SELECT series_id, day, value, revision, submission_id FROM biaochi.reading_revision) e"
                "  JOIN biaochi.submission s USING (submission_id) WHERE s.recorded_at <= %s"
                "  ORDER BY series_id, day, revision DESC) x"
                " JOIN biaochi.series USING (series_id) JOIN biaochi.node USING (node_id)"
                " JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)"
                " WHERE x.value IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
                [at],
            ).fetchall()
            assert view == lived_then


def test_an_alert_stands_still_while_its_query_fails(server: str, template: str, tmp_path: Path) -> None:
    """Life goes on: the day closes, other rules judge, and the alert waits for an answer."""
    with life_on(server, template, tmp_path, RULES + FAILING % "1") as life:
        closed(life, DAYS[0])
        assert firing(life, "failing") == {TOWN: 4}
        change(life, tmp_path, FAILING % "(SELECT count(*) FROM generate_series(1, 1000000000000))")
        with capture_logs() as logged:
            closed(life, DAYS[1])
        (line,) = [line for line in logged if line["event"] == "rule not judged"]
        assert (line["rule"], line["as_of"], line["log_level"]) == ("failing", str(DAYS[1]), "error")
        assert line["fault"].startswith("the query took longer than 0.3 s") and "0.3 秒" in line["fault_zh"]
        assert (firing(life, "failing"), failures(life, "failing")) == ({TOWN: 4}, 1)
        with connection(life.service.pool) as conn:
            assert evaluations.last(conn)[0] == DAYS[1]
        change(life, tmp_path, FAILING % "NULL::int")
        closed(life, DAYS[2])
        assert (firing(life, "failing"), failures(life, "failing")) == ({TOWN: 4}, 1)
        change(life, tmp_path, FAILING % "0")
        closed(life, DAYS[3])
        assert (firing(life, "failing"), failures(life, "failing")) == ({}, 1)


WRONG = {
    "'x'": "the query's column value is no number",
    "1/0": "the query failed: division by zero.",
    "'Infinity'::float8": f"the figure of cases {TOWN} is infinite.",
    "(SELECT count(*) FROM biaochi.token)": "the query failed: permission denied for schema biaochi.",
    "1 AS more, 1": "the query gives the columns indicator, region, more, value;",
    "progress.region AS region, 1": "the query gives the columns indicator, region, region, value;",
}


def test_what_a_query_does_wrong_costs_its_own_rule_and_nothing_else(lived: Life, tmp_path: Path) -> None:
    with connection(lived.service.pool) as conn:
        for number, (figure, sentence) in enumerate(WRONG.items()):
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "rules.yaml").write_text(RULES + FAILING % figure, "utf-8")
            found = replayed(conn, Asked(LAST, LAST, None, folder, ()))
            (one,) = found.unanswered
            assert (one.rule, one.days) == ("failing", len(DAYS)) and one.reason.startswith(sentence)
            assert {e.key.rule for e in found.episodes} >= {"behind", "pace"}
            assert list(told(found))[-1].startswith(f"not judged on {len(DAYS)} days: failing: ")
            assert as_json(found, None)["unanswered"][0]["rule"] == "failing"


def test_a_node_the_catalogue_lacks_is_no_answer(lived: Life, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        RULES.replace(
            "SELECT indicator, region, scope, sum", "SELECT 'casse' AS indicator, region, scope, sum"
        ),
        "utf-8",
    )
    with connection(lived.service.pool) as conn:
        found = replayed(conn, Asked(LAST, LAST, None, tmp_path, ()))
    assert [one.reason for one in found.unanswered] == [f"the catalogue has no figure casse {TOWN}."]


def test_the_command_says_what_was_not_judged(
    lived: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES + FAILING % "1/0", "utf-8")
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", lived.service.dsn)
    span = ["replay", "--from", str(LAST), "--to", str(LAST), "--rules", str(tmp_path), "--json"]
    done = CliRunner().invoke(rules_command, span, standalone_mode=False)
    assert done.exception is None
    found: dict[str, Any] = json.loads(done.output)
    assert [one["rule"] for one in found["unanswered"]] == ["failing"]


def closed(life: Life, day: date) -> None:
    """The figures of a day come in, and it closes."""
    life.morning(day)
    life.clock.set(life.service.closing.closes_at(day))
    life.service.refresh_rules()
    life.service.closing.evaluate(day)


def change(life: Life, folder: Path, rule: str) -> None:
    (folder / "rules" / "rules.yaml").write_text(RULES + rule, "utf-8")
    life.service.refresh_rules()
