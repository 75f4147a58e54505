"""Marked alerts as rule tests: a trial is lived, its alerts are marked, exported, and run with `biaochi rules test`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.catalog.publish import publish_folders
from service.clock import beijing
from service.store import alerts, marks, tokens
from service.store.alerts import AlertRow
from service.store.pool import connection
from tests.testkit.lives import FEED, Life, aim, begin, counted, small_catalog, small_feed
from tests.testkit.service import biaochi
from tests.testkit.worlds import DISTRICT, NEXT_TOWN, TOWN, day, days, every

RULES = """\
groups:
  - name: trial
    rules:
      - alert: growth
        mode: shadow
        check: {type: new_growth, indicators: [cases], region_level: subdistrict, levels: {yellow: 0}}
        annotations: {title: 控新生}
      - alert: anywhere
        mode: shadow
        check: {type: new_growth, indicators: [cases], levels: {yellow: 2, red: 5}}
        annotations: {title: 控新生}
      - alert: pace
        mode: shadow
        check: {type: pace, levels: lamps, region_level: root}
        annotations: {title: 序时滞后}
      - alert: report_missing
        mode: shadow
        check: {type: missing, levels: {notice: 3}}
        annotations: {title: 逾期未报}
"""
LAMPS = "levels: {notice: 2, yellow: 10}\n"
FIRST, LAST = day("2018-03-01"), day("2018-03-30")
CATALOG = small_catalog(
    FIRST,
    counted("cases", name="案件"),
    counted("parking", "flow", name="车位"),
    counted("unused", "flow"),
    departments=[{"code": "lead", "name": "牵头部门", "contact": "6509 0000"}],
    feeds=[
        small_feed(FEED, date(2018, 1, 1), {"indicators": ["cases", "parking"]}),
        small_feed("other", date(2019, 1, 1), {"indicators": ["unused"]}),
    ],
    targets=[aim("parking", 7300, date(2018, 1, 1))],
)
# Five cases in the first town, one in the next; parking keeps its pace in January and February and then stops, and
# the next town reports nothing for a week.
FIGURES = {
    ("cases", TOWN): every("2018-01-01", str(LAST), 0.0) | {day("2018-03-06"): 5.0},
    ("cases", NEXT_TOWN): every("2018-01-01", str(LAST), 0.0) | {day("2018-03-08"): 1.0},
    ("parking", TOWN): every("2018-01-01", "2018-02-28", 20.0) | every("2018-03-01", str(LAST), 0.0),
    ("parking", NEXT_TOWN): every("2018-01-01", str(LAST), 1.0),
}
SILENT = days("2018-03-19", "2018-03-25")


@dataclass(frozen=True)
class Trial:
    """A season in shadow that is over, and the folder of its rules."""

    life: Life
    rules: Path

    def alerts(self, rule: str) -> dict[str, AlertRow]:
        """Alerts of a rule in the order in which they fired, by region or feed."""
        with connection(self.life.service.pool) as conn:
            found = alerts.list_alerts(conn)
        return {a.region or str(a.feed): a for a in reversed(found) if a.rule == rule}

    def mark(self, alert: AlertRow, *, accurate: bool, note: str = "") -> None:
        with connection(self.life.service.pool) as conn:
            token, _ = tokens.create(conn, "operator", None, "", self.life.clock.now())
            at = self.life.clock.now()
            marks.mark(conn, alert.alert_id, token, accurate=accurate, note=note, at=at)


@pytest.fixture
def trial(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    """Thirty days of four rules in shadow."""
    (tmp_path / "life").mkdir()
    life = begin(database, tmp_path / "life", RULES, CATALOG, FIGURES, FIRST)
    rules = tmp_path / "life" / "rules"
    (rules / "lamps.yaml").write_text(LAMPS, "utf-8")
    life.service.refresh_rules()
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", database)
    monkeypatch.setenv("BIAOCHI_RULES_DIR", str(rules))
    try:
        history: list[tuple[str, str, date, float | None]] = [
            (*s, d, v) for s, by_day in FIGURES.items() for d, v in by_day.items() if d < FIRST
        ]
        life.report(history)
        for at in days(str(FIRST), str(LAST)):
            life.morning(at, without=frozenset(s for s in FIGURES if s[1] == NEXT_TOWN and at in SILENT))
            life.close()
        yield Trial(life, rules)
    finally:
        life.service.close()


def export(folder: Path) -> list[str]:
    """Names of the files written."""
    status, _, err = biaochi("rules", "marks", "--export", str(folder))
    assert (status, err) == (0, "")
    return sorted(path.name for path in folder.iterdir())


def run(folder: Path) -> tuple[bool, set[str]]:
    """Whether all tests there pass, and the names of those that don't."""
    status, out, err = biaochi("rules", "test", "--json", str(folder))
    assert not err, err
    told = json.loads(out)
    assert told["passed"] == (status == 0)
    return told["passed"], {failure["test"] for file in told["files"] for failure in file["failures"]}


def mend(rules: Path, wrong: str, right: str) -> None:
    text = (rules / "rules.yaml").read_text("utf-8")
    assert text.count(wrong) == 1
    (rules / "rules.yaml").write_text(text.replace(wrong, right), "utf-8")


