"""What is wrong with a catalogue whose files are each in order: entries at odds with one another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from itertools import product

from service.catalog.files import (
    LEVELS,
    CatalogFile,
    CoverFile,
    FeedFile,
    Folders,
    IndicatorFile,
    TargetFile,
)
from service.domain.arrays import year_before
from service.domain.catalog import RANK, Catalog, Feed, Kind, Plan
from service.domain.plans import plan_faults
from service.domain.units import UNITS, conversion, unit_code
from service.errors import Fault
from service.yamlfile import nearest

_SUMMED = ("flow", "incidence")


def catalog_faults(folders: Folders) -> Iterator[Fault]:
    """Every reference to something that isn't there, and every contradiction, with its place."""
    yield from _region_faults(folders)
    yield from _group_faults(folders)
    yield from _source_faults(folders)
    yield from _indicator_faults(folders)
    for feed in folders.catalog.feeds:
        yield from _feed_faults(folders, feed)
    for target in folders.catalog.targets:
        yield from _target_faults(folders, target)
    yield from _overlapping(folders)


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
                    yield _fault(folders.where("feeds", feed.code), zh, en)


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
                        yield _not_the_level(where, catalog.region[region].level, region, level[lone])
                    elif told := next((c for c in higher if (feed.source, c, region) in below), None):
                        zh = f"来源“{feed.source}”已在 {region} 的下级填报 {told}：同一来源只在一个层级填报。"
                        en = f"{feed.source!r} reports {told} below {region} too: one source reports a region or what is below it."
                        yield _fault(where, zh, en)


def _named(files: CatalogFile, pattern: str) -> list[str]:
    """Regions that a cover names whatever level its indicators are reported at: a code, or `CODE/LEVEL`."""
    code, slash, wanted = pattern.partition("/")
    return [code] if not slash else [] if wanted == "*" else regions_below(files, code, wanted)


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
            yield _fault(folders.where("targets", target.code, "plan"), zh, en)


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
            yield _fault(folders.where("feeds", feed.code, "cycle"), zh, en)


def matching(globs: list[str], code: str) -> bool:
    """Whether any of the globs takes the code."""
    return any(fnmatchcase(code, glob) for glob in globs)


def regions_below(files: CatalogFile, ancestor: str, level: str) -> list[str]:
    """Codes of the regions of a level anywhere below a region."""
    parent = {r.code: r.parent for r in files.regions}
    return [r.code for r in files.regions if r.level == level and ancestor in _chain(r.code, parent)]


def _chain(code: str, parent: dict[str, str]) -> list[str]:
    """Regions above one, nearest first; a circle ends where it closes."""
    chain: list[str] = []
    while (code := parent.get(code, "")) and code not in chain:
        chain.append(code)
    return chain


def _region_faults(folders: Folders) -> Iterator[Fault]:
    files = folders.catalog
    parent = {r.code: r.parent for r in files.regions}
    if files.root not in parent:
        yield _unknown(folders.where("", "root"), "region", files.root, list(parent))
    for region in files.regions:
        where = folders.where("regions", region.code)
        if region.parent and region.parent not in parent:
            yield _unknown(where, "parent", region.parent, list(parent))
        elif region.code in _chain(region.code, parent):
            yield _fault(where, "上级区域兜了圈子。", "its parents run in a circle.")


def _group_faults(folders: Folders) -> Iterator[Fault]:
    """Patterns that take in no region: without them no group is empty. A code names one thing only."""
    parent = {r.code: r.parent for r in folders.catalog.regions}
    regions = list(parent)
    for group in folders.catalog.groups:
        if group.code in regions:
            zh, en = "这一代码已是区域的代码。", "this is the code of a region already."
            yield _fault(folders.where("groups", group.code, "code"), zh, en)
        for index, glob in enumerate(group.regions):
            if not any(fnmatchcase(code, glob) for code in regions):
                where = folders.where("groups", group.code, "regions", index)
                yield _unknown(where, "region", glob, regions)
        members = {code for code in regions if matching(group.regions, code)}
        inner = next((code for code in regions if code in members and members & {*_chain(code, parent)}), "")
        if group.rollup and inner:
            zh = f"{inner} 的上级也在组内，汇总时会重复计算。"
            en = f"{inner} lies below another of its members: a roll-up would count it twice."
            yield _fault(folders.where("groups", group.code, "regions"), zh, en)


