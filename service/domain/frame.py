"""Everything a check may look at, as of one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from service.domain.answers import Answer, NoAnswer
from service.domain.arrays import Bools, Ints, known, last_with_data
from service.domain.catalog import Catalog
from service.domain.coverage import complete_days
from service.domain.facts import Figures
from service.domain.layout import Layout
from service.domain.progress import Progress, progress_of
from service.domain.rollup import Daily, Panel, daily_figures
from service.domain.sources import SourceFigures, source_figures
from service.domain.workdays import WorkCalendar


@dataclass(frozen=True)
class Frame:
    """The figures as of a day; nothing later is in it.

    answers  what the queries of rules gave, by rule
    """

    layout: Layout
    panel: Panel
    daily: Daily
    progress: Progress
    workdays: WorkCalendar
    answers: Mapping[str, Answer | NoAnswer] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        return self.progress.as_of

    @cached_property
    def unjudged(self) -> Bools:
        """(nodes,) True where nothing may be concluded: no figure, a stale one, or an incomplete roll-up."""
        return np.asarray(self.progress.stale | self.progress.incomplete)

    def complete(self, rows: Ints) -> Bools:
        """(rows, days) True on days with a figure to which enough of the nodes below have reported."""
        return complete_days(self.layout, self.daily, rows)

    @cached_property
    def last_report(self) -> Ints:
        """(series,) index of each series' last reading, -1 where there is none."""
        return last_with_data(~np.isnan(self.panel.values))

    def of_source(self, source: str) -> SourceFigures:
        """The figures as one source alone tells them, this year; rolled up when a rule first asks, and once."""
        if source not in self._of_sources:
            begin = date(min(set(self.progress.period_start)).year, 1, 1)
            figures = source_figures(self.layout, self.panel, source, begin)
            self._of_sources[source] = figures
        return self._of_sources[source]

    @cached_property
    def _of_sources(self) -> dict[str, SourceFigures]:
        return {}

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
    """Cut the panel at the day and work out every figure."""
    cut = panel.until(as_of)
    daily = daily_figures(layout, cut, cut.new_years)
    return Frame(layout, cut, daily, progress_of(layout, daily, as_of, workdays), workdays)


def panel_origin(catalog: Catalog, as_of: date) -> date:
    """First day formulas look at: a year before the earliest period that is open."""
    starts = [t.period_start.year for t in catalog.targets if t.period_start <= as_of <= t.period_end]
    return date(min([as_of.year, *starts]) - 1, 1, 1)
