"""Figures of the day, sums since the new year, and series that change from the one to the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.arrays import Bools, Floats
from service.domain.catalog import NodeKey, Reporting, SeriesKey
from service.domain.checks import judge
from service.domain.cycles import Cycle
from service.domain.meaning import Meaning, derived, meaning_of
from service.domain.rules import Bounds, Jump
from tests.testkit.worlds import TOWN, feed, indicator, listed, rule, target, world

FIRST, NEW_YEAR, DAYS = date(2017, 12, 1), date(2018, 1, 1), 80
YEAR = np.array([(FIRST + timedelta(days=at)).year for at in range(DAYS)])
DAILY, SUMS = Reporting.DAILY, Reporting.CUMULATIVE


def series(first: Reporting, *switched: int) -> SeriesKey:
    days = tuple(FIRST + timedelta(days=at) for at in switched)
    return SeriesKey(NodeKey("works", TOWN, ""), "reported", "feed", first, FIRST, switched=days)


def to_date(figures: Floats) -> Floats:
    """(series, days) sum of the year up to each day."""
    told = np.where(np.isnan(figures), 0.0, figures)
    return np.concatenate([np.cumsum(told[:, year == YEAR], axis=1) for year in (2017, 2018)], axis=1)


def reported(truth: Floats, told: Bools, meaning: Meaning) -> Floats:
    """What is reported of daily figures on the days on which something is."""
    said = np.where(meaning.sums(FIRST, DAYS), to_date(truth), truth)
    return np.where(told, said, np.nan)


figures = st.one_of(
    st.integers(-3, 40).map(float), st.decimals(0, 1000, places=2).map(float), st.just(0.0), st.just(1e7)
)
histories = st.lists(st.integers(1, DAYS - 1), max_size=4, unique=True).map(sorted)


@given(
    st.lists(figures, min_size=DAYS, max_size=DAYS),
    st.lists(st.booleans(), min_size=DAYS, max_size=DAYS),
    histories,
    st.sampled_from(Reporting),
)
def test_whichever_way_a_truth_is_reported_it_comes_to_the_same(
    truth: list[float], told: list[bool], history: list[int], first: Reporting
) -> None:
    """Where nothing happens on days that are not reported; the daily report of a gap would be lost."""
    ways = meaning_of([series(DAILY), series(SUMS), series(first, *history), series(first.other, *history)])
    happened = np.tile(np.where(told, truth, 0.0), (4, 1))
    daily, *others = derived(reported(happened, np.array(told), ways), ways, FIRST)
    for other in others:
        np.testing.assert_allclose(other, daily, rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(to_date(other[None]), to_date(daily[None]), rtol=1e-9, atol=1e-6)


@given(
    st.lists(figures, min_size=DAYS, max_size=DAYS),
    st.lists(st.booleans(), min_size=DAYS, max_size=DAYS),
    histories,
    st.sampled_from(Reporting),
)
def test_a_sum_catches_up_with_whatever_was_not_reported(
    truth: list[float], told: list[bool], history: list[int], first: Reporting
) -> None:
    way = meaning_of([series(first, *history)])
    happened = np.array([truth])
    made = to_date(derived(reported(happened, np.array([told]), way), way, FIRST))
    sums = way.sums(FIRST, DAYS) & np.array([told])
    np.testing.assert_allclose(made[sums], to_date(happened)[sums], rtol=1e-9, atol=1e-6)


@given(
    st.lists(figures | st.just(float("nan")), min_size=DAYS, max_size=DAYS),
    histories,
    st.integers(0, DAYS),
    st.integers(1, 3),
)
def test_series_are_derived_one_by_one_and_from_the_past(
    cells: list[float], history: list[int], days: int, many: int
) -> None:
    """In any company and order, and of the first days alone, they come out the same."""
    keys = [series(SUMS), series(DAILY, *history), *[series(SUMS, *history)] * many, series(DAILY)]
    panel = np.array([np.roll(cells, 7 * at) for at in range(len(keys))])
    whole, meaning = derived(panel, meaning_of(keys), FIRST), meaning_of(keys)
    some = np.array([len(keys) - 1, 2, 0])
    np.testing.assert_array_equal(derived(panel[some], meaning.of(some), FIRST), whole[some])
    np.testing.assert_array_equal(derived(panel[:, :days], meaning, FIRST), whole[:, :days])


def test_how_a_report_is_meant_is_one_answer() -> None:
    keys = [series(DAILY, 3, 9), series(SUMS), series(SUMS, 5), series(DAILY)]
    meaning = meaning_of(keys)
    sums = meaning.sums(FIRST, 12)
    for at in range(12):
        day = FIRST + timedelta(days=at)
        said = [key.reporting_on(day) is SUMS for key in keys]
        assert sums[:, at].tolist() == said
        assert meaning.sum_on(np.full(len(keys), day.toordinal())).tolist() == said


def test_what_only_reports_figures_of_the_day_is_not_copied() -> None:
    panel = np.ones((2, 5))
    assert derived(panel, meaning_of([series(DAILY), series(DAILY)]), FIRST) is panel


_ = np.nan


@pytest.mark.parametrize(
    ("first", "switched", "said", "daily"),
    [
        # Ten a day, then the sum: the first says what the day before it left out, or what is new.
        (DAILY, 3, [10, 10, 10, 40, 50], [10, 10, 10, 10, 10]),
        (DAILY, 3, [10, 10, _, 40, 50], [10, 10, _, 20, 10]),
        (DAILY, 3, [10, 10, 10, _, 50], [10, 10, 10, _, 20]),
        (DAILY, 3, [_, _, _, 40, 50], [_, _, _, 40, 10]),
        # A sum below what the days came to: a fall.
        (DAILY, 3, [10, 10, 10, 25, 50], [10, 10, 10, -5, 25]),
        (DAILY, 3, [0.1, 0.2, 0, 0.3, 0.3], [0.1, 0.2, 0, 0, 0]),
        # A sum, then ten a day: what comes after a sum is added to it.
        (SUMS, 3, [10, 20, 30, 10, 10], [10, 10, 10, 10, 10]),
        (SUMS, 3, [10, _, 30, _, 10], [10, _, 20, _, 10]),
    ],
)
def test_the_figures_around_a_switch(
    first: Reporting, switched: int, said: Sequence[float], daily: Sequence[float]
) -> None:
    made = derived(np.array([said], dtype=float), meaning_of([series(first, switched)]), FIRST)
    np.testing.assert_array_equal(made, [daily])


def test_nothing_is_carried_over_the_new_year() -> None:
    """Sums begin again; what was told by the day in December is no part of January's first sum."""
    said = np.full((1, 40), 1.0)
    said[0, 31:] = np.arange(1, 10)  # from 1 January on
    made = derived(said, meaning_of([series(DAILY, 31)]), FIRST)
    np.testing.assert_array_equal(made, np.ones((1, 40)))


