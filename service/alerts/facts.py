"""What an alert says, with every code turned into its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from service.domain.catalog import Catalog, Level, NodeKey
from service.domain.coverage import leaves_of
from service.domain.facts import EventKind, Facts, Figures, Gap, Reason, about_node, source_name
from service.domain.fold import AlertKey
from service.domain.frame import Frame
from service.domain.layout import Layout
from service.domain.rules import Rule


@dataclass(frozen=True, slots=True)
class Speaker:
    """What is the same for every alert of a day.

    issued_on  the day the messages go out, Beijing
    banner     a mark every message bears; empty in earnest
    """

    frame: Frame
    issued_on: date
    banner: str

    @property
    def layout(self) -> Layout:
        return self.frame.layout

    @property
    def catalog(self) -> Catalog:
        return self.frame.layout.catalog

    @property
    def as_of(self) -> date:
        return self.frame.as_of


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said about one alert."""

    key: AlertKey
    number: str
    event: EventKind
    reason: Reason
    level: Level
    before: Level
    since: date
    figures: Figures
    retroactive: bool
    restated: bool = False
    shadow: bool = False


def facts_of(speaker: Speaker, rule: Rule | None, check: str, saying: Saying) -> Facts:
    """The facts of a message; `rule` is None where it was removed meanwhile."""
    catalog = speaker.catalog
    common = Facts(
        number=saying.number,
        check=check,
        title=rule.title if rule else "",
        event=saying.event,
        reason=saying.reason,
        level=saying.level,
        previous_level=saying.before,
        as_of=speaker.as_of,
        since=saying.since,
        held_days=max(1, (speaker.as_of - saying.since).days + 1),
        issued_on=speaker.issued_on,
        figures=_named(saying.figures, catalog),
        office=catalog.office,
        reply_due=_reply_due(speaker, rule, saying),
        banner=speaker.banner,
        retroactive=saying.retroactive,
        restated=saying.restated,
        summary=rule.summary if rule else "",
        description=rule.description if rule else "",
        runbook=rule.runbook if rule else "",
        shadow=saying.shadow,
    )
    if saying.key.node is None:
        return _of_feed(common, catalog, saying.key.feed)
    return _of_node(common, speaker, saying.key.node)


def _of_feed(common: Facts, catalog: Catalog, code: str) -> Facts:
    feed = catalog.feed.get(code)
    if feed is None:  # it has left the catalogue; its alert still has to be told as ended
        return replace(common, feed=code)
    lead = catalog.department[feed.department].name if feed.department else ""
    level = catalog.region[catalog.root].level
    return replace(
        common,
        feed=feed.name,
        cycle=feed.cycle,
        lead=lead,
        source=catalog.source[feed.source].name,
        region_level=level,
    )


def _of_node(common: Facts, speaker: Speaker, node: NodeKey) -> Facts:
    row = speaker.layout.row.get(node)
    if row is None:  # likewise
        return replace(common, indicator=node.indicator, short=node.indicator, region=node.region)
    catalog, progress = speaker.catalog, speaker.frame.progress
    return replace(
        about_node(common, catalog, node),
        period_start=progress.period_start[row],
        period_end=progress.period_end[row],
        localities=_localities(speaker.layout, node),
        source=_source(speaker, row),
    )


@lru_cache(maxsize=4096)
def _localities(layout: Layout, node: NodeKey) -> tuple[str, ...]:
    """Names of the reported regions below the node; () where that is all there are at their level."""
    catalog = layout.catalog
    level = catalog.indicator[node.indicator].reported_at
    if catalog.region[node.region].level == level:
        return ()
    reported = _reported(layout)[node.indicator, node.scope]
    below = [code for code in reported if catalog.within(code, node.region)]
    every = [r for r in catalog.regions if r.level == level and catalog.within(r.code, node.region)]
    return () if len(below) == len(every) else tuple(catalog.region[code].name for code in below)


@lru_cache(maxsize=8)
def _reported(layout: Layout) -> Mapping[tuple[str, str], Mapping[str, None]]:
    """Regions that report an indicator and scope at its own level, in order, each once: looked up once, not for every alert."""
    catalog = layout.catalog
    found: dict[tuple[str, str], dict[str, None]] = {(n.indicator, n.scope): {} for n in layout.nodes}
    for node in (series.node for series in layout.series):
        if catalog.region[node.region].level == catalog.indicator[node.indicator].reported_at:
            found[node.indicator, node.scope][node.region] = None
    return found


def _source(speaker: Speaker, row: int) -> str:
    """Who reports a node's figure, or what it is rolled up from; the preferred source where several do."""
    catalog, frame = speaker.catalog, speaker.frame
    series = frame.source[leaves_of(frame.leaves, row)]
    codes = {speaker.layout.series[at].source for at in series.tolist()}
    ranked = sorted((catalog.source[code] for code in codes), key=lambda source: source.rank)
    return source_name(catalog, speaker.layout.nodes[row].indicator, ranked[0]) if ranked else ""


def _named(figures: Figures, catalog: Catalog) -> Figures:
    """Gaps, sources and the group with names in place of codes."""
    if not (figures.gaps or figures.sides or figures.group):
        return figures
    gaps = tuple(
        Gap(
            catalog.region[gap.region].name,
            tuple(
                catalog.indicator[code].short or catalog.indicator[code].name
                for code in gap.indicators
                if code in catalog.indicator
            ),
            gap.first,
            gap.last,
            gap.last_data,
            gap.workdays,
        )
        for gap in figures.gaps
        if gap.region in catalog.region
    )
    sides = tuple(
        replace(side, source=catalog.source[side.source].name)
        for side in figures.sides
        if side.source in catalog.source
    )
    group = catalog.group.get(figures.group or "")
    return replace(figures, gaps=gaps, sides=sides, group=group.name if group else None)


def _reply_due(speaker: Speaker, rule: Rule | None, saying: Saying) -> date | None:
    """The day a unit answers by, counted in working days from the day of issue."""
    if rule is None or saying.event in (EventKind.RESOLVED, EventKind.OVERTURNED):
        return None
    days = rule.reply_workdays[saying.level - 1]
    return speaker.frame.workdays.next_workday(speaker.issued_on, days) if days else None
