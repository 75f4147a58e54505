"""Databases to measure on: a durable server of the run's own, histories copied straight into it, feeds that post."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import msgspec
import numpy as np
import psycopg

from benchmarks.city import City
from benchmarks.core import BUILD
from service.app import Service
from service.catalog.publish import load_published
from service.clock import beijing
from service.database import prepare_database
from service.domain.arrays import Floats
from service.domain.catalog import Catalog
from service.ingest.formats import reader
from service.settings import Settings
from service.store import catalog as catalogs
from service.store import submissions, tokens
from service.store.packed import copy_rows, dates, floats, integers, texts
from service.store.past import Bounds
from service.store.pool import Connection, connection
from service.store.staging import Staging
from tests.conftest import on
from tests.testkit.server import test_server

SUBMISSION = "sub_{:020d}"
# What is copied was never asked about.
NO_BOUNDS = Bounds(date.max, date.min, None, sealed=False)


@contextmanager
def bench_server() -> Iterator[str]:
    """URL of the superuser's database on a server as it is shipped, which is gone afterwards."""
    with test_server(durable=True, within=_workspace()) as server:
        yield server.dsn("postgres")


def _workspace() -> Path:
    """`build/bench`; where the user the server runs as cannot get there, the machine's own place."""
    BUILD.mkdir(parents=True, exist_ok=True)
    closed = os.geteuid() == 0 and any(
        not folder.stat().st_mode & 0o001 for folder in (BUILD, *BUILD.parents)
    )
    return Path(tempfile.gettempdir()) if closed else BUILD


def create_database(server: str, name: str, template: str | None = None) -> str:
    """URL of a new database: empty, or a copy."""
    copy = f"TEMPLATE {template} STRATEGY file_copy" if template else ""
    run(server, f"CREATE DATABASE {name} {copy}")
    return on(server, name)


def run(dsn: str, *statements: str) -> None:
    """Statements of the benchmark's own, each by itself."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        for statement in statements:
            conn.execute(_literal(statement))


def ask(dsn: str, query: LiteralString) -> str:
    """The one value a query gives."""
    with psycopg.connect(dsn) as conn:
        row = conn.execute(query).fetchone()
    return str(row[0]) if row else ""


def _literal(text: str) -> LiteralString:
    return text


def server_versions(dsn: str) -> dict[str, str]:
    """PostgreSQL and TimescaleDB, for the head of the table."""
    return {
        "PostgreSQL": ask(dsn, "SHOW server_version"),
        "TimescaleDB": ask(dsn, "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"),
    }


def settle(dsn: str) -> None:
    """Leave nothing to be done for a load: statistics and the checkpoint are not part of what is measured."""
    run(dsn, "VACUUM (ANALYZE) biaochi.reading", "ANALYZE", "CHECKPOINT")


def found(dsn: str, city: City) -> None:
    """Migrate, publish the city's catalogue, give every feed a token."""
    at = beijing(city.evaluate_from)
    prepare_database(Settings(), dsn)
    with psycopg.connect(dsn, autocommit=True) as conn, conn.transaction():
        content = city.files.model_dump(mode="json", by_alias=True)
        publication, _ = catalogs.publish(
            conn, "catalog", content, "benchmark", begins=city.evaluate_from, at=at, by="benchmark"
        )
        catalogs.store_catalog(conn, city.catalog, publication.version, "", at)
        for feed in city.catalog.feeds:
            tokens.create(conn, "feed", feed.code, "", at)


def copy_history(dsn: str, catalog: Catalog, first: date, figures: Floats) -> None:
    """Readings as if they had been posted, month by month, the days in order; one submission holds them."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        number = load_published(conn).series_id
        ids = np.array([number[s.node, s.source] for s in catalog.series], dtype=np.int64)
        submission = _submission(conn, first)
        month = timedelta(days=31)
        for begin in range(0, figures.shape[1], month.days):
            part = figures[:, begin : begin + month.days]
            _copy(conn, ids, first + timedelta(days=begin), part, submission)


def _submission(conn: Connection, first: date) -> str:
    """An accepted submission without rows of its own: nobody judges days again because of it."""
    (token, *_) = tokens.list_all(conn)
    assert token.feed is not None
    name = SUBMISSION.format(first.toordinal())
    arrival = submissions.Arrival(
        submission_id=name,
        feed=token.feed,
        token_id=token.token_id,
        key=name,
        sha256=name.encode(),
        format="json",
        note="",
        restatement=False,
        mode="atomic",
        rows=0,
        received_at=beijing(first),
    )
    with conn.transaction():
        Staging(conn)
        submissions.claim(conn, arrival)
        merged = submissions.merge(conn, name, NO_BOUNDS)
        submissions.close(conn, name, arrival.received_at, NO_BOUNDS, merged, submissions.Outcome(staged=0))
    return name


def _copy(conn: Connection, ids: np.ndarray, first: date, figures: Floats, submission: str) -> None:
    """Readings in PostgreSQL's binary format, day by day as they would have come."""
    days, rows = np.nonzero(~np.isnan(figures.T))
    columns = [
        integers(ids[rows]),
        dates(first.toordinal() + days),
        floats(figures[rows, days]),
        texts([submission] * len(rows)),
    ]
    statement = "COPY biaochi.reading (series_id, day, value, submission_id) FROM STDIN (FORMAT binary)"
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(copy_rows(columns))


@dataclass
class Feeds:
    """The feeds of a city: they post what they owe, through the service's own intake."""

    service: Service
    catalog: Catalog
    _tokens: dict[str, tokens.Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with connection(self.service.pool) as conn:
            self._tokens = {token.feed: token for token in tokens.list_all(conn) if token.feed}

    def post(self, day: date, figures: Floats, rows: Iterable[int] | None = None) -> None:
        """A day's figures, (series,), of the rows or of all; one body a feed, the morning after."""
        at = beijing(day + timedelta(days=1), 8)
        by_feed: dict[str, list[dict[str, object]]] = {}
        for row in range(len(figures)) if rows is None else rows:
            if not np.isnan(figures[row]):
                series = self.catalog.series[row]
                node = series.node
                by_feed.setdefault(series.feed, []).append(
                    {
                        "indicator": node.indicator,
                        "region": node.region,
                        "scope": node.scope,
                        "day": day,
                        "value": float(figures[row]),
                    }
                )
        for feed, readings in by_feed.items():
            self._submit(feed, msgspec.json.encode({"readings": readings}), at)

    def _submit(self, feed: str, body: bytes, at: datetime) -> None:
        self.service.context.intake.submit(
            io.BytesIO(body), reader("application/json"), token=self._tokens[feed], at=at
        )
