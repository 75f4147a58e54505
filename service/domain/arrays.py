"""Array types, and the few operations on days every formula shares."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
# Columns of a day axis, kept by the million: as narrow as they may be.
Columns = npt.NDArray[np.signedinteger[Any]]
Arrays = tuple[npt.NDArray[Any], ...]

# Whole panels are worked through in blocks of so many cells, lest what is made on the way outgrow the panel.
BLOCK = 1_000_000


def day_at(first: date, index: int) -> date:
    """The day an index of a day axis stands for."""
    return first + timedelta(days=int(index))


def year_before(day: date) -> date:
    """The same date a year before; 28 February for a 29th."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def last_with_data(has: Bools) -> Ints:
    """Index of the last True along the last axis, -1 where there is none."""
    days = has.shape[-1]
    if days == 0:
        return np.full(has.shape[:-1], -1, dtype=np.int64)
    back = np.argmax(has[..., ::-1], axis=-1)
    return np.where(has.any(axis=-1), days - 1 - back, -1).astype(np.int64)


def column_type(days: int) -> np.dtype[np.signedinteger[Any]]:
    """The narrowest type that holds every column of so many days."""
    return np.dtype(np.int16 if days < np.iinfo(np.int16).max else np.int32)


def running_last(true: Bools) -> Columns:
    """(rows, days + 1) index of the last True before each column, -1 where there is none."""
    kind = column_type(true.shape[1])
    last = np.full((len(true), true.shape[1] + 1), -1, dtype=kind)
    days = np.where(true, np.arange(true.shape[1], dtype=kind), kind.type(-1))
    np.maximum.accumulate(days, axis=1, out=last[:, 1:])
    return last


def running_count(number: Bools | Ints) -> Columns:
    """(rows, days + 1) how many are True before each column, or what numbers come to."""
    count = np.zeros((len(number), number.shape[1] + 1), dtype=column_type(number.shape[1]))
    np.cumsum(number, axis=1, dtype=count.dtype, out=count[:, 1:])
    return count


def blocks(rows: int, width: int) -> Iterator[slice]:
    """Slices of rows that make up a table of that width, each small enough to be worked on at once."""
    step = max(1, BLOCK // max(width, 1))
    return (slice(low, low + step) for low in range(0, rows, step))


def in_blocks(rows: Ints, width: int, make: Callable[[Ints], Arrays]) -> Arrays:
    """What `make` makes of rows, array by array, a block of them at a time."""
    made = [make(rows[block]) for block in blocks(len(rows), width)] or [make(rows)]
    return tuple(np.concatenate(part) for part in zip(*made, strict=True))


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient; undefined (zero or unknown denominator) is NaN, never infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result = numerator / denominator
    return np.where(np.isfinite(result), result, np.nan)


def known(value: float | np.floating) -> float | None:
    """A figure as people handle it: None where it is not known."""
    number = float(value)
    return number if math.isfinite(number) else None
