"""The first day under another version of catalogue or rules: what that alone has done to the alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.catalog.publish import Published, load_published
from service.domain.attribution import moved_by
from service.domain.facts import Reason
from service.domain.fold import AlertKey, Day, fold_day
from service.domain.frame import Frame, frame_as_of
from service.evaluate.panel import PanelCache
from service.evaluate.rulebook import Rulebook
from service.store import evaluations
from service.store.pool import Connection

Moved = Mapping[AlertKey, tuple[Reason, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of the day before and of the day itself."""

    catalog: tuple[int, int]
    rules: tuple[int, int]

    def cause(self, reason: Reason) -> dict[str, Any]:
        """What an event names as its cause."""
        match reason:
            case Reason.RULES_CHANGED | Reason.RULE_REMOVED:
                return {"rules": list(self.rules)}
            case Reason.CATALOG_CHANGED:
                return {"catalog": list(self.catalog)}
            case _:
                return {}


def moved(conn: Connection, rulebook: Rulebook, published: Published, frame: Frame, day: Day) -> Moved:
    """Reason and cause of every alert that moved on a day judged for the first time.

    Where versions differ from those of the day before, the day is judged once more under the old ones: a
    fold for the rules; for the catalogue its panel too, which a published change is worth.
    """
    before = evaluations.get(conn, day.as_of - timedelta(days=1))
    if before is None or not any(outcome.transition for outcome in day.outcomes):
        return {}
    versions = Versions(
        (before.catalog_version, published.version),
        (before.rules_version, rulebook.in_force(conn, day.as_of)[0]),
    )
    old, old_rules = _judged_before(conn, rulebook, frame, day.as_of, versions)
    reasons = {o.key: o.reason for o in day.outcomes if o.transition} | moved_by(day, old, old_rules)
    return {key: (reason, versions.cause(reason)) for key, reason in reasons.items()}


def _judged_before(
    conn: Connection, rulebook: Rulebook, frame: Frame, as_of: date, versions: Versions
) -> tuple[Day | None, Day | None]:
    """The day under all old versions, and under the old rules alone; None where there is no difference."""
    (old_catalog, catalog), (old_version, version) = versions.catalog, versions.rules
    if (old_catalog, old_version) == (catalog, version):
        return None, None
    clocks = evaluations.read_clocks(conn, as_of - timedelta(days=1))
    _, rules = rulebook.in_force(conn, as_of - timedelta(days=1))
    old_rules = fold_day(frame, rules, clocks) if old_version != version else None
    if old_catalog == catalog:
        return old_rules, old_rules
    earlier = load_published(conn, old_catalog)
    panel = PanelCache().panel(conn, earlier, as_of)
    old_frame = frame_as_of(earlier.layout, panel, as_of, frame.workdays)
    return fold_day(old_frame, rules, clocks), old_rules
