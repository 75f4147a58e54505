"""Bars: what was found by day or week, against the threshold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from service.charts.look import ACTUAL, CALM, FAINT, FIRST_DAYS, INK, LABELLED_BARS, SMALL_SIZE
from service.charts.plot import Plot
from service.charts.sheet import Key
from service.domain.course import Block, blocks


class Bars(Plot):
    """How many were found in each few days, what is too many, and since when the place had been cleared."""

    def draw(self) -> None:
        course = self.course
        found = blocks(course)
        counts = [block.count or 0.0 for block in found]
        high = max([*counts, course.threshold or 0.0, 3.0])
        axis = self.scale(min([0.0, *counts]), high * 1.3, whole=not course.facts.precision)
        first = found[0].first if found else course.begin
        last = max(found[-1].last if found else first, first + timedelta(days=FIRST_DAYS))
        self.furnish(axis, first - timedelta(days=1), last + timedelta(days=1))
        self._calm()
        keys = [Key(self.words.actual, {"facecolor": ACTUAL})]
        self._bars(found)
        if any(block.count is None for block in found):
            self._missing(found)
            cross = {"color": FAINT, "marker": "x", "linestyle": "none", "markersize": 4}
            keys.append(Key(self.words.unreported, cross))
        if course.threshold is not None:
            look: dict[str, Any] = {"color": INK, "linewidth": 1.1, "linestyle": (0, (4, 2.5))}
            self.axes.axhline(course.threshold / self.per, **look, gid="threshold", zorder=2.5)
            keys.append(Key(self.words.threshold, look))
        if course.facts.figures.cleared_on:
            keys.append(Key(self.words.cleared, {"facecolor": CALM}))
        self.sheet.legend(keys)

    def _calm(self) -> None:
        """From the day it was cleared to the days that are counted now."""
        f = self.course.facts.figures
        if f.cleared_on is None:
            return
        end = f.window_first or f.data_day or self.course.facts.as_of
        begin = max(f.cleared_on.toordinal(), int(self.axes.get_xlim()[0]) + 1)
        self.axes.axvspan(
            begin - 0.5, end.toordinal() - 0.5, color=CALM, linewidth=0, gid="cleared", zorder=0.2
        )

    def _bars(self, found: tuple[Block, ...]) -> None:
        counted = [block for block in found if block.count]
        for block in counted:
            now = block is found[-1] and bool(self.words.chip)
            first, count = block.first.toordinal() - 0.5, block.count or 0.0
            length = block.last.toordinal() + 0.5 - first
            self.axes.bar(
                first + 0.08 * length,
                count / self.per,
                0.84 * length,
                align="edge",
                color=self.sheet.lamp.field if now else ACTUAL,
                zorder=3,
                gid="now" if now else "count",
            )
            if now or len(counted) <= LABELLED_BARS:
                self._count(block)

    def _count(self, block: Block) -> None:
        middle = (block.first.toordinal() + block.last.toordinal()) / 2
        count = block.count or 0.0
        text = self.sheet.caption.amount(count / self.per)
        self.label(
            middle, max(count, 0.0), text, ("middle", "over"), size=SMALL_SIZE, color=INK, gid="bar_label"
        )

    def _missing(self, found: tuple[Block, ...]) -> None:
        days = [(b.first.toordinal() + b.last.toordinal()) / 2 for b in found if b.count is None]
        low, high = self.axes.get_ylim()
        self.axes.plot(
            days,
            [low + 0.03 * (high - low)] * len(days),
            color=FAINT,
            marker="x",
            linestyle="none",
            markersize=4,
            gid="unreported",
            zorder=3,
        )
