"""The checks: a frame goes in, a level for every subject comes out. One module per check."""

from __future__ import annotations

from typing import assert_never

from service.domain.checks.discrepancy import judge_discrepancy
from service.domain.checks.figures import judge_new_growth, judge_pace, judge_projection, judge_threshold
from service.domain.checks.jump import judge_jump
from service.domain.checks.missing import judge_missing
from service.domain.checks.open_age import judge_open_age
from service.domain.checks.rank import judge_rank
from service.domain.checks.rebound import judge_rebound
from service.domain.checks.sql import judge_sql
from service.domain.checks.stall import judge_stall
from service.domain.checks.verdicts import Verdicts
from service.domain.frame import Frame
from service.domain.rules import (
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
    Sql,
    Stall,
    Threshold,
)

__all__ = ["Verdicts", "judge"]


def judge(frame: Frame, rule: Rule) -> Verdicts:
    """What a rule says of every subject it looks at, as of the frame's day."""
    match rule.check:
        case Threshold():
            return judge_threshold(frame, rule, rule.check)
        case Pace():
            return judge_pace(frame, rule, rule.check)
        case Projection():
            return judge_projection(frame, rule, rule.check)
        case Stall():
            return judge_stall(frame, rule, rule.check)
        case NewGrowth():
            return judge_new_growth(frame, rule, rule.check)
        case Rebound():
            return judge_rebound(frame, rule, rule.check)
        case Missing():
            return judge_missing(frame, rule, rule.check)
        case Discrepancy():
            return judge_discrepancy(frame, rule, rule.check)
        case Jump():
            return judge_jump(frame, rule, rule.check)
        case Rank():
            return judge_rank(frame, rule, rule.check)
        case OpenAge():
            return judge_open_age(frame, rule, rule.check)
        case Sql():
            return judge_sql(frame, rule, rule.check)
        case _:
            assert_never(rule.check)
