"""A webhook of anybody's: Alertmanager's payload, version 4, signed with HMAC-SHA256."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from service.clock import Clock
from service.notify.channels import AlertFacts, Outgoing, Taken
from service.notify.channels.http import Line, Reply, encoded, judge_status
from service.notify.channels.machine import NO_END, alerts_of, common, fingerprint, kept, timestamp
from service.notify.channels.settings import OverHttp, Secret, is_http
from service.notify.channels.verdicts import UNKNOWN, Dialect
from service.notify.pace import Limit
from service.notify.text import one_line, redact
from service.yamlfile import Wrong

SIGNATURE = "X-Biaochi-Signature"
TIMESTAMP = "X-Biaochi-Timestamp"
DELIVERY = "X-Biaochi-Delivery"
# Services that answer HTTP 200 and say in the body that it failed; what else they answer is theirs.
ANSWERS = Dialect(
    codes=("errcode", "code", "StatusCode"), words=("errmsg", "msg", "message", "StatusMessage"), verdicts={}
)
# Many write HTTP's own codes into the body.
SUCCESS = {0, 200, 201, 202, 204}


class WebhookSettings(OverHttp):
    """Where to, and how it is known who sent it."""

    kind: Literal["webhook"] = "webhook"
    url: Secret
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, Secret] = Field(default_factory=dict)
    """Headers the receiver wants, for instance Authorization."""
    secret: Secret | None = None
    """What bodies are signed with."""
    receiver: str = ""
    """What stands as `receiver` in the body; the channel's name where it is empty."""

    @field_validator("url")
    @classmethod
    def _url(cls, value: SecretStr) -> SecretStr:
        if not is_http(value.get_secret_value()):
            raise Wrong("地址应以 http(s):// 开头。", "a webhook's URL is written http(s)://…")
        return value

    @field_validator("headers")
    @classmethod
    def _headers(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        return checked_headers(value)


class WebhookChannel:
    """Sends to one URL."""

    def __init__(self, name: str, settings: WebhookSettings, clock: Clock) -> None:
        self.name = name
        self.limits: Sequence[Limit] = settings.limits()
        self._settings = settings
        self._clock = clock
        self._line = Line(settings)

    def send(self, message: Outgoing) -> Taken:
        settings, now = self._settings, self._clock.now()
        body = encoded(payload(message, settings.receiver or self.name, now))
        headers = {"content-type": "application/json", DELIVERY: message.dedup_id, **plain(settings.headers)}
        made: tuple[str, ...] = ()
        if settings.secret:
            proof = signed(settings.secret.get_secret_value(), body, now)
            headers, made = {**headers, **proof}, (proof[SIGNATURE].removeprefix("sha256="),)
        reply = self._line.request(
            settings.method, settings.url.get_secret_value(), body=body, headers=headers, secrets=made
        )
        return verdict(reply, (*settings.secrets, *made))


def checked_headers(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    """Raises where one could not be sent as it is written."""
    for name, value in headers.items():
        text = value.get_secret_value()
        if not (name.isascii() and name.replace("-", "").isalnum() and text.isascii() and text.isprintable()):
            raise Wrong(f"请求头 {name} 只能含可见的英文字符。", f"header {name!r}: printable ASCII only")
    return headers


def plain(headers: dict[str, SecretStr]) -> dict[str, str]:
    """Headers as they are sent."""
    return {name: value.get_secret_value() for name, value in headers.items()}


def signed(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """Headers that prove who sent a body and when: HMAC-SHA256 of seconds, a dot and the body."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, "sha256").hexdigest()
    return {TIMESTAMP: seconds, SIGNATURE: f"sha256={digest}"}


def payload(message: Outgoing, receiver: str, now: datetime) -> dict[str, object]:
    """The body, as Alertmanager's webhook writes it; `groupKey` is the thread."""
    alerts = alerts_of(message, now)
    firing = any(alert.ends_at is None for alert in alerts)
    return {
        "version": "4",
        "groupKey": message.thread or message.dedup_id,
        "truncatedAlerts": 0,
        "status": _status(firing),
        "receiver": receiver,
        "groupLabels": {},
        "commonLabels": common([kept(alert.labels) for alert in alerts]),
        "commonAnnotations": common([kept(alert.annotations) for alert in alerts]),
        "externalURL": "",
        "alerts": [_alert(alert) for alert in alerts],
    }


def _alert(alert: AlertFacts) -> dict[str, object]:
    return {
        "status": _status(alert.ends_at is None),
        "labels": kept(alert.labels),
        "annotations": kept(alert.annotations),
        "startsAt": timestamp(alert.starts_at),
        "endsAt": timestamp(alert.ends_at) if alert.ends_at else NO_END,
        "generatorURL": alert.url,
        "fingerprint": fingerprint(alert.labels),
    }


def _status(firing: bool) -> str:
    return "firing" if firing else "resolved"


def verdict(reply: Reply, secrets: tuple[str, ...]) -> Taken:
    """Taken under HTTP 2xx, unless the body has an error code."""
    judge_status(reply, secrets=secrets)
    code = ANSWERS.code(reply)
    if code is not None and code not in SUCCESS:
        raise ANSWERS.refusal(reply, UNKNOWN, secrets)
    told = reply.body.decode(errors="replace")
    return Taken(one_line(redact(f"HTTP {reply.status} {told}", *secrets)))
