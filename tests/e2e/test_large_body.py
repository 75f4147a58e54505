"""A large body costs the service no memory of its size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import zstandard

from benchmarks.core import peak_megabytes
from tests.e2e.test_service import prepared, serve
from tests.testkit.service import assert_adds_up, reading

LINES, LINE_BYTES = 100_000, 600
NDJSON = "application/x-ndjson"


def compressed(lines: int) -> Iterator[bytes]:
    """One reading again and again, with a note that fills its line; zstd makes next to nothing of it."""
    line = json.dumps(reading("2016-01-01", 1, note="x" * (LINE_BYTES - 120))).encode() + b"\n"
    compressor = zstandard.ZstdCompressor().compressobj()
    for _ in range(lines // 1000):
        yield compressor.compress(line * 1000)
    yield compressor.flush()


# A tenth of it warms everything up; held as a whole, the large one would take its sixty megabytes and more.
def test_a_body_of_sixty_megabytes_takes_no_more_memory_than_one_of_six(
    database: str, tmp_path: Path
) -> None:
    secret = prepared(database)
    with serve(database, tmp_path) as serving:

        def post(lines: int) -> float:
            """Post so many lines; the most memory the service has held."""
            headers = {
                "authorization": f"Bearer {secret}",
                "content-type": NDJSON,
                "content-encoding": "zstd",
            }
            answer = serving.client.post("/v1/readings", content=compressed(lines), headers=headers)
            assert answer.status_code == 201, answer.text
            assert_adds_up(answer.json())
            assert answer.json()["rows"] == lines
            return peak_megabytes(serving.process.pid)

        small = post(LINES // 10)
        large = post(LINES)
        assert large - small < LINES * LINE_BYTES / 1e6 / 2
