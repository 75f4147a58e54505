"""What is posted: readings of one feed of a city, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import count, islice
from typing import Any

import msgspec
import psycopg

from benchmarks.city import FIRST_DAY, City
from benchmarks.databases import create_database, found
from service.catalog.publish import load_published
from service.clock import SystemClock
from service.store import tokens

SUBDISTRICTS = 349
PIECE_BYTES = 1 << 20

Reading = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is posted.

    large    bytes of the huge body
    rows     of a usual one
    batches  usual bodies, each beside a bare COPY of as many rows
    singles  bodies of one reading
    """

    large: int
    rows: int
    batches: int
    singles: int


FULL = Sizes(large=500_000_000, rows=10_000, batches=11, singles=500)
QUICK = Sizes(large=5_000_000, rows=500, batches=2, singles=5)


class World:
    """A database with a city whose days nobody judges, its largest feed, and days nobody has posted yet.

    dsn     of the database
    secret  of the feed's token
    """

    def __init__(self, server: str) -> None:
        self.dsn = create_database(server, "ingest")
        now = SystemClock().now()
        self._city = City(SUBDISTRICTS, evaluate_from=now.date() + timedelta(days=1))
        found(self.dsn, self._city)
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            self._owed = load_published(conn).series_of
            _, self.secret = tokens.create(conn, "feed", self.feed, "", now)
        self._readings = self._all_days()

    @cached_property
    def feed(self) -> str:
        """The feed with most series."""
        return max(self._owed, key=lambda code: len(self._owed[code]))

    def number(self, reading: Reading) -> int:
        """The series a reading is of."""
        return self._owed[self.feed][reading["indicator"], reading["region"], reading["scope"]]

    def readings(self, rows: int) -> list[Reading]:
        """So many readings that are new."""
        return list(islice(self._readings, rows))

    def ndjson(self, size: int) -> Iterator[bytes]:
        """About so many bytes of new readings, in pieces."""
        encode, left, piece = msgspec.json.Encoder().encode, size, bytearray()
        while left > 0:
            line = encode(next(self._readings)) + b"\n"
            piece += line
            left -= len(line)
            if len(piece) >= PIECE_BYTES or left <= 0:
                yield bytes(piece)
                piece.clear()

    def _all_days(self) -> Iterator[Reading]:
        for number in count():
            day = FIRST_DAY + timedelta(days=number)
            for at, (indicator, region, scope) in enumerate(self._owed[self.feed]):
                yield {
                    "day": day,
                    "indicator": indicator,
                    "region": region,
                    "scope": scope,
                    "value": (at + number) % 7,
                }
