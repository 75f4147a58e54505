"""E-mail: what is written, and what each answer of a server means."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from service.clock import beijing
from service.notify.channels import Picture, Reason
from service.notify.channels.email import EmailSettings, Security, judge, payload
from tests.unit.notify.days import DAY, MESSAGE, TEXT

PASSWORD = "mail-Passw0rd!"
SETTINGS = EmailSettings(
    host="127.0.0.1",
    sender="标尺 <biaochi@example.org>",
    recipients=("区疏整促办 <office@example.org>", "leader@example.org"),
    username="biaochi",
    password=SecretStr(PASSWORD),
)


def settings(**changes: Any) -> EmailSettings:
    """`SETTINGS` with changes, checked."""
    return EmailSettings.model_validate({**SETTINGS.model_dump(), **changes})


AT = beijing(DAY, 10, 5)


def on_the_wire(mail: EmailMessage) -> EmailMessage:
    return message_from_bytes(mail.as_bytes(), policy=default_policy)


def test_payload_reads_back_as_it_was_written() -> None:
    mail = on_the_wire(payload(SETTINGS, MESSAGE, AT))
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"].addresses[0].display_name == "标尺"
    assert [a.addr_spec for a in mail["To"].addresses] == ["office@example.org", "leader@example.org"]
    assert mail["Date"].datetime == AT
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == TEXT.splitlines()


def test_message_id_stays_the_same_over_attempts() -> None:
    first = payload(SETTINGS, MESSAGE, AT)["Message-ID"]
    assert first == "<biaochi.7.1530497100.000000@example.org>"
    assert payload(SETTINGS, replace(MESSAGE, attempt=2), beijing(DAY, 11))["Message-ID"] == first


def test_lines_fit_smtp_and_headers_cannot_be_injected() -> None:
    mail = payload(SETTINGS, replace(MESSAGE, subject="橙灯\r\nBcc: all@example.org", text="欠" * 5000), AT)
    assert max(map(len, mail.as_bytes().split(b"\r\n"))) <= 998
    assert mail.as_bytes().isascii()
    assert on_the_wire(mail)["Bcc"] is None


@pytest.mark.parametrize(
    ("error", "reason", "permanent"),
    [
        (smtplib.SMTPConnectError(421, b"busy"), Reason.SERVER_ERROR, False),
        (smtplib.SMTPConnectError(554, b"no service for you"), Reason.REJECTED_CONTENT, True),
        (smtplib.SMTPHeloError(501, b"bad name"), Reason.REFUSED, True),
        (smtplib.SMTPAuthenticationError(454, b"try later"), Reason.SERVER_ERROR, False),
        (smtplib.SMTPAuthenticationError(530, b"login first"), Reason.AUTHENTICATION, False),
        (smtplib.SMTPAuthenticationError(534, b"too weak"), Reason.AUTHENTICATION, False),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), Reason.AUTHENTICATION, False),
        (smtplib.SMTPAuthenticationError(538, b"encrypt"), Reason.AUTHENTICATION, False),
        (smtplib.SMTPSenderRefused(451, b"later", "a@b"), Reason.SERVER_ERROR, False),
        (smtplib.SMTPSenderRefused(550, b"not you", "a@b"), Reason.REFUSED, True),
        (smtplib.SMTPDataError(452, b"disk full"), Reason.SERVER_ERROR, False),
        (smtplib.SMTPDataError(552, b"too big"), Reason.REJECTED_CONTENT, True),
        (smtplib.SMTPDataError(554, b"spam"), Reason.REJECTED_CONTENT, True),
        (smtplib.SMTPDataError(-1, b""), Reason.SERVER_ERROR, False),
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no"), "c@d": (551, b"no")}), Reason.REFUSED, True),
        # Nobody got it and one may yet: trying again gives no one a repeat.
        (
            smtplib.SMTPRecipientsRefused({"a@b": (550, b"no"), "c@d": (451, b"later")}),
            Reason.SERVER_ERROR,
            False,
        ),
        (smtplib.SMTPNotSupportedError("STARTTLS not supported"), Reason.AUTHENTICATION, False),
        (smtplib.SMTPServerDisconnected("closed"), Reason.UNREACHABLE, False),
        (ConnectionRefusedError(111, "refused"), Reason.UNREACHABLE, False),
        (socket.gaierror(-2, "unknown name"), Reason.UNREACHABLE, False),
        (ssl.SSLCertVerificationError("self-signed"), Reason.UNREACHABLE, False),
        (TimeoutError("timed out"), Reason.TIMEOUT, False),
    ],
)
def test_verdict_on_a_failure(error: OSError, reason: Reason, permanent: bool) -> None:
    judged = judge(error)
    assert (judged.reason, judged.permanent) == (reason, permanent)


@pytest.mark.parametrize("code", range(400, 600))
def test_4xx_passes_and_5xx_is_permanent_but_for_a_refused_login(code: int) -> None:
    permanent = code >= 500 and code not in (530, 534, 535, 538)
    assert judge(smtplib.SMTPResponseException(code, b"")).permanent is permanent


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPAuthenticationError(535, f"bad password {PASSWORD}".encode()),
        smtplib.SMTPRecipientsRefused({"a@b": (550, PASSWORD.encode())}),
        smtplib.SMTPServerDisconnected(PASSWORD),
        smtplib.SMTPNotSupportedError(PASSWORD),
        TimeoutError(PASSWORD),
    ],
)
def test_no_failure_tells_the_password(error: OSError) -> None:
    judged = judge(error, PASSWORD)
    for told in (str(judged), repr(judged), judged.zh, judged.en, repr(judged.__dict__)):
        assert PASSWORD not in told


def test_settings_do_not_show_the_password() -> None:
    assert PASSWORD not in repr(SETTINGS)


@pytest.mark.parametrize(
    "address",
    ["", "office", "office@", "@example.org", "a@b.cn\nBcc: c@d.cn", "张三@example.org", "a b@c.cn"],
)
def test_wrong_addresses_are_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        settings(recipients=(address,))
    with pytest.raises(ValidationError):
        settings(sender=address)


def test_unknown_security_is_refused_and_not_taken_for_none() -> None:
    with pytest.raises(ValidationError):
        settings(security="ssl")


def test_nobody_to_write_to_is_refused() -> None:
    with pytest.raises(ValidationError):
        settings(recipients=())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_password_travels_in_clear_on_loopback_only(host: str) -> None:
    settings(host=host)
    with pytest.raises(ValidationError) as refused:
        settings(host="mail.example.org")
    assert PASSWORD not in str(refused.value)
    settings(host="mail.example.org", security=Security.STARTTLS)
    settings(host="mail.example.org", username="", password="")


def test_a_message_for_somebody_goes_to_them_and_not_to_the_channels_own() -> None:
    mail = on_the_wire(payload(SETTINGS, replace(MESSAGE, to=("jia@example.org",)), AT))
    assert [a.addr_spec for a in mail["To"].addresses] == ["jia@example.org"]


def test_messages_of_one_thread_answer_the_same_message() -> None:
    thread = "通州区/一绿/" + "非常长的名称" * 40
    first, second, other = (
        on_the_wire(payload(SETTINGS, replace(MESSAGE, dedup_id=str(i), thread=name), AT))
        for i, name in enumerate([thread, thread, "另一件事"])
    )
    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert first["References"].startswith("<biaochi.thread.") and first["References"].endswith(
        "@example.org>"
    )
    assert first["References"] != other["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert payload(SETTINGS, MESSAGE, AT)["References"] is None


def test_html_has_its_pictures_beside_it_and_plain_text_before_it() -> None:
    picture = Picture("chart-1", b"\x89PNG one", "实际与计划")
    html = f'<p>“一绿”<img src="cid:{picture.name}" alt="{picture.alt}"></p>'
    message = replace(MESSAGE, html=html, pictures=(picture, Picture("chart-2", b"\x89PNG two", "")))
    mail = on_the_wire(payload(SETTINGS, message, AT))
    assert mail.get_content_type() == "multipart/alternative"
    text, related = mail.iter_parts()
    assert text.get_content().splitlines() == TEXT.splitlines()
    assert related.get_content_type() == "multipart/related"
    shown, one, two = related.iter_parts()
    assert shown.get_content().strip() == html
    assert (one["Content-ID"], one.get_content()) == ("<chart-1>", b"\x89PNG one")
    assert (two["Content-ID"], two.get_content_disposition()) == ("<chart-2>", "inline")
    wire = payload(SETTINGS, message, AT).as_bytes()
    assert wire.isascii() and max(map(len, wire.split(b"\r\n"))) <= 998


def test_pictures_without_html_are_attached() -> None:
    message = replace(MESSAGE, pictures=(Picture("chart", b"\x89PNG", ""),))
    mail = on_the_wire(payload(SETTINGS, message, AT))
    text, picture = mail.iter_parts()
    assert text.get_content().splitlines() == TEXT.splitlines()
    assert (picture.get_filename(), picture.get_content_disposition()) == ("chart.png", "attachment")
