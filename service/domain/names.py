"""Names as people write them, and the codes they may stand for."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from service.domain.catalog import Catalog, Region

# Quotes are set in every way there is, or left out: “一绿”, "一绿", 一绿.
_LEFT_OUT = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\"'“”‘’「」『』〝〞＂]")
# What a sub-district is called after its own name: an urban one (街道), or a township and its area office (乡, 地区).
_STREET = ("街道办事处", "街道办", "街道", "办事处")
_TOWNSHIP = (
    "地区办事处", "地区办", "地区", "乡人民政府", "镇人民政府", "乡政府", "镇政府", "地区(乡)", "地区乡", "(地区)乡", "(乡)",
    "乡", "镇", "办事处",
)  # fmt: skip

Found = Mapping[str, tuple[str, ...]]


def plain(text: str) -> str:
    """A name without what makes no difference: spaces, quotes, letter case, full-width forms."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).casefold()


class NameIndex:
    """Every way to write a region or an indicator of a catalogue, as `plain` has it, with the codes it stands for.

    Codes come before names, and names given in the catalogue before those made up from them.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def regions(self) -> Found:
        regions = self._catalog.regions
        given = _index((name, r.code) for r in regions for name in _given(r))
        # 首都机场 may be one region's own name and what is left of another's: the own name is meant.
        derived = _index((name, r.code) for r in regions for name in self._derived(r))
        codes = _index((r.code, r.code) for r in regions)
        return {**derived, **given, **codes}

    def _derived(self, region: Region) -> Iterator[str]:
        short = list(_given(region))
        short += [variant for name in short for variant in _variants(name)]
        yield from short
        path, above, seen = "", region.parent, {region.code}
        while above in self._catalog.region and above not in seen:
            seen.add(above)
            path = self._catalog.region[above].name + path  # 朝阳区, then 北京市朝阳区, before 金盏乡
            yield from (path + name for name in short)
            above = self._catalog.region[above].parent

    @cached_property
    def indicators(self) -> Found:
        indicators = self._catalog.indicators
        names = ((name, i.code) for i in indicators for name in (i.name, i.name_en, i.short) if name)
        return {**_index(names), **_index((i.code, i.code) for i in indicators)}

    @cached_property
    def sources(self) -> Found:
        return named(self._catalog.sources)

    @cached_property
    def departments(self) -> Found:
        return named(self._catalog.departments)

    @cached_property
    def tasks(self) -> Found:
        return named(self._catalog.tasks)


class Named(Protocol):
    """Something with a code and names."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def named(entries: Iterable[Named]) -> Found:
    """Every way to write what has a code and names, as `plain` has it; codes come before names."""
    known = list(entries)
    names = ((name, e.code) for e in known for name in (e.name, e.name_en) if name)
    return {**_index(names), **_index((e.code, e.code) for e in known)}


def _given(region: Region) -> Iterator[str]:
    yield from (name for name in (region.name, region.name_en, *region.aliases) if name)


def _variants(name: str) -> Iterator[str]:
    """金盏地区 is 金盏, 金盏乡 and 金盏地区办事处 too; 朝外街道 is 朝外 and 朝外街道办事处."""
    for endings in (_STREET, _TOWNSHIP):
        ending = next((e for e in endings if name.endswith(e) and len(name) > len(e) + 1), None)
        if ending is not None:
            own = name.removesuffix(ending)
            yield own
            yield from (own + other for other in endings)
            return


def _index(names: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for name, code in names:
        found[plain(name)][code] = None
    return {name: tuple(codes) for name, codes in found.items()}
