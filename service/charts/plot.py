"""What both kinds of plot have: scales, ticks, labels beside points."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from service.charts.look import FAINT, GRID, MARGIN, NARROWEST, SMALL_SIZE, SOFT, TEXT_SIZE, TOP
from service.charts.sheet import Sheet
from service.domain.course import Points
from service.words.charts import Axis, Caption

# How far above a point a label stands. A line that rises is close to what is left of its end.
_RISE = {
    ("left", "over"): 5,
    ("left", "under"): -17,
    ("right", "over"): 5,
    ("right", "middle"): 0,
    ("right", "under"): -5,
    ("middle", "over"): 3,
}
# Beyond this share of the plot a label stands left of its point.
NEAR_RIGHT = 0.72
FEW_MONTHS, SHORT_SPAN = 6, 60


class Plot:
    """What both kinds of plot have: scales, ticks, labels beside points."""

    def __init__(self, sheet: Sheet, axes: Axes) -> None:
        self.sheet, self.axes = sheet, axes
        self.course, self.words = sheet.course, sheet.words
        self.per = 1.0

    def scale(self, low: float, high: float, *, whole: bool) -> Axis:
        """Set the value axis to hold both, with a few round ticks."""
        largest = max(abs(low), abs(high))
        if high - low < largest * NARROWEST:  # figures that differ in their last digits only
            low, high = low - largest * NARROWEST, high + largest * NARROWEST
        axis = self.sheet.caption.axis(largest)
        self.per = axis.per
        self.axes.set_ylim(low / axis.per, high / axis.per)
        ticks = MaxNLocator(nbins=4, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(
            low / axis.per, high / axis.per
        )
        inside = [tick for tick in ticks if low / axis.per <= tick <= high / axis.per]
        self.axes.set_yticks(inside, [self.sheet.caption.tick(tick) for tick in inside])
        return axis

    def furnish(self, axis: Axis, first: date, last: date) -> None:
        """Days along the bottom, the unit above the scale, faint lines, no box."""
        self.axes.set_xlim(first.toordinal(), last.toordinal())
        ticks, names, lines = _days(first, last, self.sheet.caption)
        self.axes.set_xticks(ticks, names)
        for line in lines:
            self.axes.axvline(line, color=GRID, linewidth=0.5, zorder=0.5)
        self.axes.grid(axis="y", color=GRID, linewidth=0.7, zorder=0)
        self.axes.set_axisbelow(True)
        self.axes.tick_params(length=0, pad=4, colors=SOFT)
        for label in (*self.axes.get_xticklabels(), *self.axes.get_yticklabels()):
            label.set_fontproperties(self.sheet.font(size=SMALL_SIZE))
            label.set_parse_math(False)
        for side, spine in self.axes.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(FAINT)
        self.sheet.text(MARGIN, TOP + 12, axis.unit, SMALL_SIZE, SOFT, gid="unit")

    def line(self, points: Points, **look: Any) -> None:
        days = [day.toordinal() for day, _ in points]
        self.axes.plot(days, [value / self.per for _, value in points], **look)

    def label(self, day: float, value: float, text: str, place: tuple[str, str], **look: Any) -> None:
        """A text beside a point.

        place  "left" or "right" and "over" or "under"
        """
        side, height = place
        size = look.pop("size", TEXT_SIZE)
        gap = 5 if side == "right" else -5
        self.axes.annotate(
            text,
            (day, value / self.per),
            (gap if side != "middle" else 0, _RISE[side, height]),
            textcoords="offset points",
            ha={"right": "left", "left": "right", "middle": "center"}[side],
            va={"over": "bottom", "under": "top"}.get(height, "center"),
            fontproperties=self.sheet.font(size=size),
            parse_math=False,
            annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.82, "pad": 1.0},
            **look,
        )

    def share(self, day: date) -> float:
        """How far along the plot a day is."""
        low, high = self.axes.get_xlim()
        return float((day.toordinal() - low) / (high - low)) if high > low else 0.0


def _days(first: date, last: date, caption: Caption) -> tuple[list[float], list[str], list[int]]:
    """Where ticks are, what they say, and where months begin; a short span is told by its days."""
    if (last - first).days <= SHORT_SPAN:
        step = max(7, (last - first).days // 4)
        days = [first + timedelta(days=at) for at in range(1, (last - first).days, step)]
        return [float(day.toordinal()) for day in days], [caption.day(day) for day in days], []
    months = _months(first, last)
    every = 1 if len(months) <= FEW_MONTHS else 2 if len(months) <= 2 * FEW_MONTHS + 1 else 3
    ends = [month.toordinal() for month in months]
    # Each month is named in its middle.
    named = [(month, end) for month, end in zip(months, [*ends[1:], last.toordinal()], strict=True)][::every]
    middles = [(max(month, first).toordinal() + end) / 2 for month, end in named]
    return middles, [caption.month(month) for month, _ in named], ends


def _months(first: date, last: date) -> list[date]:
    """First days of the months from one day on, up to another."""
    month = (
        first.replace(day=1) if first.day == 1 else (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    )
    found = []
    while month < last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found
