"""A city to measure with: the shipped catalogue for all its sub-districts, and plausible figures. Invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from service.catalog.entries import (
    CatalogFile,
    CoverFile,
    FeedFile,
    IndicatorFile,
    PeriodFile,
    RegionFile,
    RegionGroupFile,
    TargetFile,
)
from service.catalog.files import read_folders
from service.catalog.resolve import values
from service.domain.arrays import Bools, Floats, Ints
from service.domain.catalog import Catalog, Kind
from service.shipped import shipped_catalog

CITY = "110000"
DISTRICTS = 16
INDICATORS = 29
AGAIN = "again_"  # before the code of an indicator that stands a second time
VERIFIED = "illegal_construction_demolished"
FIRST_DAY = date(2000, 1, 1)
YEAR = 2018
SEED = 20180101
USUAL_MEAN = 50.0
# Lumpy works are not split among sub-districts: a year's target is a thousand at least.
SMALLEST_TARGET = 1000.0


@dataclass(frozen=True)
class City:
    """Sub-districts under sixteen districts under the city, each with 29 indicators reported by the day.

    Indicators are the sixteen shipped ones, and the first thirteen of them once more. Those that have a
    target have one here in every sub-district, every district and the city. One is also verified. The shipped
    groups, two of which are rolled up, share the sub-districts.
    """

    subdistricts: int
    evaluate_from: date

    @cached_property
    def files(self) -> CatalogFile:
        shipped = read_folders((shipped_catalog(),)).catalog
        indicators = _indicators(shipped.indicators)
        regions = _regions(self.subdistricts)
        return shipped.model_copy(
            update={
                "name": "benchmark",
                "root": CITY,
                "evaluate_from": self.evaluate_from,
                "indicators": indicators,
                "regions": regions,
                "groups": _groups(shipped.groups, regions),
                "feeds": _feeds(shipped, indicators),
                "targets": _targets(shipped.targets, indicators, regions),
            }
        )

    @cached_property
    def catalog(self) -> Catalog:
        return values(self.files)

    @property
    def reported(self) -> int:
        """Series by the source that reports by the day; the verified ones come on top."""
        return self.subdistricts * INDICATORS


def _indicators(shipped: list[IndicatorFile]) -> list[IndicatorFile]:
    here = [i.model_copy(update={"reported_at": "subdistrict"}) for i in shipped]
    missing = here[: INDICATORS - len(here)]
    return here + [i.model_copy(update={"code": AGAIN + i.code}) for i in missing]


def _regions(subdistricts: int) -> list[RegionFile]:
    districts = [f"1101{n:02d}" for n in range(1, DISTRICTS + 1)]
    towns = [(districts[n % DISTRICTS], n // DISTRICTS + 1) for n in range(subdistricts)]
    return [
        RegionFile(code=CITY, name="北京市", level="city"),
        *(RegionFile(code=code, name=f"{code}区", level="district", parent=CITY) for code in districts),
        *(
            RegionFile(
                code=f"{above}{n:03d}", name=f"{above[4:]}区{n}街道", level="subdistrict", parent=above
            )
            for above, n in towns
        ),
    ]


def _groups(shipped: list[RegionGroupFile], regions: list[RegionFile]) -> list[RegionGroupFile]:
    """The shipped groups share the sub-districts out among them."""
    towns = [region.code for region in regions if region.level == "subdistrict"]
    return [g.model_copy(update={"regions": towns[n :: len(shipped)]}) for n, g in enumerate(shipped)]


def _feeds(shipped: CatalogFile, indicators: list[IndicatorFile]) -> list[FeedFile]:
    """The shipped feeds, each for the whole city, and one that verifies."""
    codes = {i.code for i in indicators}
    feeds = [
        feed.model_copy(
            update={"first_day": FIRST_DAY, "covers": [_everywhere(c, codes) for c in feed.covers]}
        )
        for feed in shipped.feeds
    ]
    everywhere = CoverFile(indicators=[VERIFIED], regions=[f"{CITY}/*"])
    verified = FeedFile(
        code="verified", name="市级认定", source="verified", first_day=FIRST_DAY, covers=[everywhere]
    )
    return [*feeds, verified]


def _everywhere(cover: CoverFile, codes: set[str]) -> CoverFile:
    again = [AGAIN + code for code in cover.indicators if AGAIN + code in codes]
    return cover.model_copy(
        update={"indicators": [*cover.indicators, *again], "regions": [f"{CITY}/*"], "except_regions": []}
    )


def _targets(
    shipped: list[TargetFile], indicators: list[IndicatorFile], regions: list[RegionFile]
) -> list[TargetFile]:
    kinds = {i.code: i.kind for i in indicators}
    period = PeriodFile(start=date(YEAR, 1, 1), end=date(YEAR, 12, 31))
    towns = {region.code: _towns_in(region.code, regions) for region in regions}
    return [
        target.model_copy(
            update={
                "code": f"{code}-{region.code}",
                "indicator": code,
                "region": region.code,
                "period": period,
                "value": target.value
                if kinds[code] == "mean"
                else max(target.value, SMALLEST_TARGET) * towns[region.code],
            }
        )
        for target in shipped
        for code in (target.indicator, AGAIN + target.indicator)
        if code in kinds
        for region in regions
    ]


def _towns_in(region: str, regions: list[RegionFile]) -> int:
    """How many sub-districts a region's figure is the sum of."""
    if region == CITY:
        return len(regions) - DISTRICTS - 1
    return sum(other.parent == region for other in regions) or 1


