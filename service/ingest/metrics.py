"""What ingest tells Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from service.store.submissions import Submission

BODIES = ("accepted", "replayed", "rejected", "draft", "returned")
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

        self._submissions = Counter(
            "biaochi_ingest_submissions_total",
            "Bodies received, by source and by what became of them: those that hold no row at all count here only.",
            ["source", "result"],
            registry=registry,
        )

        self._waiting = Gauge(
            "biaochi_quarantine_open_rows",
            "Rows of partial submissions that wait to be corrected or dismissed, by feed.",
            ["feed"],
            registry=registry,
        )

    def declare(self, sources: list[str]) -> None:
        """Show every source at zero, so that rates work from the first reading on."""
        for source in sources:
            for result in RESULTS:
                self._readings.labels(source, result)
            for result in BODIES:
                self._submissions.labels(source, result)

    def wait(self, rows: Mapping[str, int]) -> None:
        """How many rows of each feed wait in quarantine."""
        for feed, count in rows.items():
            self._waiting.labels(feed).set(count)

    def count_submission(self, source: str, s: Submission) -> None:
        """What became of a body; its readings once that is sure, those of a draft when it is passed."""
        self.count_body(source, s.state)
        if s.state in ("accepted", "rejected"):
            self.count(
                source, accepted=s.accepted, unchanged=s.unchanged, revised=s.revised, rejected=s.rejected
            )

    def count_body(self, source: str, result: str) -> None:
        self._submissions.labels(source, result).inc()

    def count(self, source: str, **results: int) -> None:
        for result, rows in results.items():
            self._readings.labels(source, result).inc(rows)
