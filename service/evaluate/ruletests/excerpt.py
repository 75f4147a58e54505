"""As much of a catalogue as some series need: what a rule test carries with it as its inline catalogue.

Entries are those of the catalogue's own files, without what no rule looks at; whose telephone is which
stays at home.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from service.catalog.entries import LEVELS, CatalogFile
from service.domain.catalog import Catalog, Reporting, SeriesKey
from service.yamlfile import Strict

NOT_TAKEN = {"contact", "definitions", "aliases", "name_en"}


def excerpt(
    files: CatalogFile,
    catalog: Catalog,
    series: Collection[SeriesKey],
    targets: Collection[str],
    evaluate_from: date,
) -> dict[str, Any]:
    """An inline catalogue with these series and targets (by code), as plain data.

    files, catalog  the same catalogue as written and as values
    """
    used = {s.node.indicator for s in series}
    indicators = [i for i in files.indicators if i.code in used]
    feeds = [f for f in files.feeds if any(s.feed == f.code for s in series)]
    regions = _with_ancestors(catalog, {s.node.region for s in series})
    departments = {*(i.lead for i in indicators), *(f.department for f in feeds)}
    covered = [{**_plain(f), "covers": list(_covers(catalog, f.code, series))} for f in feeds]
    tasks, sources = {i.task for i in indicators}, {f.source for f in feeds}
    content = {
        "root": catalog.root,
        "evaluate_from": evaluate_from,
        "cutoff_workdays": _plain(files.cutoff_workdays),
        "departments": _entries(d for d in files.departments if d.code in departments),
        "tasks": _entries(t for t in files.tasks if t.code in tasks),
        "sources": _entries(s for s in files.sources if s.code in sources),
        "indicators": [{**_plain(i), "reported_at": _lowest(catalog, series, i.code)} for i in indicators],
        # An inline catalogue puts a region that names no parent below its root.
        "regions": [{**_plain(r), "parent": r.parent} for r in files.regions if r.code in regions],
        "feeds": covered,
        "targets": _entries(t for t in files.targets if t.code in targets),
    }
    return {key: value for key, value in content.items() if value not in ([], {})}


def _with_ancestors(catalog: Catalog, regions: Iterable[str]) -> set[str]:
    """Regions, the root, and everything above them."""
    found: set[str] = set()
    for code in (*regions, catalog.root):
        while code and code not in found:
            found.add(code)
            code = catalog.region[code].parent
    return found


def _lowest(catalog: Catalog, series: Collection[SeriesKey], indicator: str) -> str:
    """The level an indicator is reported at by some series: those of a second source may be all above the usual one."""
    levels = (catalog.region[s.node.region].level for s in series if s.node.indicator == indicator)
    return max(levels, key=LEVELS.index)


def _covers(catalog: Catalog, feed: str, series: Collection[SeriesKey]) -> Iterator[dict[str, Any]]:
    """What is left of a feed's covers: per indicator, scope and way of reporting, the regions."""
    regions: dict[tuple[str, str, Reporting, tuple[date, ...]], list[str]] = {}
    for s in series:
        if s.feed == feed:
            key = s.node.indicator, s.node.scope, s.reporting, s.switched
            regions.setdefault(key, []).append(s.node.region)
    for (indicator, scope, reporting, switched), codes in regions.items():
        cover: dict[str, Any] = {"indicators": [indicator], "regions": codes}
        if scope:
            cover["scopes"] = [scope]
        if switched:
            days = (catalog.feed[feed].first_day, *switched)
            ways = (reporting if at % 2 == 0 else reporting.other for at in range(len(days)))
            cover["reporting"] = [{"from": day, "as": way.value} for day, way in zip(days, ways, strict=True)]
        elif reporting is Reporting.CUMULATIVE:
            cover["reporting"] = reporting.value
        yield cover


def _entries(entries: Iterable[Strict]) -> list[dict[str, Any]]:
    return [_plain(entry) for entry in entries]


def _plain(entry: Strict) -> dict[str, Any]:
    """As it would be written: what is not the default."""
    dumped = entry.model_dump(by_alias=True, exclude_defaults=True, exclude=NOT_TAKEN)
    return {key: _listed(value) for key, value in dumped.items()}


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(part) for key, part in value.items()}
    return (
        [_listed(part) for part in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else value
    )
