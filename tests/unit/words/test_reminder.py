"""催报: what is said before a deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from service.clock import beijing
from service.domain.cycles import Cycle
from service.domain.due import OwingFeed, Reminder
from service.words.messages import compose_reminder

DAILY = OwingFeed(
    code="daily",
    name="街乡日报",
    source="填报",
    cycle=Cycle.DAILY,
    days=(date(2018, 8, 31), date(2018, 9, 1), date(2018, 9, 2)),
    spans=((date(2018, 8, 31), date(2018, 9, 2)),),
    owed=129,
    reported=120,
    regions=("甲街道", "乙乡"),
    zeros=True,
    cumulative=False,
)
MONITOR = replace(
    DAILY,
    code="air",
    name="空气质量监测",
    source="自动监测",
    spans=((date(2018, 8, 31), date(2018, 8, 31)), (date(2018, 9, 2), date(2018, 9, 2))),
    owed=2,
    reported=0,
    regions=("朝阳区",),
    zeros=False,
)
REMINDER = Reminder(
    beijing(date(2018, 9, 3), 10), date(2018, 9, 3), (DAILY, MONITOR), "区疏整促办", "演示数据"
)


def test_it_says_who_lacks_what_until_when_and_what_to_do() -> None:
    message = compose_reminder(REMINDER)
    assert (
        message.text
        == """\
【演示数据】【催报】2个报送渠道尚未报齐,请9月3日(周一)10时前报送
街乡日报:8月31日至9月2日应报129项,尚缺9项(甲街道、乙乡)
空气质量监测:8月31日、9月2日应报2项,尚缺2项(朝阳区)
当日确无进展的按零报告填“0”,勿留空。
自动监测数据未到的,请检查设备和传输。
系统故障请来电说明。
联系:区疏整促办
演示数据,非真实情况"""
    )
    assert message.subject == message.text.splitlines()[0]


def test_one_feed_is_named_in_the_headline() -> None:
    message = compose_reminder(replace(REMINDER, feeds=(DAILY,), banner=""))
    assert message.subject == "【催报】街乡日报尚未报齐,请9月3日(周一)10时前报送"
    assert "自动监测" not in message.text


def test_a_monitor_is_not_asked_to_fill_in_a_zero() -> None:
    text = compose_reminder(replace(REMINDER, feeds=(MONITOR,))).text
    assert "零报告" not in text and "来电" not in text and "检查设备" in text


def test_sums_are_repeated_rather_than_zero() -> None:
    sums = replace(DAILY, zeros=False, cumulative=True)
    text = compose_reminder(replace(REMINDER, feeds=(sums,))).text
    assert "按累计数报送的,无进展时照报上期累计数。" in text and "零报告" not in text


def test_a_week_and_a_day_are_both_named_where_nothing_happened() -> None:
    weekly = replace(DAILY, cycle=Cycle.WEEKLY)
    assert "\n当日、当周确无进展的按零报告" in compose_reminder(replace(REMINDER, feeds=(weekly, DAILY))).text


def test_long_lists_are_cut_and_counted() -> None:
    many = replace(DAILY, regions=tuple(f"街道{n}" for n in range(1, 44)))
    text = compose_reminder(replace(REMINDER, feeds=(many,) * 12)).text
    assert "街道10等43个单位)" in text and "街道11" not in text
    assert text.count("街乡日报:") == 10 and "等共12个报送渠道" in text


def test_it_is_said_in_english_too() -> None:
    text = compose_reminder(replace(REMINDER, banner=""), "en").text
    assert text.startswith(
        "[Reminder] 2 feeds: not everything is reported yet, please report by Mon 3 September, 10:00"
    )
    assert "街乡日报: 31 August – 2 September, 9 of 129 reports missing (甲街道, 乙乡)" in text


def test_a_day_of_another_year_says_so() -> None:
    reminder = replace(REMINDER, deadline=beijing(date(2019, 1, 2), 10), issued_on=date(2018, 12, 31))
    assert "请2019年1月2日(周三)10时前" in compose_reminder(reminder).subject
