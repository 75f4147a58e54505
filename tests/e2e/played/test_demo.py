"""What the demo must show at 31 August 2018."""

from __future__ import annotations

import httpx
import pytest

from tests.testkit.demo import Demo

pytestmark = pytest.mark.timeout(600)
KEYS = {
    "indicator",
    "region",
    "scope",
    "period_to_date",
    "target",
    "completion",
    "expected",
    "lag",
    "data_day",
    "coverage",
}
ALERT_KEYS = {
    "id",
    "rule",
    "check",
    "indicator",
    "region",
    "scope",
    "feed",
    "level",
    "state",
    "since",
    "resolved",
    "message",
}


def test_every_key_is_there_in_every_row(demo: Demo) -> None:
    assert demo.summary["as_of"] == "2018-08-31"
    assert set(demo.summary["readings"]) == {"accepted", "unchanged", "revised", "rejected"}
    assert all(row.keys() >= KEYS for row in demo.summary["progress"])
    assert all(alert.keys() >= ALERT_KEYS for alert in demo.summary["alerts"])
    assert all(message.keys() >= {"channel", "state"} for message in demo.summary["notifications"])
    assert demo.summary["seconds"] > 0


# Published sums of 2018 by 31 August, and targets; None where no target was set.
FIGURES = {
    "illegal_construction_demolished": (5_680_000, 5_680_000),
    "residential_parking_added": (1966, 2000),
    "convenience_outlets_built": (157, None),
    "parks_built_renovated": (11, 25),
    "unlicensed_businesses_rectified": (3600, None),
    "wall_openings_rectified": (1714, None),
    "group_rentals_rectified": (1161, None),
    "school_places_added": (17_000, 17_000),
    "shantytown_households_renovated": (2400, 2400),
    "affordable_housing_started": (3800, 3800),
    "affordable_housing_completed": (11_000, 11_000),
    "new_illegal_construction": (0, None),
}


@pytest.mark.parametrize("indicator", FIGURES)
def test_published_sums_are_met_exactly(demo: Demo, indicator: str) -> None:
    row = demo.of(indicator)
    assert (row["period_to_date"], row["target"]) == FIGURES[indicator]
    assert row["data_day"] == "2018-08-31"
    assert row["coverage"] == 1.0


def test_parking_stands_still_near_its_target(demo: Demo) -> None:
    row = demo.of("residential_parking_added")
    assert row["completion"] == 1966 / 2000  # 98.3 %
    assert not demo.alerts(indicator="residential_parking_added", check="pace")
    (alert,) = demo.alerts(indicator="residential_parking_added", check="stall")
    assert (alert["state"], alert["level"]) == ("firing", "notice")
    assert "已62天无新增" in alert["message"]


def test_parks_are_behind_at_orange(demo: Demo) -> None:
    row = demo.of("parks_built_renovated")
    assert row["completion"] == 11 / 25
    assert row["expected"] == 243 / 365
    assert row["lag"] == pytest.approx(243 / 365 - 11 / 25)
    (alert,) = demo.alerts(indicator="parks_built_renovated", check="pace")
    assert (alert["state"], alert["level"]) == ("firing", "orange")
    assert "慢于序时进度22.6个百分点" in alert["message"]


def test_one_green_has_been_behind_since_spring(demo: Demo) -> None:
    (alert,) = demo.alerts(indicator="one_green_area_vacated", check="pace")
    assert alert["scope"] == "第二批试点"
    assert alert["since"] <= "2018-05-31"
    assert alert["state"] == "firing"


def test_demolition_on_course_raises_nothing(demo: Demo) -> None:
    assert not demo.alerts(indicator="illegal_construction_demolished")


def test_group_rentals_come_back_in_jia(demo: Demo) -> None:
    (alert,) = demo.alerts(check="rebound")
    assert (alert["region"], alert["state"], alert["level"]) == ("110105998", "firing", "orange")
    assert "2018-08-25" <= alert["since"] <= "2018-08-31"
    assert "8月25日至31日新发现3户" in alert["message"]
    assert "4月5日清零" in alert["message"]


def test_the_silent_feed_had_one_alert_that_ended(demo: Demo) -> None:
    (alert,) = demo.alerts(check="missing")
    assert (alert["feed"], alert["state"], alert["indicator"]) == ("yi", "resolved", None)
    assert alert["since"] == "2018-07-11"  # third working day of the silence that began on Monday the 9th
    assert alert["resolved"] == "2018-07-15"


def test_pm25_keeps_its_target_and_is_below_last_year(demo: Demo) -> None:
    row = demo.of("pm25_mean")
    assert row["completion"] is None and row["expected"] is None and row["lag"] is None
    assert row["period_to_date"] < row["target"] == 58
    assert not demo.alerts(indicator="pm25_mean")


def test_half_year_figures_are_those_published(demo: Demo) -> None:
    rows = httpx.get(
        f"{demo.url}/v1/progress",
        params={"as_of": "2018-06-30", "region": "110105"},
        headers={"authorization": f"Bearer {demo.tokens['operator']}"},
    ).json()["items"]
    found = {row["indicator"]: row for row in rows}
    assert found["illegal_construction_demolished"]["period_to_date"] == 5_212_500
    assert found["residential_parking_added"]["period_to_date"] == 1966
    assert found["convenience_outlets_built"]["period_to_date"] == 135
    assert found["leave_blank_greening_area"]["period_to_date"] == 550_000
    assert found["one_green_area_vacated"]["period_to_date"] == 390_000
    assert found["school_places_added"]["period_to_date"] == 14_000
    assert found["shantytown_households_renovated"]["period_to_date"] == 2187
    assert found["affordable_housing_started"]["period_to_date"] == 3037
    assert found["affordable_housing_completed"]["period_to_date"] == 8807
    assert found["pm25_mean"]["period_to_date"] == 57
    assert found["pm25_mean"]["year_on_year"] == pytest.approx(-0.149, abs=0.0005)
    assert found["pm25_mean"]["allowed_mean"] == pytest.approx(58.98, abs=0.005)


def test_every_message_was_delivered_and_bears_the_mark(demo: Demo) -> None:
    messages = demo.summary["notifications"]
    assert {message["channel"] for message in messages} == {"email", "wecom"}
    assert {message["state"] for message in messages} == {"sent"}
    assert all("演示数据" in message["text"] for message in messages)
    assert all("演示数据" in alert["message"] for alert in demo.summary["alerts"])


def test_receipts_add_up_to_what_was_posted(demo: Demo) -> None:
    counts = demo.first["readings"]
    # 634 series over 973 days, part of them before it was killed, and a correction; one bad row.
    assert counts["accepted"] + counts["unchanged"] == 634 * (366 + 365 + 243)
    assert (counts["revised"], counts["rejected"]) == (1, 1)