def _source_faults(folders: Folders) -> Iterator[Fault]:
    ranks: dict[int, str] = {}
    for source in folders.catalog.sources:
        if source.rank in ranks:
            zh = f"与来源 {ranks[source.rank]} 的优先级相同，无法判断以谁为准。"
            en = f"has the same rank as {ranks[source.rank]}: which of them counts?"
            yield _fault(folders.where("sources", source.code, "rank"), zh, en)
        ranks[source.rank] = source.code


def _indicator_faults(folders: Folders) -> Iterator[Fault]:
    files = folders.catalog
    tasks, leads = [t.code for t in files.tasks], [d.code for d in files.departments]
    root_level = next((r.level for r in files.regions if r.code == files.root), "")
    for indicator in files.indicators:
        for key, value, known in (
            ("task", indicator.task, tasks),
            ("lead", indicator.lead, leads),
            ("unit", indicator.unit, list(UNITS)),
        ):
            if value not in known:
                yield _unknown(folders.where("indicators", indicator.code, key), key, value, known)
        yield from _rank_faults(folders, indicator)
        if indicator.kind == "ratio" and indicator.reported_at != root_level:
            where = folders.where("indicators", indicator.code, "reported_at")
            yield _fault(
                where, "比率类指标须在辖区本级填报。", "a ratio is reported at the root's own level."
            )


def _rank_faults(folders: Folders, indicator: IndicatorFile) -> Iterator[Fault]:
    """A rank is a place of its own: the lower the better, of one figure, and no rank of a rank."""
    others = {other.code: other for other in folders.catalog.indicators}
    where = folders.where("indicators", indicator.code, "rank_of" if indicator.rank_of else "unit")
    if indicator.unit == RANK and (indicator.kind, indicator.direction) != ("stock", "down"):
        zh = "排名类指标应为 kind: stock、direction: down（名次越小越好）。"
        yield _fault(where, zh, "a rank is `kind: stock` and `direction: down`: the lower the better.")
    if not indicator.rank_of:
        return
    if indicator.unit != RANK:
        yield _fault(
            where, "有 rank_of 的指标，单位应为 rank（位）。", "what has `rank_of` is in the unit `rank`."
        )
    of = others.get(indicator.rank_of)
    if of is None:
        yield _unknown(where, "indicator", indicator.rank_of, list(others))
    elif of.unit == RANK:
        zh, en = f"{of.code} 本身就是排名。", f"{of.code} is a rank itself."
        yield _fault(where, zh, en)
    first = next(other.code for other in others.values() if other.rank_of == indicator.rank_of)
    if first != indicator.code:
        zh = f"{indicator.rank_of} 的排名已有 {first}，分不清“排名”一列指哪一个。"
        en = f"{indicator.rank_of} has the rank {first} already: which of them is meant by a column of ranks?"
        yield _fault(where, zh, en)


def _feed_faults(folders: Folders, feed: FeedFile) -> Iterator[Fault]:
    files = folders.catalog
    sources, departments = [s.code for s in files.sources], [d.code for d in files.departments]
    if feed.source not in sources:
        yield _unknown(folders.where("feeds", feed.code, "source"), "source", feed.source, sources)
    if feed.department and feed.department not in departments:
        where = folders.where("feeds", feed.code, "department")
        yield _unknown(where, "department", feed.department, departments)
    for at, cover in enumerate(feed.covers):
        yield from _cover_faults(folders, feed.code, at, cover)
        yield from _reporting_faults(folders, feed, at, cover)


