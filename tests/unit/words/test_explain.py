"""Formulas with their numbers: whoever recalculates them from what is printed gets what is printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerts.facts import Saying, Speaker, facts_of
from service.domain.catalog import Kind, Level, Plan, Reporting, Target
from service.domain.facts import EventKind, Reason
from service.domain.fold import AlertKey
from service.domain.frame import Frame
from service.domain.rules import (
    Bounds,
    Check,
    Discrepancy,
    Jump,
    Missing,
    NewGrowth,
    OpenAge,
    Pace,
    Projection,
    Rank,
    Rebound,
    Rule,
    Span,
    Stall,
    Threshold,
)
from service.domain.working import Worked, work_out
from service.words.explain import Step, calculation
from service.words.labels import Language
from tests.testkit.worlds import (
    DISTRICT,
    NEXT_TOWN,
    TOWN,
    Readings,
    day,
    every,
    feed,
    indicator,
    listed,
    rule,
    target,
    town,
    world,
)

LAMPS = Bounds(notice=5, yellow=10, orange=20, red=30)
AS_OF = "2018-08-31"


def explained(
    frame: Frame,
    of: Rule,
    region: str = DISTRICT,
    *,
    code: str = "x",
    feed: str = "",
    language: Language = "zh",
) -> list[Step]:
    """The steps of a rule's verdict on a node of the region, or on a feed."""
    found = worked(frame, of, region, code=code, feed=feed)
    node = next((n for n in frame.layout.nodes if (n.indicator, n.region) == (code, region)), None)
    saying = Saying(
        key=AlertKey(of.name, None if feed else node, feed, None),
        number="2018-0901-01",
        event=EventKind.FIRED,
        reason=Reason.CONDITION,
        level=found.working.reached or Level.NONE,
        before=Level.NONE,
        since=frame.as_of,
        figures=found.figures,
        retroactive=False,
    )
    facts = facts_of(Speaker(frame, frame.as_of, ""), None, of.check_type, saying)
    return list(calculation(facts, found.working, language))


def worked(frame: Frame, of: Rule, region: str = DISTRICT, *, code: str = "x", feed: str = "") -> Worked:
    node = next((n for n in frame.layout.nodes if (n.indicator, n.region) == (code, region)), None)
    row = frame.layout.row[node] if node else 0
    period = frame.progress.period_start[row] if of.yearly else None
    found = work_out(frame, of, AlertKey(of.name, None if feed else node, feed, period))
    assert found is not None
    return found


