"""Receivers on loopback as strict as the vendors': signatures, limits and encodings are checked, errors told as they tell them."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from base64 import b64encode
from datetime import datetime, timedelta
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from service.clock import Clock
from service.demo.receivers import Answer, Asked, HttpReceiver

HOUR = timedelta(hours=1)


def answer(status: int = 200, **fields: Any) -> Answer:
    """A JSON object."""
    return Answer(status, json.dumps(fields).encode())


class LimitedReceiver(HttpReceiver):
    """Counts what it is asked by the clock it is given."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.taken: list[dict[str, Any]] = []
        self._at: list[datetime] = []

    def too_many(self, most: int, span: timedelta) -> bool:
        """Whether this one is one more than `most` within `span`; it is counted anyway."""
        now = self.clock.now()
        self._at.append(now)
        return sum(at > now - span for at in self._at) > most

    def secure(self, tls: ssl.SSLContext) -> None:
        """Speak TLS."""
        assert isinstance(self._server, TCPServer)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)


class DingtalkRobot(LimitedReceiver):
    """A DingTalk group robot with a signature (加签)."""

    token = "4b3c11d0aa9f5c0dingtalk"
    secret = "SECb1f7e02c9d"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?access_token={self.token}"

    def judge(self, asked: Asked) -> Answer:
        if urlsplit(asked.path).path != "/robot/send" or asked.query.get("access_token") != self.token:
            return Answer.error(300001, "token is not exist")
        if told := self._wrong_signature(asked.query):
            return Answer.error(310000, told)
        if self.too_many(20, timedelta(minutes=1)):
            return Answer.error(130101, "send too fast, exceed 20 times per minute")
        if len(asked.body) > 20_000:
            return Answer.error(460101, "message too long, exceed 20000 bytes")
        if "application/json" not in asked.headers.get("content-type", ""):
            return Answer.error(43004, "invalid http header Content-Type")
        if not self._is_message(asked.json):
            return Answer.error(40035, "缺少参数 json")
        self.taken.append(asked.json)
        return Answer()

    def _wrong_signature(self, query: dict[str, str]) -> str | None:
        timestamp = query.get("timestamp", "0")
        if abs(self.clock.now().timestamp() * 1000 - int(timestamp)) > HOUR.total_seconds() * 1000:
            return "invalid timestamp"
        text = timestamp + "\n" + self.secret
        right = b64encode(hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
        return None if query.get("sign") == right else "sign not match"

    def _is_message(self, message: dict[str, Any]) -> bool:
        match message:
            case {"msgtype": "text", "text": {"content": str(content)}}:
                return bool(content)
            case {"msgtype": "markdown", "markdown": {"title": str(title), "text": str(text)}}:
                named = message.get("at", {}).get("atMobiles", [])
                return bool(title and text) and all(f"@{mobile}" in text for mobile in named)
            case _:
                return False


class FeishuRobot(LimitedReceiver):
    """A Feishu group robot with a signature."""

    token = "9e2f0a52-64cf-4f3a-9a57-feishu000001"
    secret = "f0eshuSecret02"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/open-apis/bot/v2/hook/{self.token}"

    def judge(self, asked: Asked) -> Answer:
        if asked.path != f"/open-apis/bot/v2/hook/{self.token}":
            return answer(
                400, code=19001, msg="param invalid: incoming webhook access token invalid", data={}
            )
        if self.too_many(100, timedelta(minutes=1)) or self.too_many(5, timedelta(seconds=1)):
            return answer(code=11232, msg="frequency limited", data={})
        if len(asked.body) > 20 * 1024 or not self._is_message(asked.json):
            return answer(400, code=9499, msg="Bad Request", data={})
        if not self._is_signed(asked.json):
            return answer(
                code=19021, msg="sign match fail or timestamp is not within one hour from current time"
            )
        self.taken.append(asked.json)
        return answer(StatusCode=0, StatusMessage="success", code=0, data={}, msg="success")

    def too_many(self, most: int, span: timedelta) -> bool:
        now = self.clock.now()
        if span >= timedelta(minutes=1):
            self._at.append(now)
        return sum(at > now - span for at in self._at) > most

    def _is_signed(self, message: dict[str, Any]) -> bool:
        timestamp = str(message.get("timestamp", "0"))
        key = f"{timestamp}\n{self.secret}".encode()
        right = b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        near = abs(self.clock.now().timestamp() - int(timestamp)) <= HOUR.total_seconds()
        return near and message.get("sign") == right

    def _is_message(self, message: dict[str, Any]) -> bool:
        match message:
            case {"msg_type": "text", "content": {"text": str(text)}}:
                return bool(text)
            case {
                "msg_type": "interactive",
                "card": {"header": {"title": {"content": str()}}, "elements": list(e)},
            }:
                return bool(e)
            case _:
                return False


class WecomApplication(LimitedReceiver):
    """WeCom's API of application messages for a corporation of two people."""

    corpid = "wx5823bf96d3bd56c7"
    secret = "wecomAppSecret-Jk3"
    agentid = 1000002
    people = ("ZhangSan", "LiSi")

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.tokens: dict[str, datetime] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def judge(self, asked: Asked) -> Answer:
        match asked.method, urlsplit(asked.path).path:
            case "GET", "/cgi-bin/gettoken":
                return self._token(asked.query)
            case "POST", "/cgi-bin/message/send":
                return self._message(asked)
            case _:
                return Answer(404, b"")

    def _token(self, query: dict[str, str]) -> Answer:
        if query.get("corpid") != self.corpid:
            return Answer.error(40013, "invalid corpid")
        if query.get("corpsecret") != self.secret:
            return Answer.error(40001, "invalid credential")
        token = f"accesstoken-{len(self.tokens)}-000000000000"
        self.tokens[token] = self.clock.now() + timedelta(hours=2)
        return answer(errcode=0, errmsg="ok", access_token=token, expires_in=7200)

    def _message(self, asked: Asked) -> Answer:
        ends = self.tokens.get(asked.query.get("access_token", ""))
        if ends is None:
            return Answer.error(40014, "invalid access_token")
        if self.clock.now() >= ends:
            return Answer.error(42001, "access_token expired")
        message = asked.json
        if message.get("agentid") != self.agentid:
            return Answer.error(40056, "invalid agentid")
        content = message.get(message.get("msgtype", ""), {}).get("content", "")
        if not content or len(content.encode()) > 2048:
            return Answer.error(40058, "content")
        named = message.get("touser", "").split("|")
        strange = [person for person in named if person not in self.people]
        if strange == named:
            return Answer.error(81013, "user & party & tag all invalid")
        self.taken.append(message)
        return answer(errcode=0, errmsg="ok", invaliduser="|".join(strange), msgid="xxxx")


class SignedWebhook(LimitedReceiver):
    """A receiver of Alertmanager's payload that checks who sent it."""

    secret = "webhook-hmac-secret-7"
    bearer = "Bearer tok-9f8e7d6c"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/alerts-0123456789abcdef"

    def judge(self, asked: Asked) -> Answer:
        at = asked.headers.get("x-biaochi-timestamp", "0")
        right = hmac.new(self.secret.encode(), at.encode() + b"." + asked.body, hashlib.sha256).hexdigest()
        if abs(self.clock.now().timestamp() - int(at)) > HOUR.total_seconds():
            return Answer(401, b"stale")
        if asked.headers.get("x-biaochi-signature") != f"sha256={right}":
            return Answer(401, b"wrong signature")
        if asked.headers.get("authorization") != self.bearer:
            return Answer(403, b"who are you")
        if asked.json.get("version") != "4" or not asked.json.get("alerts"):
            return Answer(400, b"not Alertmanager's version 4")
        self.taken.append(asked.json)
        return Answer(200, b"thank you")
