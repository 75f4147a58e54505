"""准/不准: what people say of alerts, and how it is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.testkit.service import JIA, OPERATOR, YI, Running, biaochi, copy_of, reading, service_on

GROWTH = "new_illegal_construction"
RULES = """\
groups:
  - name: growth
    rules:
      - alert: growth
        mode: {mode}
        check:
          type: new_growth
          indicators: [new_illegal_construction]
          region_level: subdistrict
          levels: {{yellow: 0}}
        annotations: {{title: 控新生}}
"""


@pytest.fixture(scope="module")
def lit(server: str, published: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service whose one rule, in shadow, has fired in two towns; then it went live."""
    rules = tmp_path_factory.mktemp("rules")
    (rules / "growth.yaml").write_text(RULES.format(mode="shadow"), "utf-8")
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as service:
        service.post(reading("2018-06-25", 30, GROWTH))
        service.post(reading("2018-06-25", 20, GROWTH, region=YI), feed="yi")
        service.close_days("2018-06-25")
        (rules / "growth.yaml").write_text(RULES.format(mode="live"), "utf-8")
        service.service.refresh_rules()
        service.close_days("2018-06-26")
        yield service


@pytest.fixture
def unmarked(lit: Running) -> Running:
    """The same, with nothing said of its alerts."""
    with lit.service.pool.connection() as conn:
        conn.execute("TRUNCATE biaochi.alert_mark")
    return lit


def mark(
    service: Running, alert: str, accurate: object, note: str = "", holder: str = OPERATOR
) -> httpx.Response:
    headers = service.headers(holder)
    body = {"accurate": accurate, "note": note}
    return service.client.post(f"/v1/alerts/{alert}/marks", json=body, headers=headers)


def alert_of(service: Running, region: str, *, shadow: bool = True) -> str:
    (alert,) = service.alerts(shadow=shadow, region=region)
    return str(alert["id"])


def marks(service: Running, alert: str) -> list[tuple[bool, str, bool]]:
    found = service.get(f"/v1/alerts/{alert}/marks")["items"]
    assert found == service.get(f"/v1/alerts/{alert}")["marks"]
    return [(m["accurate"], m["note"], m["counts"]) for m in found]


@pytest.mark.parametrize("shadow", [True, False])
def test_all_marks_are_kept_and_the_last_of_a_token_counts(unmarked: Running, shadow: bool) -> None:
    alert = alert_of(unmarked, JIA, shadow=shadow)
    assert marks(unmarked, alert) == []
    said = mark(unmarked, alert, True)
    assert said.status_code == 201
    assert said.json().keys() == {"alert", "accurate", "note", "token", "at", "counts"}
    assert mark(unmarked, alert, False, "复核:在建工程已批").status_code == 201
    assert marks(unmarked, alert) == [(True, "", False), (False, "复核:在建工程已批", True)]


def test_saying_the_same_again_adds_nothing_and_says_so(unmarked: Running) -> None:
    alert = alert_of(unmarked, JIA)
    first, again = mark(unmarked, alert, True, "属实"), mark(unmarked, alert, True, "属实")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert mark(unmarked, alert, True, "属实,已拆").status_code == 201
    assert len(marks(unmarked, alert)) == 2


def test_the_same_said_twice_at_once_is_stored_once(unmarked: Running) -> None:
    alert = alert_of(unmarked, JIA)
    unmarked.headers(OPERATOR)
    with ThreadPoolExecutor(8) as workers:
        answers = list(workers.map(lambda _: mark(unmarked, alert, False).status_code, range(8)))
    assert sorted(answers) == [200] * 7 + [201]
    assert marks(unmarked, alert) == [(False, "", True)]


def test_a_feed_may_read_marks_and_make_none(unmarked: Running) -> None:
    alert = alert_of(unmarked, JIA)
    answer = mark(unmarked, alert, True, holder="jia")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_an_operator")
    assert unmarked.get(f"/v1/alerts/{alert}/marks", holder="jia")["items"] == []