def recalculated(working: str) -> float:
    """A working as a pocket calculator takes it."""
    text = re.sub(r",(?=\d)", "", working)
    text = re.sub(r"(\d[\d.]*)%", r"(\1/100)", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    for shown, meant in (("×", "*"), ("÷", "/"), ("−", "-"), ("≥", ">="), ("≤", "<=")):
        text = text.replace(shown, meant)
    assert re.fullmatch(r"(abs|max|[\d.\s()+\-*/<>=,])*", text), working
    return float(eval(text, {"__builtins__": {}, "abs": abs, "max": max}))


def shown(result: str) -> float:
    """The number a result begins with; percentages and points as shares."""
    match = re.match(r"(−?)([\d,]+(?:\.\d+)?)(%|个百分点)?", result)
    assert match, result
    number = float(match[2].replace(",", "")) * (-1 if match[1] else 1)
    return number / 100 if match[3] else number


def assert_recombines(steps: Sequence[Step]) -> None:
    """Every working gives the result that stands behind it; every comparison holds."""
    for step in steps:
        if not step.working or step.value is None:
            continue
        if re.search("[≥≤<>]", step.working):
            assert recalculated(step.working) == 1.0, step.text
            continue
        again = recalculated(step.working)
        # Four decimals of a number, two of a percentage; and what roundings of its parts do to a quotient.
        room = 2e-4 if re.search("%|个百分点", step.result + step.working) else 1e-3 + 2e-4 * abs(again)
        assert again == pytest.approx(step.value, abs=room), step.text
        assert shown(step.result) == pytest.approx(step.value, abs=room), step.text


def lines(steps: Sequence[Step]) -> list[str]:
    return [step.text for step in steps]


# ---- pace


def demolition() -> Target:
    return target("x", 5_680_000)


def test_behind_a_straight_plan() -> None:
    w = world(indicator("x", unit="m2"), targets=[demolition()])
    frame = w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 14_222)})
    steps = explained(frame, rule(Pace(LAMPS), hold_for=Span(3)))
    assert lines(steps) == [
        "期间: 1月1日至12月31日,D = 365天",
        "数据日 t: 8月31日",
        "年度目标 T: ≥ 5,680,000平方米",
        "序时进度 E = (t − 起始日 + 1) ÷ D = 243 ÷ 365 = 66.58%",
        "累计 Σx: 243个数据日合计 = 3,455,946平方米",
        "完成率 C = Σx ÷ T = 3,455,946 ÷ 5,680,000 = 60.84%",
        "慢于序时进度 = E − C = 66.58% − 60.84% = 5.73个百分点",
        "界限: 提醒 ≥ 5,黄灯 ≥ 10,橙灯 ≥ 20,红灯 ≥ 30",
        "判定: 5.73 ≥ 5 → 提醒",
        "持续: 须满3天(第一天计0);本次预警自8月31日起",
        "欠进度 = T × E − Σx = 5,680,000 × (243 ÷ 365) − 3,455,946 = 325,533.4521平方米",
        "尚差 = T − Σx = 5,680,000 − 3,455,946 = 2,224,054平方米",
        "后122天日均须完成 = (T − Σx) ÷ 剩余天数 = (5,680,000 − 3,455,946) ÷ 122 = 18,229.9508平方米",
        "为此前日均的 = 须完成的日均 ÷ (Σx ÷ 已过天数) = ((5,680,000 − 3,455,946) ÷ 122) ÷ (3,455,946 ÷ 243) = 1.2818倍",
    ]  # fmt: skip
    assert_recombines(steps)


def test_the_same_in_english() -> None:
    w = world(indicator("x", unit="m2"), targets=[demolition()])
    frame = w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 14_222)})
    told = lines(explained(frame, rule(Pace(LAMPS)), language="en"))
    assert "Due by now E = (t − start + 1) ÷ D = 243 ÷ 365 = 66.58%" in told
    assert "Behind plan = E − C = 66.58% − 60.84% = 5.73 points" in told
    assert "To go = T − Σx = 5,680,000 − 3,455,946 = 2,224,054 m²" in told
    assert not re.search("[一-鿿]", "".join(told))


def test_milestones_are_a_straight_line_between_two() -> None:
    plan = Plan("milestones", ((day("2018-06-30"), 0.2), (day("2018-10-31"), 0.9)))
    w = world(indicator("x"), targets=[target("x", 1000, plan=plan)])
    steps = explained(w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 1)}), rule(Pace(LAMPS)))
    told = lines(steps)
    assert "节点: 6月30日 20% → 10月31日 90%" in told
    assert any("20% + (90% − 20%) × 62 ÷ 123 = 55.28%" in line for line in told)
    assert_recombines(steps)


def test_working_days_count_where_the_plan_counts_them() -> None:
    w = world(indicator("x"), targets=[target("x", 1000, plan=Plan("workdays"))])
    frame = w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 1)})
    steps = explained(frame, rule(Pace(LAMPS)))
    assert any(line.startswith("序时进度 E = 已过工作日 ÷ 期内工作日 = ") for line in lines(steps))
    assert_recombines(steps)


def test_last_years_shape_is_told_with_last_years_figures() -> None:
    w = world(indicator("x"), targets=[target("x", 1000, plan=Plan("previous_year"))])
    readings = {**every("2017-01-01", "2017-12-31", 2), **every("2018-01-01", AS_OF, 1)}
    steps = explained(w.frame(AS_OF, {("x", TOWN): readings}), rule(Pace(LAMPS)))
    told = lines(steps)
    assert "去年同期: 2017年1月1日至8月31日" in told
    assert "序时进度 E = 去年同期累计 ÷ 去年全期累计 = 486 ÷ 730 = 66.58%" in told
    assert_recombines(steps)


