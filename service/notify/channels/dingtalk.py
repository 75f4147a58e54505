"""DingTalk group robot (钉钉群机器人): text or markdown to a webhook, signed."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import SecretStr, field_validator

from service.clock import Clock
from service.notify.channels import Outgoing, Reason, Taken
from service.notify.channels.http import Line, Reply
from service.notify.channels.settings import OverHttp, Secret, is_http
from service.notify.channels.verdicts import BUSY, CONTENT, LOCKED_OUT, REFUSED, Dialect, Verdict
from service.notify.pace import Limit
from service.notify.text import fit, fit_lines, mobiles_and_others
from service.yamlfile import Wrong

# The vendor takes bodies of 20,000 bytes; what is around the text, and escapes in it, has the rest.
TEXT_BYTES = 16_000
VENDOR_LIMITS = (Limit(20),)
# Whoever sends more than 20 in a minute is kept out for ten.
_THROTTLED = Verdict(Reason.THROTTLED, wait=timedelta(minutes=10))

ANSWERS = Dialect(
    codes=("errcode",),
    words=("errmsg",),
    verdicts={
        -1: BUSY,
        130101: _THROTTLED,
        410100: _THROTTLED,
        302033: _THROTTLED,
        300001: LOCKED_OUT,  # no such token
        400101: LOCKED_OUT,
        310000: LOCKED_OUT,  # signature, address, or a keyword that is wanted: the words say which
        400013: REFUSED,  # the group is no more
        400102: REFUSED,  # robot disabled
        400106: REFUSED,  # no such robot
        40035: CONTENT,
        400105: CONTENT,
        430101: CONTENT,
        430102: CONTENT,
        430103: CONTENT,
        430104: CONTENT,
        460101: CONTENT,  # too long
    },
)


class DingtalkSettings(OverHttp):
    """The whole webhook URL, access_token included, and the secret (加签, SEC…) where the robot has one."""

    kind: Literal["dingtalk"] = "dingtalk"
    url: Secret
    secret: Secret | None = None
    format: Literal["text", "markdown"] = "text"

    @field_validator("url")
    @classmethod
    def _whole(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not is_http(url) or not parse_qs(urlsplit(url).query):
            raise Wrong(
                "钉钉机器人地址有误：应为完整的 Webhook 地址，以 http(s):// 开头并带 access_token 参数。",
                "the DingTalk robot's URL is wrong: give the whole webhook URL, http(s)://… with its access_token",
            )
        return value


class DingtalkChannel:
    """Sends to one robot."""

    def __init__(self, name: str, settings: DingtalkSettings, clock: Clock) -> None:
        self.name = name
        self.limits = settings.limits(*VENDOR_LIMITS)
        self._settings = settings
        self._clock = clock
        self._line = Line(settings)

    def send(self, message: Outgoing) -> Taken:
        url = self._settings.url.get_secret_value()
        made: tuple[str, ...] = ()
        if self._settings.secret:
            query = signed(self._settings.secret.get_secret_value(), self._clock.now())
            url, made = f"{url}&{urlencode(query)}", (query["sign"],)
        reply = self._line.post_json(url, payload(message, self._settings.format), secrets=made)
        return verdict(reply, (*self._settings.secrets, *made))


def signed(secret: str, at: datetime) -> dict[str, str]:
    """What is added to the query: milliseconds, and their signature."""
    timestamp = str(int(at.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return {"timestamp": timestamp, "sign": b64encode(digest).decode()}


def payload(message: Outgoing, form: str = "text") -> dict[str, object]:
    """The body. A text begins with its own headline; markdown wants a title, shown in the list of chats."""
    mobiles, people = mobiles_and_others(message.to)
    at = {"at": {"atMobiles": mobiles, "atUserIds": people, "isAtAll": False}} if message.to else {}
    if form == "markdown" and message.markdown:
        # Markdown mentions only those it names.
        mention = "".join(f"\n@{address}" for address in message.to)
        text = fit_lines(message.markdown, TEXT_BYTES - len(mention.encode())) + mention
        return {"msgtype": "markdown", "markdown": {"title": message.subject, "text": text}, **at}
    return {"msgtype": "text", "text": {"content": fit(message.text, TEXT_BYTES)}, **at}


def verdict(reply: Reply, secrets: tuple[str, ...]) -> Taken:
    """Taken with errcode 0, and nothing else, under HTTP 2xx; anything else is a `SendError`."""
    return Taken(ANSWERS.judge(reply, secrets))
