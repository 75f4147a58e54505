"""From what files say to the catalogue as values: references checked, patterns resolved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase

from service.catalog.files import CatalogFile, CoverFile, FeedFile, IndicatorFile, TargetFile
from service.domain.catalog import (
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
    Reporting,
    Source,
    Target,
    Task,
)
from service.domain.plans import plan_faults
from service.domain.units import UNITS, conversion, convert, unit_code
from service.errors import Fault, Faulty
from service.yamlfile import nearest


def resolve(files: CatalogFile) -> Catalog:
    """The catalogue; raises `Faulty` naming every entry that refers to something that isn't there."""
    faults = list(_faults(files))
    if faults:
        raise Faulty("wrong_catalog", faults)
    return Catalog(
        name=files.name,
        root=files.root,
        evaluate_from=files.evaluate_from,
        cutoff_hour=files.cutoff_hour,
        office=files.office,
        departments=tuple(Department(**d.model_dump()) for d in files.departments),
        tasks=tuple(Task(**t.model_dump()) for t in files.tasks),
        sources=tuple(Source(**s.model_dump()) for s in files.sources),
        indicators=tuple(_indicator(i) for i in files.indicators),
        regions=tuple(Region(**{**r.model_dump(), "aliases": tuple(r.aliases)}) for r in files.regions),
        feeds=tuple(_feed(f, files) for f in files.feeds),
        targets=tuple(_target(t, files) for t in files.targets),
    )


def _indicator(entry: IndicatorFile) -> Indicator:
    definitions = tuple(Definition(d.from_, d.note, d.note_en) for d in entry.definitions)
    plain = entry.model_dump(exclude={"definitions", "kind", "direction"})
    return Indicator(
        **plain, kind=Kind(entry.kind), direction=Direction(entry.direction), definitions=definitions
    )


def _feed(entry: FeedFile, files: CatalogFile) -> Feed:
    return Feed(
        code=entry.code,
        name=entry.name,
        name_en=entry.name_en,
        source=entry.source,
        department=entry.department,
        contact=entry.contact,
        cycle=entry.cycle,
        first_day=entry.first_day,
        covers=tuple(cover for c in entry.covers for cover in _covers(c, files)),
    )


def _covers(entry: CoverFile, files: CatalogFile) -> Iterator[Cover]:
    """One cover per indicator: each is reported at its own level."""
    codes = [i for i in files.indicators if any(fnmatchcase(i.code, g) for g in entry.indicators)]
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
            Reporting(entry.reporting),
        )


def _regions(pattern: str, level: str, files: CatalogFile) -> list[str]:
    """A code, or `code/*`: every region below it at the level."""
    if not pattern.endswith("/*"):
        return [pattern]
    parent = {r.code: r.parent for r in files.regions}
    return [r.code for r in files.regions if r.level == level and _below(r.code, pattern[:-2], parent)]


def _below(code: str, ancestor: str, parent: dict[str, str]) -> bool:
    seen: set[str] = set()
    while (code := parent.get(code, "")) and code not in seen:
        if code == ancestor:
            return True
        seen.add(code)
    return False


def _target(entry: TargetFile, files: CatalogFile) -> Target:
    stored = next(i.unit for i in files.indicators if i.code == entry.indicator)
    given = unit_code(entry.unit) if entry.unit else stored
    factor = conversion(given or stored, stored)
    assert factor is not None  # `_faults` has looked
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


def _faults(files: CatalogFile) -> Iterator[Fault]:
    regions = {r.code: r.level for r in files.regions}
    if files.root not in regions:
        yield _unknown("catalog.yaml root", "region", files.root, list(regions))
    for region in files.regions:
        if region.parent and region.parent not in regions:
            yield _unknown(f"regions.csv {region.code}", "parent", region.parent, list(regions))
        if "|" in region.code:
            yield _fault(f"regions.csv {region.code}", "代码不能含“|”。", "a code cannot contain '|'.")
    yield from _indicator_faults(files)
    for feed in files.feeds:
        yield from _feed_faults(feed, files)
    for target in files.targets:
        yield from _target_faults(target, files)
    yield from _overlapping(files)