def test_where_last_year_has_no_shape_it_says_so() -> None:
    w = world(indicator("x"), targets=[target("x", 1000, plan=Plan("previous_year"))])
    steps = explained(w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 1)}), rule(Pace(LAMPS)))
    assert "序时进度 E: 去年同期数据不全或合计不大于零,无法按去年进度计算" in lines(steps)


def test_under_a_ceiling_being_ahead_is_what_is_wrong() -> None:
    w = world(indicator("x"), targets=[target("x", 400, comparator="<=")])
    steps = explained(w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 1.5)}), rule(Pace(LAMPS)))
    told = lines(steps)
    assert "快于序时进度 = C − E = 91.13% − 66.58% = 24.55个百分点" in told
    assert "超进度 = Σx − T × E = 364.5 − 400 × (243 ÷ 365) = 98.1986个" in told
    assert_recombines(steps)


def test_a_level_goes_from_its_baseline_down_to_its_target() -> None:
    w = world(indicator("x", Kind.STOCK), targets=[target("x", 300, comparator="<=", baseline=400)])
    steps = explained(w.frame(AS_OF, {("x", TOWN): every("2018-08-01", AS_OF, 380)}), rule(Pace(LAMPS)))
    told = lines(steps)
    assert "完成率 C = (x − b) ÷ (T − b) = (380 − 400) ÷ (300 − 400) = 20%" in told
    assert "慢于序时进度 = E − C = 66.58% − 20% = 46.58个百分点" in told
    assert_recombines(steps)


def test_too_early_says_so() -> None:
    w = world(indicator("x"), targets=[target("x", 1000)])
    frame = w.frame("2018-01-20", {("x", TOWN): every("2018-01-01", "2018-01-20", 0)})
    assert "不评定: 序时进度未到10%" in lines(explained(frame, rule(Pace(LAMPS))))


def test_without_data_nothing_is_held_against_the_bounds() -> None:
    w = world(indicator("x"), targets=[target("x", 1000)])
    frame = w.frame(AS_OF, {("x", TOWN): every("2018-01-01", "2018-06-30", 0)})
    told = lines(explained(frame, rule(Pace(LAMPS))))
    assert any(line.startswith("不评定: 未报、数据过期") for line in told)
    assert not any(line.startswith("判定") for line in told)


def test_a_figure_just_short_of_its_bound_does_not_read_as_at_it() -> None:
    w = world(indicator("x"), targets=[target("x", 365_000)])
    frame = w.frame(
        AS_OF, {("x", TOWN): {**every("2018-01-01", AS_OF, 925), day("2018-01-01"): -17_300 + 0.05}}
    )
    steps = explained(frame, rule(Pace(Bounds(notice=9.9939))))
    assert_recombines(steps)


amounts = st.floats(0, 1e6, allow_subnormal=False).map(lambda x: round(x, 3))
plans = st.sampled_from(
    [
        Plan(),
        Plan("workdays"),
        Plan("milestones", ((date(2018, 3, 31), 0.1), (date(2018, 9, 30), 0.7))),
        Plan("milestones", ((date(2018, 2, 28), 1.0),)),
    ]
)


@settings(deadline=None)
@given(
    daily=st.lists(amounts, min_size=1, max_size=40),
    goal=st.floats(1, 1e8).map(lambda x: round(x, 2)),
    plan=plans,
    comparator=st.sampled_from([">=", "<=", ">", "<"]),
    offset=st.integers(0, 320),
    bound=st.floats(-50, 80).map(lambda x: round(x, 1)),
)
def test_whatever_the_figures_pace_recombines(
    daily: list[float], goal: float, plan: Plan, comparator: str, offset: int, bound: float
) -> None:
    first = date.fromordinal(date(2018, 1, 1).toordinal() + offset)
    as_of = date.fromordinal(first.toordinal() + len(daily) - 1)
    w = world(indicator("x"), targets=[target("x", goal, plan=plan, comparator=comparator)])
    frame = w.frame(as_of, {("x", TOWN): listed(first.isoformat(), *daily)})
    of = rule(Pace(Bounds(notice=bound), from_expected=0.0))
    assert_agrees(frame, of)
    assert_recombines(explained(frame, of))


