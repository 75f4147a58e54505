"""What a check says of its subjects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from service.domain.alerting import Seen
from service.domain.arrays import Bools, Floats, Ints, Levels
from service.domain.catalog import Kind, Level
from service.domain.facts import Figures
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import Rule, Select

_LEVELS = tuple(Level)


class Grading(Protocol):
    """Bounds, the same for every row or each its own."""

    def grade(self, values: Floats) -> Levels:
        """The level each value reaches."""

    def hold(self, values: Floats) -> Levels:
        """The level each value keeps once it has reached it."""


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of one rule; arrays are (subjects,).

    rows      node rows, or feed numbers for a check of feeds
    level     the level reached
    hold      the level a firing alert would keep
    unjudged  True where the check could not judge: no data
    figures   the figures of the subject at a position, made only for those that speak
    of_feeds  whether subjects are feeds
    """

    rows: Ints
    level: Levels
    hold: Levels
    unjudged: Bools
    figures: Callable[[int], Figures]
    of_feeds: bool = False

    def seen(self, position: int) -> Seen:
        """One verdict, for the state machine."""
        if self.unjudged[position]:
            return Seen(None)
        return Seen(_LEVELS[self.level[position]], _LEVELS[self.hold[position]])


def selected(frame: Frame, rule: Rule, *kinds: Kind, targeted: bool = False) -> Ints:
    """Node rows the rule looks at, of these kinds; with `targeted`, only those that have a target."""
    taken = chosen(frame.layout, rule.select)
    if kinds:
        taken = taken & frame.layout.kinds(*kinds)
    if targeted:
        taken = taken & ~np.isnan(frame.progress.target)
    return np.flatnonzero(taken)


@lru_cache(maxsize=512)
def chosen(layout: Layout, select: Select) -> Bools:
    """(nodes,) True where the selection takes the node; worked out once per layout, not per day."""
    return np.array([select.takes(node, layout.catalog) for node in layout.nodes], dtype=bool)


def graded(
    frame: Frame,
    rows: Ints,
    bounds: Grading,
    values: Floats,
    figures: Callable[[int], Figures] | None = None,
    unjudged: Bools | None = None,
) -> Verdicts:
    """Verdicts of a value per row against bounds; an unknown value is not judged."""
    silent = frame.unjudged[rows] | np.isnan(values)
    return Verdicts(
        rows=rows,
        level=bounds.grade(values),
        hold=bounds.hold(values),
        unjudged=silent if unjudged is None else silent | unjudged,
        figures=figures or (lambda position: frame.figures(int(rows[position]))),
    )
