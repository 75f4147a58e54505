"""From an alert back to what it rests on.

The day is judged once more by what it was judged by then: the catalogue and the rules of that version, and
readings as they were known. Only the indicators in question are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from math import isclose

import numpy as np

from service.alerts.facts import Saying, Speaker, facts_of
from service.alerts.figures import from_plain, to_plain
from service.catalog.publish import Published, load_published
from service.catalog.workdays import china
from service.domain.arrays import Floats
from service.domain.catalog import Catalog, SeriesKey
from service.domain.coverage import silent_below
from service.domain.cycles import Cycle
from service.domain.evidence import SeriesSpan, evidence_of
from service.domain.facts import EventKind, Facts, Figures, Reason
from service.domain.fold import AlertKey
from service.domain.frame import Frame, frame_as_of, panel_origin
from service.domain.layout import lay_out
from service.domain.meaning import derived
from service.domain.rollup import Panel
from service.domain.rules import Rule
from service.domain.sources import only_of
from service.domain.workdays import WorkCalendar
from service.domain.working import Worked, work_out
from service.evaluate.rulebook import published_rule
from service.explain.explanation import (
    Asked,
    Changed,
    Difference,
    Explanation,
    Owed,
    Reading,
    SeriesSummary,
)
from service.explain.moment import Moment, moment_of
from service.store import evidence as store
from service.store.evidence import Change, Listed, Span
from service.store.pool import Connection, read_only

SAME = 1e-9


def explain(conn: Connection, alert_id: str, asked: Asked, held: Published | None = None) -> Explanation:
    """The explanation of an alert, from one snapshot. `NotFound` where there is no such alert, event or day.

    held  a catalogue at hand, which is taken where it is the one the day was judged by
    """
    with read_only(conn):
        moment = moment_of(conn, alert_id, asked)
        basis = moment.basis
        rule = published_rule(conn, basis.rules_version, moment.alert.rule)
        same = held is not None and held.version == basis.catalog_version
        published = held if held and same else load_published(conn, basis.catalog_version)
        scene = _scene(conn, published, moment, rule.rule if rule else None)
        worked = work_out(scene.frame, rule.rule, moment.key) if rule else None
        if worked:
            worked = replace(worked, working=replace(worked.working, held=moment.held))
        event = moment.event
        stored = from_plain(event.figures) if event else None
        figures = worked.figures if worked else stored or Figures()
        proof = _proof(conn, scene, worked, moment, asked)
        return Explanation(
            alert=moment.alert,
            events=moment.events,
            number=moment.number,
            basis=basis,
            facts=_facts(scene.frame, rule.rule if rule else None, moment, figures),
            rule=rule,
            worked=worked,
            stored=stored,
            differences=_differences(stored, worked),
            silent=_silent(scene.frame, worked),
            owed=_owed(scene.frame, figures, _cycle(scene.frame, moment.key)),
            series=proof.series,
            readings=proof.readings,
            next_page=proof.next_page,
            revisions=proof.revisions,
            later=proof.later,
            submissions=proof.submissions,
        )


# The day as it was judged


@dataclass(frozen=True)
class _Scene:
    """The frame of the day, and the number each of its series has in the database (0 for none)."""

    frame: Frame
    numbers: tuple[int, ...]

    @cached_property
    def row_of(self) -> dict[int, int]:
        return {number: row for row, number in enumerate(self.numbers) if number}


def _scene(conn: Connection, published: Published, moment: Moment, rule: Rule | None) -> _Scene:
    catalog = published.catalog
    origin, as_of = panel_origin(catalog, moment.basis.as_of), moment.basis.as_of
    layout = lay_out(_narrowed(catalog, _indicators(catalog, moment.key, rule)))
    numbers = tuple(published.series_id.get((s.node, s.source), 0) for s in layout.series)
    wanted = {
        number: row
        for row, (series, number) in enumerate(zip(layout.series, numbers, strict=True))
        if number and moment.key.feed in ("", series.feed)
    }
    size = len(layout.series), (as_of - origin).days + 1
    values = store.known_panel(conn, wanted, size, origin, moment.basis.known_at)
    return _Scene(frame_as_of(layout, Panel(origin, values), as_of, china()), numbers)


def _indicators(catalog: Catalog, key: AlertKey, rule: Rule | None) -> set[str]:
    """Indicators whose figures can matter to an alert."""
    if key.node is None:
        feed = catalog.feed.get(key.feed)
        return {code for cover in feed.covers for code in cover.indicators} if feed else set()
    return rule.indicators_for(key.node.indicator) if rule else {key.node.indicator}


def _narrowed(catalog: Catalog, indicators: set[str]) -> Catalog:
    """The catalogue as if nothing but these were measured: their figures come out the same, only sooner."""
    return replace(
        catalog,
        feeds=tuple(only_of(feed, indicators) for feed in catalog.feeds),
        targets=tuple(target for target in catalog.targets if target.indicator in indicators),
    )


def _facts(frame: Frame, rule: Rule | None, moment: Moment, figures: Figures) -> Facts:
    event, alert = moment.event, moment.alert
    issued = event.at.date() if event else moment.basis.as_of
    saying = Saying(
        key=moment.key,
        number=alert.alert_id,
        event=EventKind(event.kind) if event else EventKind.FIRED,
        reason=Reason(event.reason if event else alert.reason),
        level=moment.level,
        before=moment.level,
        since=alert.since,
        figures=figures,
        retroactive=bool(event and event.retroactive),
    )
    # Without the rule: an explanation asks nobody for an answer.
    facts = facts_of(Speaker(frame, issued, ""), None, alert.check_type, saying)
    return replace(facts, title=rule.title if rule else "")


def _differences(stored: Figures | None, worked: Worked | None) -> tuple[Difference, ...]:
    """Figures that come out otherwise than they were stored, where the day could be judged."""
    if stored is None or worked is None or worked.working.reached is None:
        return ()
    then, now = to_plain(stored), to_plain(worked.figures)
    names = sorted(then.keys() | now.keys())
    return tuple(
        Difference(name, then.get(name), now.get(name))
        for name in names
        if not _same(then.get(name), now.get(name))
    )


def _same(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return one == other


def _silent(frame: Frame, worked: Worked | None) -> tuple[str, ...]:
    if worked is None or worked.figures.data_day is None:
        return ()
    layout, told = frame.layout, frame.told
    at = (worked.figures.data_day - told.first).days
    rows = silent_below(layout, frame.leaves, told.first, told.running, told.rhythm, worked.row, at)
    return tuple(layout.catalog.region[layout.nodes[row].region].name for row in rows.tolist())


def _cycle(frame: Frame, key: AlertKey) -> Cycle:
    feed = frame.layout.catalog.feed.get(key.feed)
    return feed.cycle if feed else Cycle.DAILY


def _owed(frame: Frame, figures: Figures, cycle: Cycle) -> tuple[Owed, ...]:
    catalog = frame.layout.catalog
    return tuple(
        Owed(
            region=catalog.region[gap.region].name if gap.region in catalog.region else gap.region,
            indicators=tuple(
                catalog.indicator[code].name if code in catalog.indicator else code for code in gap.indicators
            ),
            last_data=gap.last_data,
            days=_reports(frame.workdays, cycle, gap.first, gap.last),
        )
        for gap in figures.gaps
    )


def _reports(calendar: WorkCalendar, cycle: Cycle, first: date, last: date) -> tuple[date, ...]:
    """The days whose reports are owed: working days, or the last days of weeks or months."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    if cycle is Cycle.DAILY:
        return tuple(day for day in days if calendar.is_workday(day))
    return tuple(day for day in days if cycle.last(day) == day)


