"""WeCom group robot (企业微信群机器人): text or markdown to a webhook whose URL is the secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr, field_validator

from service.clock import Clock
from service.notify.channels import Outgoing, Reason, Taken
from service.notify.channels.http import Line, Reply
from service.notify.channels.settings import OverHttp, Secret, is_http
from service.notify.channels.verdicts import BUSY, CONTENT, LOCKED_OUT, REFUSED, Dialect, Verdict
from service.notify.pace import Limit
from service.notify.text import fit, fit_lines, mobiles_and_others
from service.yamlfile import Wrong

# Vendor's page on group robots (developer document 91770), in bytes of UTF-8.
TEXT_BYTES = 2048
MARKDOWN_BYTES = 4096
VENDOR_LIMITS = (Limit(20),)
# The limits are per minute; blocks by the minute lift after about one.
_THROTTLED = Verdict(Reason.THROTTLED, wait=timedelta(seconds=60))

ANSWERS = Dialect(
    codes=("errcode",),
    words=("errmsg",),
    verdicts={
        -1: BUSY,
        45009: _THROTTLED,
        45033: _THROTTLED,
        93000: LOCKED_OUT,  # no such webhook, or the robot was removed from the group
        93004: REFUSED,  # robot disabled
        93008: REFUSED,  # robot not in the group
        40001: LOCKED_OUT,
        40014: LOCKED_OUT,
        41001: LOCKED_OUT,
        60020: LOCKED_OUT,  # our address is not on the list
        40008: CONTENT,  # msgtype
        40058: CONTENT,  # a parameter, over-long content too
        44004: CONTENT,  # empty
        45002: CONTENT,  # too long
    },
)


class WecomSettings(OverHttp):
    """The whole webhook URL, key included; another host than the vendor's is a private deployment."""

    kind: Literal["wecom"] = "wecom"
    url: Secret
    format: Literal["text", "markdown"] = "text"

    @field_validator("url")
    @classmethod
    def _whole(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not is_http(url) or not parse_qs(urlsplit(url).query):
            raise Wrong(
                "企业微信机器人地址有误：应为完整的 Webhook 地址，以 http(s):// 开头并带 key 参数。",
                "the WeCom robot's URL is wrong: give the whole webhook URL, http(s)://… with its key",
            )
        return value


class WecomChannel:
    """Sends to one robot."""

    def __init__(self, name: str, settings: WecomSettings, clock: Clock) -> None:
        self.name = name
        self.limits = settings.limits(*VENDOR_LIMITS)
        self._settings = settings
        self._line = Line(settings)

    def send(self, message: Outgoing) -> Taken:
        url = self._settings.url.get_secret_value()
        return verdict(
            self._line.post_json(url, payload(message, self._settings.format)), self._settings.secrets
        )


def payload(message: Outgoing, form: str = "text") -> dict[str, object]:
    """The body. A text begins with its own headline, so the subject isn't needed.

    Markdown mentions nobody by mobile number, so where somebody is to be mentioned by one it goes as text.
    """
    mobiles, people = mobiles_and_others(message.to)
    if form == "markdown" and message.markdown and not mobiles:
        mention = "".join(f"\n<@{person}>" for person in people)
        content = fit_lines(message.markdown, MARKDOWN_BYTES - len(mention.encode())) + mention
        return {"msgtype": "markdown", "markdown": {"content": content}}
    text: dict[str, object] = {"content": fit(message.text, TEXT_BYTES)}
    if mobiles:
        text["mentioned_mobile_list"] = mobiles
    if people:
        text["mentioned_list"] = people
    return {"msgtype": "text", "text": text}


def verdict(reply: Reply, secrets: tuple[str, ...]) -> Taken:
    """Taken with errcode 0, and nothing else, under HTTP 2xx; anything else is a `SendError`."""
    return Taken(ANSWERS.judge(reply, secrets))
