"""Each kind of event reads differently; what is over asks nothing; what is reached is not nagged about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Kind, Level
from service.domain.facts import EventKind, Facts, Reason
from service.words.messages import compose
from tests.unit.words import models
from tests.unit.words.samples import GREENBELT


def over(facts: Facts, reason: Reason) -> Facts:
    """The same alert, resolved on 30 September."""
    day = date(2018, 9, 30)
    return replace(
        facts, event=EventKind.RESOLVED, reason=reason, as_of=day, issued_on=day, previous_level=facts.level
    )


def test_a_rise_says_from_which_lamp_to_which() -> None:
    message = compose(replace(models.PACE, event=EventKind.WORSE, previous_level=Level.YELLOW))
    assert message.text.startswith(
        "【橙灯|序时滞后】“一绿”第二批试点拆迁腾退慢于序时进度20.5个百分点,由黄灯升为橙灯\n"
    )
    assert message.subject.startswith("【橙灯】“一绿”第二批试点拆迁腾退慢于序时20.5个百分点,由黄灯升为橙灯(")


def test_a_fall_says_from_which_lamp_to_which() -> None:
    fallen = replace(models.PACE, event=EventKind.BETTER, level=Level.YELLOW, previous_level=Level.ORANGE)
    message = compose(fallen)
    assert message.text.splitlines()[0].endswith(",由橙灯降为黄灯")
    assert "由橙灯降为黄灯" in message.subject


RESOLVED = """\
【解除|序时滞后】“一绿”第二批试点拆迁腾退橙灯解除
截至9月30日,累计完成110万平方米,占年度任务134万平方米的82.1%;序时应完成74.8%(100.2万平方米),快于序时进度7.3个百分点。
5月10日起持续滞后,9月30日已回到提醒线以内,予以解除。
牵头:区农委  属地:东风乡、东坝乡、三间房乡等
数据:属地填报,市级未认定  编号:2018-0702-03  联系:区疏整促办"""


def test_what_is_over_says_since_when_and_where_it_stands() -> None:
    share, expected = 1_100_000 / 1_340_000, 273 / 365  # 82.09 %, 74.79 %
    figures = replace(
        GREENBELT,
        data_day=date(2018, 9, 30),
        to_date=1_100_000.0,
        completion=share,
        expected=expected,
        lag=expected - share,
        shortfall=1_340_000 * expected - 1_100_000,
    )
    message = compose(replace(over(models.PACE, Reason.CONDITION), figures=figures))
    assert message.text == RESOLVED
    assert message.subject == "【解除】“一绿”第二批试点拆迁腾退序时滞后橙灯解除(截至9月30日)"


@pytest.mark.parametrize("facts", models.EVERY, ids=lambda f: f.check)
@pytest.mark.parametrize("reason", Reason)
def test_what_is_over_asks_nothing_and_says_why(facts: Facts, reason: Reason) -> None:
    message = compose(over(facts, reason))
    assert message.subject.startswith("【解除】")
    assert "请" not in message.text and "请" not in message.subject and "须" not in message.text
    why = {
        Reason.CONDITION: "解除" if facts.check != "missing" else "已补报",
        Reason.LATE_DATA: "9月30日因补报或更正数据解除",
        Reason.RESTATED: "9月30日因口径调整重新评估解除",
        Reason.PERIOD_CLOSED: "9月30日年度结束",
        Reason.RULE_REMOVED: "9月30日规则已停用",
        Reason.SHADOW_BEGUN: "9月30日规则转为试运行",
        Reason.SHADOW_ENDED: "9月30日试运行结束",
        Reason.RULES_CHANGED: "9月30日因预警规则调整解除",
        Reason.CATALOG_CHANGED: "9月30日因指标目录或任务调整解除",
    }
    assert why[reason] in message.text


def test_a_feed_that_caught_up_has_reported() -> None:
    message = compose(over(models.UNREPORTED, Reason.CONDITION))
    assert message.subject == "【解除】乙乡填报:逾期数据已补报(截至9月30日)"
    assert "8月31日起逾期未报,9月30日已补报。" in message.text


@pytest.mark.parametrize("facts", models.EVERY, ids=lambda f: f.check)
def test_what_was_found_in_retrospect_says_so(facts: Facts) -> None:
    assert "依据补报数据追溯认定。" in compose(replace(facts, retroactive=True)).text
    assert "追溯" not in compose(facts).text


@pytest.mark.parametrize("facts", models.EVERY, ids=lambda f: f.check)
def test_the_banner_comes_first_and_last(facts: Facts) -> None:
    message = compose(replace(facts, banner="演示数据"))
    assert message.subject.startswith("【演示数据】【")
    assert message.text.startswith("【演示数据】【")
    assert message.text.splitlines()[-1] == "演示数据,非真实情况"


@pytest.mark.parametrize("facts", models.EVERY, ids=lambda f: f.check)
def test_nothing_is_asked_where_no_answer_is_due(facts: Facts) -> None:
    message = compose(replace(facts, reply_due=None))
    assert "请" not in message.text and "请" not in message.subject


def test_a_task_that_is_done_has_nothing_left_to_do() -> None:
    figures = replace(GREENBELT, to_target=-5.0, required_rate=-0.03, shortfall=-700_000.0, lag=-0.51)
    text = compose(replace(models.PACE, figures=figures)).text
    assert "已完成年度任务。" in text
    assert (
        "尚差" not in text
        and "欠进度" not in text
        and "须完成" not in text
        and "-" not in text.replace(models.PACE.number, "")
    )


def test_on_the_last_day_no_rate_is_asked_for() -> None:
    figures = replace(GREENBELT, required_rate=None, days_left=0)
    assert "须完成" not in compose(replace(models.PACE, figures=figures)).text


def test_nothing_done_so_far_has_no_multiple() -> None:
    text = compose(replace(models.PACE, figures=replace(GREENBELT, mean_rate=0.0))).text
    assert "日均须完成5164平方米。" in text


def test_under_a_ceiling_being_fast_is_what_is_wrong() -> None:
    figures = replace(
        GREENBELT,
        comparator="<=",
        to_date=800_000.0,
        completion=800 / 1340,  # 59.7 %
        lag=800 / 1340 - 181 / 365,
        shortfall=1_340_000 * 181 / 365 - 800_000,  # −135,507
        required_rate=540_000 / 184,  # 2934.8: down
        to_target=540_000.0,
    )
    text = compose(replace(models.PACE, figures=figures)).text
    assert "拆迁腾退快于序时进度10.1个百分点" in text
    assert "占年度上限134万平方米的59.7%;序时应控制在49.6%(66.4万平方米)以内,超进度13.6万平方米。" in text
    assert "后184天日均须控制在2934平方米以内。" in text


def test_a_mean_above_its_target_says_by_how_much() -> None:
    # 57.96 is below 58 by 0.04; one decimal would read as 58 and as nothing to spare.
    close = compose(replace(models.AIR, figures=replace(models.AIR.figures, to_date=57.96, value=57.96))).text
    assert "余量仅0.04微克/立方米" in close and "累计平均浓度57.96微克/立方米" in close
    above = compose(replace(models.AIR, figures=replace(models.AIR.figures, to_date=60.5, value=60.5))).text
    assert "PM2.5累计平均超出年度目标2.5微克/立方米" in above
    at = compose(replace(models.AIR, figures=replace(models.AIR.figures, to_date=58.0, value=58.0))).text
    assert "PM2.5已到年度目标限值" in at


def test_a_mean_that_can_hardly_be_met_is_not_asked_for() -> None:
    text = compose(replace(models.AIR, figures=replace(models.AIR.figures, allowed_mean=-3.0))).text
    assert "年度目标已难以实现" in text and "-3" not in text


def test_an_area_below_its_target_is_never_written_as_the_target() -> None:
    figures = replace(GREENBELT, to_date=1_339_990.0, completion=1_339_990 / 1_340_000, to_target=10.0)
    assert (
        "累计完成133.999万平方米,占年度任务134万平方米的99.9%"
        in compose(replace(models.PACE, figures=figures)).text
    )


@pytest.mark.parametrize(
    ("count", "days", "said"),
    [
        (2.0, 142, "平均约两个月发现1户"),
        (1.0, 100, "平均约3个月发现1户"),  # 100/30.44 = 3.29
        (10.0, 142, "平均约两周发现1户"),  # 14.2 days
        (20.0, 100, "平均约5天发现1户"),
        (150.0, 100, "平均每天约发现1.5户"),
        (0.0, 100, "该街道4月5日清零后,此前未再发现"),
    ],
)
def test_how_often_is_said_as_people_say_it(count: float, days: int, said: str) -> None:
    figures = replace(models.REBOUNDED.figures, calm_count=count, calm_days=days)
    assert said in compose(replace(models.REBOUNDED, figures=figures)).text


def test_a_window_like_any_other_is_not_called_odd() -> None:
    figures = replace(models.REBOUNDED.figures, calm_count=30.0)  # 1.5 in seven days is usual; 3 are found
    assert "异常" not in compose(replace(models.REBOUNDED, figures=figures)).text


@pytest.mark.parametrize(
    ("short", "scope", "name"),
    [
        ("“一绿”{scope}拆迁腾退", "第二批试点", "“一绿”第二批试点拆迁腾退"),
        ("“一绿”{scope}拆迁腾退", "", "“一绿”拆迁腾退"),
        ("拆除违法建设", "东片区", "东片区拆除违法建设"),
        ("拆除违法建设", "", "拆除违法建设"),
    ],
)
def test_the_scope_goes_where_the_short_name_says(short: str, scope: str, name: str) -> None:
    assert f"】{name}慢于" in compose(replace(models.PACE, short=short, scope=scope)).text


def test_a_district_without_a_name_for_itself_but_a_subdistrict_with() -> None:
    below = replace(models.PACE, region="东坝乡", region_level="subdistrict", localities=())
    text = compose(below).text
    assert "】东坝乡“一绿”" in text and "属地:东坝乡" in text


def test_a_check_nobody_named_still_speaks() -> None:
    text = compose(replace(models.PACE, check="", title="", kind=Kind.FLOW)).text
    assert text.startswith(
        "【橙灯|事项提醒】“一绿”第二批试点拆迁腾退事项提醒\n截至6月30日,累计完成39万平方米"
    )


@pytest.mark.parametrize("facts", models.EVERY, ids=lambda f: f.check)
def test_a_rule_on_trial_says_so_first_and_for_the_rest_what_it_would_say_in_earnest(facts: Facts) -> None:
    trial, earnest = compose(replace(facts, shadow=True)), compose(facts)
    assert trial.text == f"【试运行】{earnest.text}"
    assert trial.subject == f"【试运行】{earnest.subject}"
    assert compose(replace(facts, shadow=True), "en").text.startswith("[Trial run] ")
    banner = compose(replace(facts, shadow=True, banner="演示数据"))
    assert banner.subject.startswith("【演示数据】【试运行】")
