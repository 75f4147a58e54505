"""What delivery tells Prometheus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

RESULTS = ("sent", "retried", "given_up", "missed")


class NotifyMetrics:
    """Messages by channel and result; present at zero for every configured channel."""

    def __init__(self, registry: CollectorRegistry, channels: Sequence[str]) -> None:
        self._notifications = Counter(
            "biaochi_notifications_total",
            "Attempts to send a message, by channel and by what became of them; missed: addresses a sent one did not reach.",
            ["channel", "result"],
            registry=registry,
        )
        self._queue = Gauge(
            "biaochi_notification_queue_length",
            "Messages waiting to be sent.",
            ["channel"],
            registry=registry,
        )
        self._known = set(channels)
        for channel in channels:
            self._queue.labels(channel).set(0)
            for result in RESULTS:
                self._notifications.labels(channel, result)

    def count(self, channel: str, result: str) -> None:
        self._notifications.labels(channel, result).inc()

    def queue(self, backlog: Mapping[str, int]) -> None:
        """Set from the outbox; a channel that was seen before and waits for nothing is at zero."""
        self._known |= backlog.keys()
        for channel in self._known:
            self._queue.labels(channel).set(backlog.get(channel, 0))
