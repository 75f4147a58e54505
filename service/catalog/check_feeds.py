"""What is wrong with what feeds cover."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from service.catalog.entries import LEVELS, CatalogFile, CoverFile, FeedFile
from service.catalog.faults import fault, not_the_level, unknown
from service.catalog.files import Folders
from service.catalog.patterns import matching, regions_below
from service.domain.catalog import SUMMED
from service.errors import Fault


def feed_faults(folders: Folders, feed: FeedFile) -> Iterator[Fault]:
    files = folders.catalog
    sources, departments = [s.code for s in files.sources], [d.code for d in files.departments]
    if feed.source not in sources:
        yield unknown(folders.where("feeds", feed.code, "source"), "source", feed.source, sources)
    if feed.department and feed.department not in departments:
        where = folders.where("feeds", feed.code, "department")
        yield unknown(where, "department", feed.department, departments)
    for at, cover in enumerate(feed.covers):
        yield from _cover_faults(folders, feed.code, at, cover)
        yield from _reporting_faults(folders, feed, at, cover)


def _cover_faults(folders: Folders, feed: str, at: int, cover: CoverFile) -> Iterator[Fault]:
    files = folders.catalog
    levels: dict[str, str] = {i.code: i.reported_at for i in files.indicators}
    for index, glob in enumerate(cover.indicators):
        if not any(fnmatchcase(code, glob) for code in levels):
            where = folders.where("feeds", feed, "covers", at, "indicators", index)
            yield unknown(where, "indicator", glob, list(levels))
    wanted = {levels[code] for code in levels if matching(cover.indicators, code)}
    for key, regions in (("regions", cover.regions), ("except_regions", cover.except_regions)):
        for index, region in enumerate(regions):
            where = folders.where("feeds", feed, "covers", at, key, index)
            due = wanted if key == "regions" else set[str]()
            yield from _cover_region_faults(files, where, region, due)
    for index, scope in enumerate(cover.scopes):
        if "|" in scope:
            where = folders.where("feeds", feed, "covers", at, "scopes", index)
            yield fault(where, "范围名称不能含“|”。", "a scope cannot contain '|'.")


def _reporting_faults(folders: Folders, feed: FeedFile, at: int, cover: CoverFile) -> Iterator[Fault]:
    """Only what is summed can be told as a sum; a history goes on from the first day, and changes something."""
    where = folders.where("feeds", feed.code, "covers", at, "reporting")
    history = [] if isinstance(cover.reporting, str) else cover.reporting
    if "cumulative" in (cover.reporting, *(entry.as_ for entry in history)):
        wanted = (i for i in folders.catalog.indicators if matching(cover.indicators, i.code))
        if other := next((i for i in wanted if i.kind not in SUMMED), None):
            zh = f"{other.code}（{other.kind}）不是累加的指标，不能按累计数报送，请另列一组 covers。"
            en = f"{other.code} is a {other.kind}, which no sum adds up to: list it in a cover of its own, as daily."
            yield fault(where, zh, en)
    if not history and cover.reporting == []:
        zh, en = (
            "reporting 至少要有一项，或写作 daily。",
            "`reporting` has at least one entry, or is `daily`.",
        )
        yield fault(where, zh, en)
    for index, entry in enumerate(history):
        where = folders.where("feeds", feed.code, "covers", at, "reporting", index)
        if index == 0 and entry.from_ > feed.first_day:
            zh = f"首项应自报送渠道的起报日（{feed.first_day}）或更早起。"
            en = f"what holds from the feed's first day on ({feed.first_day}) comes first."
            yield fault(where, zh, en)
        elif index and entry.from_ <= max(history[index - 1].from_, feed.first_day):
            zh = f"日期应晚于前一项和起报日（{feed.first_day}），各项按日期先后排列。"
            en = f"must lie after the entry before and after the feed's first day, {feed.first_day}."
            yield fault(where, zh, en)
        elif index and entry.as_ == history[index - 1].as_:
            zh = f"与前一项相同（{entry.as_}），没有变化，请删去或更正。"
            en = f"says {entry.as_} as the entry before does: leave it out, or mend one of them."
            yield fault(where, zh, en)


def _cover_region_faults(files: CatalogFile, where: str, pattern: str, levels: set[str]) -> Iterator[Fault]:
    known = {r.code: r.level for r in files.regions}
    code, slash, wanted = pattern.partition("/")
    if code not in known:
        yield unknown(where, "region", code, list(known))
    elif slash and wanted != "*" and wanted not in LEVELS:
        yield unknown(where, "level", wanted, list(LEVELS))
    elif slash and (empty := [n for n in _levels(wanted, levels) if not regions_below(files, code, n)]):
        zh, en = f"{code} 之下没有 {empty[0]} 层级的区域。", f"nothing below {code} is a {empty[0]}."
        yield fault(where, zh, en)
    elif wanted != "*":
        level = wanted or known[code]
        if wrong := sorted(due for due in levels if not _may_report(files, code, level, due)):
            yield not_the_level(where, level, code, wrong[0])


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
