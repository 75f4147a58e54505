"""The one message catalogue: every word biaochi says, by key, in Chinese and English.

A district overrides single entries; what is in braces must be among what the shipped entry has there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Literal

from service.domain.catalog import Kind, Level
from service.domain.facts import EventKind, Reason
from service.words.explanations import EXPLANATIONS
from service.words.pictures import PICTURES
from service.words.sentences import SENTENCES
from service.words.terms import TERMS

Language = Literal["zh", "en"]
CATALOGUE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {**TERMS, **SENTENCES, **EXPLANATIONS, **PICTURES}
)
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Labels:
    """The catalogue in one language, with a district's own words laid over it."""

    language: Language
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def say(self, key: str, **values: str | None) -> str:
        """The sentence with its values; empty where one of them is not known."""
        filled = {name: value for name, value in values.items() if value}
        if len(filled) < len(values):
            return ""
        words, names = _parts(self.texts[key])
        return words[0] + "".join(
            filled.get(name, f"{{{name}}}") + word for name, word in zip(names, words[1:], strict=True)
        )

    def lamp(self, level: Level) -> str:
        return self.texts[f"lamp.{level.code}"]

    def title(self, check: str) -> str:
        """What a check is called; a check nobody has named is a plain notice."""
        return self.texts.get(f"title.{check}", self.texts["title.other"])

    def trouble(self, check: str) -> str:
        """What is the matter, after 起: 持续滞后."""
        return self.texts.get(f"trouble.{check}", self.texts["trouble.other"])

    def ending(self, check: str, reason: Reason) -> str:
        """How an alert ended."""
        if reason is Reason.CONDITION:
            return self.texts.get(f"ending.{check}", self.texts["ending.other"])
        return self.reason(reason)

    def reason(self, reason: Reason) -> str:
        return self.texts[f"reason.{reason.value}"]

    def event(self, event: EventKind) -> str:
        return self.texts[f"event.{event.value}"]

    def kind(self, kind: Kind) -> str:
        return self.texts[f"kind.{kind.value}"]

    def state(self, state: str) -> str:
        """The state of an alert: pending, firing, resolved."""
        return self.texts[f"state.{state}"]

    def handling(self, step: str) -> str:
        """A step of handling: open, released, acknowledged …"""
        return self.texts[f"handling.{step}"]


@cache
def _parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands around the places of a sentence, and the names of the places."""
    parts = _PLACE.split(text)
    return tuple(parts[::2]), tuple(parts[1::2])


def labels(overrides: Mapping[str, str] = MappingProxyType({}), language: Language = "zh") -> Labels:
    """The catalogue with a district's own words. ValueError names an entry that can't be used, and the fix."""
    if not overrides:
        return _shipped(language)
    for key, text in overrides.items():
        _check(key, text)
    return Labels(language, MappingProxyType({**_shipped(language).texts, **overrides}))


@cache
def _shipped(language: Language) -> Labels:
    column = 0 if language == "zh" else 1
    return Labels(language, MappingProxyType({key: texts[column] for key, texts in CATALOGUE.items()}))


def _check(key: str, text: str) -> None:
    if key not in CATALOGUE:
        near = get_close_matches(key, CATALOGUE, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"no label {key!r}{hint}")
    known = {name for shipped in CATALOGUE[key] for name in _PLACE.findall(shipped)}
    unknown = sorted(set(_PLACE.findall(text)) - known)
    if unknown:
        raise ValueError(f"label {key!r} knows no {{{unknown[0]}}}; it has {sorted(known)}")
