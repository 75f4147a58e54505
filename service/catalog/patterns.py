"""Entries that a pattern of a catalogue names."""

from __future__ import annotations

from fnmatch import fnmatchcase

from service.catalog.entries import CatalogFile


def matching(globs: list[str], code: str) -> bool:
    """Whether any of the globs takes the code."""
    return any(fnmatchcase(code, glob) for glob in globs)


def regions_below(files: CatalogFile, ancestor: str, level: str) -> list[str]:
    """Codes of the regions of a level anywhere below a region."""
    parent = {r.code: r.parent for r in files.regions}
    return [r.code for r in files.regions if r.level == level and ancestor in chain(r.code, parent)]


def chain(code: str, parent: dict[str, str]) -> list[str]:
    """Regions above one, nearest first; a circle ends where it closes."""
    chain: list[str] = []
    while (code := parent.get(code, "")) and code not in chain:
        chain.append(code)
    return chain
