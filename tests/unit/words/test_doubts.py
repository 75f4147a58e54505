"""The messages on doubtful figures, ranks, open cases and what a query found, word for word, in Chinese and English."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Kind
from service.domain.facts import EventKind, Facts, Side
from service.words.messages import compose
from tests.unit.words import models

APART = """\
【黄灯|数据不一致】甲街道拆除违法建设市级认定与填报相差1200平方米
截至8月31日,市级认定累计4.8万平方米,填报累计4.92万平方米;相差1200平方米(2.4%),允许相差984平方米。8月25日起不一致,已7天。
属地:甲街道
请9月5日(周三)下班前核对口径、时点和漏报重报,反馈差异原因;确有错误的按更正报送。
数据:市级认定  编号:2018-0903-02  联系:区疏整促办"""
DOUBTED = """\
【黄灯|存疑待核实】甲街道拆除违法建设8月31日为5200平方米,明显异于往日,请核实
截至8月31日,当日为5200平方米;此前60个数据日一般为120平方米(中位数),偏离为平时波动的25.4倍。
属地:甲街道
请9月5日(周三)前核实:无误的说明原因,有误的按更正报送。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
HUNG = """\
【黄灯|存疑待核实】PM2.5连续5个数据日均为57微克/立方米,请核实
8月27日至31日报送的数据均为57微克/立方米,疑似设备或传输故障。
请9月5日(周三)前检查设备和传输,数据有误的按更正报送;设备故障请来电说明。
数据:自动监测  编号:2018-0702-04  联系:区疏整促办"""
LAST = """\
【黄灯|排名靠后】甲街道拆除违法建设在43个街乡中列倒数第2
截至8月31日,累计完成6000平方米,占年度任务2万平方米的30.0%;慢于序时进度36.6个百分点。
属地:甲街道
请9月5日(周三)下班前反馈排名靠后原因和改进措施。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
OFTEN = """\
【橙灯|治理类街乡镇】甲街道群租房近6个月有4个月发生数列前10位
3月1日至8月31日逐月排名,参加排名的有43个街乡。
属地:甲街道
请9月5日(周三)下班前反馈排名靠后原因和改进措施。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
OPEN = """\
【橙灯|超期未办结】甲街道群租房有3户已满30天未办结
截至8月31日,未办结共5户;最早的7月20日发现,已42天,按先发现先办结推算。
属地:甲街道
请抓紧处置,9月5日(周三)前逐户反馈未办结原因和办结时限;经核验后销账。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
ASKED = """\
【橙灯|近七日高发】甲街道群租房为12户
截至8月31日,监测值12户,界限为10户。
8月27日起触及监测界限,已5天。
属地:甲街道
请9月5日(周三)前核实情况,反馈原因和措施。
数据:填报,市级未认定  编号:2018-0903-02  联系:区疏整促办"""
APART_EN = """\
[Yellow|Figures differ] 甲街道 拆除违法建设: 市级认定 and 填报 differ by 1,200 m²
As of 31 August, 市级认定: 48,000 m² to date, 填报: 49,200 m² to date; 1,200 m² apart (2.4%), 984 m² is allowed. \
They have differed since 25 August, 7 days now.
Localities: 甲街道
Please compare definitions, days and what was left out or counted twice, and reply by the end of Wed 5 September; correct what is wrong.
Data: 市级认定  No. 2018-0903-02  Contact: 区疏整促办"""
DOUBTED_EN = """\
[Yellow|Implausible change] 甲街道 拆除违法建设: 5,200 m² on 31 August, unlike the days before, please verify
As of 31 August, 5,200 m² that day; the 60 days with data before it usually brought 120 m² (median), 25.4 times as far from it as usual.
Localities: 甲街道
Please verify by Wed 5 September: if it is right say why, if it is wrong correct it.
Data: 填报, not verified by the city  No. 2018-0903-02  Contact: 区疏整促办"""
HUNG_EN = """\
[Yellow|Implausible change] PM2.5: 57 µg/m³ on 5 days with data in a row, please verify
27–31 August: always 57 µg/m³, a device or its transmission may be down.
Please check device and transmission by Wed 5 September and correct what is wrong. Call if a device is down.
Data: 自动监测  No. 2018-0702-04  Contact: 区疏整促办"""
LAST_EN = """\
[Yellow|Low rank] 甲街道 拆除违法建设: number 2 from the bottom of 43 sub-districts
As of 31 August, 6,000 m² done, 30.0% of the year's 20,000 m²; 36.6 points behind plan.
Localities: 甲街道
Please reply by the end of Wed 5 September: causes and measures.
Data: 填报, not verified by the city  No. 2018-0903-02  Contact: 区疏整促办"""
OFTEN_EN = """\
[Orange|Low rank] 甲街道 群租房: among the 10 with most cases in 4 of 6 months
1 March – 31 August, month by month; 43 sub-districts were ranked.
Localities: 甲街道
Please reply by the end of Wed 5 September: causes and measures.
Data: 填报, not verified by the city  No. 2018-0903-02  Contact: 区疏整促办"""
OPEN_EN = """\
[Orange|Open too long] 甲街道 群租房: 3 open for 30 days or longer
As of 31 August, 5 open in all; the oldest found on 20 July, 42 days now, taken to be treated in the order found.
Localities: 甲街道
Please deal with it and report by Wed 5 September, case by case: why it is open, until when. Struck off once verified.
Data: 填报, not verified by the city  No. 2018-0903-02  Contact: 区疏整促办"""
ASKED_EN = """\
[Orange|Special check] 甲街道 群租房: 12
As of 31 August, figure 12, limit 10.
At or beyond the limit since 27 August, 5 days now.
Localities: 甲街道
Please verify and reply by Wed 5 September: causes and measures.
Data: 填报, not verified by the city  No. 2018-0903-02  Contact: 区疏整促办"""
SUBJECTS = (
    (models.APART, "【黄灯】甲街道拆除违法建设市级认定与填报相差1200平方米(截至8月31日),请9月5日前反馈"),
    (
        models.DOUBTED,
        "【黄灯】甲街道拆除违法建设8月31日为5200平方米,明显异于往日(截至8月31日),请9月5日前核实",
    ),
    (models.HUNG, "【黄灯】PM2.5连续5个数据日均为57微克/立方米(截至8月31日),请9月5日前核实"),
    (models.LAST, "【黄灯】甲街道拆除违法建设在43个街乡中列倒数第2(截至8月31日),请9月5日前反馈"),
    (models.OFTEN, "【橙灯】甲街道群租房近6个月有4个月发生数列前10位(截至8月31日),请9月5日前反馈"),
    (models.ASKED, "【橙灯】甲街道群租房近七日高发:12户(截至8月31日),请9月5日前反馈"),
    (models.OPEN, "【橙灯】甲街道群租房有3户已满30天未办结(截至8月31日),请9月5日前反馈"),
)


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        pytest.param(models.APART, APART, APART_EN, id="discrepancy"),
        pytest.param(models.DOUBTED, DOUBTED, DOUBTED_EN, id="jump"),
        pytest.param(models.HUNG, HUNG, HUNG_EN, id="jump of a sensor"),
        pytest.param(models.LAST, LAST, LAST_EN, id="rank"),
        pytest.param(models.OFTEN, OFTEN, OFTEN_EN, id="rank by months"),
        pytest.param(models.OPEN, OPEN, OPEN_EN, id="open_age"),
        pytest.param(models.ASKED, ASKED, ASKED_EN, id="sql"),
    ],
)
def test_the_message_is_this(facts: Facts, zh: str, en: str) -> None:
    assert compose(facts).text == zh
    assert compose(facts, "en").text == en


@pytest.mark.parametrize(("facts", "subject"), SUBJECTS)
def test_the_subject_is_this(facts: Facts, subject: str) -> None:
    assert compose(facts).subject == subject


def over(facts: Facts) -> str:
    """The second line of the same alert, resolved."""
    resolved = replace(facts, event=EventKind.RESOLVED, previous_level=facts.level)
    return compose(resolved).text.splitlines()[1]


def test_once_both_agree_no_difference_is_told() -> None:
    agreed = replace(models.APART.figures, value=0.0, sides=(Side("市级认定", 5e4), Side("填报", 5e4)))
    assert (
        over(replace(models.APART, figures=agreed)) == "截至8月31日,市级认定累计5万平方米,填报累计5万平方米。"
    )


def test_a_difference_of_one_day_has_no_since() -> None:
    fresh = replace(models.APART.figures, window_first=date(2018, 8, 31))
    assert "起不一致" not in compose(replace(models.APART, figures=fresh)).text


@pytest.mark.parametrize(
    ("kind", "told"),
    [(Kind.MEAN, "填报累计平均4.92万平方米"), (Kind.STOCK, "填报为4.92万平方米")],
)
def test_sides_are_named_by_the_kind_of_figure(kind: Kind, told: str) -> None:
    assert told in compose(replace(models.APART, kind=kind)).text


def test_a_figure_people_report_again_and_again_may_have_been_copied() -> None:
    text = compose(replace(models.HUNG, source="填报")).text
    assert "疑似沿用旧数" in text and "设备" not in text
    # Where the city verifies what is reported, it is still the report that is doubted.
    doubted = replace(models.HUNG.figures, sides=(Side("填报", 57.0),))
    assert "疑似沿用旧数" in compose(replace(models.HUNG, source="市级认定", figures=doubted)).text


def test_a_figure_back_at_the_usual_is_no_multiple_of_it() -> None:
    usual = replace(models.DOUBTED.figures, value=130.0)
    assert over(replace(models.DOUBTED, figures=usual)) == (
        "截至8月31日,当日为130平方米;此前60个数据日一般为120平方米(中位数)。"
    )


def test_who_is_no_longer_last_is_told_the_place() -> None:
    better = replace(models.LAST.figures, place=20)
    assert over(replace(models.LAST, figures=better)).endswith("拆除违法建设在43个街乡中列倒数第20。")


def test_when_all_are_treated_none_is_counted() -> None:
    none = replace(models.OPEN.figures, value=0.0, open_count=0.0, open_since=None)
    assert over(replace(models.OPEN, figures=none)) == "截至8月31日,已全部办结。"


def test_a_progress_that_is_often_among_the_last_has_a_rank_and_no_cases() -> None:
    text = compose(replace(models.OFTEN, kind=Kind.FLOW)).text
    assert text.splitlines()[0] == "【橙灯|治理类街乡镇】甲街道群租房近6个月有4个月排名列后10位"


def test_a_group_that_was_ranked_is_named() -> None:
    ranked = replace(models.LAST, figures=replace(models.LAST.figures, peers=19, group="乡"))
    assert "甲街道拆除违法建设在19个乡中列倒数第2" in compose(ranked).text
    often = replace(models.OFTEN, figures=replace(models.OFTEN.figures, peers=19, group="乡"))
    assert "3月1日至8月31日逐月排名,参加排名的有19个乡" in compose(often).text
    assert "; 19 乡 were ranked." in compose(often, "en").text


def test_a_figure_a_query_no_longer_gives_is_not_told() -> None:
    unnamed = replace(models.ASKED.figures, value=None, bound=None)
    assert over(replace(models.ASKED, figures=unnamed)).startswith("8月27日起触及监测界限,")


def test_a_figure_close_to_its_bound_is_told_from_it() -> None:
    close = replace(models.ASKED.figures, value=10.04)
    assert "10.04户" in compose(replace(models.ASKED, figures=close)).text
