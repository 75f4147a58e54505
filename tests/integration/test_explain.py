"""Every number of an alert can be followed to the submissions it came with, as it was known then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.catalog.publish import publish_folders
from service.cli.explanations import told
from service.explain.explain import explain
from service.explain.explanation import Asked, Explanation
from service.store import alerts
from service.store.pool import connection
from tests.testkit.lives import FEED, Life, aim, begin, counted, small_catalog, small_feed
from tests.testkit.service import JIA, Running, biaochi, copy_of, reading
from tests.testkit.worlds import NEXT_TOWN, TOWN, day

GROWTH = "new_illegal_construction"  # none is allowed: a single m² lights the yellow lamp, 500 the red one


def growth(on: str, value: float | None) -> dict[str, Any]:
    return reading(on, value, GROWTH)


def the_alert(running: Running) -> str:
    (alert,) = running.alerts(rule=GROWTH, region=JIA)
    number: str = alert["id"]
    return number


def explanation(running: Running, alert: str, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = running.get(f"/v1/alerts/{alert}/explain", **asked)
    return found


# ---- over HTTP, and on the command line


def test_listed_readings_add_up_to_the_messages_figure(running: Running) -> None:
    first = running.post(growth("2018-06-25", 30), note="周一")
    second = running.post(growth("2018-06-26", 12))
    running.close_days("2018-06-26")
    alert = the_alert(running)
    found = explanation(running, alert, as_of="2018-06-26")
    assert found["figures"]["value"] == 42
    assert [(r["day"], r["daily"]) for r in found["readings"]["items"]] == [
        ("2018-06-26", 12),
        ("2018-06-25", 30),
    ]
    assert found["readings"]["total"] == 2
    assert [one["total"] for one in found["series"]] == [42]
    assert [(s["submission"], s["readings"], s["note"]) for s in found["submissions"]["items"]] == [
        (second["submission"], 1, ""),
        (first["submission"], 1, "周一"),
    ]
    assert found["revisions"]["total"] == found["later"]["total"] == 0


def test_without_a_day_it_explains_what_last_lit_or_moved_it(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 12))
    running.close_days("2018-06-26")
    found = explanation(running, the_alert(running))
    assert (found["event"], found["as_of"], found["figures"]["value"]) == (1, "2018-06-25", 30)
    assert (found["rules_version"], found["catalog_version"], found["noted"]) == (1, 1, True)
    assert (found["recomputed"], found["differences"]) == (True, [])
    assert found["stored"] == found["figures"]
    assert found["rule"]["entry"]["check"]["type"] == "new_growth"
    assert found["bounds"]["reached"] == "yellow"
    assert found["steps"][-2]["text"].endswith("→ 黄灯")
    assert "30" in found["message"]


def test_a_correction_leaves_the_old_event_as_it_was_and_stands_in_the_new_one(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 12))
    running.close_days("2018-06-26")
    alert = the_alert(running)
    before = explanation(running, alert)
    late = running.post(growth("2018-06-25", 600))
    running.service.closing.close_due()
    old, new = explanation(running, alert, event=1), explanation(running, alert, event=2)
    (since,) = old.pop("later")["items"]
    before.pop("later")
    unmoved = {name: value for name, value in before.items() if name not in ("alert", "events")}
    assert {name: old[name] for name in unmoved} == unmoved
    assert (since["before"], since["value"], since["submission"]) == (30, 600, late["submission"])
    assert new["figures"]["value"] == 612
    assert [(r["value"], r["revision"]) for r in new["readings"]["items"]] == [(12, 1), (600, 2)]
    (revision,) = new["revisions"]["items"]
    assert (revision["day"], revision["before"], revision["value"]) == ("2018-06-25", 30, 600)
    assert (revision["feed"], revision["submission"]) == ("jia", late["submission"])
    assert new["later"]["total"] == 0
    assert [(e["number"], e["retroactive"]) for e in new["events"]] == [(1, False), (2, True)]


def test_a_reading_taken_back_is_told_as_such(running: Running) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 12))
    running.close_days("2018-06-26")
    running.post(growth("2018-06-26", None))
    running.service.closing.close_due()
    running.close_days("2018-06-27")
    found = explanation(running, the_alert(running), as_of="2018-06-27")
    assert found["figures"]["value"] == 30
    assert [(r["value"], r["daily"]) for r in found["readings"]["items"]][-1] == (30, 30)
    assert explanation(running, the_alert(running))["later"]["total"] == 0, "it explains 25 June alone"


def test_pages_of_readings_hold_each_once(running: Running) -> None:
    begun = day("2018-01-01")
    days = [(begun + timedelta(days=n)).isoformat() for n in range(177)]
    running.post(*(growth(on, 1) for on in days))
    running.close_days("2018-06-26")
    alert, seen, cursor = the_alert(running), [], None
    while True:
        asked = {"as_of": "2018-06-26", "limit": 50, **({"cursor": cursor} if cursor else {})}
        page = explanation(running, alert, **asked)["readings"]
        seen += [r["day"] for r in page["items"]]
        assert page["total"] == 177
        cursor = page["cursor"]
        if cursor is None:
            break
    assert seen == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nothing", 404, "no_alert"),
        ("{alert}?event=9", 404, "no_event"),
        ("{alert}?as_of=2018-06-24", 422, "not_its_day"),
        ("{alert}?as_of=2019-01-01", 422, "not_its_day"),
        ("{alert}?cursor=xyz", 422, "bad_cursor"),
        ("{alert}?event=0", 422, "wrong_parameters"),
        ("{alert}?limit=1001", 422, "wrong_parameters"),
        ("{alert}?language=fr", 422, "wrong_parameters"),
    ],
)
def test_what_cannot_be_explained_says_why(running: Running, path: str, status: int, code: str) -> None:
    running.post(growth("2018-06-25", 30))
    running.close_days("2018-06-25")
    name, _, query = path.format(alert=the_alert(running)).partition("?")
    answer = running.client.get(f"/v1/alerts/{name}/explain?{query}", headers=running.headers("operator"))
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail_zh"] and answer.json()["detail"]


def test_nobody_reads_an_explanation_without_a_token(shared: Running) -> None:
    assert shared.client.get("/v1/alerts/x/explain").status_code == 401


def test_the_answer_is_documented(shared: Running) -> None:
    described = shared.client.get("/openapi.json").json()
    answer = described["paths"]["/v1/alerts/{alert}/explain"]["get"]["responses"]
    assert answer["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/ExplanationOut")
    assert set(answer) >= {"200", "401", "404", "422", "503"}


def test_the_command_tells_the_same(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.post(growth("2018-06-25", 30), growth("2018-06-26", 12))
    running.close_days("2018-06-26")
    running.post(growth("2018-06-25", 600))
    running.service.closing.close_due()
    alert = the_alert(running)
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", running.service.dsn)
    status, out, _ = biaochi("rules", "explain", alert, "--event", "1", "--json")
    assert status == 0
    assert json.loads(out) == explanation(running, alert, event=1, limit=20)
    status, out, _ = biaochi("rules", "explain", alert)
    assert status == 0
    for said in ("计算过程", "判定: 612 ≥ ", "更正(当时已知)", "type: new_growth", "第2次变动(2次中)"):
        assert said in out
    status, out, _ = biaochi("rules", "explain", alert, "--as-of", "2018-06-26", "--language", "en", "--all")
    assert status == 0 and "Formula" in out and "Judgement: 612 ≥ " in out


def test_the_command_says_when_there_is_no_such_alert(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", running.service.dsn)
    status, out, err = biaochi("rules", "explain", "2018-0101-01")
    assert (status, out) == (1, "")
    assert "没有编号为“2018-0101-01”的预警" in err and "there is no alert" in err


# ---- a life with late figures


FIRST, LAST = date(2018, 3, 1), date(2018, 3, 20)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
RULES = """\
groups:
  - name: all
    rules:
      - alert: growth
        check: {type: new_growth, indicators: [cases], region_level: subdistrict, levels: {yellow: 0, red: 10}}
        for: 2d
        annotations: {title: 控新生}
      - alert: pace
        check: {type: pace, indicators: [parking], from_expected: 0, levels: {notice: 0.5, yellow: 1, orange: 2}}
        keep_firing_for: 1d
        annotations: {title: 序时滞后}
      - alert: level
        check: {type: threshold, indicators: [residents], region_level: root, levels: {yellow: 900}}
        annotations: {title: 目标临界}
      - alert: worst
        check: {type: rank, indicators: [parking], region_level: subdistrict, by: period_to_date, peers: 2, levels: {notice: 1}}
        annotations: {title: 排名靠后}
      - alert: missing
        check: {type: missing, levels: {notice: 2, yellow: 4}}
        annotations: {title: 逾期未报}
