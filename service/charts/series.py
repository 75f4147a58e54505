"""What a chart shows, read from the progress that evaluation stored: nothing later than the as-of day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from service.catalog.publish import Published
from service.catalog.workdays import china
from service.domain.catalog import Catalog, Level, NodeKey, Target
from service.domain.course import Course, Points, finite, target_told
from service.domain.facts import EventKind, Facts, Figures, Reason, about_node, source_name
from service.domain.plans import plan_line
from service.errors import NotFound
from service.store import evaluations
from service.store.evaluations import CourseRow, ProgressRow
from service.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Told:
    """The alert a chart stands beside.

    figures    what it judged by
    threshold  the count that lights its lowest lamp, where it has one
    """

    number: str
    check: str
    event: EventKind
    level: Level
    figures: Figures
    threshold: float | None = None


def read_course(
    conn: Connection,
    published: Published,
    node: NodeKey,
    as_of: date,
    *,
    told: Told | None = None,
    banner: str = "",
) -> Course:
    """A node's course as of an evaluated day; raises `NotFound` where that day has no figure of it."""
    row = _progress(conn, published, node, as_of)
    days = evaluations.read_course(conn, published.node_id[node], row.period_start, as_of)
    target = target_told(published.catalog, row.target_code, as_of)
    facts = _facts(published.catalog, node, row, target, told, banner)
    return Course(
        facts=facts,
        actual=finite([(day.data_day, day.period_to_date) for day in days]),
        daily=finite([(day.data_day, day.value) for day in days]),
        plan=_plan(target, row, days),
        last_year=finite([(day.data_day, day.last_year) for day in days]),
        threshold=told.threshold if told else None,
    )


def _progress(conn: Connection, published: Published, node: NodeKey, as_of: date) -> ProgressRow:
    rows = evaluations.read_progress(conn, as_of, indicator=node.indicator, region=node.region)
    found = next((row for row in rows if row.scope == node.scope), None)
    if found is None or node not in published.node_id:
        zh = "没有这一指标、区域和截至日的进度数据，无法绘图。"
        en = "there is no progress of this indicator and region as of that day to draw."
        raise NotFound("no_chart", zh, en)
    return found


def _plan(target: Target | None, row: ProgressRow, days: Sequence[CourseRow]) -> Points:
    """The plan's curve by its dates; what only figures tell (last year's shape), as it was told day by day."""
    if target is None or row.expected is None:
        return ()
    if line := plan_line(replace(target, value=row.target or target.value), china()):
        return line
    begin = target.baseline or 0.0
    return finite([(day.data_day, _due(day, begin)) for day in days])


def _due(day: CourseRow, begin: float) -> float | None:
    if day.target is None or day.expected is None:
        return None
    return begin + (day.target - begin) * day.expected


def _facts(
    catalog: Catalog,
    node: NodeKey,
    row: ProgressRow,
    target: Target | None,
    told: Told | None,
    banner: str,
) -> Facts:
    facts = Facts(
        number=told.number if told else "",
        check=told.check if told else "",
        title="",
        event=told.event if told else EventKind.FIRED,
        reason=Reason.CONDITION,
        level=told.level if told else Level.NONE,
        previous_level=Level.NONE,
        as_of=row.as_of,
        since=row.as_of,
        held_days=1,
        issued_on=row.as_of,
        figures=_figures(row, target, told),
        period_start=row.period_start,
        period_end=row.period_end,
        source=_sources(catalog, node),
        office=catalog.office,
        banner=banner,
    )
    return about_node(facts, catalog, node)


def _figures(row: ProgressRow, target: Target | None, told: Told | None) -> Figures:
    """The day's stored figures; what only the alert knows (its window, since when it was clear) beside them."""
    return replace(
        told.figures if told else Figures(),
        data_day=row.data_day,
        to_date=row.period_to_date,
        target=row.target,
        comparator=target.comparator if target else None,
        completion=row.completion,
        expected=row.expected,
        lag=row.lag,
        shortfall=row.shortfall,
        to_target=row.to_target,
        required_rate=row.required_rate,
        allowed_mean=row.allowed_mean,
        mean_rate=row.mean_rate,
        recent_rate=row.recent_rate,
        year_on_year=row.year_on_year,
        projected=row.projected,
        days_left=(row.period_end - row.data_day).days if row.data_day else None,
        covered=row.covered,
        declared=row.declared,
    )


def _sources(catalog: Catalog, node: NodeKey) -> str:
    """Everyone who reports the node's figure or those below it, the preferred first."""
    codes = {
        series.source
        for series in catalog.series
        if (series.node.indicator, series.node.scope) == (node.indicator, node.scope)
        and (series.node.region == node.region or catalog.within(series.node.region, node.region))
    }
    ranked = sorted((catalog.source[code] for code in codes), key=lambda source: source.rank)
    return "、".join(source_name(catalog, node.indicator, source) for source in ranked)
