"""What the header of a column says beside its indicator: 当日, 累计, 排名, 完成率 … and what a corner names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from service.domain.catalog import Reporting
from service.domain.cycles import Cycle
from service.domain.names import plain


class Part(Enum):
    """What a column holds of its indicator."""

    FIGURE = "figure"
    RANK = "rank"  # its place among the regions
    DERIVED = "derived"  # worked out from figures, or what was planned: never reported


@dataclass(frozen=True, slots=True)
class Subhead:
    """What a sub-header means.

    reporting  of a figure that says so; None where it may be either
    cycle      of a figure that is said to be of a day, a week or a month
    """

    part: Part
    reporting: Reporting | None = None
    cycle: Cycle | None = None


_OF = r"(?:新增|完成|新发现|发现|拆除|整治|建成|增加|填报|上报)?(?:数|量|数量|值|情况|面积)?"
_YEAR = r"(?:本年度?|年度|全年|今年|当年|年)"
_SPAN = rf"(?:{_YEAR}|累计|本月|当月|月度|本周|当周|当日|本日|市级|区级|序时|阶段)"
_BEFORE = r"(?:(?:上年|去年|上月|上周|上期)(?:同期|同日)?|同期|上日|昨日|前一日)"
_RANKED = r"(?:排名|位次|名次|排位)"
# The first that fits counts: 累计排名 is a rank, 本月任务 a plan, 累计完成率 a rate.
_PATTERNS: tuple[tuple[re.Pattern[str], Subhead], ...] = tuple(
    (re.compile(pattern), Subhead(*meaning))
    for pattern, *meaning in (  # as `plain` has it: no spaces, small letters
        (rf"(?:全市|全区|市级|{_SPAN})?(?:完成率?|完成量|进度)?{_RANKED}|rank(?:ing)?", Part.RANK),
        (rf"{_SPAN}?(?:工作)?(?:计划|目标|任务)(?:完成)?(?:数|量|值|面积)?|target|plan(?:ned)?", Part.DERIVED),
        (rf"{_SPAN}?(?:任务|计划|目标)?(?:完成|达标|整改|办结)?(?:率|比例|比率|进度|百分比)%?", Part.DERIVED),
        (rf"占{_YEAR}?(?:任务|目标|计划)?(?:比|的?比例|的?比重|的?百分比)|completion(?:rate)?", Part.DERIVED),
        (rf"{_SPAN}?(?:同比|环比)(?:增长|增减|增幅|增速|变化|上升|下降)?(?:率|量|数)?[±%]*", Part.DERIVED),
        (rf"(?:较|比|与)?{_BEFORE}(?:累计)?{_OF}(?:相?比)?(?:增减|变化|增长|增加|增幅)?", Part.DERIVED),
        (r"尚差|差额|差距|欠进度|剩余(?:任务)?(?:数|量)?|未完成(?:数|量)?|yearonyear|yoy", Part.DERIVED),
        (rf"(?:{_YEAR}|截至(?:目前|当日|本日)?|年初以来|今年以来|总)?累计{_OF}|(?:年初以来|今年以来|年初至今){_OF}"
         r"|cumulative|yeartodate|ytd", Part.FIGURE, Reporting.CUMULATIVE),
        (rf"(?:当日|本日|今日|当天){_OF}|daily|today", Part.FIGURE, Reporting.DAILY, Cycle.DAILY),
        (rf"(?:本周|当周){_OF}|thisweek", Part.FIGURE, Reporting.DAILY, Cycle.WEEKLY),
        (rf"(?:本月|当月){_OF}|thismonth", Part.FIGURE, Reporting.DAILY, Cycle.MONTHLY),
    )
)  # fmt: skip
_BETWEEN = re.compile(r"[\\/／＼|｜\s]+")


def subhead(text: str) -> Subhead | None:
    """What a header's words mean if they name no indicator; None where they mean nothing known."""
    words = plain(text)
    return next((said for pattern, said in _PATTERNS if words and pattern.fullmatch(words)), None)


def axes(text: str) -> list[str]:
    """The words of a corner that names both axes: 街乡\\指标, 指标/街乡, or one below the other."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    return parts if len(parts) > 1 else []
