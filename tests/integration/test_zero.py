"""零报告 for many series in one call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.testkit.service import FOLDERS, JIA, Running, reading

PARKING, DEMOLISHED = "residential_parking_added", "illegal_construction_demolished"
DAY = "2018-06-26"


def zero(service: Running, feed: str = "jia", **said: Any) -> httpx.Response:
    return service.client.post("/v1/readings/zero", json={"day": DAY, **said}, headers=service.headers(feed))


def stored(service: Running) -> dict[str, float | None]:
    found = service.get("/v1/readings", first=DAY, last=DAY, region=JIA)["items"]
    return {r["indicator"]: r["value"] for r in found}


def test_nothing_happened_wherever_nothing_else_was_reported(running: Running) -> None:
    running.post(reading(DAY, 7))
    answer = zero(running)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    values = stored(running)
    assert values.pop(PARKING) == 7
    assert receipt["accepted"] == receipt["rows"] == len(values) > 5
    assert set(values.values()) == {0.0}


def test_a_second_call_finds_nothing_left_to_report(running: Running) -> None:
    zero(running)
    receipt = zero(running).json()
    assert (receipt["rows"], receipt["accepted"]) == (0, 0)
    assert receipt["message"] == "当日应报数据均已报送，无须再报零，本次没有改动。"


def test_two_days_on_which_nothing_is_left_to_report_are_two_calls(running: Running) -> None:
    for day in (DAY, "2018-06-25"):
        zero(running, day=day)
    answers = [zero(running, day=day).json() for day in (DAY, "2018-06-25", DAY)]
    assert [answer["replayed"] for answer in answers] == [False, False, True]
    assert answers[0]["submission"] == answers[2]["submission"] != answers[1]["submission"]


def test_only_what_is_named_is_reported(running: Running) -> None:
    assert zero(running, indicators=["新增居住区停车位"]).json()["accepted"] == 1
    assert stored(running) == {PARKING: 0.0}


def test_what_was_taken_back_is_not_reported(running: Running) -> None:
    running.post(reading(DAY, 7))
    running.post(reading(DAY, None))
    assert zero(running, indicators=[PARKING]).json()["revised"] == 1
    assert stored(running) == {PARKING: 0.0}


def test_a_sum_since_the_new_year_stays_what_it_was(running: Running, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(
        f"feeds:\n  - code: jia\n    covers:\n      - indicators: [{DEMOLISHED}]\n"
        f'        regions: ["{JIA}"]\n        reporting: cumulative\n',
        "utf-8",
    )
    running.publish(*FOLDERS, tmp_path)
    running.post(reading("2018-06-20", 1200, DEMOLISHED))
    assert zero(running).json()["flagged"] == 0
    assert stored(running) == {DEMOLISHED: 1200.0}


@pytest.mark.parametrize(
    ("said", "code", "where"),
    [
        ({"indicators": ["停车"]}, "unknown_indicator", "indicators[0]"),
        ({"regions": ["没有乡"]}, "unknown_region", "regions[0]"),
        ({"day": "2018-07-30"}, "future_day", ""),
        ({"day": "昨天"}, "wrong_body", "day"),
        ({"colour": "red"}, "wrong_body", "colour"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    shared: Running, said: dict[str, Any], code: str, where: str
) -> None:
    answer = zero(shared, **said)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["code"] == code, error
    assert error["where"].startswith(where)


def test_an_air_monitor_has_nothing_to_call_zero(shared: Running) -> None:
    assert zero(shared, feed="air_monitor").json()["errors"][0]["code"] == "nothing_counted"


def test_figures_that_come_in_at_the_same_time_are_kept(running: Running) -> None:
    """Whichever comes first, a figure is never replaced by a zero."""
    with ThreadPoolExecutor(2) as threads:
        for value in range(1, 6):
            day = f"2018-06-{10 + value}"
            figure = threads.submit(running.post, reading(day, value))
            nothing = threads.submit(zero, running, day=day)
            assert figure.result()["rejected"] == 0
            assert nothing.result().status_code in (201, 409)
            found = running.get("/v1/readings", first=day, last=day, region=JIA, indicator=PARKING)["items"]
            assert [r["value"] for r in found] == [float(value)]


@pytest.mark.parametrize("day", [1529971200, "2018-06-26T00:00:00"])
def test_a_day_that_is_written_as_an_instant_is_refused(shared: Running, day: object) -> None:
    answer = zero(shared, day=day)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_body")
    assert "应为日期，写作 2018-08-31。" in answer.json()["detail_zh"]
