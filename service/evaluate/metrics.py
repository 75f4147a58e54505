"""What evaluation tells Prometheus."""

from __future__ import annotations

from datetime import date, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.clock import BEIJING


class EvaluationMetrics:
    """How long days take, whether they fail, and how far evaluation has come."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.duration = Histogram(
            "biaochi_evaluation_duration_seconds",
            "Time it took to evaluate one as-of day.",
            registry=registry,
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self.failures = Counter(
            "biaochi_evaluation_failures_total", "Evaluations that failed.", registry=registry
        )
        self.query_failures = Counter(
            "biaochi_rule_query_failures_total",
            "As-of days on which a rule of type sql was not judged, because its query gave no answer.",
            ["rule"],
            registry=registry,
        )
        self._day = Gauge(
            "biaochi_evaluated_day_timestamp_seconds",
            "Last as-of day that was evaluated, as its 00:00 in Beijing; 0 before the first.",
            registry=registry,
        )
        self.rules_sound = Gauge(
            "biaochi_rules_last_load_successful",
            "1 if the rule files could be loaded when they were last looked at, else 0; the running rules stay.",
            registry=registry,
        )

    def evaluated(self, as_of: date) -> None:
        self._day.set(datetime(as_of.year, as_of.month, as_of.day, tzinfo=BEIJING).timestamp())