def _cover_faults(folders: Folders, feed: str, at: int, cover: CoverFile) -> Iterator[Fault]:
    files = folders.catalog
    levels: dict[str, str] = {i.code: i.reported_at for i in files.indicators}
    for index, glob in enumerate(cover.indicators):
        if not any(fnmatchcase(code, glob) for code in levels):
            where = folders.where("feeds", feed, "covers", at, "indicators", index)
            yield _unknown(where, "indicator", glob, list(levels))
    wanted = {levels[code] for code in levels if matching(cover.indicators, code)}
    for key, regions in (("regions", cover.regions), ("except_regions", cover.except_regions)):
        for index, region in enumerate(regions):
            where = folders.where("feeds", feed, "covers", at, key, index)
            due = wanted if key == "regions" else set[str]()
            yield from _cover_region_faults(files, where, region, due)
    for index, scope in enumerate(cover.scopes):
        if "|" in scope:
            where = folders.where("feeds", feed, "covers", at, "scopes", index)
            yield _fault(where, "范围名称不能含“|”。", "a scope cannot contain '|'.")


def _reporting_faults(folders: Folders, feed: FeedFile, at: int, cover: CoverFile) -> Iterator[Fault]:
    """Only what is summed can be told as a sum; a history goes on from the first day, and changes something."""
    where = folders.where("feeds", feed.code, "covers", at, "reporting")
    history = [] if isinstance(cover.reporting, str) else cover.reporting
    if "cumulative" in (cover.reporting, *(entry.as_ for entry in history)):
        wanted = (i for i in folders.catalog.indicators if matching(cover.indicators, i.code))
        if other := next((i for i in wanted if i.kind not in _SUMMED), None):
            zh = f"{other.code}（{other.kind}）不是累加的指标，不能按累计数报送，请另列一组 covers。"
            en = f"{other.code} is a {other.kind}, which no sum adds up to: list it in a cover of its own, as daily."
            yield _fault(where, zh, en)
    if not history and cover.reporting == []:
        zh, en = (
            "reporting 至少要有一项，或写作 daily。",
            "`reporting` has at least one entry, or is `daily`.",
        )
        yield _fault(where, zh, en)
    for index, entry in enumerate(history):
        where = folders.where("feeds", feed.code, "covers", at, "reporting", index)
        if index == 0 and entry.from_ > feed.first_day:
            zh = f"首项应自报送渠道的起报日（{feed.first_day}）或更早起。"
            en = f"what holds from the feed's first day on ({feed.first_day}) comes first."
            yield _fault(where, zh, en)
        elif index and entry.from_ <= max(history[index - 1].from_, feed.first_day):
            zh = f"日期应晚于前一项和起报日（{feed.first_day}），各项按日期先后排列。"
            en = f"must lie after the entry before and after the feed's first day, {feed.first_day}."
            yield _fault(where, zh, en)
        elif index and entry.as_ == history[index - 1].as_:
            zh = f"与前一项相同（{entry.as_}），没有变化，请删去或更正。"
            en = f"says {entry.as_} as the entry before does: leave it out, or mend one of them."
            yield _fault(where, zh, en)


def _cover_region_faults(files: CatalogFile, where: str, pattern: str, levels: set[str]) -> Iterator[Fault]:
    known = {r.code: r.level for r in files.regions}
    code, slash, wanted = pattern.partition("/")
    if code not in known:
        yield _unknown(where, "region", code, list(known))
    elif slash and wanted != "*" and wanted not in LEVELS:
        yield _unknown(where, "level", wanted, list(LEVELS))
    elif slash and (empty := [n for n in _levels(wanted, levels) if not regions_below(files, code, n)]):
        zh, en = f"{code} 之下没有 {empty[0]} 层级的区域。", f"nothing below {code} is a {empty[0]}."
        yield _fault(where, zh, en)
    elif wanted != "*":
        level = wanted or known[code]
        if wrong := sorted(due for due in levels if not _may_report(files, code, level, due)):
            yield _not_the_level(where, level, code, wrong[0])


def _levels(wanted: str, levels: set[str]) -> list[str]:
    """Levels at which regions are looked for: those reported at, or the one that is named."""
    return sorted(levels) if wanted == "*" else [wanted]


def _may_report(files: CatalogFile, code: str, level: str, reported_at: str) -> bool:
    """At the level reported at; or above it, but not above the root (who reports below is looked at later).

    Regions beside the root may be reported too, to compare with: they go into no roll-up of the root's.
    """
    level_of = {r.code: r.level for r in files.regions}
    highest = level_of.get(files.root, LEVELS[0])
    return level == reported_at or LEVELS.index(highest) <= LEVELS.index(level) < LEVELS.index(reported_at)


