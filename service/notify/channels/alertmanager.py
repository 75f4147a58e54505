"""A real Alertmanager: alerts are pushed to its API v2, those that are over with their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from service.clock import Clock
from service.notify.channels import AlertFacts, Outgoing, Taken
from service.notify.channels.http import Line, Reply, judge_status
from service.notify.channels.machine import alerts_of, kept, timestamp
from service.notify.channels.settings import OverHttp, Secret, is_http
from service.notify.channels.webhook import checked_headers, plain
from service.notify.pace import Limit
from service.yamlfile import Wrong

PATH = "/api/v2/alerts"
# A message about no alert at all is shown for so long.
NOTICE = timedelta(hours=1)


class AlertmanagerSettings(OverHttp):
    """One Alertmanager; of a cluster, each is a channel of its own."""

    kind: Literal["alertmanager"] = "alertmanager"
    base_url: Secret
    """Up to where `/api/v2` begins."""
    headers: dict[str, Secret] = Field(default_factory=dict)
    """For instance Authorization, where it stands behind a proxy."""
    firing_hours: float = Field(default=192.0, gt=0, le=8760)
    """How long it takes an alert to be over by itself if it hears nothing more: 8 days."""

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not is_http(url):
            raise Wrong(
                "base_url 应以 http(s):// 开头。", "base_url is written http(s)://host[:port][/prefix]"
            )
        return SecretStr(url.rstrip("/").removesuffix(PATH))

    @field_validator("headers")
    @classmethod
    def _headers(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        return checked_headers(value)


class AlertmanagerChannel:
    """Pushes to one Alertmanager; the same alert again changes nothing."""

    def __init__(self, name: str, settings: AlertmanagerSettings, clock: Clock) -> None:
        self.name = name
        self.limits: Sequence[Limit] = settings.limits()
        self._settings = settings
        self._clock = clock
        self._line = Line(settings)

    def send(self, message: Outgoing) -> Taken:
        settings = self._settings
        body = payload(message, self._clock.now(), timedelta(hours=settings.firing_hours))
        url = settings.base_url.get_secret_value() + PATH
        reply = self._line.post_json(url, body, headers=plain(settings.headers))
        return verdict(reply, len(body), settings.secrets)


def payload(message: Outgoing, now: datetime, firing: timedelta) -> list[dict[str, object]]:
    """The body. What fires gets an end in the future, or Alertmanager would end it after minutes."""
    hold = firing if message.alerts else NOTICE
    return [_alert(alert, now + hold) for alert in alerts_of(message, now)]


def _alert(alert: AlertFacts, until: datetime) -> dict[str, object]:
    ends = until if alert.ends_at is None else max(alert.ends_at, alert.starts_at)
    return {
        "labels": kept(alert.labels),
        "annotations": kept(alert.annotations),
        "startsAt": timestamp(alert.starts_at),
        "endsAt": timestamp(ends),
        "generatorURL": alert.url,
    }


def verdict(reply: Reply, count: int, secrets: tuple[str, ...]) -> Taken:
    """Taken under HTTP 2xx. 400 is for good: an alert is malformed, those beside it were taken."""
    judge_status(reply, secrets=secrets)
    return Taken(f"HTTP {reply.status}, {count} alerts")
