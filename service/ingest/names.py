"""From words to codes: what a feed covers first, then the whole catalogue; nothing doubtful is taken."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from service.domain.catalog import Catalog, SeriesKey
from service.domain.cycles import Cycle
from service.domain.names import Found, NameIndex, plain
from service.sheets.cells import Problem
from service.texts import shown

# Looking for the word somebody meant takes milliseconds; a body can be wrong in every one of its rows.
HINTS = 100
PROPOSED = 3
LONGEST = 100  # characters of a word that are compared with names


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: an indicator, and the scope where the name says it (“一绿”第二批试点拆迁腾退)."""

    indicator: str
    scope: str | None = None


class Names:
    """Names as one feed may use them.

    covered   (indicator, region, scope) of every series the feed owes
    declared  the series of one of these
    """

    def __init__(
        self,
        catalog: Catalog,
        index: NameIndex,
        covered: Collection[tuple[str, str, str]],
        declared: Callable[[tuple[str, str, str]], SeriesKey],
    ) -> None:
        self._catalog, self._index = catalog, index
        self.indicators = frozenset(indicator for indicator, _, _ in covered)
        self.regions = frozenset(region for _, region, _ in covered)
        self._covered, self._declared = covered, declared
        self._known: dict[tuple[str, str], str | Problem] = {}
        self._hints: dict[tuple[str, str], str] = {}

    def region(self, text: str) -> str | Problem:
        """Code of a region by code, name or alias."""
        return self._look_up("region", text)

    def indicator(self, text: str) -> Named | Problem:
        """An indicator by code, full or short name."""
        if (scoped := self._scoped.get(plain(text))) is not None:
            return scoped
        found = self._look_up("indicator", text)
        return found if isinstance(found, Problem) else Named(found)

    def source(self, text: str) -> str | Problem:
        """Code of a source by code or name."""
        return self._look_up("source", text)

    def scope(self, text: str, indicator: str, region: str) -> str | Problem:
        """The scope of an indicator in a region, as the feed declares it."""
        scopes = self.scopes(indicator, region)
        found = next((scope for scope in scopes if plain(scope) == plain(text)), None)
        if found is not None or not scopes:  # where nothing is covered, that is what is told
            return text.strip() if found is None else found
        if scopes == ("",):
            zh = f"本指标不分范围，“{shown(text)}”请留空；片区一类的分组列请删去或改名“备注”。"
            return Problem("unknown_scope", shown(text), zh, "this indicator has no scopes: leave it blank.")
        named = "、".join(scope or "（空）" for scope in scopes)
        zh, en = f"范围“{shown(text)}”不存在，可为：{named}。", f"unknown scope; it is one of: {named}."
        return Problem("unknown_scope", shown(text), zh, en)

    def scopes(self, indicator: str, region: str) -> tuple[str, ...]:
        """Scopes in which the feed reports an indicator in a region."""
        return self._scopes.get((indicator, region), ())

    @cached_property
    def _scopes(self) -> dict[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for indicator, region, scope in self._covered:
            found[indicator, region] = (*found.get((indicator, region), ()), scope)
        return found

    @cached_property
    def _scoped(self) -> dict[str, Named]:
        """Short names that have a place for the scope, with the scopes of this feed in it."""
        pairs = {(indicator, scope) for indicator, _, scope in self._covered}
        shorts = ((self._catalog.indicator[i].short, i, scope) for i, scope in pairs)
        return {
            plain(s.replace("{scope}", scope)): Named(i, scope) for s, i, scope in shorts if "{scope}" in s
        }

    def declared(self, indicator: str, region: str, scope: str) -> SeriesKey | None:
        """The series as the catalogue has it; None where the feed doesn't report it."""
        key = (indicator, region, scope)
        return self._declared(key) if key in self._covered else None

    @cached_property
    def cycle(self) -> Cycle | None:
        """The cycle everything is reported by; None where that differs."""
        cycles = {self._declared(key).cycle for key in self._covered}
        return cycles.pop() if len(cycles) == 1 else None

    def rank_of(self, indicator: str) -> str | None:
        """The indicator of this feed that is the ranking of another."""
        return self._ranks.get(indicator)

    @cached_property
    def _ranks(self) -> dict[str, str]:
        known = self._catalog.indicator
        return {known[code].rank_of: code for code in self.indicators if known[code].rank_of}

    def names_of(self, indicator: str) -> tuple[str, ...]:
        """An indicator's own names in Chinese."""
        known = self._catalog.indicator[indicator]
        return tuple(dict.fromkeys(name for name in (known.name, known.short) if name))

    def is_elsewhere(self, indicator: str, region: str) -> bool:
        """Whether a figure is of a region beside the installation's root that this feed doesn't report it for."""
        return not self.scopes(indicator, region) and self._catalog.beside_root(region)

    def is_total(self, region: str) -> bool:
        """Whether a region's figure is the sum of what this feed reports: it lies above, and reports nothing itself."""
        return region not in self.regions and region in self._above

    @cached_property
    def _above(self) -> frozenset[str]:
        return frozenset(above for region in self.regions for above in self._catalog.parents(region))

    def parts_of(self, total: str) -> frozenset[str]:
        """The regions a total beyond the root is the sum of (全市: every district); empty for one within."""
        if total not in self._catalog.over_root:
            return frozenset()
        return frozenset(region.code for region in self._catalog.regions if region.parent == total)

    # ---- looking up

    def knows(self, what: str, text: str) -> bool:
        """Whether a word stands for something, be it for more than one thing."""
        return plain(text) in self._indexes[what] or (what == "indicator" and plain(text) in self._scoped)

    def knows_any(self, text: str) -> bool:
        """Whether a word names a region or an indicator."""
        return self.knows("region", text) or self.knows("indicator", text)

    @cached_property
    def _indexes(self) -> dict[str, Found]:
        index = self._index
        return {"region": index.regions, "indicator": index.indicators, "source": index.sources}

    def _look_up(self, what: str, text: str) -> str | Problem:
        key = (what, text)
        if key not in self._known:
            self._known[key] = self._found(what, text)
        return self._known[key]

    def _found(self, what: str, text: str) -> str | Problem:
        codes = self._indexes[what].get(plain(text), ())
        mine = tuple(code for code in codes if code in self.regions or code in self.indicators) or codes
        if len(mine) == 1:
            return mine[0]
        return self._ambiguous(what, text, mine) if mine else self.unknown(what, text)

    def _ambiguous(self, what: str, text: str, codes: Iterable[str]) -> Problem:
        meant = "、".join(self._said(what, code) for code in codes)
        zh = f"“{shown(text)}”可指{meant}，请改用代码。"
        return Problem(f"ambiguous_{what}", shown(text), zh, f"may mean any of {meant}: write the code.")

    def unknown(self, what: str, text: str) -> Problem:
        """A word nobody knows, with those that are most like it."""
        near = self._near(what, text)
        zh, en = (f"，是否为{near}？", f"; did you mean {near}?") if near else ("，请核对。", ".")
        zh = f"{_WORDS[what]}“{shown(text)}”不存在{zh}"
        return Problem(f"unknown_{what}", shown(text), zh, f"unknown {what}{en}")

    def _near(self, what: str, text: str) -> str:
        """The nearest names with their codes, looked for once per word, and not for ever."""
        if (what, text) not in self._hints:
            if len(self._hints) >= HINTS:
                return ""
            self._hints[what, text] = "、".join(self._said(what, code) for code in self._nearest(what, text))
        return self._hints[what, text]

    def _nearest(self, what: str, text: str) -> list[str]:
        word = plain(text[:LONGEST])
        if word in (index := self._indexes[what]):
            return list(index[word][:PROPOSED])
        for spellings in self._spellings[what]:
            found = difflib.get_close_matches(word, spellings, n=2 * PROPOSED, cutoff=0.6)
            if found:
                return list(dict.fromkeys(spellings[name] for name in found))[:PROPOSED]
        return []

    @cached_property
    def _spellings(self) -> dict[str, tuple[dict[str, str], ...]]:
        """Spellings by which a word is looked for, with their codes: the feed's own first."""
        c = self._catalog
        regions = {plain(n): r.code for r in c.regions for n in (r.name, *r.aliases, r.code)}
        indicators = {plain(n): i.code for i in c.indicators for n in (i.name, i.short, i.code) if n}
        sources = {plain(n): s.code for s in c.sources for n in (s.name, s.code)}
        return {
            "region": ({n: code for n, code in regions.items() if code in self.regions}, regions),
            "indicator": ({n: code for n, code in indicators.items() if code in self.indicators}, indicators),
            "source": (sources,),
        }

    def _said(self, what: str, code: str) -> str:
        c = self._catalog
        names = {
            "region": lambda: c.region[code].name,
            "indicator": lambda: c.indicator[code].name,
            "source": lambda: c.source[code].name,
        }
        return f"“{names[what]()}”（{code}）"

    # ---- titles

    def in_title(self, what: str, text: str) -> set[str]:
        """Codes of what a title names, within what the feed covers: 金盏地区 in 朝阳区金盏地区2018年台账.

        A name inside a longer one that is there too doesn't count.
        """
        words, covered = plain(text), self.regions if what == "region" else self.indicators
        names = self._indexes[what].items()
        there = [(n, c) for n, codes in names for c in codes if len(n) > 2 and c in covered and n in words]
        return {c for n, c in there if not any(n != other and n in other for other, _ in there)}


_WORDS = {"region": "区域", "indicator": "指标", "source": "来源"}
