"""Alerts as Alertmanager writes them, for channels that hand them on to machines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from service.notify.channels import AlertFacts, Outgoing

# Go's zero time: an alert that has no end yet.
NO_END = "0001-01-01T00:00:00Z"
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


def alerts_of(message: Outgoing, now: datetime) -> tuple[AlertFacts, ...]:
    """What the message tells of; a message about no alert (运行正常, a test) becomes one of its own."""
    if message.alerts:
        return message.alerts
    labels = {"alertname": "BiaochiMessage", "message": message.dedup_id}
    return (AlertFacts(labels, {"summary": message.subject, "description": message.text}, now, None),)


def timestamp(at: datetime) -> str:
    """RFC 3339, UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def kept(pairs: Mapping[str, str]) -> dict[str, str]:
    """Without empty values: to Prometheus an empty label is none."""
    return {name: value for name, value in sorted(pairs.items()) if value}


def fingerprint(labels: Mapping[str, str]) -> str:
    """Prometheus's fingerprint of a label set: FNV-1a over sorted names and values, 255 after each."""
    raw = b"".join(part.encode() + b"\xff" for pair in kept(labels).items() for part in pair)
    value = _FNV_OFFSET
    for byte in raw:
        value = ((value ^ byte) * _FNV_PRIME) & _FNV_MASK
    return f"{value:016x}"


def common(maps: list[dict[str, str]]) -> dict[str, str]:
    """The pairs all of them have."""
    first, *others = maps
    return {name: value for name, value in first.items() if all(m.get(name) == value for m in others)}
