"""Sizes, colours and the width of texts, in points of the canvas."""

from __future__ import annotations

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
# A period whose first report came within these days was reported from its begin.
FIRST_DAYS = 7


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