def test_what_was_right_passes_and_what_was_wrong_fails_until_the_rule_is_mended(
    trial: Trial, tmp_path: Path
) -> None:
    growth = trial.alerts("growth")
    trial.mark(growth[TOWN], accurate=True)
    trial.mark(growth[NEXT_TOWN], accurate=False, note="零星一处,当日拆除")
    trial.mark(trial.alerts("pace")[DISTRICT], accurate=True)
    trial.mark(trial.alerts("report_missing")["feed"], accurate=True)
    folder = tmp_path / "cases"
    assert export(folder) == [
        "growth_marked_test.yaml",
        "pace_marked_test.yaml",
        "report_missing_feed_marked_test.yaml",
    ]
    wrong = f"{growth[NEXT_TOWN].alert_id} 不准 零星一处,当日拆除"
    assert run(folder) == (False, {wrong})
    mend(
        trial.rules,
        "region_level: subdistrict, levels: {yellow: 0}",
        "region_level: subdistrict, levels: {yellow: 3}",
    )
    assert run(folder) == (True, set())
    mend(trial.rules, "levels: {notice: 3}", "levels: {notice: 30}")
    passed, failed = run(folder)
    assert (passed, [name.split()[1] for name in failed]) == (False, ["准"]), "mended too far"


def test_a_file_says_what_it_is_and_holds_no_more_than_it_needs(trial: Trial, tmp_path: Path) -> None:
    trial.mark(trial.alerts("growth")[TOWN], accurate=True)
    export(tmp_path / "cases")
    text = (tmp_path / "cases" / "growth_marked_test.yaml").read_text("utf-8")
    assert text.startswith("# Written by `biaochi rules marks --export`")
    assert "fails until the rule is mended" in text.splitlines()[1]
    assert "rule_files: [../life/rules/rules.yaml]" in text
    for needless in ("parking", "unused", NEXT_TOWN, "T1", "6509 0000"):
        assert needless not in text, needless


def test_readings_are_those_known_when_the_alert_fired(trial: Trial, tmp_path: Path) -> None:
    alert = trial.alerts("growth")[TOWN]
    trial.life.clock.set(beijing(LAST + timedelta(days=4), 8))
    trial.life.report([("cases", TOWN, day("2018-03-06"), 0.0)])
    trial.life.close()
    assert trial.alerts("growth")[TOWN].reason == "late_data"
    trial.mark(alert, accurate=True)
    export(tmp_path / "cases")
    assert "values: 0x63 5}" in (tmp_path / "cases" / "growth_marked_test.yaml").read_text("utf-8")
    assert run(tmp_path / "cases") == (True, set())


def test_an_alert_of_a_roll_up_brings_all_it_is_made_of_and_what_stood_beside_it(
    trial: Trial, tmp_path: Path
) -> None:
    found = trial.alerts("anywhere")
    assert set(found) == {TOWN, DISTRICT}
    trial.mark(found[DISTRICT], accurate=True)
    export(tmp_path / "cases")
    text = (tmp_path / "cases" / "anywhere_marked_test.yaml").read_text("utf-8")
    assert TOWN in text and NEXT_TOWN in text
    assert run(tmp_path / "cases") == (True, set())
    trial.mark(found[TOWN], accurate=False)
    trial.mark(found[DISTRICT], accurate=False)  # by another token: disputed now, and left out
    export(tmp_path / "cases")
    passed, failed = run(tmp_path / "cases")
    assert (passed, {name.split()[:2] == [found[TOWN].alert_id, "不准"] for name in failed}) == (
        False,
        {True},
    )


def test_two_wrong_alerts_of_one_day_are_mended_together(trial: Trial, tmp_path: Path) -> None:
    for alert in trial.alerts("anywhere").values():
        trial.mark(alert, accurate=False)
    export(tmp_path / "cases")
    assert len(run(tmp_path / "cases")[1]) == 2
    mend(trial.rules, "levels: {yellow: 2, red: 5}", "levels: {yellow: 20}")
    assert run(tmp_path / "cases") == (True, set())


def test_what_does_not_come_about_again_is_told_and_makes_no_test(trial: Trial, tmp_path: Path) -> None:
    alert = trial.alerts("pace")[DISTRICT]
    trial.mark(alert, accurate=True)
    trial.mark(trial.alerts("growth")[TOWN], accurate=True)
    catalog = {**CATALOG, "targets": [{**CATALOG["targets"][0], "value": 10}]}
    republish(trial, tmp_path, catalog)
    status, out, err = biaochi("rules", "marks", "--export", str(tmp_path / "cases"))
    assert status == 1
    assert err.startswith(f"{alert.alert_id}: not exported, ")
    assert [path.name for path in (tmp_path / "cases").iterdir()] == ["growth_marked_test.yaml"]
    assert "growth_marked_test.yaml: 1 tests" in out


def test_a_rule_that_is_in_no_file_any_more_is_told(trial: Trial, tmp_path: Path) -> None:
    alert = trial.alerts("growth")[TOWN]
    trial.mark(alert, accurate=True)
    mend(trial.rules, "alert: growth", "alert: renamed")
    status, out, _ = biaochi("rules", "marks", "--export", str(tmp_path / "cases"), "--json")
    told = json.loads(out)
    assert (status, told["exported"]) == (1, {})
    assert [one["alert_id"] for one in told["left_out"]] == [alert.alert_id]


def republish(trial: Trial, tmp_path: Path, catalog: dict[str, Any]) -> None:
    folder = tmp_path / "life" / "catalog"
    files = {key: value for key, value in catalog.items() if key != "regions"}
    (folder / "catalog.yaml").write_text(json.dumps(files, ensure_ascii=False), "utf-8")
    with connection(trial.life.service.pool) as conn:
        publish_folders(conn, [folder], banner="", at=trial.life.clock.now(), by="test")
