"""WeCom application message (企业微信应用消息): to userids, with a token that is fetched and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from service.clock import Clock
from service.notify.channels import Missed, Outgoing, Reason, SendError, Taken
from service.notify.channels.http import Line, Reply
from service.notify.channels.settings import OverHttp, Secret, is_http
from service.notify.channels.verdicts import BUSY, CONTENT, LOCKED_OUT, REFUSED, Dialect, Verdict, parsed
from service.notify.pace import Limit
from service.notify.text import fit, fit_lines
from service.yamlfile import Wrong

# Vendor's page on application messages (developer document 90236).
TEXT_BYTES = 2048
MOST_USERS = 1000
# The vendor drops a second message of the same content within it: a repeat after a crash is seen by nobody.
DUPLICATES_SECONDS = 1800
# A token is renewed so long before it ends.
RENEW_BEFORE = timedelta(minutes=5)
TOKEN_EXPIRED = {40014, 42001}
# The limits are per minute, hour and day; the vendor doesn't say which one was reached.
_THROTTLED = Verdict(Reason.THROTTLED, wait=timedelta(seconds=60))

ANSWERS = Dialect(
    codes=("errcode",),
    words=("errmsg",),
    verdicts={
        -1: BUSY,
        45009: _THROTTLED,
        45033: _THROTTLED,
        40001: LOCKED_OUT,  # secret
        40013: LOCKED_OUT,  # corpid
        40014: LOCKED_OUT,  # token, a fresh one too
        40056: LOCKED_OUT,  # agentid
        41001: LOCKED_OUT,
        41002: LOCKED_OUT,
        41004: LOCKED_OUT,
        41011: LOCKED_OUT,
        42001: LOCKED_OUT,
        48002: LOCKED_OUT,  # the application may not call this
        60011: LOCKED_OUT,
        60020: LOCKED_OUT,  # our address is not on the list
        301002: LOCKED_OUT,  # another application's agentid
        81013: REFUSED,  # none of the receivers exists or may be written to
        82001: REFUSED,
        40003: REFUSED,  # userid
        40031: REFUSED,
        40032: REFUSED,
        60111: REFUSED,
        40008: CONTENT,
        40058: CONTENT,
        44004: CONTENT,
        45002: CONTENT,
    },
)


class WecomAppSettings(OverHttp):
    """An application of one's own (自建应用)."""

    kind: Literal["wecom_app"] = "wecom_app"
    corpid: str = Field(min_length=1)
    secret: Secret
    agentid: int
    recipients: tuple[str, ...] = Field(min_length=1, max_length=MOST_USERS)
    """Userids of those who are told where a message names nobody."""
    base_url: str = "https://qyapi.weixin.qq.com"
    """Another one is a private deployment's."""
    format: Literal["text", "markdown"] = "text"

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: str) -> str:
        if not is_http(value):
            raise Wrong("base_url 应以 http(s):// 开头。", "base_url is written http(s)://host[:port]")
        return value.rstrip("/")


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and when to fetch another."""

    text: str = field(repr=False)
    renew_at: datetime


class WecomAppChannel:
    """Sends in the name of one application."""

    def __init__(self, name: str, settings: WecomAppSettings, clock: Clock) -> None:
        self.name = name
        self.limits: Sequence[Limit] = settings.limits()
        self._settings = settings
        self._clock = clock
        self._line = Line(settings)
        self._token: Token | None = None

    def send(self, message: Outgoing) -> Taken:
        """Userids nobody has are named in what is returned; the others have the message."""
        body = payload(self._settings, message)
        reply, secrets = self._post(body)
        if ANSWERS.code(reply) in TOKEN_EXPIRED:
            self._token = None
            reply, secrets = self._post(body)
        return verdict(reply, secrets)

    def _post(self, body: dict[str, object]) -> tuple[Reply, tuple[str, ...]]:
        token = self._fresh().text
        url = f"{self._settings.base_url}/cgi-bin/message/send?{urlencode({'access_token': token})}"
        return self._line.post_json(url, body, secrets=(token,)), (*self._settings.secrets, token)

    def _fresh(self) -> Token:
        if self._token is None or self._clock.now() >= self._token.renew_at:
            self._token = self._fetch()
        return self._token

    def _fetch(self) -> Token:
        settings = self._settings
        query = urlencode({"corpid": settings.corpid, "corpsecret": settings.secret.get_secret_value()})
        reply = self._line.request("GET", f"{settings.base_url}/cgi-bin/gettoken?{query}")
        return token_of(reply, self._clock.now(), settings.secrets)


def payload(settings: WecomAppSettings, message: Outgoing) -> dict[str, object]:
    """The body; a text begins with its own headline, so the subject isn't needed."""
    people = message.to or settings.recipients
    if len(people) > MOST_USERS:
        told = f"{len(people)} receivers, {MOST_USERS} at most"
        raise SendError(Reason.REJECTED_CONTENT, told, permanent=True)
    body: dict[str, object] = {
        "touser": "|".join(people),
        "agentid": settings.agentid,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATES_SECONDS,
    }
    if settings.format == "markdown" and message.markdown:
        return {
            **body,
            "msgtype": "markdown",
            "markdown": {"content": fit_lines(message.markdown, TEXT_BYTES)},
        }
    return {**body, "msgtype": "text", "text": {"content": fit(message.text, TEXT_BYTES)}}


def token_of(reply: Reply, now: datetime, secrets: tuple[str, ...]) -> Token:
    """The token an answer holds; its failures are the channel's."""
    ANSWERS.judge(reply, secrets)
    answer = parsed(reply.body) or {}
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not (isinstance(token, str) and token and type(seconds) is int and 0 < seconds < 10**9):
        raise SendError(Reason.MALFORMED_ANSWER, "errcode 0 without access_token and expires_in")
    return Token(token, now + max(timedelta(seconds=seconds) - RENEW_BEFORE, timedelta(0)))


def verdict(reply: Reply, secrets: tuple[str, ...]) -> Taken:
    """Taken with errcode 0 under HTTP 2xx, but not for those in `invaliduser` and `unlicenseduser`."""
    answer = ANSWERS.judge(reply, secrets)
    told = parsed(reply.body) or {}
    missed = [
        Missed(person, field)
        for field in ("invaliduser", "unlicenseduser")
        for person in str(told.get(field) or "").split("|")
        if person
    ]
    return Taken(answer, tuple(missed))
