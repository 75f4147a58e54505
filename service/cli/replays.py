"""What `biaochi rules replay` does: loads readings once, folds the days, prints what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from service.catalog.publish import check_folders, load_published
from service.catalog.workdays import china
from service.cli.tables import table
from service.domain.catalog import Catalog, NodeKey
from service.domain.fold import AlertKey
from service.domain.history import Ask
from service.domain.layout import Layout, lay_out
from service.domain.rules import RuleSet
from service.evaluate.compare import Difference
from service.evaluate.panel import NOTHING_KNOWN, load_panel
from service.evaluate.queries import answers
from service.evaluate.replay import Episode, Replay, RuleSummary, Source, days_needed, replay
from service.evaluate.rulebook import published_rules
from service.evaluate.rulefiles.rulefile import read_rules
from service.store import readings
from service.store.catalog import series_ids
from service.store.pool import Connection, read_only

EPISODES = ("alert", "of", "levels", "since", "fired", "resolved", "days")
SUMMARY = ("rule", "alerts", "firing", "median days", "flapping", "worst levels")


@dataclass(frozen=True, slots=True)
class Asked:
    """Days to replay, with which rules and which catalogue; those that are published where none are given."""

    first: date
    last: date
    known_at: datetime | None
    rules: Path | None
    catalog: tuple[Path, ...]


def replayed(conn: Connection, asked: Asked, progress: Callable[[date], None] = lambda _: None) -> Replay:
    """One replay, in a transaction in which the database refuses every write."""
    with read_only(conn):
        catalog = check_folders(asked.catalog)[1] if asked.catalog else load_published(conn).catalog
        layout = lay_out(catalog)
        begin, _ = days_needed(layout, asked.first)
        panel = load_panel(conn, catalog, series_ids(conn), begin, asked.last, asked.known_at)
        rules_on = _rules(conn, asked.rules, catalog)
        source = Source(layout, panel, china(), rules_on, _asking(conn, layout, asked.known_at))
        return replay(source, asked.first, asked.last, progress)


def _asking(conn: Connection, layout: Layout, known_at: datetime | None) -> Ask:
    """Asks what the queries of rules say of a day, with what is known."""
    known = known_at or readings.known_at(conn) or NOTHING_KNOWN
    return lambda as_of, rules: answers(conn, layout, rules, as_of, known)


def _rules(conn: Connection, folder: Path | None, catalog: Catalog) -> Callable[[date], RuleSet]:
    if folder is None:
        return published_rules(conn)
    rules = read_rules(folder, catalog).rules
    return lambda _: rules


def told(found: Replay) -> Iterator[str]:
    """A table of episodes, and one of rules."""
    yield from table(EPISODES, [_episode_row(episode, found.shadow) for episode in found.episodes])
    yield ""
    yield from table(SUMMARY, [_summary_row(one, found.shadow) for one in found.summary()])
    yield ""
    days = (found.last - found.first).days + 1
    yield f"{len(found.episodes)} alerts in {days} days, {found.first} to {found.last}"
    for one in found.unanswered:
        yield f"not judged on {one.days} days: {one.rule}: {one.reason}"


def told_differences(differences: Sequence[Difference]) -> Iterator[str]:
    """What the other rules, or the other catalogue, would have made of the same days."""
    for difference in differences:
        yield f"{difference.kind}: {difference.key.rule} {subject(difference.key)}"
        if difference.before:
            yield f"    - {_course(difference.before)}"
        if difference.after:
            yield f"    + {_course(difference.after)}"
    kinds = [difference.kind for difference in differences]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("added", "removed", "moved"))
    yield f"compared: {counted}"


def subject(key: AlertKey) -> str:
    """What an alert is about, in one cell."""
    node = key.node or NodeKey("", "", "")
    return " ".join(part for part in (node.indicator, node.region, node.scope, key.feed, key.labels) if part)


def _course(episode: Episode) -> str:
    return f"{_path(episode)}, fired {episode.fired}, {_end(episode)}, {episode.days} days"


def _path(episode: Episode) -> str:
    return " > ".join(level.code for _, level in episode.path)


def _end(episode: Episode) -> str:
    return f"resolved {episode.resolved} ({episode.reason.value})" if episode.resolved else "firing"


def _marked(rule: str, shadow: Set[str]) -> str:
    """A rule's name; those that run in shadow are marked."""
    return f"{rule} (shadow)" if rule in shadow else rule


def _episode_row(episode: Episode, shadow: Set[str]) -> tuple[str, ...]:
    resolved = str(episode.resolved) if episode.resolved else "firing"
    dates = (str(episode.since), str(episode.fired), resolved, str(episode.days))
    return (_marked(episode.key.rule, shadow), subject(episode.key), _path(episode), *dates)


def _summary_row(one: RuleSummary, shadow: Set[str]) -> tuple[str, ...]:
    worst = ", ".join(f"{count} {level.code}" for level, count in sorted(one.worst.items(), reverse=True))
    return (
        _marked(one.rule, shadow),
        str(one.alerts),
        str(one.open),
        f"{one.median_days:g}",
        str(one.flapping),
        worst,
    )


def as_json(found: Replay, differences: Sequence[Difference] | None) -> dict[str, Any]:
    """The same for scripts."""
    plain: dict[str, Any] = {
        "from": found.first,
        "to": found.last,
        "episodes": [_plain(episode) for episode in found.episodes],
        "rules": [
            {
                "rule": one.rule,
                "shadow": one.rule in found.shadow,
                "alerts": one.alerts,
                "firing": one.open,
                "median_days": one.median_days,
                "flapping": one.flapping,
                "worst": {level.code: count for level, count in one.worst.items()},
            }
            for one in found.summary()
        ],
        "unanswered": [
            {"rule": one.rule, "days": one.days, "reason": one.reason} for one in found.unanswered
        ],
    }
    if differences is not None:
        plain["differences"] = [
            {
                "kind": one.kind,
                "key": one.key.text,
                "before": _plain(one.before) if one.before else None,
                "after": _plain(one.after) if one.after else None,
            }
            for one in differences
        ]
    return plain


def _plain(episode: Episode) -> dict[str, Any]:
    node = episode.key.node or NodeKey("", "", "")
    return {
        "key": episode.key.text,
        "alert": episode.key.rule,
        "indicator": node.indicator,
        "region": node.region,
        "scope": node.scope,
        "feed": episode.key.feed,
        "path": [{"day": day, "level": level.code} for day, level in episode.path],
        "since": episode.since,
        "fired": episode.fired,
        "resolved": episode.resolved,
        "reason": episode.reason.value if episode.resolved else None,
        "days": episode.days,
    }
