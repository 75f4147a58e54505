"""Publishing a catalogue: files → checked values → a version in the database."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from service.catalog.entries import CatalogFile
from service.catalog.files import read_folders
from service.catalog.resolve import resolve, values
from service.domain.arrays import Ints
from service.domain.catalog import Catalog, Feed, NodeKey, SeriesKey
from service.domain.layout import Layout, lay_out
from service.domain.names import NameIndex
from service.errors import NotFound, Unavailable
from service.store import catalog as store
from service.store.pool import Connection, Pool, connection


@dataclass(frozen=True)
class Published:
    """The catalogue in use: its values, rows and numbers.

    node_id    number of each node
    series_id  number of each series, by node and source
    """

    version: int
    catalog: Catalog
    layout: Layout
    node_id: dict[NodeKey, int]
    series_id: dict[tuple[NodeKey, str], int]

    def feed(self, code: str) -> Feed:
        """The feed of a code. Raises `NotFound`, which names those there are."""
        feeds = self.catalog.feed
        if code not in feeds:
            known = ", ".join(feeds)
            raise NotFound(
                "no_feed", f"没有报送渠道“{code}”。", f"there is no feed {code!r}; known are {known}."
            )
        return feeds[code]

    @cached_property
    def node_ids(self) -> Ints:
        """(nodes,) number of each node, in the layout's order."""
        return np.array([self.node_id[node] for node in self.layout.nodes], dtype=np.int64)

    @cached_property
    def panel_rows(self) -> Ints:
        """Panel row of every series number, -1 where it has none."""
        return panel_rows(self.catalog, self.series_id)

    @cached_property
    def series_of(self) -> dict[str, dict[tuple[str, str, str], int]]:
        """Number of every series a feed owes, by indicator, region and scope."""
        owed: dict[str, dict[tuple[str, str, str], int]] = defaultdict(dict)
        for series in self.catalog.series:
            node = series.node
            number = self.series_id[node, series.source]
            owed[series.feed][node.indicator, node.region, node.scope] = number
        return dict(owed)

    @cached_property
    def series_key(self) -> dict[int, SeriesKey]:
        """The series of every number."""
        return {self.series_id[series.node, series.source]: series for series in self.catalog.series}

    @cached_property
    def names(self) -> NameIndex:
        """Every way to write a region, an indicator or a source."""
        return NameIndex(self.catalog)


def panel_rows(catalog: Catalog, series_id: Mapping[tuple[NodeKey, str], int]) -> Ints:
    """Panel row of every series number, -1 where it has none."""
    rows = np.full(max(series_id.values(), default=0) + 1, -1, dtype=np.int64)
    for row, series in enumerate(catalog.series):
        number = series_id.get((series.node, series.source))
        if number is not None:
            rows[number] = row
    return rows


def check_folders(folders: Sequence[Path]) -> tuple[CatalogFile, Catalog]:
    """Read and check; raises `Faulty` with every fault."""
    read = read_folders(folders)
    return read.catalog, resolve(read)


def publish_folders(
    conn: Connection, folders: Sequence[Path], *, banner: str, at: datetime, by: str
) -> tuple[int, bool]:
    """Publish the folders' catalogue; the version, and whether it is new. One transaction of its own."""
    files, catalog = check_folders(folders)
    content = files.model_dump(mode="json", by_alias=True)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    with conn.transaction():
        publication, new = store.publish(
            conn, "catalog", content, sha256, begins=catalog.evaluate_from, at=at, by=by
        )
        store.store_catalog(conn, catalog, publication.version, banner, at)
    return publication.version, new


def load_published(conn: Connection, version: int | None = None) -> Published:
    """The newest published catalogue, or an earlier version of it."""
    publication = (
        store.current(conn, "catalog") if version is None else store.version(conn, "catalog", version)
    )
    if publication is None:
        zh = "尚未发布指标目录：请先运行 biaochi catalog load 目录。"
        raise Unavailable(
            "no_catalog", zh, "no catalogue has been published: run `biaochi catalog load FOLDER`."
        )
    catalog = values(CatalogFile.model_validate(publication.content))
    return Published(
        version=publication.version,
        catalog=catalog,
        layout=lay_out(catalog),
        node_id=store.node_ids(conn),
        series_id=store.series_ids(conn),
    )


class CatalogHolder:
    """The catalogue in use by this process, kept up with what is published."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._published: Published | None = None

    def published(self) -> Published:
        """The catalogue in use; raises `Unavailable` while none was ever published."""
        return self._published or self.refresh()

    def refresh(self) -> Published:
        """Take over the newest version, if it is another one."""
        with connection(self._pool) as conn:
            newest = store.current(conn, "catalog")
            held = self._published
            if held is None or newest is None or newest.version != held.version:
                held = self._published = load_published(conn)
        return held
