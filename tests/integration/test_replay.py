"""Replay is life: what days made of late figures while they were lived, replay makes of them now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from service.cli import replays
from service.cli.replays import Asked, replayed
from service.cli.rules import rules as rules_command
from service.domain.alerting import Clock
from service.domain.arrays import Floats
from service.domain.fold import AlertKey
from service.evaluate.compare import compare
from service.evaluate.panel import load_panel
from service.evaluate.replay import Replay
from service.store import alerts, evaluations
from service.store.catalog import series_ids
from service.store.pool import connection, read_only
from tests.testkit.lives import Life, aim, begin, counted, small_catalog
from tests.testkit.service import copy_of
from tests.testkit.worlds import NEXT_TOWN, TOWN

FIRST, LAST = date(2018, 3, 1), date(2018, 4, 6)
DAYS = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
LATE_DAYS = DAYS[10:15]  # the next town's figures of these days come on day 20
RULES = """\
groups:
  - name: all
    rules:
      - alert: growth
        check: {type: new_growth, region_level: subdistrict, levels: {yellow: 0, red: 10}}
        for: 2d
        annotations: {title: 控新生}
      - alert: pace
        check: {type: pace, from_expected: 0, levels: {notice: 2, yellow: 5, orange: 9}}
        keep_firing_for: 1d
        annotations: {title: 序时滞后}
      - alert: missing
        check: {type: missing, levels: {notice: 2, yellow: 4}}
        annotations: {title: 逾期未报}
"""
CASES, PARKING = counted("cases"), counted("parking", "flow")
CATALOG = small_catalog(FIRST, CASES, PARKING, targets=[aim("parking", 306, FIRST)])
# One space a day in each town keeps well ahead of the plan; then the first town stops.
FIGURES = {
    ("parking", TOWN): dict.fromkeys(DAYS, 0.0),
    ("parking", NEXT_TOWN): {day: 1.0 if n < 15 else 0.0 for n, day in enumerate(DAYS)},
    ("cases", TOWN): {day: 4.0 if n in (3, 7, 12) else 0.0 for n, day in enumerate(DAYS)},
    ("cases", NEXT_TOWN): dict.fromkeys(DAYS, 0.0),
}
CloseLog = list[tuple[datetime, date, Mapping[AlertKey, Clock]]]


@dataclass(frozen=True)
class Lived:
    """A life that is over, what was known and remembered at each of its closes, and where its files are."""

    life: Life
    closes: CloseLog
    folder: Path


@pytest.fixture(scope="module")
def lived(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Five weeks, lived once: every test only looks back on them."""
    folder = tmp_path_factory.mktemp("lived")
    with copy_of(server, template) as dsn:
        life = begin(dsn, folder, RULES, CATALOG, FIGURES, FIRST)
        try:
            yield Lived(life, live(life), folder)
        finally:
            life.service.close()


def live(life: Life) -> CloseLog:
    """Every morning to the last; what was known and remembered at each close."""
    closes: CloseLog = []
    for n, day in enumerate(DAYS):
        late = {series for series in FIGURES if series[1] == NEXT_TOWN and day in LATE_DAYS}
        life.morning(day, without=frozenset(late))
        if n == 20:  # five late days, and a case that was none is taken back
            life.report([(*s, d, FIGURES[s][d]) for s in FIGURES if s[1] == NEXT_TOWN for d in LATE_DAYS])
            life.report([("cases", TOWN, DAYS[12], None)])
        if n == 26:  # and one was counted too low
            life.report([("cases", TOWN, DAYS[3], 7.0)])
        life.close()
        closes.append(closed(life))
    life.clock.set(life.service.closing.closes_at(LAST))
    life.close()
    closes.append(closed(life))
    return closes


def closed(life: Life) -> tuple[datetime, date, Mapping[AlertKey, Clock]]:
    with connection(life.service.pool) as conn:
        last, known_at = evaluations.last(conn)
        assert known_at is not None
        return known_at, last or date.min, evaluations.read_clocks(conn, last) if last else {}


