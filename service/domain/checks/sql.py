"""sql 专项监测: a figure that a query works out, against bounds."""

from __future__ import annotations

import numpy as np

from service.domain.answers import NOT_ASKED, Answer
from service.domain.arrays import Floats, known
from service.domain.catalog import Level
from service.domain.checks.verdicts import Verdicts, graded, selected
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.rules import Rule, Sql


def judge_sql(frame: Frame, rule: Rule, check: Sql) -> Verdicts:
    """The figures the query gave. A node it doesn't name has nothing the matter; without an answer nobody is judged."""
    rows = selected(frame, rule)
    values = _figures(frame, rule, check)[rows]
    levels = check.bounds.grade(values)
    bound = dict(check.bounds.each)

    def figures(at: int) -> Figures:
        reached = bound.get(Level(levels[at]))
        return frame.figures(int(rows[at]), value=known(values[at]), bound=reached)

    return graded(frame, rows, check.bounds, values, figures)


def _figures(frame: Frame, rule: Rule, check: Sql) -> Floats:
    """(nodes,) what the query said of each; NaN where it could not say."""
    answer = frame.answers.get(rule.name, NOT_ASKED)
    nodes = len(frame.layout.nodes)
    if not isinstance(answer, Answer):
        return np.full(nodes, np.nan)
    values = np.full(nodes, np.inf if check.bounds.below else -np.inf)
    values[answer.rows] = answer.values
    return values
