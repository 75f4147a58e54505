"""WeCom group robot (企业微信群机器人): plain text to a webhook whose URL is the secret."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from service.errors import Invalid
from service.notify.channels import Outgoing, Reason, SendError
from service.notify.channels.http import Reply, client, judge_status, post_json
from service.notify.text import one_line, redact, truncate_bytes

# Vendor's page on group robots (developer document 91770): text.content, in bytes of UTF-8.
TEXT_BYTES = 2048
# The limits are per minute; blocks by the minute lift after about one.
THROTTLED_WAIT = timedelta(seconds=60)

SECRET_CHARACTERS = 8

THROTTLED = {45009, 45033}
PERMANENT = {
    93000: Reason.AUTHENTICATION,  # no such webhook, or the robot was removed from the group
    93004: Reason.REFUSED,  # robot disabled
    93008: Reason.REFUSED,  # robot not in the group
    40001: Reason.AUTHENTICATION,
    40014: Reason.AUTHENTICATION,
    41001: Reason.AUTHENTICATION,
    40008: Reason.REJECTED_CONTENT,  # msgtype
    40058: Reason.REJECTED_CONTENT,  # a parameter, over-long content too
    44004: Reason.REJECTED_CONTENT,  # empty
    45002: Reason.REJECTED_CONTENT,  # too long
}
BUSY = -1


@dataclass(frozen=True, slots=True)
class WecomSettings:
    """The whole webhook URL, key included; another host than the vendor's is a private deployment."""

    url: str = field(repr=False)
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not self.keys:
            raise Invalid(
                "wrong_channel",
                "企业微信机器人地址有误：应为完整的 Webhook 地址，以 http(s):// 开头并带 key 参数。",
                "the WeCom robot's URL is wrong: give the whole webhook URL, http(s)://… with its key.",
            )

    @property
    def keys(self) -> tuple[str, ...]:
        """What must never be told: the key, and whatever else in the query may be one."""
        query = parse_qsl(urlsplit(self.url).query)
        return tuple(value for name, value in query if name == "key" or len(value) >= SECRET_CHARACTERS)


class WecomChannel:
    """Sends to one robot."""

    name = "wecom"

    def __init__(self, settings: WecomSettings) -> None:
        self._settings = settings
        self._http = client(settings.timeout_seconds)

    def send(self, message: Outgoing) -> str:
        secrets = (self._settings.url, *self._settings.keys)
        reply = post_json(self._http, self._settings.url, payload(message), secrets=secrets)
        return verdict(reply, secrets=secrets)


def payload(message: Outgoing) -> dict[str, object]:
    """The body; the text begins with its own headline, so the subject isn't needed."""
    return {"msgtype": "text", "text": {"content": truncate_bytes(message.text, TEXT_BYTES)}}


def verdict(reply: Reply, *, secrets: tuple[str, ...]) -> str:
    """The answer where the robot took the message: errcode 0, and nothing else, under HTTP 2xx."""
    judge_status(reply, secrets=secrets)
    code, told = _answer(reply.body)
    detail = f"errcode {code} {told}"
    if code == 0:
        return one_line(redact(detail, *secrets))
    if code is None:
        raise SendError(Reason.MALFORMED_ANSWER, told, secrets=secrets)
    if code in THROTTLED:
        raise SendError(Reason.THROTTLED, detail, retry_after=THROTTLED_WAIT, secrets=secrets)
    if code in PERMANENT:
        raise SendError(PERMANENT[code], detail, permanent=True, secrets=secrets)
    reason = Reason.SERVER_ERROR if code == BUSY else Reason.REFUSED
    raise SendError(reason, detail, secrets=secrets)


def _answer(body: bytes) -> tuple[int | None, str]:
    """errcode and errmsg; without an errcode, None and the body itself."""
    text = body.decode(errors="replace")
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None, text
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if type(code) is not int:
        return None, text
    return code, str(answer.get("errmsg", ""))
