"""The messages read as the models do. Where a model says what facts can't know, it is left out.

Left out: the chance and the band of a projection, and the hour at which a day closes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.facts import Facts, Gap
from service.words.messages import compose
from tests.unit.words import models

PACE = """\
【橙灯|序时滞后】“一绿”第二批试点拆迁腾退慢于序时进度20.5个百分点
截至6月30日,累计完成39万平方米,占年度任务134万平方米的29.1%;序时应完成49.6%(66.4万平方米),欠进度27.4万平方米。
5月10日起持续滞后,已52天。后184天日均须完成5164平方米,为上半年日均的2.4倍。
牵头:区农委  属地:东风乡、东坝乡、三间房乡等
请今日签收,7月5日(周四)下班前反馈滞后原因、补欠计划和需区级协调事项。
数据:属地填报,市级未认定  编号:2018-0702-03  联系:区疏整促办"""
STALL = """\
【提醒|长期无新增】居住区停车位已62天无新增,请核实
截至8月31日,累计新增1966个,完成年度任务2000个的98.3%,快于序时进度31.7个百分点;6月30日以来一直为1966个,尚差34个。
牵头:区城市管理委  属地:各街乡
请9月5日(周三)前核实:是未报还是未建;剩余34个的点位、属地和完工时间。
数据:填报,市级未认定  编号:2018-0903-01  联系:区疏整促办"""
REBOUND = """\
【橙灯|防反弹】甲街道群租房清零后出现反弹
8月25日至31日新发现3户。该街道4月5日清零后平均约两个月发现1户,本周明显异常。
属地:甲街道
请先行处置,9月5日(周三)前逐户反馈地址、发现来源、是否原址反弹和防范措施;经核验后销账。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
AIR = """\
【提醒|目标预测】PM2.5全年能否达标尚难判断,余量仅1微克/立方米
截至6月30日,累计平均浓度57微克/立方米,同比下降14.9%;年度目标为低于58微克/立方米。
后184天平均须控制在58.9微克/立方米以内。
本提示为年度目标研判,与空气重污染预警无关。
数据:自动监测  编号:2018-0702-04  联系:区疏整促办"""
MISSING = """\
【提醒|逾期未报】乙乡拆除违法建设日报连续3个工作日未报
截至9月3日(周一),8月29日至31日数据未报,最近一次数据日为8月28日。
全区按42/43个街乡汇总,累计数为不完全数;乙乡暂不评定进度。
报送:乙乡填报  属地:乙乡
请9月3日(周一)17时前补报;当日确无进展的按零报告填“0”,勿留空。系统故障请来电说明。
数据:填报,市级未认定  编号:2018-0903-03  联系:区疏整促办"""
PROJECTION = """\
【黄灯|目标预测】“一绿”第二批试点拆迁腾退预计全年完成78.6万平方米,为年度任务的58.7%
截至6月30日,累计完成39万平方米,占年度任务134万平方米的29.1%;尚差95万平方米。
按近28个数据日日均2155平方米推算,预计全年完成78.6万平方米,较年度任务尚差55.4万平方米。
5月10日起预计难以完成年度任务,已52天。后184天日均须完成5164平方米,为近期日均的2.4倍。
牵头:区农委  属地:东风乡、东坝乡、三间房乡等
请7月5日(周四)下班前反馈能否按期完成、补欠计划和需区级协调事项。
数据:属地填报,市级未认定  编号:2018-0702-03  联系:区疏整促办"""
NEW_GROWTH = """\
【黄灯|控新生】甲街道新增违法建设120平方米
截至8月31日,累计新发现120平方米;要求零增长。
属地:甲街道
请先行制止,9月5日(周三)前逐处反馈地址、发现来源、处置情况和防范措施;经核验后销账。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
SUBJECTS = (
    (models.PACE, "【橙灯】“一绿”第二批试点拆迁腾退慢于序时20.5个百分点(截至6月30日),请7月5日前反馈"),
    (models.STALL, "【提醒】居住区停车位已62天无新增(截至8月31日),请9月5日前核实"),
    (models.REBOUNDED, "【橙灯】甲街道群租房清零后出现反弹(截至8月31日),请9月5日前反馈"),
    (models.AIR, "【提醒】PM2.5全年能否达标尚难判断,余量仅1微克/立方米(截至6月30日)"),
    (models.UNREPORTED, "【提醒】乙乡拆除违法建设日报连续3个工作日未报(截至9月3日),请9月3日前补报"),
)
ENGLISH = """\
[Orange|Behind plan] “一绿”第二批试点拆迁腾退 is 20.5 points behind plan
As of 30 June, 390,000 m² done, 29.1% of the year's 1,340,000 m²; due by now 49.6% (664,493 m²), short by 274,493 m².
Behind plan since 10 May, 52 days now. The remaining 184 days need 5,164 m² a day, 2.4 times the daily rate of the first half.
Lead: 区农委  Localities: 东风乡, 东坝乡, 三间房乡 and others
Please acknowledge today and reply by the end of Thu 5 July: why, how to catch up, what the district must settle.
Data: 属地填报, not verified by the city  No. 2018-0702-03  Contact: 区疏整促办"""


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        pytest.param(models.PACE, PACE, id="pace"),
        pytest.param(models.STALL, STALL, id="stall"),
        pytest.param(models.REBOUNDED, REBOUND, id="rebound"),
        pytest.param(models.AIR, AIR, id="threshold"),
        pytest.param(models.UNREPORTED, MISSING, id="missing"),
        pytest.param(models.PROJECTED, PROJECTION, id="projection"),
        pytest.param(models.GROWN, NEW_GROWTH, id="new_growth"),
    ],
)
def test_the_message_is_the_model(facts: Facts, text: str) -> None:
    assert compose(facts).text == text


@pytest.mark.parametrize(("facts", "subject"), SUBJECTS, ids=lambda x: getattr(x, "check", ""))
def test_the_subject_is_the_model(facts: Facts, subject: str) -> None:
    assert compose(facts).subject == subject


def test_english_keeps_the_order() -> None:
    assert compose(models.PACE, "en").text == ENGLISH


def gaps(count: int) -> tuple[Gap, ...]:
    gap = models.UNREPORTED.figures.gaps[0]
    return tuple(replace(gap, region=f"第{n}乡", workdays=n) for n in range(1, count + 1))


def test_several_that_owe_are_listed() -> None:
    figures = replace(models.UNREPORTED.figures, gaps=gaps(2), covered=41)
    lines = compose(replace(models.UNREPORTED, figures=figures)).text.splitlines()
    assert lines[:5] == [
        "【提醒|逾期未报】2个街乡拆除违法建设日报逾期未报,最长连续2个工作日",
        "截至9月3日(周一),下列数据未报:",
        "第1乡:8月29日至31日,连续1个工作日,最近一次数据日为8月28日",
        "第2乡:8月29日至31日,连续2个工作日,最近一次数据日为8月28日",
        "全区按41/43个街乡汇总,累计数为不完全数;未报单位暂不评定进度。",
    ]


@pytest.mark.parametrize(("count", "more"), [(10, None), (11, "等11个街乡"), (43, "等43个街乡")])
def test_a_long_list_ends_after_ten_with_the_number_of_all(count: int, more: str | None) -> None:
    figures = replace(models.UNREPORTED.figures, gaps=gaps(count))
    lines = compose(replace(models.UNREPORTED, figures=figures)).text.splitlines()
    assert sum(line.startswith("第") for line in lines) == min(count, 10)
    assert [line for line in lines if line.startswith("等")] == ([more] if more else [])


def test_a_feed_of_one_region_claims_nothing_of_the_district() -> None:
    figures = replace(models.UNREPORTED.figures, covered=0, declared=1)
    text = compose(replace(models.UNREPORTED, figures=figures, region="", region_level="")).text
    assert "累计数未含上述日期,为不完全数;乙乡暂不评定进度。" in text
    assert "0/1" not in text


def test_a_sensor_is_interrupted_and_is_not_asked_for_a_zero_report() -> None:
    text = compose(replace(models.UNREPORTED, source="自动监测")).text
    assert "乙乡拆除违法建设数据中断3个工作日" in text
    assert "零报告" not in text
