"""Delivery's metrics are there before the first message."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from service.notify.metrics import RESULTS, NotifyMetrics


def test_every_channel_and_result_is_present_at_zero() -> None:
    registry = CollectorRegistry()
    NotifyMetrics(registry, ["email", "wecom"])
    for channel in ("email", "wecom"):
        for result in RESULTS:
            labels = {"channel": channel, "result": result}
            assert registry.get_sample_value("biaochi_notifications_total", labels) == 0
        assert registry.get_sample_value("biaochi_notification_queue_length", {"channel": channel}) == 0


def test_a_queue_that_empties_goes_back_to_zero() -> None:
    registry = CollectorRegistry()
    metrics = NotifyMetrics(registry, ["email"])
    metrics.queue({"email": 3, "gone": 2})
    metrics.queue({})
    for channel in ("email", "gone"):
        assert registry.get_sample_value("biaochi_notification_queue_length", {"channel": channel}) == 0
