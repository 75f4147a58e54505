"""The gauges of a small district, whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from prometheus_client.parser import text_string_to_metric_families

from service.clock import BEIJING
from service.domain.catalog import Catalog, Indicator, Kind, Level, NodeKey, Region
from service.domain.catalog import Direction as Way
from service.domain.fold import AlertKey
from service.domain.pending import Pending
from service.metrics.domain import families
from service.metrics.exposition import render
from service.store.alerts import AlertRow
from service.store.evaluations import ProgressRow

PARKS = Indicator(
    "parks", "greening", "新建改造公园", "Parks", "count", Kind.FLOW, Way.UP, "district", "landscape"
)
CATALOG = Catalog(
    name="朝阳区",
    root="110105",
    evaluate_from=date(2018, 1, 1),
    cutoff_hour=10,
    office="",
    departments=(),
    tasks=(),
    sources=(),
    indicators=(PARKS,),
    regions=(
        Region("110000", "北京市", "city", ""),
        Region("110101", "东城区", "district", "110000"),
        Region("110105", "朝阳区", "district", "110000"),
        Region("110105998", '甲"街道', "subdistrict", "110105"),
    ),
    feeds=(),
    targets=(),
)
# 11 of 25 parks on 31 August, when 243 of 365 days are over; reported up to the day before.
ROW = ProgressRow(
    indicator="parks",
    region="110105",
    scope="",
    as_of=date(2018, 8, 31),
    target_code="T012",
    period_start=date(2018, 1, 1),
    period_end=date(2018, 12, 31),
    data_day=date(2018, 8, 30),
    stale=False,
    covered=44,
    declared=45,
    value=0.0,
    period_to_date=11.0,
    target=25.0,
    completion=0.44,
    expected=0.75,
    lag=0.31,
    shortfall=None,
    to_target=14.0,
    required_rate=None,
    allowed_mean=None,
    mean_rate=None,
    recent_rate=None,
    last_year=14.0,
    year_on_year=None,
    projected=20.5,
    met=False,
)
ALERT = AlertRow(
    alert_id="2018-0222-01",
    rule="pace_behind",
    check_type="pace",
    indicator="parks",
    region="110105",
    scope="",
    feed=None,
    period_start=None,
    labels={},
    state="firing",
    level=int(Level.ORANGE),
    since=date(2018, 2, 17),
    fired=date(2018, 2, 20),
    resolved=None,
    overturned=None,
    reason="condition",
    figures={},
    subject="",
    message="",
    opened_at=datetime(2018, 2, 22, 10, tzinfo=BEIJING),
    shadow=False,
)
GOLDEN = """\
# HELP biaochi_region_info Names of regions; always 1.
# TYPE biaochi_region_info gauge
biaochi_region_info{region="110105",name="朝阳区",level="district"} 1
biaochi_region_info{region="110105998",name="甲\\"街道",level="subdistrict"} 1
# HELP biaochi_indicator_info Names and units of indicators; always 1.
# TYPE biaochi_indicator_info gauge
biaochi_indicator_info{indicator="parks",name="新建改造公园",name_en="Parks",unit="个",kind="flow"} 1
# HELP biaochi_reading Newest figure, in the indicator's unit.
# TYPE biaochi_reading gauge
biaochi_reading{indicator="parks",region="110105",scope=""} 0.0
# HELP biaochi_coverage_ratio Share of the regions below that reported on the data day.
# TYPE biaochi_coverage_ratio gauge
biaochi_coverage_ratio{indicator="parks",region="110105",scope=""} 0.9777777777777777
# HELP biaochi_period_to_date Sum or mean of the period up to the data day, in the indicator's unit.
# TYPE biaochi_period_to_date gauge
biaochi_period_to_date{indicator="parks",region="110105",scope=""} 11.0
# HELP biaochi_target Target of the period, in the indicator's unit.
# TYPE biaochi_target gauge
biaochi_target{indicator="parks",region="110105",scope=""} 25.0
# HELP biaochi_completion_ratio Period to date over target.
# TYPE biaochi_completion_ratio gauge
biaochi_completion_ratio{indicator="parks",region="110105",scope=""} 0.44
# HELP biaochi_expected_completion_ratio Share of the target due by the data day.
# TYPE biaochi_expected_completion_ratio gauge
biaochi_expected_completion_ratio{indicator="parks",region="110105",scope=""} 0.75
# HELP biaochi_lag_ratio Expected less actual completion; positive when behind.
# TYPE biaochi_lag_ratio gauge
biaochi_lag_ratio{indicator="parks",region="110105",scope=""} 0.31
# HELP biaochi_data_day_timestamp_seconds Day the figure speaks for, as its 00:00 in Beijing.
# TYPE biaochi_data_day_timestamp_seconds gauge
biaochi_data_day_timestamp_seconds{indicator="parks",region="110105",scope=""} 1535558400.0
# HELP biaochi_report_lag_seconds How far the data day lies behind the evaluated day.
# TYPE biaochi_report_lag_seconds gauge
biaochi_report_lag_seconds{indicator="parks",region="110105",scope=""} 86400.0
# HELP biaochi_stale 1 where the figure lags what is due by more than its indicator allows, or there is none.
# TYPE biaochi_stale gauge
biaochi_stale{indicator="parks",region="110105",scope=""} 0.0
# HELP biaochi_projected_period_end Projected figure at the end of the period.
# TYPE biaochi_projected_period_end gauge
biaochi_projected_period_end{indicator="parks",region="110105",scope="",estimate="p50"} 20.5
# HELP biaochi_alert_active 1 for every alert that fires, those in shadow left out, or is pending: its condition holds, \
not yet for long.
# TYPE biaochi_alert_active gauge
biaochi_alert_active{rule="pace_behind",level="orange",state="firing",indicator="parks",region="110105",\
scope="",feed=""} 1
"""


def test_everything_known_is_told_and_nothing_else() -> None:
    """No 同比 is known, so there is no such gauge; 东城区 and 北京市 are not below the root."""
    assert render(families(CATALOG, [ROW], [ALERT])).decode() == GOLDEN


def test_another_parser_understands_it() -> None:
    read = {f.name: f for f in text_string_to_metric_families(GOLDEN)}
    assert all(family.type == "gauge" and family.documentation for family in read.values())
    assert [s.labels["name"] for s in read["biaochi_region_info"].samples] == ["朝阳区", '甲"街道']


def test_a_figure_nobody_reported_has_no_day_and_no_value() -> None:
    nothing = replace(
        ROW, data_day=None, value=None, period_to_date=None, completion=None, expected=None, lag=None
    )
    told = render(families(CATALOG, [nothing], [])).decode()
    assert (
        "biaochi_data_day" not in told and "biaochi_reading" not in told and "biaochi_completion" not in told
    )
    assert "biaochi_target{" in told


def test_a_pending_alert_is_told_with_its_level_and_no_other_state() -> None:
    node = NodeKey("parks", "110105998", "")
    key = AlertKey("pace_behind", node, "", date(2018, 1, 1))
    told = render(families(CATALOG, [ROW], [], [Pending(key, Level.YELLOW, date(2018, 8, 1), 2)])).decode()
    (line,) = [line for line in told.splitlines() if line.startswith("biaochi_alert_active{")]
    where = 'state="pending",indicator="parks",region="110105998",scope="",feed=""'
    assert line == f'biaochi_alert_active{{rule="pace_behind",level="yellow",{where}}} 1'


def test_an_alert_that_ended_leaves_no_series() -> None:
    assert b"biaochi_alert_active" not in render(families(CATALOG, [ROW], []))
