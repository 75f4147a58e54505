"""Channels: one small file per outside system, a pure payload beside the one place that sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.errors import BiaochiError
from service.notify.pace import Limit
from service.notify.text import one_line, redact


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that stands in a message, with what it shows for those who can't see it.

    HTML shows it by its name: `<img src="cid:NAME">`.
    """

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert for machines.

    labels       what it is of: alertname, indicator, region, level …; they identify it
    annotations  what people read of it
    ends_at      None while it fires
    url          where it is looked at, empty where there is no such place
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out.

    dedup_id  the same for every attempt of a message, so that a receiver can drop a repeat
    to        addresses as the channel knows them (mail addresses, userids, mobile numbers to be mentioned); the
              channel's own receivers where there are none
    thread    the same for every message about one matter
    pictures  for channels that can show them
    alerts    what it tells of, for channels that hand alerts on to machines
    """

    notification_id: int
    attempt: int
    subject: str
    text: str
    dedup_id: str
    to: tuple[str, ...] = ()
    thread: str = ""
    html: str = ""
    markdown: str = ""
    pictures: tuple[Picture, ...] = ()
    alerts: tuple[AlertFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """An address that did not get a message others got, and the receiver's words about it.

    permanent  sending it there again cannot help
    """

    address: str
    detail: str
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """A message was taken, for at least one receiver; `answer` and `detail` are free of secrets.

    It must not be sent again as it is: those who are not in `missed` have it.
    """

    answer: str
    missed: tuple[Missed, ...] = ()

    def __str__(self) -> str:
        if not self.missed:
            return self.answer
        return f"{self.answer}, but not for " + ", ".join(f"{m.address} ({m.detail})" for m in self.missed)


class Channel(Protocol):
    """A way out. Sending is blocking, ends within a time limit and may be called from one thread at a time."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Sequence[Limit]:
        """How much the vendor takes."""
        ...

    def send(self, message: Outgoing) -> Taken:
        """Hand the message over; what the receiver answered. Every failure is a `SendError`."""
        ...


class Reason(StrEnum):
    """Why a message was not taken; a closed list, used in logs and in the attempts' record."""

    REFUSED = "refused"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REJECTED_CONTENT = "rejected_content"
    AUTHENTICATION = "authentication"
    SERVER_ERROR = "server_error"
    MALFORMED_ANSWER = "malformed_answer"
    INTERNAL = "internal"  # the channel itself is at fault


_ZH = {
    Reason.REFUSED: "对方拒收",
    Reason.THROTTLED: "发送过于频繁，被对方限流",
    Reason.UNREACHABLE: "无法连接对方服务器",
    Reason.TIMEOUT: "对方服务器未在时限内应答",
    Reason.REJECTED_CONTENT: "对方不接受消息内容",
    Reason.AUTHENTICATION: "账号、密码或密钥未被接受",
    Reason.SERVER_ERROR: "对方服务器暂时故障",
    Reason.MALFORMED_ANSWER: "对方的应答无法识别",
    Reason.INTERNAL: "发送程序出错",
}


class SendError(BiaochiError):
    """A message was not taken.

    permanent    sending it again cannot help
    retry_after  how long the receiver asked to be left alone
    detail       the receiver's words on one line, without secrets; `secrets` are those to look for
    """

    def __init__(
        self,
        reason: Reason,
        detail: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.detail = one_line(redact(detail, *secrets))
        super().__init__(
            f"send_{reason}",
            f"消息未能发出：{_ZH[reason]}（{self.detail}）。",
            f"message not sent, {reason.replace('_', ' ')}: {self.detail}",
        )
        self.reason = reason
        self.permanent = permanent
        self.retryable = not permanent
        self.retry_after = retry_after
