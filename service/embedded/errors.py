"""What stops the embedded server, and what to do instead."""

from __future__ import annotations

from service.errors import BiaochiError

_ELSE_ZH = "也可以设置 BIAOCHI_DATABASE_URL 使用现成的 TimescaleDB，或用 docker compose up 启动。"
_ELSE_EN = "Or name a TimescaleDB you have in BIAOCHI_DATABASE_URL, or use docker compose up."


class EmbeddedError(BiaochiError):
    """The embedded database server can't be fetched, started or stopped."""


def unfetchable(zh: str, en: str) -> EmbeddedError:
    """The server's files can't be had on this machine; the sentence goes on with the alternatives."""
    return EmbeddedError("embedded_unfetchable", f"{zh}。{_ELSE_ZH}", f"{en}. {_ELSE_EN}")


def not_running(data: str) -> EmbeddedError:
    """The server should run for this and doesn't."""
    return EmbeddedError(
        "embedded_not_running",
        f"内置数据库（{data}）未启动，请先运行 biaochi db start。",
        f"The embedded database in {data} is not running: start it with biaochi db start.",
    )


def failed(action: str, detail: str) -> EmbeddedError:
    """A command of the server's failed; `detail` is what it said itself."""
    return EmbeddedError(
        "embedded_failed",
        f"内置数据库操作失败（{action}）：{detail}",
        f"Embedded database: {action} failed: {detail}",
    )
