"""Charts over HTTP: of any figure and of an alert, from what evaluation stored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from service.charts.series import read_course
from service.domain.catalog import NodeKey
from service.domain.course import Course
from service.embedded.folders import cache_folder
from service.shipped import shipped
from service.store.pool import connection
from tests.testkit.debian import chart_font
from tests.testkit.service import FOLDERS, JIA, OPERATOR, Running, copy_of, overlay, reading, service_on
from tests.testkit.worlds import day

PARKING, RENTALS = "residential_parking_added", "new_group_rentals"
LAST = day("2018-06-27")


@pytest.fixture(scope="module")
def life(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Eight weeks of 甲街道: parking spaces every day, a rental found twice after it had been cleared."""
    begin = overlay(tmp_path_factory.mktemp("catalog"), catalog="evaluate_from: 2018-06-01")
    rules = tmp_path_factory.mktemp("rules")
    for name in ("rebound.yaml", "reporting.yaml"):
        shutil.copy(shipped("alert_rules") / name, rules)
    with pytest.MonkeyPatch.context() as environment, copy_of(server, template) as dsn:
        environment.setenv("BIAOCHI_CHART_FONT", str(chart_font(cache_folder())))
        with service_on(dsn, folders=(*FOLDERS, begin), rules=rules) as running:
            days = [day("2018-05-01") + timedelta(days=at) for at in range(58)]
            running.post(*(reading(d.isoformat(), 10, PARKING) for d in days))
            running.post(*(reading(d.isoformat(), 2 if d == LAST else 0, RENTALS) for d in days))
            running.close_days(LAST.isoformat())
            yield running


def chart(life: Running, **query: Any) -> Any:
    return life.client.get("/v1/charts", params=query, headers=life.headers(OPERATOR))


def course(life: Running, indicator: str, as_of: date) -> Course:
    with connection(life.service.pool) as conn:
        return read_course(conn, life.service.context.published(), NodeKey(indicator, JIA, ""), as_of)


def test_any_figure_is_drawn_as_of_the_last_evaluated_day(life: Running) -> None:
    answer = chart(life, indicator=PARKING, region=JIA)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert Image.open(BytesIO(answer.content)).size == (780, 600)
    assert answer.content == chart(life, indicator=PARKING, region=JIA, as_of=last_day(life)).content


def last_day(life: Running) -> str:
    return str(life.get("/v1/progress", region=JIA)["items"][0]["as_of"])


def test_it_shows_the_figures_of_progress_and_nothing_after_its_day(life: Running) -> None:
    shown = course(life, PARKING, day("2018-06-15"))
    assert shown.actual[0] == (day("2018-06-01"), 320.0)  # 32 days of ten
    assert shown.actual[-1] == (day("2018-06-15"), 460.0) and len(shown.actual) == 15
    (row,) = [
        r
        for r in life.get("/v1/progress", region=JIA, as_of="2018-06-15")["items"]
        if r["indicator"] == PARKING
    ]
    assert shown.facts.figures.to_date == row["period_to_date"] and shown.facts.source == "属地填报"


def test_a_copy_that_is_still_right_is_not_sent_again(life: Running) -> None:
    first = chart(life, indicator=PARKING, region=JIA)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for known in (tag, f'"other", W/{tag}'):
        headers = {**life.headers(OPERATOR), "if-none-match": known}
        again = life.client.get("/v1/charts", params={"indicator": PARKING, "region": JIA}, headers=headers)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = chart(life, indicator=PARKING, region=JIA, as_of="2018-06-15")
    assert other.headers["etag"] != tag
    assert chart(life, indicator=PARKING, region=JIA, language="en").headers["etag"] != tag


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"indicator": "nothing", "region": JIA}, 404, "no_chart"),
        ({"indicator": PARKING, "region": "110105000"}, 404, "no_chart"),
        ({"indicator": PARKING, "region": JIA, "scope": "第二批试点"}, 404, "no_chart"),
        ({"indicator": PARKING, "region": JIA, "as_of": "2017-06-15"}, 404, "not_evaluated"),
        ({"indicator": PARKING}, 422, "wrong_parameters"),
        ({"indicator": PARKING, "region": JIA, "as_of": "30 June"}, 422, "wrong_parameters"),
        ({"indicator": PARKING, "region": JIA, "language": "fr"}, 422, "wrong_parameters"),
    ],
)
def test_what_cannot_be_drawn_says_why(life: Running, query: dict[str, str], status: int, code: str) -> None:
    answer = chart(life, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_alert_is_drawn_with_the_day_it_speaks_of(life: Running) -> None:
    (alert,) = life.alerts(rule="rebound_group_rentals", region=JIA)
    path = f"/v1/alerts/{alert['id']}/chart.png"
    answer = life.client.get(path, headers=life.headers(OPERATOR))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    # The lamp, the window and the threshold are the alert's: a plain chart of the figure is another picture.
    assert answer.content != chart(life, indicator=RENTALS, region=JIA, as_of=LAST.isoformat()).content
    before = life.client.get(path, params={"as_of": "2018-06-10"}, headers=life.headers(OPERATOR))
    assert (before.status_code, before.json()["code"]) == (404, "no_chart")


def test_an_alert_on_a_feed_has_nothing_to_draw(life: Running) -> None:
    alert = next(a for a in life.alerts() if a["feed"])
    answer = life.client.get(f"/v1/alerts/{alert['id']}/chart.png", headers=life.headers(OPERATOR))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_chart")
    unknown = life.client.get("/v1/alerts/2018-0101-01/chart.png", headers=life.headers(OPERATOR))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_alert")


def test_nobody_is_shown_a_chart_without_a_token(life: Running) -> None:
    assert life.client.get("/v1/charts", params={"indicator": PARKING, "region": JIA}).status_code == 401
    assert life.client.get("/v1/alerts/2018-0101-01/chart.png").status_code == 401