def _indicator_faults(files: CatalogFile) -> Iterator[Fault]:
    tasks, leads = [t.code for t in files.tasks], [d.code for d in files.departments]
    root_level = next((r.level for r in files.regions if r.code == files.root), "")
    for indicator in files.indicators:
        where = f"indicators.yaml {indicator.code}"
        if indicator.task not in tasks:
            yield _unknown(where, "task", indicator.task, tasks)
        if indicator.lead not in leads:
            yield _unknown(where, "lead", indicator.lead, leads)
        if indicator.unit not in UNITS:
            yield _unknown(where, "unit", indicator.unit, list(UNITS))
        if indicator.kind == "ratio" and indicator.reported_at != root_level:
            zh, en = "比率类指标须在辖区本级填报。", "a ratio is reported at the root's own level."
            yield _fault(where, zh, en)


def _feed_faults(feed: FeedFile, files: CatalogFile) -> Iterator[Fault]:
    where = f"feeds.yaml {feed.code}"
    regions = {r.code: r.level for r in files.regions}
    levels = {i.code: i.reported_at for i in files.indicators}
    sources = [s.code for s in files.sources]
    if feed.source not in sources:
        yield _unknown(where, "source", feed.source, sources)
    if feed.department and feed.department not in [d.code for d in files.departments]:
        yield _unknown(where, "department", feed.department, [d.code for d in files.departments])
    for cover in feed.covers:
        for scope in cover.scopes:
            if "|" in scope:
                yield _fault(where, "范围名称不能含“|”。", "a scope cannot contain '|'.")
        for glob in cover.indicators:
            matched = [code for code in levels if fnmatchcase(code, glob)]
            if not matched:
                yield _unknown(where, "indicator", glob, list(levels))
            for region in (r for r in [*cover.regions, *cover.except_regions] if not r.endswith("/*")):
                if region not in regions:
                    yield _unknown(where, "region", region, list(regions))
                elif region in cover.regions and any(levels[code] != regions[region] for code in matched):
                    zh = f"{region} 不是该指标的填报层级。"
                    yield _fault(where, zh, f"{region} is not at the level {glob} is reported at.")
        for pattern in (r for r in cover.regions if r.endswith("/*")):
            if pattern[:-2] not in regions:
                yield _unknown(where, "region", pattern[:-2], list(regions))


def _target_faults(target: TargetFile, files: CatalogFile) -> Iterator[Fault]:
    where = f"targets.yaml {target.code}"
    units = {i.code: i.unit for i in files.indicators}
    if target.indicator not in units:
        yield _unknown(where, "indicator", target.indicator, list(units))
        return
    if target.region not in [r.code for r in files.regions]:
        yield _unknown(where, "region", target.region, [r.code for r in files.regions])
    if target.period.end <= target.period.start:
        yield _fault(where, "期末应晚于期初。", "the period must end after it starts.")
    given = unit_code(target.unit) if target.unit else units[target.indicator]
    if given is None or conversion(given, units[target.indicator]) is None:
        yield _fault(where, "单位不符。", f"{target.unit} does not convert to {units[target.indicator]}.")
    if fault := plan_faults(Plan(target.plan.curve, tuple((d, s) for d, s in target.plan.milestones))):
        yield _fault(where, "进度计划有误。", fault)


def _overlapping(files: CatalogFile) -> Iterator[Fault]:
    """Two targets for one figure and day contradict each other, unless their ambition differs."""
    seen: dict[tuple[str, str, str, str], list[tuple[date, date, str]]] = {}
    for target in files.targets:
        key = (target.indicator, target.region, target.scope, target.ambition)
        for start, end, other in seen.setdefault(key, []):
            if start <= target.period.end and target.period.start <= end:
                zh = f"与目标 {other} 的期间重叠。"
                yield _fault(f"targets.yaml {target.code}", zh, f"its period overlaps that of {other}.")
        seen[key].append((target.period.start, target.period.end, target.code))


def _unknown(where: str, what: str, text: str, known: list[str]) -> Fault:
    near = nearest(text, known)
    zh = f"{what} “{text}”不存在" + (f"，是否指“{near}”？" if near else "。")
    en = f"unknown {what} {text!r}" + (f"; did you mean {near!r}?" if near else ".")
    return Fault(f"unknown_{what}", where, text, zh, en)


def _fault(where: str, zh: str, en: str) -> Fault:
    return Fault("wrong_catalog", where, "", zh, en)
