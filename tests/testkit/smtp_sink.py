"""A real SMTP server (aiosmtpd) for tests: keeps what it takes, refuses what it is told to refuse."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from asyncio import Transport
from collections import deque
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN = ("biaochi", "mail-Passw0rd!")


class SmtpSink:
    """Runs while the `with` block lasts, on a free loopback port.

    messages  mails taken, in order
    replies   given to the next RCPT commands, one each: "451 4.7.1 try later"
    refused   addresses and what is answered to them
    rude      QUIT is answered by hanging up
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.messages: list[EmailMessage] = []
        self.replies: deque[str] = deque()
        self.data_replies: deque[str] = deque()
        self.refused: dict[str, str] = {}
        self.rude = False
        self.logins: list[str] = []
        self.port = free_port()
        options: dict[str, Any] = {"auth_require_tls": False, "authenticator": self._authenticate}
        if tls:
            options |= {"tls_context": tls, "require_starttls": True}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.replies:
            return self.replies.popleft()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_replies:
            return self.data_replies.popleft()
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=default_policy))
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.rude:
            assert isinstance(server.transport, Transport)
            server.transport.abort()
        return "221 Bye"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append(data.login.decode())
        good = (data.login.decode(), data.password.decode()) == LOGIN
        if good:
            return AuthResult(success=True)
        # Some servers repeat what they were given.
        return AuthResult(
            success=False, handled=False, message=f"535 5.7.8 bad password {data.password.decode()}"
        )


def free_port() -> int:
    """A loopback port nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own making for localhost, and the certificate."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, cert = folder / "key.pem", folder / "cert.pem"
    make = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(
        [openssl, *make.split(), "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, cert
