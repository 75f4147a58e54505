"""Feishu and Lark group robot (飞书群机器人): text or a card to a webhook whose URL is the secret, signed."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from html import escape
from typing import Literal

from pydantic import SecretStr, field_validator

from service.clock import Clock
from service.notify.channels import Outgoing, Reason, Taken
from service.notify.channels.http import Line, Reply
from service.notify.channels.settings import OverHttp, Secret, is_http
from service.notify.channels.verdicts import CONTENT, LOCKED_OUT, Dialect, Verdict
from service.notify.pace import Limit
from service.notify.text import fit, fit_lines, mobiles_and_others
from service.yamlfile import Wrong

# The vendor takes bodies of 20 KiB; what is around the text, and escapes in it, has the rest.
TEXT_BYTES = 16_000
VENDOR_LIMITS = (Limit(5, timedelta(seconds=1)), Limit(100))
_THROTTLED = Verdict(Reason.THROTTLED, wait=timedelta(seconds=60))

ANSWERS = Dialect(
    codes=("code", "StatusCode"),
    words=("msg", "StatusMessage"),
    verdicts={
        9499: CONTENT,  # not the JSON it should be
        19002: CONTENT,  # a parameter
        11232: _THROTTLED,
        99991400: _THROTTLED,
        19001: LOCKED_OUT,  # no such token
        19021: LOCKED_OUT,  # signature, or a clock that is an hour off
        19022: LOCKED_OUT,  # our address is not on the list
        19024: LOCKED_OUT,  # a keyword that is wanted: people take it out, or put it into the template
    },
)
_LAMPS = ("red", "orange", "yellow")


class FeishuSettings(OverHttp):
    """The whole webhook URL (open.feishu.cn, open.larksuite.com, or a private deployment's), and the signing secret."""

    kind: Literal["feishu"] = "feishu"
    url: Secret
    secret: Secret | None = None
    format: Literal["text", "card"] = "text"

    @field_validator("url")
    @classmethod
    def _whole(cls, value: SecretStr) -> SecretStr:
        if not is_http(value.get_secret_value()):
            raise Wrong(
                "飞书机器人地址有误：应为完整的 Webhook 地址，以 http(s):// 开头。",
                "the Feishu robot's URL is wrong: give the whole webhook URL, http(s)://…",
            )
        return value


class FeishuChannel:
    """Sends to one robot."""

    def __init__(self, name: str, settings: FeishuSettings, clock: Clock) -> None:
        self.name = name
        self.limits = settings.limits(*VENDOR_LIMITS)
        self._settings = settings
        self._clock = clock
        self._line = Line(settings)

    def send(self, message: Outgoing) -> Taken:
        made: dict[str, str] = {}
        if self._settings.secret:
            made = signed(self._settings.secret.get_secret_value(), self._clock.now())
        body = {**made, **payload(message, self._settings.format)}
        secrets = (made["sign"],) if made else ()
        reply = self._line.post_json(self._settings.url.get_secret_value(), body, secrets=secrets)
        return verdict(reply, (*self._settings.secrets, *secrets))


def signed(secret: str, at: datetime) -> dict[str, str]:
    """What is added to the body: seconds, and a signature with them and the secret as its key, of nothing."""
    timestamp = str(int(at.timestamp()))
    digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": timestamp, "sign": b64encode(digest).decode()}


def payload(message: Outgoing, form: str = "text") -> dict[str, object]:
    """The body. People are mentioned by open_id or user_id; a mobile number is written out, it mentions nobody."""
    mobiles, people = mobiles_and_others(message.to)
    plain = "".join(f" @{mobile}" for mobile in mobiles)
    if form == "card":
        mention = plain + "".join(f" <at id={escape(person)}></at>" for person in people)
        return {"msg_type": "interactive", "card": _card(message, mention.strip())}
    mention = plain + "".join(f' <at user_id="{escape(person)}"></at>' for person in people)
    content = fit(message.text, TEXT_BYTES - len(mention.encode()))
    return {"msg_type": "text", "content": {"text": f"{content}\n{mention.strip()}" if mention else content}}


def _card(message: Outgoing, mention: str) -> dict[str, object]:
    """Headline in the lamp's colour, then the markdown, or the text as it is."""
    elements: list[dict[str, object]] = [{"tag": "div", "text": _body(message)}]
    if mention:
        elements.append({"tag": "div", "text": {"tag": "lark_md", "content": mention}})
    title = {"tag": "plain_text", "content": message.subject}
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": title, "template": _colour(message)},
        "elements": elements,
    }


def _body(message: Outgoing) -> dict[str, str]:
    if message.markdown:
        return {"tag": "lark_md", "content": fit_lines(message.markdown, TEXT_BYTES)}
    return {"tag": "plain_text", "content": fit(message.text, TEXT_BYTES)}


def _colour(message: Outgoing) -> str:
    """That of the highest lamp still burning; green where all are over, blue where it tells of none."""
    burning = {alert.labels.get("level", "") for alert in message.alerts if alert.ends_at is None}
    over = "green" if message.alerts and not burning else "blue"
    return next((lamp for lamp in _LAMPS if lamp in burning), over)


def verdict(reply: Reply, secrets: tuple[str, ...]) -> Taken:
    """Taken with code 0 (StatusCode of old), and nothing else, under HTTP 2xx; anything else is a `SendError`."""
    return Taken(ANSWERS.judge(reply, secrets))
