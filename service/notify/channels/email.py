"""E-mail over SMTP: plain text, HTML with its pictures beside it."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from service.clock import Clock
from service.notify.channels import Missed, Outgoing, Reason, SendError, Taken
from service.notify.channels.deadline import Deadline
from service.notify.channels.settings import Secret, Shared
from service.notify.pace import Limit
from service.notify.text import one_line, redact
from service.yamlfile import Wrong

# A login, a dozen recipients and a picture, each within the channel's time limit; all of them so many times that.
WHOLE = 8
# RFC 4954: credentials wanted, too weak, wrong, or only under encryption.
AUTHENTICATION = {530, 534, 535, 538}
# RFC 3463 and common use: too big, content refused as spam or by policy.
CONTENT = {552, 554}


class Security(StrEnum):
    """How the connection is secured; certificates are always checked."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class EmailSettings(Shared):
    """An SMTP server, who writes and to whom."""

    kind: Literal["email"] = "email"
    host: str
    port: int = Field(default=25, ge=1, le=65535)
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)
    """Who is written to where a message names nobody."""
    security: Security = Security.NONE
    username: str = ""
    password: Secret = SecretStr("")
    timeout_seconds: float = Field(default=15.0, gt=0, le=30)

    @field_validator("sender", "recipients")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        if wrong := [a for a in ([value] if isinstance(value, str) else value) if not _is_address(a)]:
            told = ", ".join(wrong) or "-"
            raise Wrong(f"邮件地址有误：{told}。", f"not an e-mail address: {told}")
        return value

    @model_validator(mode="after")
    def _covered(self) -> Self:
        if self.username and self.security == Security.NONE and not _is_loopback(self.host):
            raise Wrong(
                "邮件密码不能明文传输：请将 security 设为 starttls 或 tls。",
                "the mail password would travel in clear: set security to starttls or tls",
            )
        return self

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2]


class EmailChannel:
    """Sends each message over a connection of its own."""

    def __init__(self, name: str, settings: EmailSettings, clock: Clock) -> None:
        self.name = name
        self.limits: Sequence[Limit] = settings.limits()
        self._settings = settings
        self._clock = clock
        self._tls = settings.tls

    def send(self, message: Outgoing) -> Taken:
        """Taken by the server for at least one recipient; those it refused are named in what is returned.

        It must not be sent to them with the others once more: those would get it twice.
        """
        to = message.to or self._settings.recipients
        sound = tuple(address for address in to if _is_address(address))
        missed = [
            Missed(one_line(address), "not an e-mail address") for address in to if address not in sound
        ]
        if not sound:
            told = ", ".join(f"{m.address} ({m.detail})" for m in missed)
            raise SendError(Reason.REFUSED, told, permanent=True)
        mail = payload(self._settings, replace(message, to=sound), self._clock.now())
        with Deadline(WHOLE * self._settings.timeout_seconds) as deadline:
            try:
                refused = self._transmit(mail, deadline)
            except (smtplib.SMTPException, OSError) as error:
                judged = TimeoutError("the server is too slow") if deadline.passed else error
                raise judge(judged, *self._settings.secrets) from None
        return Taken("accepted", (*missed, *self._missed(refused)))

    def _missed(self, refused: Mapping[str, tuple[int, bytes]]) -> Iterator[Missed]:
        for address, (code, told) in refused.items():
            detail = one_line(redact(f"{code} {_decoded(told)}", *self._settings.secrets))
            yield Missed(address, detail, permanent=code >= 500)

    def _transmit(self, mail: EmailMessage, deadline: Deadline) -> dict[str, tuple[int, bytes]]:
        """The recipients that were refused, where at least one was not."""
        smtp = self._connect()
        try:
            deadline.watch(lambda _: smtp.sock)
            if self._settings.security == Security.STARTTLS:
                smtp.starttls(context=self._tls)
                deadline.watch(lambda _: smtp.sock)
            if self._settings.username:
                smtp.login(self._settings.username, self._settings.password.get_secret_value())
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
    mail["To"] = ", ".join(message.to or settings.recipients)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<biaochi.{message.dedup_id}@{settings.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.thread:
        # A first message nobody gets: all about one matter answer it, whichever of them somebody has.
        mail["In-Reply-To"] = mail["References"] = _thread_id(message.thread, settings.domain)
    # base64: a Chinese paragraph is one line, longer than the 998 bytes SMTP allows.
    mail.set_content(message.text, charset="utf-8", cte="base64")
    if message.html:
        mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="base64")
    _show(mail, message)
    return mail


def _show(mail: EmailMessage, message: Outgoing) -> None:
    """Pictures beside the HTML that shows them; attached where there is none."""
    for picture in message.pictures:
        name = f"{picture.name}.png"
        if message.html:
            *_, html = mail.iter_parts()
            assert isinstance(html, EmailMessage)
            html.add_related(
                picture.png, "image", "png", cid=f"<{picture.name}>", filename=name, disposition="inline"
            )
        else:
            mail.add_attachment(picture.png, "image", "png", filename=name)


def _thread_id(thread: str, domain: str) -> str:
    """A digest: a thread's own name may be long, and of any characters."""
    return f"<biaochi.thread.{sha256(thread.encode()).hexdigest()[:24]}@{domain}>"


def judge(error: smtplib.SMTPException | OSError, *secrets: str) -> SendError:
    """Answers of 5xx are permanent; 4xx and everything that befalls a connection pass.

    So does a refused login: somebody is changing the password, and the message is as good as before.
    """
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            permanent = all(code >= 500 for code, _ in refused.values())
            reason = Reason.REFUSED if permanent else Reason.SERVER_ERROR
            return SendError(reason, _told(refused), permanent=permanent, secrets=secrets)
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=told):
            reason = _reason(code)
            permanent = 500 <= code < 600 and reason is not Reason.AUTHENTICATION
            return SendError(reason, f"{code} {_decoded(told)}", permanent=permanent, secrets=secrets)
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
    """One address, its name before it perhaps; Chinese characters in the name only."""
    address = parseaddr(text)[1]
    name, _, domain = address.rpartition("@")
    return bool(name and domain) and address.isascii() and " " not in address and text.isprintable()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
