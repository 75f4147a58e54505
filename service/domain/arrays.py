"""Array types, and the few operations on days every formula shares."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]


def day_at(first: date, index: int) -> date:
    """The day an index of a day axis stands for."""
    return first + timedelta(days=int(index))


def last_with_data(has: Bools) -> Ints:
    """Index of the last True along the last axis, -1 where there is none."""
    days = has.shape[-1]
    if days == 0:
        return np.full(has.shape[:-1], -1, dtype=np.int64)
    back = np.argmax(has[..., ::-1], axis=-1)
    return np.where(has.any(axis=-1), days - 1 - back, -1).astype(np.int64)


def between(days: int, first: Ints, last: Ints) -> Bools:
    """Mask (rows, days): True from first to last, both included."""
    axis = np.arange(days)
    return (axis >= first[:, None]) & (axis <= last[:, None])


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient; undefined (zero or unknown denominator) is NaN, never infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result = numerator / denominator
    return np.where(np.isfinite(result), result, np.nan)


def known(value: float | np.floating) -> float | None:
    """A figure as people handle it: None where it is not known."""
    number = float(value)
    return number if np.isfinite(number) else None
