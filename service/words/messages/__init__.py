"""What an alert says to the people responsible: one module per check, one order for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from service.domain.facts import Facts
from service.words.labels import Labels, Language, labels
from service.words.messages import (
    discrepancy,
    jump,
    missing,
    new_growth,
    open_age,
    other,
    pace,
    projection,
    rank,
    rebound,
    sql,
    stall,
    threshold,
)
from service.words.messages.parts import Message
from service.words.messages.reminder import compose_reminder
from service.words.messages.summary import compose_summary

__all__ = ["Message", "compose", "compose_reminder", "compose_summary"]

_CHECKS: Mapping[str, Callable[[Facts, Labels], Message]] = MappingProxyType(
    {
        "pace": pace.compose,
        "stall": stall.compose,
        "rebound": rebound.compose,
        "new_growth": new_growth.compose,
        "missing": missing.compose,
        "projection": projection.compose,
        "threshold": threshold.compose,
        "discrepancy": discrepancy.compose,
        "jump": jump.compose,
        "rank": rank.compose,
        "open_age": open_age.compose,
        "sql": sql.compose,
    }
)


def compose(
    facts: Facts, language: Language = "zh", *, overrides: Mapping[str, str] = MappingProxyType({})
) -> Message:
    """The message of an alert; `overrides` are a district's own words, by label."""
    return _CHECKS.get(facts.check, other.compose)(facts, labels(overrides, language))