def assert_agrees(frame: Frame, of: Rule, region: str = DISTRICT, *, code: str = "x") -> None:
    """What is held against the bounds reaches the level the check found."""
    w = worked(frame, of, region, code=code).working
    if w.reached is not None and w.compared is not None:
        assert w.bounds.grade(np.array([w.compared]))[0] == w.reached


# ---- the other checks


ONE_TOWN: Readings = {("x", TOWN): every("2018-01-01", AS_OF, 2.5)}
TWO_SOURCES = [
    feed("own", ["x"], [TOWN]),
    feed("city", ["x"], [TOWN], source="verified"),
]


@pytest.mark.parametrize(
    ("kind", "check", "has"),
    [
        (Kind.FLOW, Threshold(Bounds(yellow=600)), "累计 Σx: 243个数据日合计 = 607.5个"),
        (Kind.FLOW, Threshold(Bounds(yellow=0.5), per_target=True), "与目标之比 = x ÷ T = 607.5 ÷ 900 = 0.675"),
        (Kind.FLOW, Threshold(Bounds(yellow=2), of="value"), "当日值 x: 2.5个"),
        (Kind.FLOW, Threshold(Bounds(yellow=0.6), of="completion"), "判定: 0.68 ≥ 0.6 → 黄灯"),
        (Kind.FLOW, Threshold(Bounds(yellow=0.6), of="expected"), "判定: 0.67 ≥ 0.6 → 黄灯"),
        (Kind.FLOW, Threshold(Bounds(yellow=0.6), of="lag"), "判定: −0.01 < 0.6 → 未达界限"),
        (Kind.MEAN, Threshold(Bounds(yellow=2)), "累计平均 x = Σx ÷ n = 607.5 ÷ 243 = 2.5个"),
        (
            Kind.MEAN,
            Threshold(Bounds(yellow=2)),
            "后122天平均可为 = (T × (n + 剩余天数) − Σx) ÷ 剩余天数 = (900 × (243 + 122) − 607.5) ÷ 122 = 2,687.6434个",
        ),
        (Kind.STOCK, Threshold(Bounds(yellow=2)), "最新值 x: 2.5个"),
        (
            Kind.FLOW,
            Projection(Bounds(notice=0.95, yellow=0.8, below=True)),
            "预计期末 = Σx + 剩余天数 × r = 607.5 + 122 × (70 ÷ 28) = 912.5个",
        ),
        (Kind.FLOW, Stall(Bounds(notice=30)), "最近一次新增: 8月31日"),
        (
            Kind.INCIDENCE,
            NewGrowth(Bounds(yellow=0), allowance=600),
            "超出控制数 = Σx − 控制数 = 607.5 − 600 = 7.5个",
        ),
    ],
)  # fmt: skip
def test_a_check_of_one_figure(kind: Kind, check: Check, has: str) -> None:
    targets = [target("x", 900)] if kind is not Kind.INCIDENCE else []
    w = world(indicator("x", kind), targets=targets)
    frame = w.frame(AS_OF, ONE_TOWN)
    steps = explained(frame, rule(check))
    assert has in lines(steps)
    assert_recombines(steps)
    assert_agrees(frame, rule(check))


def test_year_on_year_names_last_years_figure() -> None:
    w = world(indicator("x"))
    frame = w.frame(AS_OF, {("x", TOWN): {**every("2017-01-01", AS_OF, 2), **every("2018-01-01", AS_OF, 3)}})
    steps = explained(frame, rule(Threshold(Bounds(yellow=0.4), of="year_on_year")))
    assert "同比 = 本年 ÷ 去年同期 − 1 = 729 ÷ 486 − 1 = 50%" in lines(steps)
    assert_recombines(steps)


def test_a_stall_counts_the_reported_days_since() -> None:
    w = world(indicator("x"), targets=[target("x", 2000)])
    readings = {**every("2018-01-01", "2018-06-30", 10), **every("2018-07-01", AS_OF, 0)}
    told = lines(explained(w.frame(AS_OF, {("x", TOWN): readings}), rule(Stall(Bounds(notice=30)))))
    assert "最近一次新增: 6月30日" in told
    assert "此后有报数而无新增: 62天" in told
    assert "判定: 62 ≥ 30 → 提醒" in told


