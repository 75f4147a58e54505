"""Published versions, and the numbers the catalogue's codes have in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from service.domain.catalog import Catalog, NodeKey, Target
from service.domain.units import UNITS
from service.store.pool import Connection
from service.store.queries import load

Kind = Literal["catalog", "rules", "roster"]


@dataclass(frozen=True, slots=True)
class Publication:
    """A published version of the catalogue, the rules or the roster."""

    version: int
    sha256: str
    content: Any
    first_as_of: date


def current(conn: Connection, kind: Kind) -> Publication | None:
    """The newest version."""
    row = conn.execute(load("catalog")["current"], {"kind": kind}).fetchone()
    return Publication(*row) if row else None


def version(conn: Connection, kind: Kind, number: int) -> Publication | None:
    """One version; None where there is none of that number."""
    row = conn.execute(load("catalog")["version"], {"kind": kind, "version": number}).fetchone()
    return Publication(*row) if row else None


def in_force(conn: Connection, kind: Kind, as_of: date) -> Publication | None:
    """The version that applies to an as-of day."""
    row = conn.execute(load("catalog")["in_force"], {"kind": kind, "as_of": as_of}).fetchone()
    return Publication(*row) if row else None


def publish(
    conn: Connection, kind: Kind, content: Any, sha256: str, *, begins: date, at: datetime, by: str
) -> tuple[Publication, bool]:
    """Add a version, unless the newest already says the same; second value: whether one was added.

    begins  the first as-of day where nothing was evaluated yet; later versions apply from the next one
    """
    sql = load("catalog")
    conn.execute(sql["lock_publication"])
    newest = current(conn, kind)
    if newest and newest.sha256 == sha256:
        return newest, False
    row = conn.execute(sql["next_as_of"]).fetchone()
    first = (row[0] if row else None) or begins
    publication = Publication((newest.version if newest else 0) + 1, sha256, content, first)
    conn.execute(
        sql["publish"],
        {
            "kind": kind,
            "version": publication.version,
            "content": Jsonb(content),
            "sha256": sha256,
            "first_as_of": first,
            "at": at,
            "by": by,
        },
    )
    return publication, True


def store_catalog(conn: Connection, catalog: Catalog, version: int, banner: str, at: datetime) -> None:
    """Give every code its number and every target its version; nothing is ever removed."""
    sql = load("catalog")
    conn.execute(
        sql["set_installation"],
        {"root": catalog.root, "name": catalog.name, "banner": banner, "shadow": catalog.shadow},
    )
    conn.execute(sql["upsert_regions"], _columns(catalog.regions, "code name name_en level parent"))
    _store_groups(conn, catalog, version)
    indicators = _columns(catalog.indicators, "code task name name_en unit kind direction lead")
    indicators["unit_zh"] = [UNITS[i.unit] for i in catalog.indicators]
    conn.execute(sql["upsert_indicators"], indicators)
    conn.execute(sql["upsert_feeds"], _columns(catalog.feeds, "code name source first_day"))
    conn.execute(sql["ensure_nodes"], _columns(catalog.nodes, "indicator region scope"))
    series = _columns([s.node for s in catalog.series], "indicator region scope")
    series["source"] = [s.source for s in catalog.series]
    conn.execute(sql["ensure_series"], series)
    nodes = node_ids(conn)
    for target in catalog.targets:
        conn.execute(sql["insert_target"], _target(target, nodes, version, at, catalog.evaluate_from))


def _store_groups(conn: Connection, catalog: Catalog, version: int) -> None:
    sql = load("catalog")
    conn.execute(sql["insert_groups"], {"version": version, **_columns(catalog.groups, "code name name_en")})
    members = [(group.code, region) for group in catalog.groups for region in group.regions]
    columns = {"code": [code for code, _ in members], "region": [region for _, region in members]}
    conn.execute(sql["insert_group_members"], {"version": version, **columns})


def _columns(items: Any, names: str) -> dict[str, list[Any]]:
    return {name: [getattr(item, name) for item in items] for name in names.split()}


def _target(
    target: Target, nodes: dict[NodeKey, int], version: int, at: datetime, begins: date
) -> dict[str, Any]:
    points = [[day.isoformat(), share] for day, share in target.plan.milestones]
    return {
        "code": target.code,
        "node_id": nodes[NodeKey(target.indicator, target.region, target.scope)],
        "period_start": target.period_start,
        "period_end": target.period_end,
        "comparator": target.comparator,
        "value": target.value,
        "baseline": target.baseline,
        "plan": Jsonb({"curve": target.plan.curve, "milestones": points}),
        "authority": target.authority,
        "ambition": target.ambition,
        "note": target.note,
        "valid_from": target.valid_from or min(target.period_start, begins),
        "at": at,
        "catalog_version": version,
    }


def node_ids(conn: Connection) -> dict[NodeKey, int]:
    """Number of each node."""
    rows = conn.execute(load("catalog")["node_ids"]).fetchall()
    return {NodeKey(indicator, region, scope): number for indicator, region, scope, number in rows}


def series_ids(conn: Connection) -> dict[tuple[NodeKey, str], int]:
    """Number of each series, by node and source."""
    rows = conn.execute(load("catalog")["series_ids"]).fetchall()
    return {(NodeKey(i, r, scope), source): number for i, r, scope, source, number in rows}