def test_progress_goes_on_across_the_switch() -> None:
    """With what was reported late, corrected or taken back before the switch."""
    w = world(
        indicator("works"),
        targets=[target("works", 100)],
        feeds=[feed("feed", ["works"], [TOWN], switched=[date(2018, 1, 6)])],
    )
    days: dict[date, float] = {**listed("2018-01-01", 10, 10, 10, 10, 10), **listed("2018-01-06", 60, 70)}
    last_by_day, first_sum = date(2018, 1, 5), date(2018, 1, 6)

    def sums(of: Mapping[date, float]) -> list[float]:
        as_of = (date(2018, 1, at) for at in range(4, 8))
        return [
            float(w.frame(day, {("works", TOWN): of}).progress.to_date[w.row("works", TOWN)]) for day in as_of
        ]

    assert sums(days) == [40, 50, 60, 70]
    # Corrected: the sum that was told after it stands, and its figure is what is left.
    assert sums({**days, last_by_day: 25}) == [40, 65, 60, 70]
    assert sums({day: value for day, value in days.items() if day != last_by_day}) == [40, 40, 60, 70]
    assert sums({day: value for day, value in days.items() if day != first_sum}) == [40, 50, 50, 70]


def test_reports_of_a_week_are_meant_as_on_the_day_they_are_stamped_with() -> None:
    """From Wednesday 10 January on: the report of that week, stamped with Sunday, is a sum already."""
    w = world(
        indicator("works"),
        feeds=[feed("feed", ["works"], [TOWN], cycle=Cycle.WEEKLY, switched=[date(2018, 1, 10)])],
    )
    weeks = {date(2018, 1, 7): 7.0, date(2018, 1, 14): 14.0, date(2018, 1, 21): 22.0}
    progress = w.frame(date(2018, 1, 31), {("works", TOWN): weeks}).progress
    row = w.row("works", TOWN)
    assert (progress.to_date[row], progress.value[row]) == (22.0, 8.0)


def test_a_sum_that_stands_still_is_no_figure_that_repeats() -> None:
    """Four days alike, of which the last are sums; and again by the day, which begins anew."""
    w = world(
        indicator("works"),
        feeds=[feed("feed", ["works"], [TOWN], switched=[date(2018, 1, 5), date(2018, 1, 9)])],
    )
    same = rule(Jump(Bounds(notice=3), of="repeats"), name="same")
    told = {("works", TOWN): listed("2018-01-01", 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5)}

    def runs(day: int) -> int | None:
        verdicts = judge(w.frame(date(2018, 1, day), told), same)
        at = verdicts.rows.tolist().index(w.row("works", TOWN))
        return verdicts.figures(at).times

    assert [runs(day) for day in range(3, 12)] == [3, 4, 0, 0, 0, 0, 1, 2, 3]
