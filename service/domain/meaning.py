"""What reports mean: figures of their day, or sums since the new year; and the daily figures they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from service.domain.arrays import Bools, Floats, Ints, blocks, running_count, running_last
from service.domain.catalog import Reporting, SeriesKey

# What adding up a year of figures may lose of their sum, and more: a smaller difference is none.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Meaning:
    """How the reports of some series are meant.

    cumulative   (series,) True where the first ones are sums since the new year
    series, day  (switches,) a series, and the ordinal of the day from which on it reports the other way
    """

    cumulative: Bools
    series: Ints
    day: Ints

    @cached_property
    def switched(self) -> Bools:
        """(series,) True where reports are not always meant alike."""
        found = np.zeros(len(self.cumulative), dtype=bool)
        found[self.series] = True
        return found

    def of(self, rows: Ints) -> Meaning:
        """Of some of the series, in this order."""
        if not len(self.series):
            return Meaning(self.cumulative[rows], self.series, self.day)
        place = np.full(len(self.cumulative), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.series] >= 0
        return Meaning(self.cumulative[rows], place[self.series[kept]], self.day[kept])

    def sums(self, first: date, days: int) -> Bools:
        """(series, days) True on days whose reports are sums."""
        turns = np.zeros((len(self.cumulative), days + 1), dtype=np.uint8)
        np.add.at(turns, (self.series, np.clip(self.day - first.toordinal(), 0, days)), 1)
        return np.asarray(
            self.cumulative[:, None] ^ (np.cumsum(turns[:, :days], axis=1, dtype=np.uint8) % 2 == 1)
        )

    def sum_on(self, day: Ints) -> Bools:
        """(series,) whether each series' report of a day (an ordinal) is a sum."""
        past = self.series[self.day <= day[self.series]]
        return np.asarray(self.cumulative ^ (np.bincount(past, minlength=len(self.cumulative)) % 2 == 1))


def meaning_of(series: Sequence[SeriesKey]) -> Meaning:
    """How the catalogue declares the reports of these series to be meant."""
    switches = [(at, day.toordinal()) for at, one in enumerate(series) for day in one.switched]
    found = np.array(switches, dtype=np.int64).reshape(-1, 2)
    cumulative = np.array([one.reporting is Reporting.CUMULATIVE for one in series], dtype=bool)
    return Meaning(cumulative, found[:, 0], found[:, 1])


def derived(reported: Floats, meaning: Meaning, first: date) -> Floats:
    """(series, days) what was reported as daily figures; a day's depends on nothing after it.

    A sum becomes the difference to what the year had come to with the report before, whichever way that
    was meant: the first of a year counts from zero, gap days carry no figure, a fall is negative.

    first  the day of column 0
    """
    days = reported.shape[1]
    always = np.flatnonzero(meaning.cumulative & ~meaning.switched)
    turning = np.flatnonzero(meaning.switched)
    if not len(always) and not len(turning):
        return reported
    figures, years = reported.copy(), _years(first, days)
    for block in blocks(len(always), days):
        sums = reported[always[block]]
        figures[always[block]] = _differences(sums, _sum_before(sums, years))
    for block in blocks(len(turning), days):
        some = turning[block]
        figures[some] = _of_both(reported[some], meaning.of(some).sums(first, days), years)
    return figures


def _years(first: date, days: int) -> Ints:
    """(days,) the year of each day."""
    axis = np.datetime64(first, "D") + np.arange(days)
    return axis.astype("datetime64[Y]").astype(np.int64)


def _sum_before(sums: Floats, years: Ints) -> Ints:
    """(series, days) index of the last sum before each day and in its year, -1 where there is none."""
    before = running_last(~np.isnan(sums))[:, :-1].astype(np.int64)
    return np.where((before >= 0) & (years[before] == years), before, -1)


def _differences(sums: Floats, before: Ints) -> Floats:
    return sums - np.where(before >= 0, np.take_along_axis(sums, np.maximum(before, 0), axis=1), 0.0)


def _of_both(reported: Floats, are_sums: Bools, years: Ints) -> Floats:
    """Daily figures of series that report some days' figures and some sums.

    The first sum after figures of days is what these came to on top of the last sum, and what is new. It and
    they are the same figures added up elsewhere: what rounding leaves between them has not happened.
    """
    sums, told = np.where(are_sums, reported, np.nan), np.where(are_sums, np.nan, reported)
    before = _sum_before(sums, years)
    figures = np.where(are_sums, _differences(sums, before), reported)
    begin = np.where(before >= 0, before + 1, np.searchsorted(years, years))
    count = running_count(~np.isnan(told))
    between = count[:, :-1] - np.take_along_axis(count, begin, axis=1)
    row, day = np.nonzero(~np.isnan(sums) & (between > 0))
    if len(row):
        spans = np.column_stack([row * len(years) + begin[row, day], row * len(years) + day]).ravel()
        days = np.where(np.isnan(told), 0.0, told).ravel()
        new = figures[row, day] - np.add.reduceat(days, spans)[::2]
        least = ROUNDING * (np.abs(reported[row, day]) + np.add.reduceat(np.abs(days), spans)[::2])
        figures[row, day] = np.where(np.abs(new) <= least, 0.0, new)
    return figures
