"""Everything a check may look at, as of one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from service.domain.answers import Answer, NoAnswer
from service.domain.arrays import Bools, Ints, known
from service.domain.facts import Figures
from service.domain.goals import goals_on
from service.domain.goals import panel_origin as panel_origin
from service.domain.layout import Layout
from service.domain.progress import Progress, progress_of
from service.domain.rollup import Daily, Panel
from service.domain.sources import SourceFigures, source_figures
from service.domain.timeline import Timeline, timeline_of
from service.domain.workdays import WorkCalendar


@dataclass(frozen=True)
class Frame:
    """The figures as of a day; nothing later is in it.

    It looks at its panel's timeline, and holds until another frame asks for other sources or the panel changes.

    edition  of the timeline it looks at
    answers  what the queries of rules gave, by rule
    """

    timeline: Timeline
    edition: int
    progress: Progress
    workdays: WorkCalendar
    answers: Mapping[str, Answer | NoAnswer] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        return self.timeline.layout

    @property
    def as_of(self) -> date:
        return self.progress.as_of

    @property
    def days(self) -> int:
        """Days there are up to the as-of day: the column of the timeline's running arrays that is its evening."""
        return max(0, (self.as_of - self.timeline.first).days + 1)

    @property
    def panel(self) -> Panel:
        """The readings up to the day."""
        return Panel(self.timeline.first, self.told.panel.values[:, : self.days])

    @property
    def daily(self) -> Daily:
        """The daily figures up to the day."""
        return Daily(self.timeline.first, self.told.values[:, : self.days])

    @property
    def told(self) -> Timeline:
        """The timeline, as long as it still tells what the frame was made from; raises RuntimeError once it doesn't."""
        if self.edition != self.timeline.edition:
            raise RuntimeError(f"the frame of {self.as_of} has ended: its panel has been made anew since")
        return self.timeline

    @cached_property
    def unjudged(self) -> Bools:
        """(nodes,) True where nothing may be concluded: no figure, a stale one, or an incomplete roll-up."""
        return np.asarray(self.progress.stale | self.progress.incomplete)

    @cached_property
    def last_report(self) -> Ints:
        """(series,) index of each series' last reading, -1 where there is none."""
        return self.told.last_report[:, self.days].astype(np.int64)

    def of_source(self, source: str) -> SourceFigures:
        """The figures as one source alone tells them, this year; worked out when a rule first asks, and once."""
        begin = date(self.progress.goals.origin.year + 1, 1, 1)
        return source_figures(self.layout, self.told.panel, source, begin)

    def figures(self, row: int, **more: object) -> Figures:
        """The figures of one node, for an alert that speaks."""
        p = self.progress
        target = p.target_of[row]
        return Figures(
            **{  # type: ignore[arg-type]
                "data_day": p.data_day(row),
                "to_date": known(p.to_date[row]),
                "target": known(p.target[row]),
                "comparator": target.comparator if target else None,
                "completion": known(p.completion[row]),
                "expected": known(p.expected[row]),
                "lag": known(p.lag[row]),
                "shortfall": known(p.shortfall[row]),
                "to_target": known(p.to_target[row]),
                "required_rate": known(p.required_rate[row]),
                "allowed_mean": known(p.allowed_mean[row]),
                "mean_rate": known(p.mean_rate[row]),
                "recent_rate": known(p.recent_rate[row]),
                "year_on_year": known(p.year_on_year[row]),
                "projected": known(p.projected[row]),
                "days_left": int(p.days_left[row]) if p.data[row] >= 0 else None,
                "covered": int(p.covered[row]),
                "declared": int(p.declared[row]),
                **more,
            }
        )


def frame_as_of(layout: Layout, panel: Panel, as_of: date, workdays: WorkCalendar) -> Frame:
    """Every figure as of a day; of the panel no earlier days are looked at than formulas look at.

    What no as-of day changes is worked out the first time and kept with the panel.
    """
    goals = goals_on(layout, as_of)
    timeline = timeline_of(layout, panel, goals.origin, as_of)
    timeline.choose_sources(max(0, (as_of - timeline.first).days + 1))
    return Frame(timeline, timeline.edition, progress_of(timeline, goals, as_of, workdays), workdays)
