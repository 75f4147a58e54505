"""The canvas around a plot: headline, foot, legend, texts that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from service.charts.look import (
    HEIGHT,
    INK,
    MARGIN,
    SMALL_SIZE,
    SOFT,
    TEXT_SIZE,
    TITLE_SIZE,
    WIDTH,
    fitted,
    width_of,
)
from service.domain.catalog import Level
from service.domain.course import Course
from service.words.charts import Caption, Captions
from service.words.lamps import LAMPS, Colours


class Key(NamedTuple):
    """An entry of the legend."""

    name: str
    look: dict[str, Any]


@dataclass
class Sheet:
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

    def legend(self, keys: list[Key]) -> None:
        """Names of what is drawn, in one row above the plot."""
        x, y = float(MARGIN), float(HEIGHT - 86)
        size = SMALL_SIZE
        while sum(24 + width_of(key.name, size) + 10 for key in keys) > WIDTH - 2 * MARGIN and size > 7:
            size -= 0.5
        for key in keys:
            self.figure.add_artist(sample(key.look, x, y, self.figure))
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


def sample(look: dict[str, Any], x: float, y: float, figure: Figure) -> Artist:
    """What stands before a name of the legend: a piece of its line, or of its field."""
    canvas: dict[str, Any] = {"transform": figure.transFigure, "gid": "key"}
    if "facecolor" in look:
        return Rectangle((x / WIDTH, (y - 4) / HEIGHT), 18 / WIDTH, 8 / HEIGHT, **look, **canvas)
    ends = [x + 10] if "marker" in look else [x, x + 20]
    return Line2D([at / WIDTH for at in ends], [y / HEIGHT] * len(ends), **look, **canvas)
