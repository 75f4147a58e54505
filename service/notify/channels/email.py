"""E-mail over SMTP, plain text."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from ipaddress import ip_address

import structlog

from service.clock import Clock
from service.errors import Invalid
from service.notify.channels import Outgoing, Reason, SendError
from service.notify.text import one_line, redact

log = structlog.get_logger(__name__)
# RFC 4954: credentials wanted, too weak, wrong, or only under encryption.
AUTHENTICATION = {530, 534, 535, 538}
# RFC 3463 and common use: too big, content refused as spam or by policy.
CONTENT = {552, 554}


class Security(StrEnum):
    """How the connection is secured; certificates are always checked."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """An SMTP server, who writes and to whom."""

    host: str
    sender: str
    recipients: tuple[str, ...]
    port: int = 25
    security: Security = Security.NONE
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 15.0

    def __post_init__(self) -> None:
        wrong = [a for a in (self.sender, *self.recipients) if not _is_address(a)]
        if wrong or not self.recipients:
            told = ", ".join(wrong) or "-"
            raise Invalid(
                "wrong_channel", f"邮件地址有误：{told}。", f"not an e-mail address, or none given: {told}"
            )
        if self.security not in tuple(Security):
            raise Invalid(
                "wrong_channel",
                "security 只能是 none、starttls 或 tls。",
                "security must be none, starttls or tls.",
            )
        if self.username and self.security == Security.NONE and not _is_loopback(self.host):
            raise Invalid(
                "wrong_channel",
                "邮件密码不能明文传输：请将 security 设为 starttls 或 tls。",
                "the mail password would travel in clear: set security to starttls or tls.",
            )

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2]


class EmailChannel:
    """Sends each message over a connection of its own."""

    name = "email"

    def __init__(self, settings: EmailSettings, clock: Clock, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._tls = tls or ssl.create_default_context()

    def send(self, message: Outgoing) -> str:
        """Taken by the server for at least one recipient; those it refused are named in the answer.

        They aren't tried again: the others would get the message twice.
        """
        mail = payload(self._settings, message, self._clock.now())
        try:
            refused = self._transmit(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise judge(error, self._settings.password) from None
        if not refused:
            return "accepted"
        told = one_line(redact(_told(refused), self._settings.password))
        log.warning("some recipients refused", notification_id=message.notification_id, refused=told)
        return f"accepted, but not for {told}"

    def _transmit(self, mail: EmailMessage) -> dict[str, tuple[int, bytes]]:
        """The recipients that were refused, where at least one was not."""
        smtp = self._connect()
        try:
            if self._settings.security == Security.STARTTLS:
                smtp.starttls(context=self._tls)
            if self._settings.username:
                smtp.login(self._settings.username, self._settings.password)
            refused = smtp.send_message(mail)
            # From here on the server is bound to deliver; a failing farewell must not cause a repeat.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            return refused
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        """Connected. It greets with the sender's domain: asking DNS for one's own name can take seconds."""
        settings = self._settings
        where = (settings.host, settings.port, settings.domain)
        if settings.security == Security.TLS:
            return smtplib.SMTP_SSL(*where, timeout=settings.timeout_seconds, context=self._tls)
        return smtplib.SMTP(*where, timeout=settings.timeout_seconds)


def payload(settings: EmailSettings, message: Outgoing, at: datetime) -> EmailMessage:
    """The mail; its Message-ID is the same for every attempt, so that mail servers drop a repeat."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.recipients)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<biaochi.{message.dedup_id}@{settings.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    # base64: a Chinese paragraph is one line, longer than the 998 bytes SMTP allows.
    mail.set_content(message.text, charset="utf-8", cte="base64")
    return mail


def judge(error: smtplib.SMTPException | OSError, password: str = "") -> SendError:
    """Answers of 5xx are permanent; 4xx and everything that befalls a connection pass."""
    secrets = (password,)
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            permanent = all(code >= 500 for code, _ in refused.values())
            reason = Reason.REFUSED if permanent else Reason.SERVER_ERROR
            return SendError(reason, _told(refused), permanent=permanent, secrets=secrets)
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=told):
            return SendError(
                _reason(code), f"{code} {_decoded(told)}", permanent=500 <= code < 600, secrets=secrets
            )
        case smtplib.SMTPNotSupportedError():
            return SendError(Reason.AUTHENTICATION, str(error), secrets=secrets)
        case TimeoutError():
            return SendError(Reason.TIMEOUT, str(error), secrets=secrets)
        case _:
            return SendError(Reason.UNREACHABLE, f"{type(error).__name__}: {error}", secrets=secrets)


def _reason(code: int) -> Reason:
    if code in AUTHENTICATION:
        return Reason.AUTHENTICATION
    if code in CONTENT:
        return Reason.REJECTED_CONTENT
    return Reason.REFUSED if 500 <= code < 600 else Reason.SERVER_ERROR


def _told(refused: dict[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({code} {_decoded(told)})" for address, (code, told) in refused.items())


def _decoded(told: bytes | str) -> str:
    return told if isinstance(told, str) else told.decode(errors="replace")


def _is_address(text: str) -> bool:
    address = parseaddr(text)[1]
    name, _, domain = address.rpartition("@")
    return bool(name and domain) and text.isprintable()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
