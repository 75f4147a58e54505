"""The checks: a frame goes in, a level for every subject comes out. One module per check."""

from __future__ import annotations

from typing import assert_never

from service.domain.checks.figures import judge_new_growth, judge_pace, judge_projection, judge_threshold
from service.domain.checks.missing import judge_missing
from service.domain.checks.rebound import judge_rebound
from service.domain.checks.stall import judge_stall
from service.domain.checks.verdicts import Verdicts
from service.domain.frame import Frame
from service.domain.rules import (
    Missing,
    NewGrowth,
    Pace,
    Projection,
    Rebound,
    Rule,
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
        case _:
            assert_never(rule.check)