def test_what_is_no_alert_cannot_be_marked(unmarked: Running) -> None:
    for alert in ("S2018-0101-01", "%00"):
        assert mark(unmarked, alert, True).status_code in (404, 422)
    answer = unmarked.client.get("/v1/alerts/none/marks", headers=unmarked.headers(OPERATOR))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_alert")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"accurate": null}',
        b'{"accurate": 1}',
        b'{"accurate": "true"}',
        b'{"accurate": NaN}',
        b'{"accurate": true, "note": 3}',
        b'{"accurate": true, "nota": "x"}',
        b'{"accurate": true, "note": "\\u0000"}',
        b'{"accurate": true, "note": "%s"}' % (b"x" * 1001),
    ],
)
def test_a_mark_that_is_none_says_what_one_is(unmarked: Running, body: bytes) -> None:
    alert = alert_of(unmarked, JIA)
    answer = unmarked.client.post(
        f"/v1/alerts/{alert}/marks", content=body, headers=unmarked.headers(OPERATOR)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_body"), answer.text
    assert "accurate" in answer.json()["detail"] and "accurate" in answer.json()["detail_zh"]
    assert marks(unmarked, alert) == []


def test_shadow_alerts_are_listed_only_when_asked_for(lit: Running) -> None:
    live, shadow = lit.get("/v1/alerts")["items"], lit.get("/v1/alerts", shadow="true")["items"]
    assert {a["shadow"] for a in live} == {False} and {a["shadow"] for a in shadow} == {True}
    assert lit.client.get("/v1/alerts?shadow=perhaps", headers=lit.headers(OPERATOR)).status_code == 422
    assert lit.get("/v1/alerts", state="firing", shadow="true")["items"] == []


def tally(service: Running, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], dict[str, Any]]:
    """The rule's row of the table, and the same for scripts."""
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", service.service.dsn)
    status, out, err = biaochi("rules", "marks")
    assert (status, err) == (0, "")
    head, _, row = out.splitlines()
    assert head.split() == [
        *("rule", "alerts", "accurate", "inaccurate", "disputed", "unmarked", "share", "accurate"),
    ]
    (plain,) = json.loads(biaochi("rules", "marks", "--json")[1])["rules"]
    return row.split(), plain


def test_a_rule_is_as_right_as_people_say(unmarked: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    row, plain = tally(unmarked, monkeypatch)
    assert row == ["growth", "4", "0", "0", "0", "4", "-"]
    assert plain["accuracy"] is None
    jia, yi, live = (
        alert_of(unmarked, JIA),
        alert_of(unmarked, YI),
        alert_of(unmarked, JIA, shadow=False),
    )
    mark(unmarked, jia, False)
    mark(unmarked, jia, True)  # thought better of it
    mark(unmarked, yi, False)
    mark(unmarked, live, True)
    row, plain = tally(unmarked, monkeypatch)
    assert row == ["growth", "4", "2", "1", "0", "1", "2/3"]
    assert plain["accuracy"] == pytest.approx(2 / 3)


def test_where_people_disagree_nothing_is_settled(
    unmarked: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alert = alert_of(unmarked, JIA)
    mark(unmarked, alert, True)
    other = {"authorization": f"Bearer {unmarked.new_token(OPERATOR)}"}
    unmarked.client.post(f"/v1/alerts/{alert}/marks", json={"accurate": False}, headers=other)
    row, _ = tally(unmarked, monkeypatch)
    assert row == ["growth", "4", "0", "0", "1", "3", "-"]
    monkeypatch.setenv("BIAOCHI_RULES_DIR", str(unmarked.settings.rules_dir))
    assert biaochi("rules", "marks", "--export", str(tmp_path / "out"))[0] == 0
    assert list((tmp_path / "out").iterdir()) == []


def test_analysts_find_marks_in_a_view(unmarked: Running) -> None:
    mark(unmarked, alert_of(unmarked, JIA), True, "属实")
    assert unmarked.all("SELECT rule, shadow, accurate, note, counts FROM report.alert_marks") == [
        ("growth", True, True, "属实", True)
    ]
