"""The one chart of a figure: how it went against its plan, drawn for a phone and for paper.

Everything is laid out in points of a canvas 390 wide, the width of a phone; the picture has two pixels a point.
The state of matplotlib is left alone (no pyplot, no settings), so that charts may be drawn by several threads.
"""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from PIL import Image

from service.charts.bars import Bars
from service.charts.lines import Lines
from service.charts.look import BOTTOM, COLOURS, DPI, HEIGHT, LEFT, POINTS_PER_INCH, RIGHT, TOP, WIDTH
from service.charts.sheet import Sheet
from service.domain.catalog import Kind
from service.domain.course import Course
from service.words.charts import Caption
from service.words.labels import Labels


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
    sheet = Sheet(figure, partial(FontProperties, fname=str(font)), course, caption, caption.all())
    sheet.head()
    axes = figure.add_axes(
        (LEFT / WIDTH, BOTTOM / HEIGHT, (RIGHT - LEFT) / WIDTH, (TOP - BOTTOM) / HEIGHT), gid="plot"
    )
    if course.facts.kind is Kind.INCIDENCE:
        Bars(sheet, axes).draw()
    else:
        Lines(sheet, axes).draw()
    sheet.foot()
    return figure
