"""Where the demo's messages arrive: a mail server and a group robot, both on loopback.

Small on purpose, but strict: what a real receiver would refuse is refused here.
"""

from __future__ import annotations

import json
import socketserver
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qsl, urlsplit

PATH = "/cgi-bin/webhook/send"
LIMITS = {"text": 2048, "markdown": 4096}
MAIL_BYTES = 10 * 1024 * 1024
IDLE_SECONDS = 30.0


class _Loopback:
    """A threaded server on a free loopback port, run while the `with` block lasts."""

    _server: socketserver.BaseServer
    port: int

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class MailSink(_Loopback):
    """Takes every mail and keeps it, in the order of arrival."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        server = _MailServer(("127.0.0.1", 0), _MailSession)
        server.sink = self
        self._server, self.port = server, server.server_address[1]


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    sink: MailSink


class _MailSession(socketserver.StreamRequestHandler):
    """SMTP as far as a polite client needs it (RFC 5321)."""

    timeout = IDLE_SECONDS

    def handle(self) -> None:
        self._sender, self._recipients = False, 0
        self._answer("220 biaochi demo")
        while line := self.rfile.readline(1024):
            verb = line[:4].strip().upper().decode(errors="replace")
            if verb == "QUIT":
                return self._answer("221 bye")
            self._answer(self._reply(verb))

    def _reply(self, verb: str) -> str:
        match verb:
            case "HELO" | "EHLO" | "NOOP" | "RSET":
                self._sender, self._recipients = False, 0
                return "250 ok"
            case "MAIL":
                self._sender, self._recipients = True, 0
                return "250 ok"
            case "RCPT" if self._sender:
                self._recipients += 1
                return "250 ok"
            case "DATA" if self._recipients:
                return self._data()
            case "RCPT" | "DATA":
                return "503 bad sequence of commands"
            case _:
                return "502 not implemented"

    def _data(self) -> str:
        self._answer("354 end with a dot")
        body = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or len(body) > MAIL_BYTES:
                return "552 too big or cut off"
            body += line[1:] if line.startswith(b".") else line
        self._sender, self._recipients = False, 0
        message = message_from_bytes(body, policy=default_policy)
        cast(_MailServer, self.server).sink.messages.append(message)
        return "250 taken"

    def _answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a receiver."""

    status: int = 200
    body: bytes = b'{"errcode":0,"errmsg":"ok"}'
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def error(cls, code: int, text: str) -> Answer:
        """An error as WeCom tells it, under HTTP 200."""
        return cls(body=json.dumps({"errcode": code, "errmsg": text}).encode())


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))

    @property
    def json(self) -> dict[str, Any]:
        """The body where it is a JSON object; empty otherwise."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class HttpReceiver(_Loopback):
    """A server that keeps what it is asked and answers as its vendor would; `answers` are given first, one each."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: deque[Answer] = deque()
        server = _HttpServer(("127.0.0.1", 0), _HttpSession)
        server.receiver = self
        self._server, self.port = server, server.server_address[1]

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return self.answers.popleft() if self.answers else self.judge(asked)

    def judge(self, asked: Asked) -> Answer:
        """What the vendor answers."""
        return Answer()


class RobotReceiver(HttpReceiver):
    """A WeCom group robot's webhook: keeps the texts it takes."""

    def __init__(self, key: str = "demo-robot") -> None:
        super().__init__()
        self.key = key
        self.texts: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}?key={self.key}"

    def judge(self, asked: Asked) -> Answer:
        """What the robot answers to a POST; a text it takes is kept."""
        if urlsplit(asked.path).path != PATH or asked.query.get("key") != self.key:
            return Answer.error(93000, "invalid webhook url")
        form = str(asked.json.get("msgtype"))
        content = _content(asked.json, form)
        if content is None or form not in LIMITS:
            return Answer.error(40058, "invalid Request Parameter")
        if not content:
            return Answer.error(44004, "empty content")
        if len(content.encode()) > LIMITS[form]:
            return Answer.error(40058, f"{form}.content exceed max length {LIMITS[form]}")
        self.texts.append(content)
        return Answer()


def _content(message: dict[str, Any], form: str) -> str | None:
    """The content of a message; None where the body is no such thing."""
    part = message.get(form)
    content = part.get("content") if isinstance(part, dict) else None
    return content if isinstance(content, str) else None


class _HttpServer(ThreadingHTTPServer):
    receiver: HttpReceiver


class _HttpSession(BaseHTTPRequestHandler):
    timeout = IDLE_SECONDS

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        answer = cast(_HttpServer, self.server).receiver.answer(asked)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        with suppress(ConnectionError):  # whoever asked may have heard enough
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = _any

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the request line holds the key."""
