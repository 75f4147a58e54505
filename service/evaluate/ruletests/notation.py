"""Series in a short notation, promtool's: `3 0x5 _ 1+1x10 _x3`, one figure a day.

`a+bxn` is a, a+b, … a+n·b (n+1 figures), `a-bxn` falls, `axn` is a and n more of it; `_` is a day
without a reading, `_xn` n of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_ITEM = re.compile(rf"(?P<start>_|[-+]?{_NUMBER})(?P<step>[-+]{_NUMBER})?(?:x(?P<times>\d+))?")
# Ten years of days; a slip of the finger must not fill the memory.
MOST_FIGURES = 4000


class NotationError(ValueError):
    """A part of a series that cannot be read, and why."""

    def __init__(self, part: str, zh: str, en: str) -> None:
        super().__init__(f"{part!r} {en}")
        self.part = part
        self.zh = zh
        self.en = en


def expand(text: str) -> list[float | None]:
    """The figures of a series, None where nothing was reported; raises `NotationError`."""
    figures: list[float | None] = []
    for part in text.split():
        match = _ITEM.fullmatch(part)
        if match is None or not _sound(match):
            zh = "无法识别，请写作 3、_、0x5、1+1x10、1-1x10 或 _x3。"
            raise NotationError(part, zh, "is no figure: write 3, _, 0x5, 1+1x10, 1-1x10 or _x3.")
        times = int(match["times"] or 0)
        if len(figures) + times >= MOST_FIGURES:
            zh, en = f"超过 {MOST_FIGURES} 个数值。", f"makes more than {MOST_FIGURES} figures."
            raise NotationError(part, zh, en)
        figures += _figures(match, times)
    return figures


def contract(figures: Sequence[float | None]) -> str:
    """The short notation of a series; what is missing at its end is left out."""
    parts = []
    for figure, run in groupby(figures):
        more = sum(1 for _ in run) - 1
        if figure is None:
            parts.append(f"_x{more + 1}" if more else "_")
        else:
            parts.append(f"{_written(figure)}x{more}" if more else _written(figure))
    if parts and parts[-1].startswith("_"):
        parts.pop()
    return " ".join(parts) or "_"


def _written(figure: float) -> str:
    """The shortest text that gives the same figure back."""
    return repr(figure).removesuffix(".0")


def _sound(match: re.Match[str]) -> bool:
    """A step needs its number of steps; what is not there does not grow."""
    return not match["step"] or (match["times"] is not None and match["start"] != "_")


def _figures(match: re.Match[str], times: int) -> Iterator[float | None]:
    if match["start"] == "_":
        yield from [None] * (times if match["times"] else 1)
        return
    start, step = float(match["start"]), float(match["step"] or 0)
    yield from (start + step * number for number in range(times + 1))