"""
CATALOG = small_catalog(
    FIRST,
    counted("cases", name="案件"),
    counted("parking", "flow", name="车位", min_coverage=0.5),
    counted("residents", "stock", name="人口"),
    feeds=[
        small_feed(
            FEED,
            FIRST,
            {"indicators": ["cases", "residents"]},
            {"indicators": ["parking"], "reporting": "cumulative"},
        )
    ],
    targets=[aim("parking", 2000, FIRST)],
)
# Parking is reported as the sum so far: two a day in one town, one in the other.
FIGURES: Mapping[tuple[str, str], Mapping[date, float]] = {
    ("parking", TOWN): {on: 2.0 * (n + 1) for n, on in enumerate(DAYS)},
    ("parking", NEXT_TOWN): {on: 1.0 * (n + 1) for n, on in enumerate(DAYS)},
    ("cases", TOWN): {on: 4.0 if n in (3, 7) else 0.0 for n, on in enumerate(DAYS)},
    ("cases", NEXT_TOWN): dict.fromkeys(DAYS, 0.0),
    ("residents", TOWN): {on: 400.0 + n for n, on in enumerate(DAYS)},
    ("residents", NEXT_TOWN): dict.fromkeys(DAYS, 500.0),
}
LATE_DAYS = DAYS[8:13]  # the next town's figures of these days come on day 15


@pytest.fixture(scope="module")
def life(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Three weeks, lived once, with five late days and two corrections: tests only look back on them."""
    with copy_of(server, template) as dsn, lived(dsn, tmp_path_factory.mktemp("lived")) as one:
        yield one


