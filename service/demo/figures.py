"""Chaoyang's 2018 day by day (演示数据), reconstructed from the sums that were published.

Between published days the figures are invented, and so are 2016 and 2017. A day's figures are the
same whatever day the demo runs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import cycle

import numpy as np

from service.demo.shapes import Flow, Pins, days_of, flow_year, haze_days, split
from service.domain.arrays import Ints

FIRST, LAST = date(2016, 1, 1), date(2018, 12, 31)
YEARS = (2016, 2017, 2018)
DISTRICT, JIA, YI = "110105", "110105998", "110105999"
REAL = tuple(f"110105{number:03}" for number in range(1, 44))
SUBDISTRICTS = (*REAL, JIA, YI)
PILOTS = ("110105030", "110105034", "110105039")  # 东风, 三间房, 东坝
OWN_FEED = {JIA: "jia", YI: "yi"}

_TOWNSHIPS = {*(21, 22, 23, 24, 27, 28, 29, 30), *range(32, 43)}
_HALF_YEAR, _AUGUST = date(2018, 6, 30), date(2018, 8, 31)


def _run(*pins: tuple[int, int, int]) -> Pins:
    """(month, day, sum since 1 January) of 2018."""
    return tuple((date(2018, month, day), total) for month, day, total in pins)


# The first five months go from on course to far behind: what a leader wants to be told of in spring.
_ONE_GREEN = _run((1, 31, 100_000), (2, 28, 180_000), (3, 31, 262_000), (4, 30, 312_000), (5, 31, 353_000))
# A park is finished on a day. No two are more than 27 days apart, so that it is slow, never at a standstill.
_PARKS = _run(
    *((1, 12, 1), (2, 6, 2), (3, 5, 3), (3, 29, 4), (4, 20, 5), (5, 14, 6)),
    *((6, 5, 7), (6, 28, 8), (7, 24, 9), (8, 14, 10), (8, 28, 11)),
)

# Published sums as whole numbers: 余 and 近 are read as the bare figure.
FLOWS = (
    Flow(
        "illegal_construction_demolished",
        "urban_enforcement",
        townships=78,
        history=(4_310_000, 6_240_000),
        published=((_HALF_YEAR, 5_212_500),),
        target=5_680_000,
    ),
    Flow(
        "wall_openings_rectified",
        "urban_enforcement",
        townships=20,
        history=(1_020, 2_860),
        published=((_AUGUST, 1_714),),
    ),
    Flow(
        "one_green_area_vacated",
        "rural_affairs",
        townships=100,
        history=(352_000, 618_000),
        published=((_HALF_YEAR, 390_000),),
        pins=_ONE_GREEN,
        target=1_340_000,
        scope="第二批试点",
    ),
    Flow(
        "residential_parking_added",
        "urban_management",
        townships=35,
        history=(1_480, 2_130),
        published=((_HALF_YEAR, 1_966), (_AUGUST, 1_966)),
        target=2_000,
        stands_still=True,
    ),
    Flow(
        "convenience_outlets_built",
        "commerce",
        townships=40,
        history=(236, 278),
        published=((_HALF_YEAR, 135), (_AUGUST, 157)),
    ),
    Flow(
        "parks_built_renovated",
        "landscape",
        townships=60,
        history=(16, 21),
        published=((_AUGUST, 11),),
        pins=_PARKS,
        target=25,
    ),
    # The rural area carries the whole of 留白增绿.
    Flow(
        "leave_blank_greening_area",
        "landscape",
        townships=100,
        history=(264_000, 873_000),
        published=((_HALF_YEAR, 550_000),),
    ),
    Flow(
        "school_places_added",
        "education",
        townships=50,
        history=(11_900, 15_400),
        published=((_HALF_YEAR, 14_000),),
        target=17_000,
    ),
    Flow(
        "shantytown_households_renovated",
        "housing",
        townships=55,
        history=(2_980, 2_640),
        published=((_HALF_YEAR, 2_187),),
        target=2_400,
    ),
    Flow(
        "affordable_housing_started",
        "housing",
        townships=65,
        history=(6_300, 4_850),
        published=((_HALF_YEAR, 3_037),),
        target=3_800,
    ),
    Flow(
        "affordable_housing_completed",
        "housing",
        townships=65,
        history=(12_600, 13_900),
        published=((_HALF_YEAR, 8_807),),
        target=11_000,
    ),
    Flow(
        "group_rentals_rectified",
        "housing",
        townships=30,
        history=(2_730, 2_250),
        published=((_AUGUST, 1_161),),
    ),
    # More than 70 % of it is the rural area's.
    Flow(
        "unlicensed_businesses_rectified",
        "industry_commerce",
        townships=72,
        history=(7_900, 8_650),
        published=((_AUGUST, 3_600),),
    ),
)

# Sums of daily means: 182, 181 and 181 days to 30 June (a mean of 57 in 2018, 66.98 in 2017), then the rest.
_HAZE_SUMS = {2016: (13_650, 12_144), 2017: (12_123, 9_660), 2018: (10_317, 8_464)}


@dataclass(frozen=True, slots=True, eq=False)
class DemoSeries:
    """What one feed reports of one indicator in one region; figures are (days,), read-only."""

    feed: str
    indicator: str
    region: str
    scope: str
    figures: Ints


@dataclass(frozen=True, slots=True, eq=False)
class DemoYear:
    """Everything that is true by a day. What goes wrong on the way is in `troubles`."""

    days: tuple[date, ...]
    series: tuple[DemoSeries, ...]


def demo_year(as_of: date) -> DemoYear:
    """Every figure from 1 January 2016 to a day, at most 31 December 2018."""
    if not FIRST <= as_of <= LAST:
        raise ValueError(f"the demo has figures from {FIRST} to {LAST}, not for {as_of}")
    whole, until = _whole(), (as_of - FIRST).days + 1
    cut = tuple(DemoSeries(s.feed, s.indicator, s.region, s.scope, s.figures[:until]) for s in whole.series)
    return DemoYear(whole.days[:until], cut)


@lru_cache(maxsize=1)
def _whole() -> DemoYear:
    series = (*_flows(), *_incidences(), _haze())
    for one in series:
        one.figures.setflags(write=False)
    return DemoYear(tuple(day for year in YEARS for day in days_of(year)), series)


def _flows() -> Iterator[DemoSeries]:
    for salt, flow in enumerate(FLOWS):
        daily = np.concatenate([flow_year(flow, year, salt) for year in YEARS])
        regions = PILOTS if flow.scope else SUBDISTRICTS
        parts = split(daily, _weights(regions, flow.townships))
        for region, figures in zip(regions, parts, strict=True):
            yield DemoSeries(OWN_FEED.get(region, flow.feed), flow.indicator, region, flow.scope, figures)


def _weights(regions: tuple[str, ...], townships: int) -> Ints:
    """(regions,) uneven shares; townships together have this per cent. The invented two are small."""
    size = np.array([2 if r in OWN_FEED else 3 + int(r[6:]) * 7 % 8 for r in regions], dtype=np.int64)
    rural = np.array([r == YI or int(r[6:]) in _TOWNSHIPS for r in regions])
    if rural.all():
        return size
    streets, villages = int(size[~rural].sum()), int(size[rural].sum())
    return np.where(rural, size * townships * streets, size * (100 - townships) * villages)


def _incidences() -> Iterator[DemoSeries]:
    nothing = np.zeros((LAST - FIRST).days + 1, dtype=np.int64)
    for indicator, feed in (
        ("new_illegal_construction", "urban_enforcement"),
        ("new_group_rentals", "housing"),
    ):
        for region in SUBDISTRICTS:
            found = indicator == "new_group_rentals" and region == JIA
            figures = _group_rentals() if found else nothing
            yield DemoSeries(OWN_FEED.get(region, feed), indicator, region, "", figures)


def _group_rentals() -> Ints:
    """甲街道: case after case until 5 March 2018, then clear from 5 April, two single ones, three in a week."""
    figures = np.zeros((LAST - FIRST).days + 1, dtype=np.int64)
    figures[[(day - FIRST).days for day in CASES]] = 1
    return figures


def _cases() -> Iterator[date]:
    """Single cases, the last on 5 March 2018 and none more than 19 days before the next."""
    day = date(2018, 3, 5)
    for gap in cycle((11, 17, 9, 19, 14)):
        if day < FIRST:
            return
        yield day
        day -= timedelta(days=gap)


SINCE_CLEARED = (date(2018, 5, 24), date(2018, 7, 17))
RETURN = (date(2018, 8, 25), date(2018, 8, 28), date(2018, 8, 31))
CASES = (*sorted(_cases()), *SINCE_CLEARED, *RETURN)


def _haze() -> DemoSeries:
    parts = []
    for year, sums in _HAZE_SUMS.items():
        days = days_of(year)
        half = (date(year, 7, 1) - days[0]).days
        parts += [haze_days(days[:half], sums[0]), haze_days(days[half:], sums[1])]
    return DemoSeries("air_monitor", "pm25_mean", DISTRICT, "", np.concatenate(parts))


@dataclass(frozen=True, slots=True)
class Late:
    """A day whose figures the feed hands in after its deadline."""

    feed: str
    region: str
    day: date
    handed_in: date


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure first reported wrong, on time, and put right later."""

    feed: str
    region: str
    indicator: str
    day: date
    wrong: int
    right: int
    corrected: date


@dataclass(frozen=True, slots=True)
class Silent:
    """Days the feed says nothing about until it hands all of them in."""

    feed: str
    region: str
    first: date
    last: date
    handed_in: date


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is refused, sent as a body of its own; the day's true figures come apart from it."""

    feed: str
    region: str
    indicator: str
    day: date
    value: str
    posted: date


Trouble = Late | Correction | Silent | BadRow

# A Wednesday, due on Thursday the 17th: three working days late.
LATE = Late("jia", JIA, date(2018, 5, 16), handed_in=date(2018, 5, 22))
CORRECTION = Correction(
    "jia",
    JIA,
    "wall_openings_rectified",
    date(2018, 6, 5),
    wrong=11,
    right=1,
    corrected=date(2018, 6, 7),
)
SILENT = Silent("yi", YI, date(2018, 7, 9), date(2018, 7, 15), handed_in=date(2018, 7, 17))
BAD_ROW = BadRow("jia", JIA, "unlicensed_businesses_rectified", date(2018, 3, 13), "约3家", date(2018, 3, 14))


def troubles() -> tuple[Trouble, ...]:
    """What goes wrong in the demo, in the order it happens; only on the two invented sub-districts."""
    return (BAD_ROW, LATE, CORRECTION, SILENT)
