"""The domain's gauges: what leaders watch, from the stored progress of the newest evaluated day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from threading import Lock

from service.catalog.publish import Published
from service.clock import BEIJING
from service.domain.catalog import GROUP_LEVEL, Catalog, Level, NodeKey
from service.domain.due import FeedCounts
from service.domain.pending import Pending, pending
from service.domain.units import UNITS
from service.metrics.due import due_families
from service.metrics.exposition import Family, labels, render
from service.store import alerts, evaluations
from service.store.alerts import AlertRow
from service.store.evaluations import ProgressRow
from service.store.pool import Connection

_FIGURES = (
    ("biaochi_reading", "Newest figure, in the indicator's unit.", "value"),
    ("biaochi_coverage_ratio", "Share of the regions below that reported on the data day.", "coverage"),
    (
        "biaochi_period_to_date",
        "Sum or mean of the period up to the data day, in the indicator's unit.",
        "period_to_date",
    ),
    ("biaochi_target", "Target of the period, in the indicator's unit.", "target"),
    ("biaochi_completion_ratio", "Period to date over target.", "completion"),
    ("biaochi_expected_completion_ratio", "Share of the target due by the data day.", "expected"),
    ("biaochi_lag_ratio", "Expected less actual completion; positive when behind.", "lag"),
    (
        "biaochi_year_on_year_ratio",
        "Change of the period to date against the same days of last year.",
        "year_on_year",
    ),
)


class Snapshot:
    """The gauges as bytes, made once per evaluation, those of what is due at every look; scraping runs no SQL."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made_from: tuple[date | None, datetime | None, int] | None = None
        self._figures = b""
        self._due = b""

    @property
    def body(self) -> bytes:
        return self._figures + self._due

    def tell_due(self, catalog: Catalog, counts: Sequence[FeedCounts]) -> None:
        """Make the gauges of what is due anew."""
        self._due = render(due_families(catalog, counts))

    def refresh(self, conn: Connection, published: Published) -> bool:
        """Make the gauges anew if something was evaluated or published since; whether they were."""
        with self._lock:
            stamp = (*evaluations.last(conn), published.version)
            if stamp == self._made_from:
                return False
            as_of = stamp[0]
            rows = evaluations.read_progress(conn, as_of) if as_of else []
            firing = alerts.list_alerts(conn, state="firing", shadow=False, limit=100_000)
            clocks = evaluations.read_clocks(conn, as_of) if as_of else {}
            waiting = () if published.catalog.shadow else pending(clocks)
            self._figures = render(families(published.catalog, rows, firing, waiting))
            self._made_from = stamp
            return True


def families(
    catalog: Catalog,
    rows: Sequence[ProgressRow],
    firing: Sequence[AlertRow],
    waiting: Sequence[Pending] = (),
) -> list[Family]:
    """All gauge families of a day."""
    return [*_info(catalog), *_figures(rows), *_freshness(rows), _projected(rows), _alerts(firing, waiting)]


def _where(row: ProgressRow, **more: str) -> str:
    return labels({"indicator": row.indicator, "region": row.region, "scope": row.scope, **more})


def _figures(rows: Sequence[ProgressRow]) -> list[Family]:
    where = [_where(row) for row in rows]
    found = []
    for name, help_, attribute in _FIGURES:
        family = Family(name, help_)
        for at, row in zip(where, rows, strict=True):
            family.add(at, getattr(row, attribute))
        found.append(family)
    return found


def _freshness(rows: Sequence[ProgressRow]) -> list[Family]:
    """How old a figure is: the day it speaks for, how far that lags the evaluated day, and whether that is too far."""
    day = Family("biaochi_data_day_timestamp_seconds", "Day the figure speaks for, as its 00:00 in Beijing.")
    lag = Family("biaochi_report_lag_seconds", "How far the data day lies behind the evaluated day.")
    stale = Family(
        "biaochi_stale",
        "1 where the figure lags what is due by more than its indicator allows, or there is none.",
    )
    for row in rows:
        stale.add(_where(row), float(row.stale))
        if row.data_day is not None:
            day.add(_where(row), _midnight(row.data_day))
            lag.add(_where(row), (row.as_of - row.data_day) / timedelta(seconds=1))
    return [day, lag, stale]


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).timestamp()


def _projected(rows: Sequence[ProgressRow]) -> Family:
    family = Family("biaochi_projected_period_end", "Projected figure at the end of the period.")
    for row in rows:
        family.add(_where(row, estimate="p50"), row.projected)
    return family


def _alerts(firing: Sequence[AlertRow], waiting: Sequence[Pending]) -> Family:
    """One sample per label set, whatever the keys of the alerts differ in besides."""
    family = Family(
        "biaochi_alert_active",
        "1 for every alert that fires, those in shadow left out, or is pending: its condition holds, not yet for long.",
    )
    lit = ((a.rule, Level(a.level), a.state, a.indicator, a.region, a.scope, a.feed) for a in firing)
    nodes = ((each, each.key.node or NodeKey("", "", "")) for each in waiting)
    soon = (
        (each.key.rule, each.level, "pending", node.indicator, node.region, node.scope, each.key.feed)
        for each, node in nodes
    )
    names = ("rule", "level", "state", "indicator", "region", "scope", "feed")
    for where in dict.fromkeys((rule, level.code, *rest) for rule, level, *rest in (*lit, *soon)):
        family.add(labels({name: value or "" for name, value in zip(names, where, strict=True)}), 1)
    return family


def _info(catalog: Catalog) -> list[Family]:
    """Names of regions and indicators, to be joined to the codes."""
    reported = {node.region for node in catalog.nodes}
    regions = Family("biaochi_region_info", "Names of regions; always 1.")
    for region in catalog.regions:
        ours = region.code == catalog.root or catalog.ancestors(region.code) or region.level == GROUP_LEVEL
        if ours or region.code in reported:
            regions.add(labels({"region": region.code, "name": region.name, "level": region.level}), 1)
    indicators = Family("biaochi_indicator_info", "Names and units of indicators; always 1.")
    for indicator in catalog.indicators:
        where = {
            "indicator": indicator.code,
            "name": indicator.name,
            "name_en": indicator.name_en,
            "unit": UNITS[indicator.unit],
            "kind": indicator.kind.value,
        }
        indicators.add(labels(where), 1)
    return [regions, indicators]
