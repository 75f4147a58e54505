"""What is wrong with a catalogue once its patterns stand for series: who reports what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

from service.catalog.entries import CatalogFile
from service.catalog.faults import fault, not_the_level
from service.catalog.files import Folders
from service.catalog.patterns import matching, regions_below
from service.domain.arrays import year_before
from service.domain.catalog import Catalog, Feed, Kind
from service.errors import Fault


def claimed_twice(folders: Folders, catalog: Catalog) -> Iterator[Fault]:
    """Figures that two feeds of one source would report: only the first could post them."""
    owner: dict[tuple[str, str, str, str], str] = {}
    told: set[tuple[str, str]] = set()
    for feed in catalog.feeds:
        for cover in feed.covers:
            for indicator, region, scope in product(cover.indicators, cover.regions, cover.scopes):
                first = owner.setdefault((feed.source, indicator, region, scope), feed.code)
                if first != feed.code and (first, feed.code) not in told:
                    told.add((first, feed.code))
                    zh = f"{indicator} {region} 已由报送渠道“{first}”负责，请在其中用 except_regions 排除。"
                    en = f"{indicator} in {region} is the feed {first!r}'s already: leave it out there with except_regions."
                    yield fault(folders.where("feeds", feed.code), zh, en)


def level_faults(folders: Folders, catalog: Catalog) -> Iterator[Fault]:
    """Regions above the level an indicator is reported at: a second source may report them, not one from below."""
    level = {i.code: i.reported_at for i in catalog.indicators}
    ranks = {i.code for i in catalog.indicators if i.is_rank}
    at_level, below = _reporting(catalog)
    for feed in folders.catalog.feeds:
        for at, cover in enumerate(feed.covers):
            wanted = [code for code in level if matching(cover.indicators, code)]
            for index, pattern in enumerate(cover.regions):
                where = folders.where("feeds", feed.code, "covers", at, "regions", index)
                for region in _named(folders.catalog, pattern):
                    if region in cover.except_regions:
                        continue
                    higher = [code for code in wanted if catalog.region[region].level != level[code]]
                    if lone := next((c for c in higher if c not in at_level or c in ranks), None):
                        yield not_the_level(where, catalog.region[region].level, region, level[lone])
                    elif told := next((c for c in higher if (feed.source, c, region) in below), None):
                        zh = f"来源“{feed.source}”已在 {region} 的下级填报 {told}：同一来源只在一个层级填报。"
                        en = f"{feed.source!r} reports {told} below {region} too: one source reports a region or what is below it."
                        yield fault(where, zh, en)


def _named(files: CatalogFile, pattern: str) -> list[str]:
    """Regions that a cover names whatever level its indicators are reported at: a code, or `CODE/LEVEL`."""
    code, slash, wanted = pattern.partition("/")
    return [code] if not slash else [] if wanted == "*" else regions_below(files, code, wanted)


def _reporting(catalog: Catalog) -> tuple[set[str], set[tuple[str, str, str]]]:
    """Indicators that are reported at their own level, and (source, indicator, region) of all above what is reported."""
    at_level: set[str] = set()
    above: set[tuple[str, str, str]] = set()
    for series in catalog.series:
        code, region = series.node.indicator, series.node.region
        if catalog.region[region].level == catalog.indicator[code].reported_at:
            at_level.add(code)
        above |= {(series.source, code, higher) for higher in catalog.ancestors(region)}
    return at_level, above


def shape_faults(folders: Folders, catalog: Catalog) -> Iterator[Fault]:
    """Plans that follow last year's shape where hardly anything was owed last year."""
    for target in catalog.targets:
        if target.plan.curve != "previous_year":
            continue
        node = (target.indicator, target.scope)
        begun = [
            series.first_day
            for series in catalog.series
            if (series.node.indicator, series.node.scope) == node
            and (series.node.region == target.region or catalog.within(series.node.region, target.region))
        ]
        first, last = year_before(target.period_start), year_before(target.period_end)
        told = max((last - max(min(begun, default=date.max), first)).days + 1, 0)
        if told < catalog.indicator[target.indicator].min_coverage * ((last - first).days + 1):
            zh = f"{first}至{last}的数据不在报送范围内（各渠道 first_day 太晚），无法按去年进度计算。"
            en = (
                f"no feed owes enough of {first} to {last} (see first_day): last year has no shape to follow."
            )
            yield fault(folders.where("targets", target.code, "plan"), zh, en)


def averaged_by_many_cycles(folders: Folders, catalog: Catalog) -> Iterator[Fault]:
    """Means of regions that a source reports by different cycles: no day would have all of them."""
    first: dict[tuple[str, str, str, str], Feed] = {}
    told: set[tuple[str, str]] = set()
    for series in catalog.series:
        node, feed = series.node, catalog.feed[series.feed]
        if catalog.indicator[node.indicator].kind not in (Kind.MEAN, Kind.RATIO):
            continue
        level = catalog.region[node.region].level
        other = first.setdefault((series.source, node.indicator, node.scope, level), feed)
        if other.cycle != feed.cycle and (feed.code, node.indicator) not in told:
            told.add((feed.code, node.indicator))
            zh = (
                f"{node.indicator} 按平均值汇总，报送周期须与渠道“{other.code}”相同（cycle: {other.cycle}）。"
            )
            en = (
                f"{node.indicator} is rolled up as a mean: report it as often as "
                f"the feed {other.code!r} does (cycle: {other.cycle})."
            )
            yield fault(folders.where("feeds", feed.code, "cycle"), zh, en)
