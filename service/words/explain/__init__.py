"""How an alert's figures were worked out, step by step: one module per check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from service.domain.facts import Facts
from service.domain.working import Working
from service.words.explain import (
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
    stall,
    threshold,
)
from service.words.explain.steps import Calculation, Step
from service.words.labels import Language, labels

__all__ = ["Step", "calculation"]

_CHECKS: Mapping[str, Callable[[Calculation], list[Step]]] = MappingProxyType(
    {
        "pace": pace.steps,
        "stall": stall.steps,
        "rebound": rebound.steps,
        "new_growth": new_growth.steps,
        "missing": missing.steps,
        "projection": projection.steps,
        "threshold": threshold.steps,
        "discrepancy": discrepancy.steps,
        "jump": jump.steps,
        "rank": rank.steps,
        "open_age": open_age.steps,
    }
)


def calculation(facts: Facts, working: Working, language: Language = "zh") -> tuple[Step, ...]:
    """Every step from the figures to the lamp."""
    m = Calculation(facts, working, labels(language=language))
    return tuple(_CHECKS.get(facts.check, other.steps)(m))
