"""Bodies that are posted, timed one by one, and what they are held against."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from statistics import median

import msgspec
import psycopg

from benchmarks.core import BUILD, Figure, median_ratio, note, stopwatch
from benchmarks.ingest.bodies import PIECE_BYTES, Reading, Sizes, World
from benchmarks.ingest.serving import Serving

MEMORY_MEGABYTES = 300.0
_TABLE = "CREATE TEMPORARY TABLE bare (series_id integer, day date, value double precision) ON COMMIT DROP"
_COPY = "COPY bare (series_id, day, value) FROM STDIN"
_MERGE = """
    INSERT INTO biaochi.reading AS r (series_id, day, value, submission_id)
    SELECT series_id, day, value, 'bare' FROM bare
    ON CONFLICT (series_id, day) DO UPDATE
        SET value = EXCLUDED.value, revision = r.revision + 1, submission_id = EXCLUDED.submission_id
        WHERE r.value IS DISTINCT FROM EXCLUDED.value
"""


def large_body(serving: Serving, world: World, sizes: Sizes) -> list[Figure]:
    """One NDJSON body from a file, and what the service held meanwhile."""
    note(f"a body of {sizes.large / 1e6:.0f} MB")
    before, seconds = serving.megabytes, list[float]()
    with tempfile.TemporaryFile(dir=BUILD) as file:
        for piece in world.ndjson(sizes.large):
            file.write(piece)
        file.seek(0)
        pieces = iter(lambda: file.read(PIECE_BYTES), b"")
        with stopwatch(seconds):
            rows = _post(serving, pieces, "application/x-ndjson")
    name = f"{sizes.large / 1e6:.0f} MB of NDJSON"
    return [
        Figure(f"{name}: rows", rows, "rows"),
        Figure(f"{name}: to its receipt", seconds[0], "s"),
        Figure(f"{name}: rows a second", rows / seconds[0], "1/s", larger=True),
        Figure("peak memory of the service at rest", before, "MB"),
        Figure(f"peak memory of the service after {name}", serving.megabytes, "MB", MEMORY_MEGABYTES),
    ]


def batches(serving: Serving, world: World, sizes: Sizes) -> list[Figure]:
    """Usual bodies of JSON, each beside a bare COPY and merge of as many rows."""
    note(f"bodies of {sizes.rows} rows")
    through, bare = list[float](), list[float]()
    with psycopg.connect(world.dsn) as conn:
        for _ in range(sizes.batches):
            body = msgspec.json.encode({"readings": world.readings(sizes.rows)})
            with stopwatch(through):
                rows = _post(serving, iter([body]), "application/json")
            assert rows == sizes.rows
            others = world.readings(sizes.rows)
            numbered = [(world.number(reading), reading) for reading in others]
            with stopwatch(bare):
                _copy(conn, numbered)
    return [
        Figure(f"{sizes.rows} rows of JSON", median(through), "s"),
        Figure(f"{sizes.rows} rows: bare COPY and merge", median(bare), "s"),
        Figure(f"{sizes.rows} rows: JSON ÷ bare COPY and merge", median_ratio(through, bare), "×"),
    ]


def _copy(conn: psycopg.Connection, readings: list[tuple[int, Reading]]) -> None:
    with conn.transaction():
        conn.execute(_TABLE)
        with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
            for number, reading in readings:
                copy.write_row((number, reading["day"], reading["value"]))
        conn.execute(_MERGE)


def singles(serving: Serving, world: World, sizes: Sizes) -> list[Figure]:
    """Bodies of one reading, one after the other in one connection."""
    note("single readings")
    bodies = [msgspec.json.encode(reading) for reading in world.readings(sizes.singles)]
    began = time.perf_counter()
    for body in bodies:
        _post(serving, iter([body]), "application/json")
    rate = len(bodies) / (time.perf_counter() - began)
    return [Figure("single readings a second, in one connection", rate, "1/s", larger=True)]


def _post(serving: Serving, body: Iterator[bytes], content_type: str) -> int:
    """Rows that were accepted; all must be."""
    answer = serving.client.post("/v1/readings", content=body, headers={"content-type": content_type})
    assert answer.status_code == 201, answer.text[:1000]
    receipt = answer.json()
    assert receipt["accepted"] == receipt["rows"], receipt
    rows: int = receipt["rows"]
    return rows
