"""Channels: one small file per outside system, a pure payload beside the one place that sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from service.errors import BiaochiError
from service.notify.text import one_line, redact


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out.

    dedup_id  the same for every attempt of a message, so that a receiver can drop a repeat
    """

    notification_id: int
    attempt: int
    subject: str
    text: str
    dedup_id: str


class Channel(Protocol):
    """A way out. Sending is blocking, ends within a time limit and may be called from one thread at a time."""

    @property
    def name(self) -> str: ...

    def send(self, message: Outgoing) -> str:
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
