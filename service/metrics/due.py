"""What is due, as gauges: one sample per feed, whatever the state of things."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain.catalog import Catalog
from service.domain.due import FeedCounts
from service.metrics.exposition import Family, labels

_COUNTS = (
    ("biaochi_feed_owed", "Reports (series and day) that are due at the feed's next deadline.", "owed"),
    ("biaochi_feed_reported", "Those of them that have been reported.", "reported"),
    ("biaochi_feed_reported_zero", "Those of them that have been reported as 0 (nothing happened).", "zero"),
    ("biaochi_feed_missing", "Those of them that are still missing.", "missing"),
    (
        "biaochi_feed_late",
        "Reports due in the last 31 days that came after their deadline.",
        "late",
    ),
    (
        "biaochi_feed_overdue",
        "Reports due in the last 31 days that are still missing.",
        "overdue",
    ),
)


def due_families(catalog: Catalog, counts: Sequence[FeedCounts]) -> list[Family]:
    """The gauges of every feed of the catalogue; one that owes nothing is at zero, and has no deadline."""
    where = [labels({"feed": catalog.feeds[each.feed].code}) for each in counts]
    found = []
    for name, help_, attribute in _COUNTS:
        family = Family(name, help_)
        for at, each in zip(where, counts, strict=True):
            family.add(at, float(getattr(each, attribute)))
        found.append(family)
    deadline = Family(
        "biaochi_feed_deadline_timestamp_seconds", "The feed's next deadline; none where nothing is owed."
    )
    for at, each in zip(where, counts, strict=True):
        deadline.add(at, each.deadline.timestamp() if each.deadline else None)
    return [*found, deadline]
