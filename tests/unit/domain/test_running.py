"""Sums of any span of days out of running sums are plain sums, whatever stood before the span."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.arrays import Floats, Ints
from service.domain.running import Running, no_sums, run

# From a thousandth to what no city ever built, corrections downwards, silence.
FIGURES = st.one_of(
    st.none(),
    st.integers(-1_000_000, 1_000_000).map(lambda thousandths: thousandths / 1000),
    st.sampled_from([0.0, 0.1, 0.001, 1e6, 1e15, -1e15, 123456.789]),
)
DAYS = 24
ROWS = st.lists(st.lists(FIGURES, min_size=DAYS, max_size=DAYS), min_size=1, max_size=2)


def panel(rows: list[list[float | None]]) -> Floats:
    return np.array([[np.nan if x is None else x for x in row] for row in rows], dtype=np.float64)


def running_of(figures: Floats) -> Running:
    running = no_sums(*figures.shape)
    run(running, figures, np.arange(len(figures)))
    return running


def day(number: int, rows: int = 1) -> Ints:
    return np.full(rows, number)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(-3, DAYS - 1), st.integers(-3, DAYS - 1))
def test_a_span_comes_to_what_its_days_add_up_to(rows: list[list[float | None]], low: int, high: int) -> None:
    figures = panel(rows)
    running, every = running_of(figures), np.arange(len(rows))
    sums, counts = (
        of(every, day(low, len(rows)), day(high, len(rows))) for of in (running.sums, running.counts)
    )
    for row, figures_of_row in enumerate(rows):
        span = [x for x in figures_of_row[max(low, 0) : max(high + 1, 0)] if x is not None]
        # Where figures cancel each other out, a sum in any order is as good as its largest figure.
        size = max([abs(math.fsum(span)), *(1e-6 * abs(x) for x in span)], default=0.0)
        assert sums[row] == pytest.approx(math.fsum(span), rel=1e-9, abs=1e-9 * size)
        assert counts[row] == len(span)


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(0, DAYS - 1), st.integers(1, 30))
def test_the_last_days_with_data_begin_where_counting_back_says(
    rows: list[list[float | None]], at: int, count: int
) -> None:
    figures = panel(rows)
    running, every = running_of(figures), np.arange(len(rows))
    first = running.nth_last(every, day(at, len(rows)), count)
    for row, figures_of_row in enumerate(rows):
        days = [number for number in range(at + 1) if figures_of_row[number] is not None]
        taken = [number for number in range(int(first[row]), at + 1) if figures_of_row[number] is not None]
        assert taken == days[-count:]
        assert running.last[row, at + 1] == (days[-1] if days else -1)


@settings(max_examples=50, deadline=None)
@given(ROWS, st.integers(0, DAYS - 1), st.data())
def test_what_is_taken_in_later_leaves_the_same_sums(
    rows: list[list[float | None]], low: int, data: st.DataObject
) -> None:
    """Rows that change from a day on are run through again from there; to the last bit as if from the start."""
    before, after = panel(rows), panel(rows)
    changed = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    for row in changed:
        after[row, low:] = data.draw(st.sampled_from([np.nan, 0.1, 7.0]))
    running = running_of(before)
    run(running, after, np.array(sorted(changed), dtype=np.int64), low)
    fresh = running_of(after)
    for name in ("total", "rest", "counted", "last"):
        assert np.array_equal(getattr(running, name), getattr(fresh, name)), name


def test_a_small_year_after_a_large_one_keeps_its_digits() -> None:
    year = [1e12 / 3] * 300 + [0.1] * 10
    running = running_of(panel([list(year)]))
    assert running.sums(day(0), day(300), day(309))[0] == pytest.approx(1.0, rel=1e-14)


def test_no_days_come_to_nothing() -> None:
    running = running_of(np.empty((2, 0)))
    assert running.sums(np.arange(2), day(0, 2), day(-1, 2)).tolist() == [0, 0]
    assert running.nth_last(np.arange(2), day(-1, 2), 28).tolist() == [0, 0]