def test_a_task_that_is_done_is_not_judged() -> None:
    w = world(indicator("x"), targets=[target("x", 100)])
    readings = {**every("2018-01-01", "2018-06-30", 10), **every("2018-07-01", AS_OF, 0)}
    frame = w.frame(AS_OF, {("x", TOWN): readings})
    for check in (Stall(Bounds(notice=30)), Projection(Bounds(notice=0.95, below=True))):
        assert "不评定: 已完成年度任务" in lines(explained(frame, rule(check)))


def test_a_rebound_adds_up_its_window() -> None:
    w = world(indicator("x", Kind.INCIDENCE))
    readings = {**every("2018-01-01", AS_OF, 0), day("2018-08-26"): 2.0, day("2018-08-30"): 1.0}
    frame = w.frame(AS_OF, {("x", TOWN): readings})
    steps = explained(frame, rule(Rebound(Bounds(orange=3))), TOWN)
    assert "8月25日至31日新发现 = 逐日相加 = 0 + 2 + 0 + 0 + 0 + 1 + 0 = 3个" in lines(steps)
    assert "清零后起算日: 1月31日" in lines(steps)
    assert "此前: 206天共发现 = 0个" in lines(steps)
    assert_recombines(steps)
    assert_agrees(frame, rule(Rebound(Bounds(orange=3))), TOWN)


def test_what_a_feed_owes() -> None:
    w = world(indicator("x"), towns=2)
    readings = {
        ("x", TOWN): every("2018-01-01", "2018-08-28", 1),
        ("x", NEXT_TOWN): every("2018-01-01", AS_OF, 1),
    }
    frame = w.frame(AS_OF, readings)
    told = lines(explained(frame, rule(Missing(Bounds(notice=2, yellow=3))), feed="feed"))
    assert f"{TOWN}连续未报: 8月29日至31日的工作日 = 3个工作日" in told
    assert "判定: 3 ≥ 3 → 黄灯" in told


def test_two_sources_apart() -> None:
    w = world(indicator("x"), feeds=TWO_SOURCES)
    own = every("2018-01-01", AS_OF, 10)
    city = {**own, day("2018-08-20"): 0.0}
    frame = w.frame(AS_OF, {("x", TOWN, "reported"): own, ("x", TOWN, "verified"): city})
    steps = explained(frame, rule(Discrepancy(Bounds(notice=7), relative=0.001)), TOWN)
    told = lines(steps)
    assert "市级认定: 2,420个" in told and "填报: 2,430个" in told
    assert "相差 = |甲 − 乙| = |2,420 − 2,430| = 10个" in told
    assert "允许相差 = max(绝对值, 比例 × 较大者) = max(0, 0.001 × 2,430) = 2.43个" in told
    assert "不一致的天数: 8月20日至31日,首尾均计 = 12天" in told
    assert "判定: 12 ≥ 7 → 提醒" in told
    assert_recombines(steps)


def test_a_jump_is_told_in_spreads() -> None:
    w = world(indicator("x"))
    readings = {**listed("2018-07-01", *([3.0, 5.0] * 30)), day(AS_OF): 50.0}
    frame = w.frame(AS_OF, {("x", TOWN): readings})
    steps = explained(frame, rule(Jump(Bounds(notice=10), floor=0.5)), TOWN)
    told = lines(steps)
    assert "一般值 m: 此前60个数据日的中位数 = 4个" in told
    assert "平时波动 s = max(1.4826 × 离差中位数, 下限) = max(1.4826 × 1, 0.5) = 1.4826个" in told
    assert "偏离倍数 = |x − m| ÷ s = |50 − 4| ÷ max(1.4826 × 1, 0.5) = 31.0266倍" in told
    assert_recombines(steps)
    assert_agrees(frame, rule(Jump(Bounds(notice=10), floor=0.5)), TOWN)


def test_a_sensor_that_repeats_itself() -> None:
    w = world(indicator("x", Kind.MEAN))
    readings = {**every("2018-01-01", AS_OF, 40), day("2018-08-20"): 39.0}
    of = rule(Jump(Bounds(notice=4), of="repeats"))
    frame = w.frame(AS_OF, {("x", TOWN): readings})
    assert "相同数据连报: 8月21日至31日均为40个 = 11个数据日" in lines(explained(frame, of, TOWN))
    assert_agrees(frame, of, TOWN)