def look_back(life: Life, last: date, known_at: datetime | None = None, **more: Any) -> Replay:
    with connection(life.service.pool) as conn:
        return replayed(conn, Asked(FIRST, last, known_at, more.get("rules"), ()))


def test_once_all_is_known_replay_is_what_life_came_to(lived: Lived) -> None:
    life = lived.life
    with connection(life.service.pool) as conn:
        for day in DAYS:
            assert look_back(life, day).clocks == evaluations.read_clocks(conn, day), day
        firing = alerts.firing(conn)
    found = look_back(life, LAST)
    still = {e.key.text: (int(e.path[-1][1]), e.since) for e in found.episodes if e.resolved is None}
    assert still == {key: (alert.level, alert.since) for key, alert in firing.items()}
    assert {e.key.rule for e in found.episodes} == {"growth", "pace"}, "what was missing came in"


def test_findings_as_known_at_an_earlier_instant_are_those_given_then(lived: Lived) -> None:
    life, closes = lived.life, lived.closes
    assert len({known_at for known_at, _, _ in closes}) > 20
    for known_at, last, clocks in closes:
        if clocks or last >= FIRST:
            assert look_back(life, last, known_at).clocks == clocks, (known_at, last)
    then = look_back(life, DAYS[19], closes[19][0])
    assert "missing" in {e.key.rule for e in then.episodes}


def test_known_now_and_known_at_the_last_instant_are_the_same_panel(lived: Lived) -> None:
    life, closes = lived.life, lived.closes
    published = life.service.catalogs.published()
    panels: list[Floats] = []
    with connection(life.service.pool) as conn:
        for known_at in (None, closes[-1][0], closes[20][0] - timedelta(days=400)):
            panel = load_panel(conn, published.catalog, series_ids(conn), FIRST, LAST, known_at)
            panels.append(panel.values)
    assert str(panels[0].tolist()) == str(panels[1].tolist())
    assert str(panels[2][~(panels[2] != panels[2])].tolist()) == "[]", "nothing was known so early"


def test_a_replay_may_not_write(lived: Lived) -> None:
    with (
        connection(lived.life.service.pool) as conn,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
        read_only(conn),
    ):
        conn.execute("DELETE FROM biaochi.alert_clock")


def test_other_rules_are_compared_alert_by_alert(lived: Lived, tmp_path: Path) -> None:
    life = lived.life
    other = tmp_path / "other"
    other.mkdir()
    text = RULES.replace("red: 10", "red: 5").replace("alert: pace", "alert: slow")
    (other / "rules.yaml").write_text(text, "utf-8")
    differences = compare(look_back(life, LAST), look_back(life, LAST, rules=other))
    assert {(d.kind, d.key.rule) for d in differences} == {
        ("moved", "growth"),
        ("removed", "pace"),
        ("added", "slow"),
    }
    assert list(replays.told_differences(differences))[-1].startswith("compared: ")


def test_the_command_prints_tables_and_writes_nothing(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    life = lived.life
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", life.service.dsn)
    before = written(life)
    span = ["replay", "--from", "2018-03-10", "--to", str(LAST)]
    plain = CliRunner().invoke(rules_command, span, standalone_mode=False)
    assert plain.exception is None
    assert plain.output.splitlines()[0].split() == [
        "alert",
        "of",
        "levels",
        "since",
        "fired",
        "resolved",
        "days",
    ]
    as_json = CliRunner().invoke(
        rules_command,
        [*span, "--known-at", "2018-03-20", "--compare", str(lived.folder / "rules"), "--json"],
        standalone_mode=False,
    )
    assert as_json.exception is None
    found = json.loads(as_json.output)
    assert {"episodes", "rules", "differences"} < found.keys() and found["differences"] == []
    assert written(life) == before


def written(life: Life) -> list[Any]:
    """Everything a replay must leave alone."""
    with connection(life.service.pool) as conn:
        return conn.execute(
            "SELECT (SELECT count(*) FROM biaochi.alert_event), (SELECT count(*) FROM biaochi.notification),"
            " (SELECT max(evaluated_at) FROM biaochi.evaluation), (SELECT count(*) FROM biaochi.alert_clock)"
        ).fetchall()
