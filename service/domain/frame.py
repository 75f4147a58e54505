"""Everything a check may look at, as of one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from service.domain.answers import Answer, NoAnswer
from service.domain.arrays import Bools, Floats, Ints, known
from service.domain.cycles import Cycle, Deadlines
from service.domain.facts import Figures
from service.domain.goals import goals_of, goals_on
from service.domain.goals import panel_origin as panel_origin
from service.domain.layout import Layout, Tier
from service.domain.progress import Progress, progress_of
from service.domain.reportdays import last_due
from service.domain.rollup import Daily, Panel
from service.domain.sources import SourceFigures, source_figures
from service.domain.timeline import Timeline, timeline_of
from service.domain.workdays import WorkCalendar


@dataclass(frozen=True)
class Frame:
    """The figures as of a day; nothing later is in it, and no report that isn't due.

    It looks at its panel's timeline, and holds until another frame asks for other sources or the panel changes.

    edition  of the timeline it looks at
    source   (nodes,) the series that is official for each node, -1 where it is rolled up
    leaves   the reported nodes each figure is made of
    evenings (cycles,) column of the timeline's running arrays up to which reports of a cycle are due
    answers  what the queries of rules gave, by rule
    """

    timeline: Timeline
    edition: int
    source: Ints
    leaves: Tier
    progress: Progress
    evenings: Ints
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
        """Days there are up to the as-of day."""
        return max(0, (self.as_of - self.timeline.first).days + 1)

    @property
    def panel(self) -> Panel:
        """The readings that are due by the day."""
        return Panel(self.timeline.first, self._due(self.told.panel.values, self.evening_of_series))

    @property
    def daily(self) -> Daily:
        """The daily figures of what is due by the day."""
        return Daily(self.timeline.first, self._due(self.told.values, self.evening))

    def _due(self, values: Floats, evening: Ints) -> Floats:
        shown = values[:, : self.days]
        return (
            shown if self.layout.daily else np.where(np.arange(self.days) < evening[:, None], shown, np.nan)
        )

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

    @property
    def evening(self) -> Ints:
        """(nodes,) column of the timeline's running arrays at which each node stands: the day after the last one due."""
        return self.progress.end + 1

    @cached_property
    def evening_of_series(self) -> Ints:
        """(series,) the same of each series."""
        return self.evenings[self.layout.cycle_of]

    @cached_property
    def last_report(self) -> Ints:
        """(series,) index of each series' last reading that is due, -1 where there is none."""
        rows = np.arange(len(self.layout.series))
        return self.told.last_report[rows, self.evening_of_series].astype(np.int64)

    @cached_property
    def deadlines(self) -> Deadlines:
        """When reports are due."""
        return Deadlines(self.workdays, self.layout.catalog.cutoff_workdays)

    def last_due(self, cycle: Cycle) -> date:
        """The last report day of a cycle that is due as of the day."""
        return self.deadlines.last_due(cycle, self.as_of)

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
    due = last_due(layout, Deadlines(workdays, layout.catalog.cutoff_workdays), as_of)
    goals = [goals_on(layout, day) for day in due]
    timeline = timeline_of(layout, panel, min(one.origin for one in goals), as_of)
    evenings = timeline.evenings(due)
    timeline.choose_sources(evenings)
    slowest = timeline.rhythm.slowest(evenings)
    # Who reports by the month is judged by the target of the last month that is due, last year's in January.
    judged_by = goals_of(goals, slowest)
    progress = progress_of(timeline, judged_by, as_of, evenings[slowest] - 1, workdays)
    return Frame(timeline, timeline.edition, timeline.source, timeline.leaves, progress, evenings, workdays)