def test_a_ranking_names_those_that_come_before() -> None:
    w = world(indicator("x"), towns=6, targets=[target("x", 1000, region=town(n)) for n in range(1, 7)])
    frame = w.frame(AS_OF, {("x", town(n)): every("2018-01-01", AS_OF, n) for n in range(1, 7)})
    steps = explained(frame, rule(Rank(Bounds(notice=3, yellow=1, below=True))), town(2))
    told = lines(steps)
    assert f"倒数第1: {town(1)} = 0.243" in told and f"倒数第2: {town(2)} = 0.486" in told
    assert "位次: 6个单位中倒数第2" in told
    assert "判定: 2 ≤ 3 → 提醒" in told
    assert_recombines(steps)


def test_a_ranking_by_months_goes_through_them() -> None:
    w = world(indicator("x"), towns=5)
    frame = w.frame(AS_OF, {("x", town(n)): every("2018-01-01", AS_OF, n) for n in range(1, 6)})
    of = rule(Rank(Bounds(yellow=2), by="period_to_date", months=3, worst=2))
    steps = explained(frame, of, town(2))
    told = lines(steps)
    assert "6月1日至30日: 60个 = 5个单位中第2(由差到好)" in told
    assert "列后2位的月数 = 逐月相加 = 1 + 1 + 1 = 3" in told
    assert_recombines(steps)
    assert_agrees(frame, of, town(2))


def test_open_cases_first_in_first_out() -> None:
    w = world(indicator("x", Kind.INCIDENCE), indicator("done", Kind.INCIDENCE))
    found = {**every("2018-01-01", AS_OF, 0), day("2018-05-01"): 3.0, day("2018-08-01"): 2.0}
    done = {**every("2018-01-01", AS_OF, 0), day("2018-02-01"): 1.0, day("2018-06-01"): 2.0}
    frame = w.frame(AS_OF, {("x", TOWN): found, ("done", TOWN): done})
    of = rule(OpenAge(Bounds(notice=30, yellow=90), "x", "done"))
    steps = explained(frame, of, TOWN)
    told = lines(steps)
    assert "未办结 = 发现 − (办结 − 期前) = 5 − (3 − 1) = 3个" in told
    assert "最早一件发现于: 5月1日" in told
    assert "已历: 数据日 − 发现日(先发现先办结) = 122天" in told
    assert "已满90天未办结: 1个" in told
    assert_recombines(steps)
    assert_agrees(frame, of, TOWN)


def test_a_lamp_the_figure_no_longer_reaches_says_what_keeps_it() -> None:
    w = world(indicator("x"), targets=[target("x", 365)])
    frame = w.frame(AS_OF, {("x", TOWN): every("2018-01-01", AS_OF, 0.94)})
    of = rule(Pace(replace(LAMPS, clear=2)), keep_firing_for=Span(3))
    found = worked(frame, of)
    facts = facts_of(
        Speaker(frame, frame.as_of, ""),
        None,
        "pace",
        Saying(
            AlertKey("rule", frame.layout.nodes[1], "", None),
            "1",
            EventKind.FIRED,
            Reason.CONDITION,
            Level.NOTICE,
            Level.NONE,
            frame.as_of,
            found.figures,
            False,
        ),
    )
    told = lines(calculation(facts, found.working))
    assert "现亮提醒: 须退过界限2并持续3天" in told


@pytest.mark.parametrize("reporting", [Reporting.DAILY, Reporting.CUMULATIVE])
def test_sums_are_those_of_derived_figures(reporting: Reporting) -> None:
    w = world(indicator("x"), feeds=[feed("feed", ["x"], [TOWN], reporting=reporting)])
    values = [1.0, 2.0, 3.0] if reporting is Reporting.DAILY else [1.0, 3.0, 6.0]
    frame = w.frame("2018-01-03", {("x", TOWN): listed("2018-01-01", *values)})
    assert "累计 Σx: 3个数据日合计 = 6个" in lines(explained(frame, rule(Threshold(Bounds(yellow=1)))))
