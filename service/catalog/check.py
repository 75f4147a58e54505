"""What is wrong with a catalogue whose files are each in order: entries at odds with one another."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from service.catalog.check_feeds import feed_faults
from service.catalog.check_targets import overlapping, target_faults
from service.catalog.entries import IndicatorFile
from service.catalog.faults import fault, unknown
from service.catalog.files import Folders
from service.catalog.patterns import chain, matching
from service.domain.catalog import RANK
from service.domain.units import UNITS
from service.errors import Fault


def catalog_faults(folders: Folders) -> Iterator[Fault]:
    """Every reference to something that isn't there, and every contradiction, with its place."""
    yield from _region_faults(folders)
    yield from _group_faults(folders)
    yield from _source_faults(folders)
    yield from _indicator_faults(folders)
    for feed in folders.catalog.feeds:
        yield from feed_faults(folders, feed)
    for target in folders.catalog.targets:
        yield from target_faults(folders, target)
    yield from overlapping(folders)


def _region_faults(folders: Folders) -> Iterator[Fault]:
    files = folders.catalog
    parent = {r.code: r.parent for r in files.regions}
    if files.root not in parent:
        yield unknown(folders.where("", "root"), "region", files.root, list(parent))
    for region in files.regions:
        where = folders.where("regions", region.code)
        if region.parent and region.parent not in parent:
            yield unknown(where, "parent", region.parent, list(parent))
        elif region.code in chain(region.code, parent):
            yield fault(where, "上级区域兜了圈子。", "its parents run in a circle.")


def _group_faults(folders: Folders) -> Iterator[Fault]:
    """Patterns that take in no region: without them no group is empty. A code names one thing only."""
    parent = {r.code: r.parent for r in folders.catalog.regions}
    regions = list(parent)
    for group in folders.catalog.groups:
        if group.code in regions:
            zh, en = "这一代码已是区域的代码。", "this is the code of a region already."
            yield fault(folders.where("groups", group.code, "code"), zh, en)
        for index, glob in enumerate(group.regions):
            if not any(fnmatchcase(code, glob) for code in regions):
                where = folders.where("groups", group.code, "regions", index)
                yield unknown(where, "region", glob, regions)
        members = {code for code in regions if matching(group.regions, code)}
        inner = next((code for code in regions if code in members and members & {*chain(code, parent)}), "")
        if group.rollup and inner:
            zh = f"{inner} 的上级也在组内，汇总时会重复计算。"
            en = f"{inner} lies below another of its members: a roll-up would count it twice."
            yield fault(folders.where("groups", group.code, "regions"), zh, en)


def _source_faults(folders: Folders) -> Iterator[Fault]:
    ranks: dict[int, str] = {}
    for source in folders.catalog.sources:
        if source.rank in ranks:
            zh = f"与来源 {ranks[source.rank]} 的优先级相同，无法判断以谁为准。"
            en = f"has the same rank as {ranks[source.rank]}: which of them counts?"
            yield fault(folders.where("sources", source.code, "rank"), zh, en)
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
                yield unknown(folders.where("indicators", indicator.code, key), key, value, known)
        yield from _rank_faults(folders, indicator)
        if indicator.kind == "ratio" and indicator.reported_at != root_level:
            where = folders.where("indicators", indicator.code, "reported_at")
            yield fault(where, "比率类指标须在辖区本级填报。", "a ratio is reported at the root's own level.")


def _rank_faults(folders: Folders, indicator: IndicatorFile) -> Iterator[Fault]:
    """A rank is a place of its own: the lower the better, of one figure, and no rank of a rank."""
    others = {other.code: other for other in folders.catalog.indicators}
    where = folders.where("indicators", indicator.code, "rank_of" if indicator.rank_of else "unit")
    if indicator.unit == RANK and (indicator.kind, indicator.direction) != ("stock", "down"):
        zh = "排名类指标应为 kind: stock、direction: down（名次越小越好）。"
        yield fault(where, zh, "a rank is `kind: stock` and `direction: down`: the lower the better.")
    if not indicator.rank_of:
        return
    if indicator.unit != RANK:
        yield fault(
            where, "有 rank_of 的指标，单位应为 rank（位）。", "what has `rank_of` is in the unit `rank`."
        )
    of = others.get(indicator.rank_of)
    if of is None:
        yield unknown(where, "indicator", indicator.rank_of, list(others))
    elif of.unit == RANK:
        zh, en = f"{of.code} 本身就是排名。", f"{of.code} is a rank itself."
        yield fault(where, zh, en)
    first = next(other.code for other in others.values() if other.rank_of == indicator.rank_of)
    if first != indicator.code:
        zh = f"{indicator.rank_of} 的排名已有 {first}，分不清“排名”一列指哪一个。"
        en = f"{indicator.rank_of} has the rank {first} already: which of them is meant by a column of ranks?"
        yield fault(where, zh, en)
