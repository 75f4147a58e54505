"""What ingest tells Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

RESULTS = ("accepted", "unchanged", "revised", "rejected")


class IngestMetrics:
    """Readings taken in, by source and result; present at zero for every source."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._readings = Counter(
            "biaochi_ingest_readings_total",
            "Readings received, by source and by what became of them.",
            ["source", "result"],
            registry=registry,
        )

    def declare(self, sources: list[str]) -> None:
        """Show every source at zero, so that rates work from the first reading on."""
        for source in sources:
            for result in RESULTS:
                self._readings.labels(source, result)

    def count(self, source: str, **results: int) -> None:
        for result, rows in results.items():
            self._readings.labels(source, result).inc(rows)
