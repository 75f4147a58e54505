"""存疑待核实: what is stored and doubted, told in the receipt, kept with the reading until it is set right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.testkit.service import FOLDERS, JIA, Running, reading

PARKING, DEMOLISHED = "residential_parking_added", "illegal_construction_demolished"
CATALOG = f"""\
indicators:
  - code: {PARKING}
    usual_maximum: 100
feeds:
  - code: jia
    covers:
      - indicators: [{PARKING}]
        regions: ["{JIA}"]
      - indicators: [{DEMOLISHED}]
        regions: ["{JIA}"]
        reporting: cumulative
"""
WEEK = [f"2018-06-{day}" for day in range(20, 27)]


@pytest.fixture
def doubting(running: Running, tmp_path: Path) -> Running:
    """A service in which more than 100 parking spaces a day are unusual, and demolition is told in sums."""
    (tmp_path / "more.yaml").write_text(CATALOG, "utf-8")
    running.publish(*FOLDERS, tmp_path)
    return running


def flags(service: Running, **query: Any) -> dict[tuple[str, str], list[str]]:
    found = service.get("/v1/readings", first=WEEK[0], last=WEEK[-1], region=JIA, **query)["items"]
    return {(r["indicator"], r["day"]): r["flags"] for r in found if r["flags"]}


def doubts(receipt: dict[str, Any]) -> list[tuple[str, str]]:
    return [(n["code"], n["where"]) for n in receipt["notices"]]


def test_what_is_unusual_is_stored_and_told(doubting: Running) -> None:
    receipt = doubting.post(reading(WEEK[0], 100), reading(WEEK[1], 101))
    assert (receipt["accepted"], receipt["flagged"]) == (2, 1)
    assert doubts(receipt) == [("implausible", "readings[1]")]
    assert "101个" in receipt["notices"][0]["zh"] and "存疑待核实" in receipt["notices"][0]["zh"]
    assert "其中1行存疑待核实" in receipt["message"]
    assert flags(doubting) == {(PARKING, WEEK[1]): ["implausible"]}
    assert flags(doubting, flagged=True) == flags(doubting)
    assert flags(doubting, flagged=False) == {}


def test_a_correction_takes_the_doubt_away(doubting: Running) -> None:
    doubting.post(reading(WEEK[0], 500))
    assert doubting.post(reading(WEEK[0], 50))["flagged"] == 0
    assert flags(doubting) == {}


def test_a_sum_that_falls_is_doubted_until_one_of_the_two_is_corrected(doubting: Running) -> None:
    doubting.post(reading(WEEK[0], 1000, DEMOLISHED), reading(WEEK[2], 1200, DEMOLISHED))
    receipt = doubting.post(reading(WEEK[3], 1100, DEMOLISHED))
    assert doubts(receipt) == [("fall", "readings[0]")]
    assert WEEK[2] in receipt["notices"][0]["zh"] and "1200平方米" in receipt["notices"][0]["zh"]
    assert flags(doubting) == {(DEMOLISHED, WEEK[3]): ["fall"]}
    doubting.post(reading(WEEK[2], 1050, DEMOLISHED))
    assert flags(doubting) == {}


def test_a_late_sum_casts_doubt_on_the_one_that_follows(doubting: Running) -> None:
    doubting.post(reading(WEEK[0], 1000, DEMOLISHED), reading(WEEK[3], 1100, DEMOLISHED))
    receipt = doubting.post(reading(WEEK[2], 1150, DEMOLISHED))
    assert (receipt["flagged"], doubts(receipt)) == (0, [("fall", WEEK[3])])
    assert flags(doubting) == {(DEMOLISHED, WEEK[3]): ["fall"]}


def test_a_sum_that_is_taken_back_casts_no_doubt(doubting: Running) -> None:
    doubting.post(reading(WEEK[0], 1000, DEMOLISHED), reading(WEEK[1], 900, DEMOLISHED))
    doubting.post(reading(WEEK[0], None, DEMOLISHED))
    assert flags(doubting) == {}


def test_a_new_year_begins_from_nothing(doubting: Running) -> None:
    receipt = doubting.post(reading("2016-12-31", 5000, DEMOLISHED), reading("2017-01-01", 10, DEMOLISHED))
    assert receipt["flagged"] == 0


def test_a_take_back_of_the_submission_takes_its_doubts_along(doubting: Running) -> None:
    doubting.post(reading(WEEK[0], 60))
    wrong = doubting.post(reading(WEEK[0], 600))
    answer = doubting.client.post(
        f"/v1/submissions/{wrong['submission']}/withdraw",
        json={"note": "多打一个0"},
        headers=doubting.headers("jia"),
    )
    assert answer.status_code == 201, answer.text
    assert flags(doubting) == {}


def test_the_view_tells_what_is_doubtful(doubting: Running) -> None:
    doubting.post(reading(WEEK[1], 777))
    assert doubting.all(
        "SELECT day::text, indicator, region, flag, value, unit FROM report.reading_flags"
    ) == [(WEEK[1], PARKING, JIA, "implausible", 777.0, "个")]