@pytest.fixture
def own_life(database: str, tmp_path: Path) -> Iterator[Life]:
    """The same, for a test that goes on with it; its files are in the test's folder."""
    with lived(database, tmp_path) as one:
        yield one


@contextmanager
def lived(dsn: str, folder: Path) -> Iterator[Life]:
    life = begin(dsn, folder, RULES, CATALOG, FIGURES, FIRST)
    try:
        for n, on in enumerate(DAYS):
            late = {series for series in FIGURES if series[1] == NEXT_TOWN and on in LATE_DAYS}
            life.morning(on, without=frozenset(late))
            if n == 15:
                life.report([(*s, d, FIGURES[s][d]) for s in FIGURES if s[1] == NEXT_TOWN for d in LATE_DAYS])
                life.report([("cases", TOWN, DAYS[3], 12.0)])
            if n == 17:
                life.report([("cases", TOWN, DAYS[7], None)])
            life.close()
        life.clock.set(life.service.closing.closes_at(LAST))
        life.close()
        yield life
    finally:
        life.service.close()


def every_event(life: Life) -> Iterator[Explanation]:
    """The explanation of every event of every alert."""
    with connection(life.service.pool) as conn:
        for alert in alerts.list_alerts(conn):
            for number, _ in enumerate(alerts.events(conn, alert.alert_id), 1):
                yield explain(conn, alert.alert_id, Asked(event=number))


def one(life: Life, rule: str, **asked: Any) -> Explanation:
    """The explanation of the newest alert of a rule."""
    with connection(life.service.pool) as conn:
        number = next(a.alert_id for a in alerts.list_alerts(conn) if a.rule == rule)
        return explain(conn, number, Asked(**asked))


def test_every_event_comes_out_as_it_was_stored(life: Life) -> None:
    found = list(every_event(life))
    assert {one.alert.rule for one in found} == {"growth", "pace", "level", "worst", "missing"}
    assert {event.kind for one in found if (event := one.event)} >= {"fired", "worse", "resolved"}
    for each in found:
        assert each.basis.noted
        assert each.carried or each.differences == (), (each.alert.rule, each.number, each.differences)
        assert list(told(each, "zh", 20)) and list(told(each, "en", None))


def test_of_a_roll_up_the_leaves_are_listed_and_of_sums_the_daily_figures(life: Life) -> None:
    found = one(life, "pace", as_of=LAST)
    assert found.worked is not None
    assert found.worked.figures.to_date == 60
    assert [(s.region, s.total, s.days) for s in found.series] == [("甲街道", 40, 20), ("乙乡", 20, 20)]
    newest = found.readings.items[0]
    assert (newest.reading.value, newest.daily) in ((40, 2), (20, 1))
    assert sum(r.daily or 0 for r in found.readings.items) == 60
    assert (found.worked.figures.covered, found.worked.figures.declared) == (2, 2)