def figures(catalog: Catalog, first: date, last: date) -> Floats:
    """(series, days) what was reported, NaN where nothing was; rows as in `catalog.series`.

    Nine in ten keep to their plan. Some are behind, have stopped, fell silent or slipped a digit, monitors
    hang, what was cleared comes back, and the city verifies less than was reported.
    """
    rng = np.random.default_rng(SEED)
    series = catalog.series
    kinds = np.array([catalog.indicator[s.node.indicator].kind for s in series])
    flow, incidence = kinds == Kind.FLOW, kinds == Kind.INCIDENCE
    sensor = np.array([s.source == "sensor" for s in series])
    days = (last - first).days + 1
    found = rng.standard_normal((len(series), days), dtype=np.float32).astype(np.float64)
    found *= 0.2
    found += 1.0
    found *= (_usual(catalog) * _temper(rng, flow))[:, None]
    found[incidence] = 0.0
    slips = rng.random((len(series), min(days, 30))) < 0.0005
    found[:, -slips.shape[1] :][slips & flow[:, None]] *= 100
    _cases(rng, found, np.flatnonzero(incidence))
    found[_some(rng, flow, 0.01), -40:] = 0.0
    hanging = _some(rng, sensor, 0.005)
    found[hanging, -6:] = found[hanging, -7:-6]
    np.rint(np.clip(found, 0.0, _most(catalog)[:, None], out=found), out=found)
    _verify(rng, catalog, found)
    found[rng.random(found.shape, dtype=np.float32) < 0.01] = np.nan
    found[_some(rng, np.ones(len(series), dtype=bool), 0.005), -8:] = np.nan
    return found


def _usual(catalog: Catalog) -> Floats:
    """(series,) the figure of an ordinary day."""
    year = {
        t.indicator: t.value / 365 for t in catalog.targets if catalog.region[t.region].level == "subdistrict"
    }
    means = {i.code for i in catalog.indicators if i.kind is Kind.MEAN}
    daily = [
        USUAL_MEAN if s.node.indicator in means else year.get(s.node.indicator, SMALLEST_TARGET / 365)
        for s in catalog.series
    ]
    return np.array(daily)


def _most(catalog: Catalog) -> Floats:
    most = (catalog.indicator[s.node.indicator].maximum for s in catalog.series)
    return np.array([np.inf if one is None else one for one in most])


def _temper(rng: np.random.Generator, flow: Bools) -> Floats:
    """(series,) how fast each goes, of what it ought to: one flow in twenty is well behind."""
    temper = rng.normal(1.06, 0.02, len(flow))
    behind = _some(rng, flow, 0.05)
    temper[behind] = rng.uniform(0.6, 0.95, len(behind))
    return temper


def _cases(rng: np.random.Generator, found: Floats, incidence: Ints) -> None:
    """Cases of the last days in one region of fifty, one case some day in one of thirty; in place."""
    chosen = rng.random(len(incidence))
    found[incidence[chosen < 0.02], -4:] = 1.0
    once = incidence[chosen > 0.97]
    found[once, rng.integers(0, found.shape[1], len(once))] = 1.0


def _verify(rng: np.random.Generator, catalog: Catalog, found: Floats) -> None:
    """What is verified is what was reported, but for one region of fifty; in place."""
    row = {s.node: at for at, s in enumerate(catalog.series) if s.source == "reported"}
    verified = [(at, row[s.node]) for at, s in enumerate(catalog.series) if s.source == "verified"]
    for at, reported in verified:
        found[at] = found[reported]
        if rng.random() < 0.02:
            found[at, -60:] = np.rint(found[at, -60:] * 0.5)


def _some(rng: np.random.Generator, among: Bools, share: float) -> Ints:
    """Rows of a share of those."""
    return np.flatnonzero(among & (rng.random(len(among)) < share))
