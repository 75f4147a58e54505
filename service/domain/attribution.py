"""What moved an alert on the first day under another version: its condition, the rules or the catalogue."""

from __future__ import annotations

from service.domain.catalog import Level
from service.domain.facts import Reason
from service.domain.fold import AlertKey, Day

VERSIONS = (Reason.RULES_CHANGED, Reason.CATALOG_CHANGED)


def moved_by(day: Day, old: Day | None, old_rules: Day | None) -> dict[AlertKey, Reason]:
    """Why each alert moved that has no reason of its own (its period over, its rule removed).

    All days are judged from the same clocks. What happens under old versions too is the condition's doing.
    old        the day as the versions of the day before would have it; None where they are the same
    old_rules  with the old rules and the new catalogue; None where the rules are the same
    """
    levels = [{o.key: o.level for o in each.outcomes} if each else None for each in (old, old_rules)]
    reasons = (Reason.CONDITION, *VERSIONS)
    return {
        outcome.key: _moved_by(outcome.key, outcome.level, *levels)
        for outcome in day.outcomes
        if outcome.transition and outcome.reason in reasons
    }


def _moved_by(
    key: AlertKey,
    level: Level,
    old: dict[AlertKey, Level] | None,
    old_rules: dict[AlertKey, Level] | None,
) -> Reason:
    if old is None or old.get(key, Level.NONE) == level:
        return Reason.CONDITION
    if old_rules is not None and old_rules.get(key, Level.NONE) != level:
        return Reason.RULES_CHANGED
    return Reason.CATALOG_CHANGED