def test_who_was_silent_is_named_and_what_came_later(life: Life) -> None:
    """Parking is judged from half of the towns on: a lamp rose while one of two was silent."""
    (found,) = (e for e in every_event(life) if e.alert.rule == "pace" and e.silent)
    assert found.worked is not None and found.silent == ("乙乡",)
    assert (found.worked.figures.covered, found.worked.figures.declared) == (1, 2)
    assert {(c.region, c.change.day) for c in found.later.items} == {
        ("乙乡", on) for on in LATE_DAYS if on <= found.basis.as_of
    }
    lines = list(told(found, "zh", 20))
    assert "  1/2个上报单位有数" in lines and "  未报:乙乡" in lines and "此后更正或补报" in lines


def test_of_a_level_the_last_report_of_each_region_counts(life: Life) -> None:
    found = one(life, "level", as_of=LAST)
    assert [(s.region, s.latest, s.days) for s in found.series] == [("乙乡", 500, 1), ("甲街道", 419, 1)]
    assert found.worked is not None and found.worked.figures.value == 919
    assert found.readings.total == 2


def test_what_a_feed_owes_is_listed_day_by_day(life: Life) -> None:
    found = one(life, "missing", event=1)
    (owed,) = found.owed
    assert owed.region == "乙乡" and owed.last_data == DAYS[7]
    assert owed.days[0] == DAYS[8] and owed.days[-1] == found.basis.as_of
    assert found.worked is not None and found.worked.figures.value == len(owed.days)
    late = {change.change.day for change in found.later.items}
    assert late == {on for on in LATE_DAYS if on <= found.basis.as_of}


def test_a_day_without_an_event_is_explained_by_its_last_evaluation(life: Life) -> None:
    found = one(life, "level", as_of=DAYS[12])
    assert found.number is None and found.stored is None and found.basis.noted
    assert found.worked is not None and found.worked.figures.value == 912
    assert "最新为912个" in found.message("zh").text


def test_an_event_that_noted_nothing_is_explained_by_its_days_last_evaluation(own_life: Life) -> None:
    with connection(own_life.service.pool) as conn:
        conn.execute(
            "UPDATE biaochi.alert_event SET known_at = NULL, catalog_version = NULL, rules_version = NULL"
        )
    found = one(own_life, "level")
    assert not found.basis.noted and found.differences == ()
    assert any("未记录依据" in line for line in told(found, "zh", 20))


def test_later_versions_of_catalogue_and_rules_change_no_explanation(own_life: Life, tmp_path: Path) -> None:
    before = [(e.alert.alert_id, e.number, e.steps("zh"), e.rule) for e in every_event(own_life)]
    rules = (tmp_path / "rules" / "rules.yaml").read_text("utf-8")
    (tmp_path / "rules" / "rules.yaml").write_text(rules.replace("orange: 2", "orange: 3"), "utf-8")
    folder = tmp_path / "catalog" / "catalog.yaml"
    folder.write_text(folder.read_text("utf-8").replace('"value": 2000', '"value": 5000'), "utf-8")
    with connection(own_life.service.pool) as conn:
        publish_folders(conn, [folder.parent], banner="", at=own_life.clock.now(), by="test")
    own_life.service.catalogs.refresh()
    own_life.service.refresh_rules()
    assert [(e.alert.alert_id, e.number, e.steps("zh"), e.rule) for e in every_event(own_life)] == before


def test_an_alert_whose_rule_was_removed_shows_what_was_stored(own_life: Life, tmp_path: Path) -> None:
    rules = (tmp_path / "rules" / "rules.yaml").read_text("utf-8")
    (tmp_path / "rules" / "rules.yaml").write_text(rules.replace("alert: level", "alert: other"), "utf-8")
    own_life.service.refresh_rules()
    next_day = LAST + timedelta(days=1)
    own_life.clock.set(own_life.service.closing.closes_at(next_day))
    own_life.close()
    with connection(own_life.service.pool) as conn:
        number = next(a.alert_id for a in alerts.list_alerts(conn) if a.rule == "level")
        ended = explain(conn, number, Asked(as_of=next_day))
        fired = explain(conn, number, Asked())
    assert (ended.rule, ended.worked, ended.readings.total) == (None, None, 0)
    assert any("没有此规则" in line for line in told(ended, "zh", 20))
    assert fired.rule is not None and fired.differences == ()