def _not_the_level(where: str, level: str, code: str, reported_at: str) -> Fault:
    zh = f"{code} 不是该指标的填报层级。"
    return _fault(where, zh, f"{code} is a {level}, but the figures are reported at {reported_at}.")


def _target_faults(folders: Folders, target: TargetFile) -> Iterator[Fault]:
    files = folders.catalog
    units, regions = {i.code: i.unit for i in files.indicators}, [r.code for r in files.regions]
    kinds = {i.code: i.kind for i in files.indicators}
    regions += [g.code for g in files.groups if g.rollup]
    if target.indicator not in units:
        where = folders.where("targets", target.code, "indicator")
        yield _unknown(where, "indicator", target.indicator, list(units))
        return
    if target.region in {g.code for g in files.groups if not g.rollup}:
        zh, en = "该区域组未设 rollup，没有汇总数。", "a group has figures of its own only with `rollup`."
        yield _fault(folders.where("targets", target.code, "region"), zh, en)
    elif target.region not in regions:
        yield _unknown(folders.where("targets", target.code, "region"), "region", target.region, regions)
    else:
        yield from _target_rank_faults(folders, target)
    if target.period.end <= target.period.start:
        where = folders.where("targets", target.code, "period")
        yield _fault(where, "期末应晚于期初。", "the period must end after it starts.")
    yield from _target_unit_faults(folders, target, units[target.indicator])
    plan = Plan(target.plan.curve, tuple((day, share) for day, share in target.plan.milestones))
    if fault := plan_faults(plan, target.period.start, target.period.end):
        yield _fault(folders.where("targets", target.code, "plan"), "进度计划有误。", fault)
    if plan.curve == "previous_year" and kinds[target.indicator] != "flow":
        zh = "previous_year 按去年同期累计数的进度计算，只用于累计类指标（flow）。"
        en = f"the curve `previous_year` is a share of last year's sum: for flows, not a {kinds[target.indicator]}."
        yield _fault(folders.where("targets", target.code, "plan"), zh, en)


def _target_rank_faults(folders: Folders, target: TargetFile) -> Iterator[Fault]:
    """A target of a rank where no rank can stand: ranks aren't rolled up."""
    indicator = next(i for i in folders.catalog.indicators if i.code == target.indicator)
    level = next((r.level for r in folders.catalog.regions if r.code == target.region), "group")
    if indicator.unit == RANK and level != indicator.reported_at:
        yield _not_the_level(
            folders.where("targets", target.code, "region"), level, target.region, indicator.reported_at
        )


def _target_unit_faults(folders: Folders, target: TargetFile, stored: str) -> Iterator[Fault]:
    if stored not in UNITS:
        return  # the indicator's own fault, told there
    given = unit_code(target.unit) if target.unit else stored
    if given is None or conversion(given, stored) is None:
        where = folders.where("targets", target.code, "unit")
        yield _fault(where, "单位不符。", f"{target.unit} does not convert to {stored}.")


def _overlapping(folders: Folders) -> Iterator[Fault]:
    """Two targets for one figure and day contradict each other, unless their ambition differs."""
    seen: dict[tuple[str, str, str, str], list[tuple[date, date, str]]] = {}
    for target in folders.catalog.targets:
        key = (target.indicator, target.region, target.scope, target.ambition)
        for start, end, other in seen.setdefault(key, []):
            if start <= target.period.end and target.period.start <= end:
                where = folders.where("targets", target.code, "period")
                yield _fault(where, f"与目标 {other} 的期间重叠。", f"its period overlaps that of {other}.")
        seen[key].append((target.period.start, target.period.end, target.code))


def _unknown(where: str, what: str, text: str, known: list[str]) -> Fault:
    near = nearest(text, known)
    zh = f"{what} “{text}”不存在" + (f"，是否指“{near}”？" if near else "。")
    en = f"unknown {what} {text!r}" + (f"; did you mean {near!r}?" if near else ".")
    return Fault(f"unknown_{what}", where, text, zh, en)


def _fault(where: str, zh: str, en: str) -> Fault:
    return Fault("wrong_catalog", where, "", zh, en)
