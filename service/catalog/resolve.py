"""From what files say to the catalogue as values: references checked, patterns resolved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.catalog.check import catalog_faults
from service.catalog.check_resolved import averaged_by_many_cycles, claimed_twice, level_faults, shape_faults
from service.catalog.entries import (
    CatalogFile,
    CoverFile,
    FeedFile,
    IndicatorFile,
    RegionFile,
    RegionGroupFile,
    TargetFile,
)
from service.catalog.files import Folders
from service.catalog.patterns import matching, regions_below
from service.domain.catalog import (
    GROUP_LEVEL,
    RANK,
    Catalog,
    Cover,
    Definition,
    Department,
    Direction,
    Feed,
    Indicator,
    Kind,
    Plan,
    Region,
    RegionGroup,
    Reporting,
    Source,
    Target,
    Task,
)
from service.domain.cycles import Cycle
from service.domain.units import conversion, convert, unit_code
from service.errors import Faulty

FIRST_PLACE = 1.0  # nobody ranks before the first


def resolve(folders: Folders) -> Catalog:
    """The catalogue of folders; raises `Faulty` naming every entry that is at odds with another."""
    if faults := list(catalog_faults(folders)):
        raise Faulty("wrong_catalog", faults)
    catalog = values(folders.catalog)
    looks = (claimed_twice, level_faults, averaged_by_many_cycles, shape_faults)
    if faults := [fault for look in looks for fault in look(folders, catalog)]:
        raise Faulty("wrong_catalog", faults)
    return catalog


def values(files: CatalogFile) -> Catalog:
    """A checked catalogue as values: patterns resolved, figures in their units."""
    return Catalog(
        name=files.name,
        root=files.root,
        evaluate_from=files.evaluate_from,
        cutoff_hour=files.cutoff_hour,
        cutoff_workdays={Cycle(name): days for name, days in files.cutoff_workdays.model_dump().items()},
        remind_minutes=files.remind_minutes,
        confirm_after_days=files.confirm_after_days,
        office=files.office,
        departments=tuple(Department(**d.model_dump()) for d in files.departments),
        tasks=tuple(Task(**t.model_dump()) for t in files.tasks),
        sources=tuple(Source(**s.model_dump()) for s in files.sources),
        indicators=tuple(_indicator(i) for i in files.indicators),
        regions=(*(_region(r) for r in files.regions), *_rollups(files)),
        feeds=tuple(_feed(f, files) for f in files.feeds),
        targets=tuple(_target(t, files) for t in files.targets),
        groups=tuple(_group(g, files) for g in files.groups),
        shadow=files.alerting == "shadow",
    )


def _indicator(entry: IndicatorFile) -> Indicator:
    definitions = tuple(Definition(d.from_, d.note, d.note_en) for d in entry.definitions)
    plain = entry.model_dump(exclude={"definitions", "kind", "direction"})
    if entry.unit == RANK:
        plain["minimum"] = max(entry.minimum or FIRST_PLACE, FIRST_PLACE)
    return Indicator(
        **plain, kind=Kind(entry.kind), direction=Direction(entry.direction), definitions=definitions
    )


def _region(entry: RegionFile) -> Region:
    return Region(**{**entry.model_dump(), "aliases": tuple(entry.aliases)})


def _rollups(files: CatalogFile) -> Iterator[Region]:
    """A group that is rolled up is a region too, above and below none."""
    for group in files.groups:
        if group.rollup:
            yield Region(group.code, group.rollup.name, GROUP_LEVEL, "", group.rollup.name_en)


def _group(entry: RegionGroupFile, files: CatalogFile) -> RegionGroup:
    members = tuple(r.code for r in files.regions if matching(entry.regions, r.code))
    return RegionGroup(entry.code, entry.name, members, entry.name_en)


def _feed(entry: FeedFile, files: CatalogFile) -> Feed:
    return Feed(
        code=entry.code,
        name=entry.name,
        name_en=entry.name_en,
        source=entry.source,
        department=entry.department,
        contact=entry.contact,
        cycle=Cycle(entry.cycle),
        first_day=entry.first_day,
        review=entry.review,
        covers=tuple(cover for c in entry.covers for cover in _covers(c, files)),
    )


def _covers(entry: CoverFile, files: CatalogFile) -> Iterator[Cover]:
    """One cover per indicator: each is reported at its own level."""
    codes = [i for i in files.indicators if matching(entry.indicators, i.code)]
    for indicator in codes:
        regions = [
            region
            for pattern in entry.regions
            for region in _regions(pattern, indicator.reported_at, files)
            if region not in entry.except_regions
        ]
        yield Cover(
            (indicator.code,),
            tuple(dict.fromkeys(regions)),
            tuple(entry.scopes),
            *_reporting(entry),
        )


def _reporting(entry: CoverFile) -> tuple[Reporting, tuple[date, ...]]:
    """How the first reports are meant, and the days from which on they are meant the other way."""
    if isinstance(entry.reporting, str):
        return Reporting(entry.reporting), ()
    first, *others = entry.reporting
    return Reporting(first.as_), tuple(other.from_ for other in others)


def _regions(pattern: str, level: str, files: CatalogFile) -> list[str]:
    """A code, or `code/*`: every region below it at the level reported at; `code/district`: at that level."""
    code, slash, wanted = pattern.partition("/")
    return regions_below(files, code, level if wanted == "*" else wanted) if slash else [pattern]


def _target(entry: TargetFile, files: CatalogFile) -> Target:
    stored = next(i.unit for i in files.indicators if i.code == entry.indicator)
    given = unit_code(entry.unit) if entry.unit else stored
    factor = conversion(given or stored, stored)
    assert factor is not None  # `catalog_faults` has looked
    return Target(
        code=entry.code,
        indicator=entry.indicator,
        region=entry.region,
        scope=entry.scope,
        period_start=entry.period.start,
        period_end=entry.period.end,
        comparator=entry.comparator,
        value=convert(entry.value, factor),
        plan=Plan(entry.plan.curve, tuple((day, share) for day, share in entry.plan.milestones)),
        authority=entry.authority,
        ambition=entry.ambition,
        baseline=entry.baseline,
        valid_from=entry.valid_from,
        note=entry.note,
    )
