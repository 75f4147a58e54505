"""Sound rules that can never fire: not with this catalogue, or not within a year.

Found out by trying: were every series reported every day, would the rule judge anybody? A rule may be
idle rightly (no monitor has been connected yet), so this is told and never refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from service.catalog.workdays import china
from service.domain.catalog import Catalog, Kind, NodeKey
from service.domain.checks import judge
from service.domain.checks.verdicts import chosen
from service.domain.frame import Frame, frame_as_of, panel_origin
from service.domain.goals import LONGEST_LAG
from service.domain.layout import Layout, lay_out
from service.domain.reportdays import reporting
from service.domain.rollup import Panel
from service.domain.rules import Missing, Pace, Rule, Sql, Threshold
from service.errors import Fault
from service.evaluate.rulefiles.activefile import outlasts
from service.evaluate.rulefiles.rulefile import RuleFolder

WHOLE = 100  # percentage points: all of the plan
# What has to be there for each check to judge.
_NEEDS = {
    "threshold": (
        "有该数值的指标（如有年度目标）",
        "an indicator that has this figure (a target, where it is of one)",
    ),
    "pace": (
        "有年度目标和进度计划的累计类指标",
        "a target with a plan curve, on a flow or a level with a baseline",
    ),
    "projection": ("累计类指标的年度目标（不少于）", "a target to be reached, on a flow"),
    "stall": ("累计类指标的年度目标", "a target on a flow"),
    "new_growth": ("发生数类指标（incidence）", "an incidence indicator"),
    "rebound": ("发生数类指标（incidence）", "an incidence indicator"),
    "missing": ("报送渠道", "a feed"),
    "discrepancy": ("两个来源都报送的指标", "an indicator that two sources report"),
    "jump": ("由这些来源报送的指标", "an indicator these sources report"),
    "rank": ("足够多的同级区域（peers）", "as many regions as `peers` asks for, with this figure"),
    "open_age": ("同时报送 found 与 treated 的区域", "a region that reports both found and treated"),
}


def idle_rules(found: RuleFolder, catalog: Catalog) -> Iterator[Fault]:
    """What keeps each idle rule from ever firing, with the rule's place."""
    layout = lay_out(catalog)
    judging = {
        rule.name
        for frame in _frames(layout)
        for rule in found.rules.rules
        # What a query answers, only the database knows.
        if isinstance(rule.check, Sql) or not judge(frame, rule).unjudged.all()
    }
    for rule in found.rules.rules:
        selects = isinstance(rule.check, Missing) or bool(chosen(layout, rule.select).any())
        for code, zh, en in _reasons(rule, selects, rule.name in judging, catalog):
            yield Fault(code, found.places[rule.name], rule.name, zh, en)


def _frames(layout: Layout) -> Iterator[Frame]:
    """Every figure there could be, on the last day of each period with a target, and of the first year judged."""
    catalog, workdays = layout.catalog, china()
    # The working days on which the last of them closes must be known too.
    known_until = workdays.first + timedelta(days=len(workdays.workday) - 1) - LONGEST_LAG
    first = max([catalog.evaluate_from, *(series.first_day for series in catalog.series)])
    days = {target.period_end for target in catalog.targets} | {date(first.year, 12, 31)}
    for as_of in sorted({min(day, known_until) for day in days}):
        begin = panel_origin(catalog, as_of)
        told = reporting(catalog, begin, (as_of - begin).days + 1)
        values = np.where(told, 1.0, np.nan)
        yield frame_as_of(layout, Panel(begin, values), as_of, workdays)


def _reasons(rule: Rule, selects: bool, judges: bool, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    if not selects:
        yield "selects_nothing", "目录中没有任何所选的指标和区域。", "it selects nothing in this catalogue."
    elif not judges:
        zh, en = _NEEDS.get(rule.check_type, ("可判定的数据", "figures it could judge"))
        yield (
            "judges_nothing",
            f"所选范围内缺少{zh}，永远不会亮灯。",
            f"it could never fire: what it selects lacks {en}.",
        )
    if rule.yearly and outlasts(rule.hold_for, rule.active):
        zh = f"for（{rule.hold_for.days} 天）不短于一年中判定的天数，年度结束前不会亮灯。"
        en = f"`for` ({rule.hold_for.days} days) is no shorter than the days of a year on which it judges."
        yield "for_too_long", zh, en
    yield from _beyond(rule, catalog)


def _beyond(rule: Rule, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Points of lag that only a ceiling could reach, which can be used up more than once."""
    match rule.check:
        case Pace():
            tables, whole = rule.check.tables, WHOLE
        case Threshold(of="lag", bounds=bounds) if not bounds.below:
            tables, whole = (bounds,), 1
        case _:
            return
    far = any(bound > whole for bounds in tables for _, bound in bounds.each)
    if far and not _has_ceiling(rule, catalog):
        zh = f"有等级超过 {whole}：累计数为负才会落后计划这么多。"
        en = f"a level lies beyond {whole}: nobody falls that far behind unless figures are negative."
        yield "beyond_the_plan", zh, en


def _has_ceiling(rule: Rule, catalog: Catalog) -> bool:
    """Whether the rule looks at a flow that must stay below its target."""
    ceilings = (t for t in catalog.targets if t.comparator in ("<", "<="))
    return any(
        rule.select.takes(NodeKey(t.indicator, t.region, t.scope), catalog)
        for t in ceilings
        if catalog.indicator[t.indicator].kind is Kind.FLOW
    )