# The readings behind it


@dataclass(frozen=True)
class _Proof:
    series: tuple[SeriesSummary, ...]
    readings: Listed[Reading]
    next_page: tuple[date, int] | None
    revisions: Listed[Changed]
    later: Listed[Changed]
    submissions: Listed[store.Origin]


def _proof(conn: Connection, scene: _Scene, worked: Worked | None, moment: Moment, asked: Asked) -> _Proof:
    found = evidence_of(scene.frame, worked) if worked else ()
    spans = [Span(scene.numbers[s.series], s.first, s.last) for s in found if scene.numbers[s.series]]
    frame, known_at, limit = scene.frame, moment.basis.known_at, asked.limit
    daily = derived(frame.panel.values, frame.layout.meaning, frame.panel.first)
    page = store.readings(conn, spans, known_at, after=asked.after, limit=limit)
    last = page.items[-1] if limit is not None and len(page.items) == limit else None
    revisions = store.changes(conn, spans, known_at, later=False, limit=limit)
    later = store.changes(conn, spans, known_at, later=True, limit=limit)
    return _Proof(
        series=_summaries(frame, daily, found),
        readings=_readings(scene, daily, page),
        next_page=(last.day, last.series_id) if last else None,
        revisions=_changed(scene, revisions),
        later=_changed(scene, later),
        submissions=store.submissions(conn, spans, known_at, limit),
    )


def _summaries(frame: Frame, daily: Floats, spans: Sequence[SeriesSpan]) -> tuple[SeriesSummary, ...]:
    catalog = frame.layout.catalog
    told = []
    for span in spans:
        low, high = ((day - frame.panel.first).days for day in (span.first, span.last))
        figures = daily[span.series, low : high + 1]
        at = np.flatnonzero(~np.isnan(figures))
        if not len(at):
            continue
        key = frame.layout.series[span.series]
        first, last = (span.first + timedelta(days=int(n)) for n in (at[0], at[-1]))
        told.append(
            SeriesSummary(
                series=key,
                region=catalog.region[key.node.region].name,
                source=catalog.source[key.source].name,
                days=len(at),
                total=float(figures[at].sum()),
                latest=float(figures[at[-1]]),
                first=first,
                last=last,
            )
        )
    return tuple(sorted(told, key=lambda one: -abs(one.total)))


def _readings(scene: _Scene, daily: Floats, page: Listed[store.KnownReading]) -> Listed[Reading]:
    first, row_of = scene.frame.panel.first, scene.row_of
    items = []
    for one in page.items:
        key, region, source = _named(scene, one.series_id)
        figure = None
        if one.value is not None:
            figure = float(daily[row_of[one.series_id], (one.day - first).days])
        items.append(Reading(one, key, region, source, figure))
    return Listed(tuple(items), page.total)


def _changed(scene: _Scene, changes: Listed[Change]) -> Listed[Changed]:
    return Listed(
        tuple(Changed(change, *_named(scene, change.series_id)) for change in changes.items), changes.total
    )


def _named(scene: _Scene, number: int) -> tuple[SeriesKey, str, str]:
    """A series with the names of its region and its source."""
    layout = scene.frame.layout
    key = layout.series[scene.row_of[number]]
    return key, layout.catalog.region[key.node.region].name, layout.catalog.source[key.source].name
