"""What all channels that speak HTTP share: one request, and a written verdict for every status."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from service.notify.channels import Reason, SendError
from service.notify.channels.deadline import Deadline
from service.notify.channels.settings import OverHttp

# An answer is a short JSON object; whoever sends more is not the vendor.
ANSWER_BYTES = 64 * 1024
# Connecting, asking and answering: each step has the channel's time limit, all of them together so many times that.
WHOLE = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, cut to `ANSWER_BYTES`."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """The way to one channel's server.

    Only settings read the environment; a connection is not kept, since messages are minutes apart.
    """

    def __init__(self, settings: OverHttp) -> None:
        self._secrets = settings.secrets
        self._whole_seconds = WHOLE * settings.timeout_seconds
        self._http = httpx.Client(
            timeout=settings.timeout_seconds,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            verify=settings.tls if settings.ca else _public_authorities(),
            proxy=settings.proxy.get_secret_value() if settings.proxy else None,
        )

    def post_json(
        self,
        url: str,
        payload: object,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
    ) -> Reply:
        """POST a JSON body, as `request` does."""
        typed = {"content-type": "application/json; charset=utf-8", **(headers or {})}
        return self.request("POST", url, body=encoded(payload), headers=typed, secrets=secrets)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
    ) -> Reply:
        """The answer. Whatever keeps it from coming is a passing `SendError`.

        secrets  those made for this request, beside the settings'
        """
        hidden = (*self._secrets, *secrets)
        with Deadline(self._whole_seconds) as deadline:
            try:
                reply = self._exchange(method, url, body, headers or {}, deadline)
            except httpx.HTTPError as error:
                if not deadline.passed:
                    raise _failure(error, hidden) from None
            else:
                # An answer that was cut at the end of time may look whole.
                if not deadline.passed:
                    return reply
        raise SendError(Reason.TIMEOUT, f"no whole answer in {self._whole_seconds:g} s")

    def _exchange(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Reply:
        def trace(event: str, info: Mapping[str, object]) -> None:
            deadline.watch(getattr(info.get("return_value"), "get_extra_info", None))

        with self._http.stream(
            method, url, content=body, headers=headers, extensions={"trace": trace}
        ) as response:
            return Reply(response.status_code, response.headers, _read(response))


@cache
def _public_authorities() -> ssl.SSLContext:
    """Reading them takes a while, and every channel trusts the same."""
    return httpx.create_ssl_context(trust_env=False)


def _failure(error: httpx.HTTPError, secrets: tuple[str, ...]) -> SendError:
    if isinstance(error, httpx.TimeoutException):
        return SendError(Reason.TIMEOUT, type(error).__name__)
    if isinstance(error, httpx.DecodingError):
        return SendError(Reason.MALFORMED_ANSWER, str(error), secrets=secrets)
    return SendError(Reason.UNREACHABLE, f"{type(error).__name__}: {error}", secrets=secrets)


def encoded(payload: object) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def judge_status(reply: Reply, *, secrets: tuple[str, ...]) -> None:
    """Raise for every status but 2xx: whether it is permanent, and when to come again."""
    if 200 <= reply.status < 300:
        return
    reason, permanent = _verdict(reply.status)
    detail = f"HTTP {reply.status} {reply.body.decode(errors='replace')}"
    wait = None if permanent else retry_after(reply.headers)
    raise SendError(reason, detail, permanent=permanent, retry_after=wait, secrets=secrets)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait a receiver asks for, in seconds or as a date; a date is read by the receiver's own clock."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 10**9))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(wait, timedelta(0))


def _verdict(status: int) -> tuple[Reason, bool]:
    """Reason of a status that is not 2xx, and whether it is permanent."""
    match status:
        case 408 | 425:
            return Reason.TIMEOUT, False
        case 429:
            return Reason.THROTTLED, False
        case 401 | 403 | 407:
            # Somebody is changing a password or a list of addresses: the message is as good as before.
            return Reason.AUTHENTICATION, False
        case 400 | 413 | 415 | 422:
            return Reason.REJECTED_CONTENT, True
        case _ if 400 <= status < 500:
            return Reason.REFUSED, True
        case _ if 500 <= status < 600:
            return Reason.SERVER_ERROR, False
        case _:  # a redirect is a proxy's or a portal's, not the vendor's
            return Reason.MALFORMED_ANSWER, False


def _read(response: httpx.Response) -> bytes:
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES:
            break
    return body[:ANSWER_BYTES]


def _no_urls(record: logging.LogRecord) -> bool:
    """httpx tells every URL at INFO, and a robot's URL holds its key."""
    return record.levelno >= logging.WARNING


for _name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    logging.getLogger(_name).addFilter(_no_urls)
