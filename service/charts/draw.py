"""The one chart of a figure: how it went against its plan, drawn for a phone and for paper.

Everything is laid out in points of a canvas 390 wide, the width of a phone; the picture has two pixels a point.
The state of matplotlib is left alone (no pyplot, no settings), so that charts may be drawn by several threads.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from service.domain.catalog import Kind, Level
from service.domain.course import Block, Course, Points, blocks
from service.words.charts import Axis, Caption, Captions
from service.words.labels import Labels
from service.words.lamps import LAMPS, Colours

WIDTH, HEIGHT = 390, 300
DPI, POINTS_PER_INCH = 144, 72
COLOURS = 96
MARGIN = 12
# The plot's frame: left, right, bottom, top.
LEFT, RIGHT, BOTTOM, TOP = 46, 378, 46, 184
INK, SOFT, FAINT, GRID = "#1f1f1f", "#5a5a5a", "#767676", "#e4e4e4"
# Blue and brown are told apart by everyone, and in print by their weight.
ACTUAL, PLAN, BEFORE, REST, GOAL = "#0b4f8a", "#5a5a5a", "#b08d57", "#0b4f8a", "#1f1f1f"
CALM = "#e6f2e6"
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 15.0, 11.5, 10.0
NARROWEST = 1e-6  # height of the value axis, as a share of what it shows
LABELLED_BARS = 10
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


def draw(course: Course, labels: Labels, font: Path) -> bytes:
    """The chart as a PNG, the same bytes every time."""
    canvas: Any = FigureCanvasAgg(figure_of(course, labels, font))  # matplotlib has no types for drawing
    canvas.draw()
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    out = io.BytesIO()
    # A chart has few colours: named by number they take a third of the room.
    drawn.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        out, "png", optimize=True
    )
    return out.getvalue()


def figure_of(course: Course, labels: Labels, font: Path) -> Figure:
    """The chart as matplotlib has it; what is drawn is named by its `gid`."""
    figure = Figure(figsize=(WIDTH / POINTS_PER_INCH, HEIGHT / POINTS_PER_INCH), dpi=DPI, facecolor="white")
    caption = Caption(course, labels)
    sheet = _Sheet(figure, partial(FontProperties, fname=str(font)), course, caption, caption.all())
    sheet.head()
    axes = figure.add_axes(
        (LEFT / WIDTH, BOTTOM / HEIGHT, (RIGHT - LEFT) / WIDTH, (TOP - BOTTOM) / HEIGHT), gid="plot"
    )
    if course.facts.kind is Kind.INCIDENCE:
        _Bars(sheet, axes).draw()
    else:
        _Lines(sheet, axes).draw()
    sheet.foot()
    return figure


class _Key(NamedTuple):
    """An entry of the legend."""

    name: str
    look: dict[str, Any]


@dataclass
class _Sheet:
    """The canvas and what stands around the plot."""

    figure: Figure
    font: Callable[..., FontProperties]
    course: Course
    caption: Caption
    words: Captions

    @property
    def lamp(self) -> Colours:
        level = self.course.facts.level
        return LAMPS[Level.NONE if self.caption.m.resolved else level]

    @property
    def alarm(self) -> str:
        """Colour of what is wrong; plain where no lamp is lit."""
        return self.lamp.field if self.words.chip and not self.caption.m.resolved else SOFT

    def head(self) -> None:
        """Lamp, title, and two lines of figures."""
        x = float(MARGIN)
        if self.words.chip:
            x += self._chip(x) + 8
        self.text(x, HEIGHT - 21, self.words.title, TITLE_SIZE, INK, gid="title")
        self.text(MARGIN, HEIGHT - 45, self.words.lead, TEXT_SIZE, INK, gid="lead")
        # A yellow that is read on white does not exist.
        ink = INK if self.course.facts.level is Level.YELLOW else self.alarm
        self.text(MARGIN, HEIGHT - 63, self.words.standing, TEXT_SIZE, ink, gid="standing")

    def foot(self) -> None:
        """The day the figures speak for, who reports them, and whether they are invented."""
        banner = self.words.banner
        taken = width_of(banner, SMALL_SIZE) + 10 if banner else 0
        self.text(MARGIN, 11, self.words.foot, SMALL_SIZE, SOFT, gid="foot", most=WIDTH - 2 * MARGIN - taken)
        self.text(WIDTH - MARGIN, 11, banner, SMALL_SIZE, SOFT, gid="banner", ha="right")

    def legend(self, keys: list[_Key]) -> None:
        """Names of what is drawn, in one row above the plot."""
        x, y = float(MARGIN), float(HEIGHT - 86)
        size = SMALL_SIZE
        while sum(24 + width_of(key.name, size) + 10 for key in keys) > WIDTH - 2 * MARGIN and size > 7:
            size -= 0.5
        for key in keys:
            self.figure.add_artist(_sample(key.look, x, y, self.figure))
            self.text(x + 24, y, key.name, size, SOFT, gid="legend")
            x += 24 + width_of(key.name, size) + 10

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        gid: str,
        ha: str = "left",
        most: float | None = None,
    ) -> None:
        """A line of text at a point of the canvas, made to fit into what is left of it."""
        if not text:
            return
        most = (WIDTH - MARGIN - x if ha == "left" else x - MARGIN) if most is None else most
        text, size = fitted(text, size, most)
        self.figure.text(
            x / WIDTH,
            y / HEIGHT,
            text,
            color=colour,
            ha=ha,
            va="center",
            gid=gid,
            parse_math=False,
            fontproperties=self.font(size=size),
        )

    def _chip(self, x: float) -> float:
        """The lamp as a coloured field with its name; how wide it is."""
        width = width_of(self.words.chip, TEXT_SIZE) + 12
        self.figure.add_artist(
            Rectangle(
                (x / WIDTH, (HEIGHT - 30) / HEIGHT),
                width / WIDTH,
                18 / HEIGHT,
                facecolor=self.lamp.field,
                edgecolor="none",
                transform=self.figure.transFigure,
                gid="lamp",
            )
        )
        self.text(
            x + width / 2,
            HEIGHT - 21,
            self.words.chip,
            TEXT_SIZE,
            self.lamp.ink,
            gid="chip",
            ha="center",
            most=width,
        )
        return width


def _sample(look: dict[str, Any], x: float, y: float, figure: Figure) -> Artist:
    """What stands before a name of the legend: a piece of its line, or of its field."""
    canvas: dict[str, Any] = {"transform": figure.transFigure, "gid": "key"}
    if "facecolor" in look:
        return Rectangle((x / WIDTH, (y - 4) / HEIGHT), 18 / WIDTH, 8 / HEIGHT, **look, **canvas)
    ends = [x + 10] if "marker" in look else [x, x + 20]
    return Line2D([at / WIDTH for at in ends], [y / HEIGHT] * len(ends), **look, **canvas)


class _Plot:
    """What both kinds of plot have: scales, ticks, labels beside points."""

    def __init__(self, sheet: _Sheet, axes: Axes) -> None:
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


class _Lines(_Plot):
    """Figure to date against its plan, or its target: flow, mean, stock and ratio."""

    def draw(self) -> None:
        course = self.course
        figures = course.facts.figures
        first = course.begin - timedelta(days=1) if course.facts.kind is Kind.FLOW else course.begin
        axis = self.scale(*self._reach(), whole=course.facts.kind is Kind.FLOW and not course.facts.precision)
        self.furnish(axis, first, course.end)
        keys = []
        if course.last_year:
            look = {"color": BEFORE, "linewidth": 1.2}
            self.line(course.last_year, **look, gid="last_year", zorder=2)
            keys.append(_Key(self.words.last_year, look))
        if course.plan:
            look = {"color": PLAN, "linewidth": 1.5, "linestyle": (0, (4, 2.5))}
            self.line(course.plan, **look, gid="plan", zorder=3)
            keys.append(_Key(self.words.plan, look))
        rest = self._rest()
        if rest:
            look = {"color": REST, "linewidth": 1.6, "linestyle": (0, (1, 1.6))}
            self.line(rest, **look, gid="rest", zorder=3)
            keys.append(_Key(self.words.rest, look))
        self._goal(figures.target)
        if course.actual:
            look = {"color": ACTUAL, "linewidth": 2.6, "solid_capstyle": "round"}
            self.line(self._from_zero(), **look, gid="actual", zorder=4)
            keys.insert(0, _Key(self.words.actual, look))
            self._today()
        else:
            self.axes.text(
                0.97,
                0.12,
                self.words.none,
                transform=self.axes.transAxes,
                ha="right",
                va="center",
                color=SOFT,
                gid="none",
                fontproperties=self.sheet.font(size=TEXT_SIZE),
            )
        self.sheet.legend(keys)

    def _from_zero(self) -> Points:
        """A sum begins at nothing the day before its period, where its first days were reported."""
        actual, begin = self.course.actual, self.course.begin
        summed = self.course.facts.kind is Kind.FLOW and (actual[0][0] - begin).days <= FIRST_DAYS
        return ((begin - timedelta(days=1), 0.0), *actual) if summed else actual

    def _rest(self) -> Points:
        """What the days left may average."""
        f = self.course.facts.figures
        if (
            f.allowed_mean is None
            or f.data_day is None
            or f.data_day >= self.course.end
            or f.allowed_mean <= 0
        ):
            return ()
        return ((f.data_day + timedelta(days=1), f.allowed_mean), (self.course.end, f.allowed_mean))

    def _reach(self) -> tuple[float, float]:
        """Lowest and highest value of the plot; sums start at nothing, means and levels near their own."""
        course, target = self.course, self.course.facts.figures.target
        lines: tuple[Points, ...] = (course.actual, course.last_year)
        if course.facts.kind is Kind.MEAN:
            lines = tuple(_settled(line) for line in lines)
        values = [value for line in (*lines, course.plan, self._rest()) for _, value in line]
        values += [target] if target is not None else []
        low, high = min(values, default=0.0), max(values, default=1.0)
        if course.facts.kind is Kind.FLOW:
            low = min(low, 0.0)
            return low, high + 0.16 * ((high - low) or 1.0)
        room = (high - low) or abs(high) or 1.0
        floor = low - 0.28 * room  # a label has room below the lowest line
        return (max(0.0, floor) if low >= 0 else floor), high + 0.18 * room

    def _goal(self, target: float | None) -> None:
        if target is None:
            return
        self.axes.axhline(target / self.per, color=GOAL, linewidth=1.1, gid="target", zorder=2.5)
        # Written where the lines are not: a sum is at the bottom when its year begins.
        under = self.course.facts.kind is not Kind.FLOW and self._crowded(target)
        day = self.axes.get_xlim()[0]
        self.label(
            day,
            target,
            self.words.target,
            ("right", "under" if under else "over"),
            size=SMALL_SIZE,
            color=INK,
            gid="target_label",
        )

    def _crowded(self, target: float) -> bool:
        """Whether the first half of the year lies above the target more than below it."""
        early = [value for day, value in self.course.actual if self.share(day) < 0.5]
        return sum(value > target for value in early) > len(early) / 2

    def _today(self) -> None:
        day, value = self.course.actual[-1]
        at = day.toordinal()
        due = self._due(day)
        behind = self.course.facts.figures.lag or 0.0
        if due is not None and self.words.gap and behind > 0:
            ends = [value / self.per, due / self.per]
            self.axes.plot([at, at], ends, color=self.sheet.alarm, linewidth=2.2, gid="gap", zorder=3.5)
            # Left of it are the lines; there it is told above the plot only.
            if self.share(day) <= NEAR_RIGHT:
                place = ("right", "middle")
                self.label(at, (value + due) / 2, self.words.gap, place, color=INK, gid="gap_label", zorder=5)
        self.axes.plot(
            [at],
            [value / self.per],
            marker="o",
            markersize=7,
            color=self.sheet.alarm if self.sheet.words.chip else ACTUAL,
            markeredgecolor="white",
            markeredgewidth=1.2,
            gid="today",
            zorder=6,
            clip_on=False,
        )
        self.label(at, value, self.words.mark, self._beside(day, value, due), color=INK, gid="mark", zorder=5)

    def _beside(self, day: date, value: float, due: float | None) -> tuple[str, str]:
        """Where the figure of the day is not in the way of a line: below one that rises, else above."""
        side = "left" if self.share(day) > NEAR_RIGHT else "right"
        if self.course.facts.kind is Kind.FLOW:
            return side, "under"
        target = self.course.facts.figures.target
        if due is not None and target is not None and target < due:
            side = "left"  # the plan falls: it comes down to where the label would be
        goal = target if due is None else due
        return side, "under" if goal is not None and goal >= value else "over"

    def _due(self, day: date) -> float | None:
        return dict(self.course.plan).get(day)


class _Bars(_Plot):
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
        keys = [_Key(self.words.actual, {"facecolor": ACTUAL})]
        self._bars(found)
        if any(block.count is None for block in found):
            self._missing(found)
            cross = {"color": FAINT, "marker": "x", "linestyle": "none", "markersize": 4}
            keys.append(_Key(self.words.unreported, cross))
        if course.threshold is not None:
            look: dict[str, Any] = {"color": INK, "linewidth": 1.1, "linestyle": (0, (4, 2.5))}
            self.axes.axhline(course.threshold / self.per, **look, gid="threshold", zorder=2.5)
            keys.append(_Key(self.words.threshold, look))
        if course.facts.figures.cleared_on:
            keys.append(_Key(self.words.cleared, {"facecolor": CALM}))
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


def _settled(line: Points) -> Points:
    """A running mean without its first days, which leap: they may leave the plot, for the rest to be legible."""
    return line[SETTLING:] if len(line) > 2 * SETTLING else line


# Reports after which a running mean no longer leaps.
SETTLING = 14
# A period whose first report came within these days was reported from its begin.
FIRST_DAYS = 7
FEW_MONTHS, SHORT_SPAN = 6, 60


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


def width_of(text: str, size: float) -> float:
    """About how wide a text is: Chinese characters are square, others half as wide or a bit more."""
    return size * sum(1.0 if ord(sign) >= 0x2E80 or sign in "“”" else 0.58 for sign in text)


def fitted(text: str, size: float, most: float) -> tuple[str, float]:
    """A text made smaller, and then shorter, until it is no wider than that."""
    while width_of(text, size) > most and size > 9:
        size -= 0.5
    if width_of(text, size) <= most:
        return text, size
    while text and width_of(text + "…", size) > most:
        text = text[:-1]
    return text + "…", size
