"""What every channel's settings share: secrets, time limits, and the way to a private deployment."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from service.notify.pace import Limit
from service.yamlfile import Strict, Wrong

# What is shorter in a query or a path says what is called, not who may call.
SECRET_CHARACTERS = 8
SECRET_SEGMENT = 16


def _from_file(value: Any) -> Any:
    """`{file: PATH}` stands for what is in the file."""
    if not (isinstance(value, dict) and value.keys() == {"file"}):
        return value
    path = str(value["file"])
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, ValueError):
        raise Wrong(f"无法读取文件 {path}。", f"the file {path} cannot be read") from None


# A secret, or `{file: PATH}` of a file that holds it; never shown.
Secret = Annotated[SecretStr, BeforeValidator(_from_file)]


class Shared(Strict):
    """A channel's settings."""

    model_config = ConfigDict(hide_input_in_errors=True)

    timeout_seconds: float = Field(default=10.0, gt=0, le=30)
    """Seconds a step (connecting, an answer) may take."""
    messages_per_minute: int | None = Field(default=None, ge=1)
    """How many messages may go in any minute; by default what the vendor allows."""
    ca: Path | None = None
    """A file of CA certificates (PEM) to trust in place of the public ones."""

    @field_validator("ca")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=str(value))
            except (OSError, ValueError):
                raise Wrong(
                    f"{value} 不是可读的 PEM 证书文件。",
                    f"{value} is not a readable file of PEM certificates",
                ) from None
        return value

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca) if self.ca else None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be told: every secret, and the parts of URLs that may be one."""
        return tuple(
            dict.fromkeys(part for text in self._texts() if text for part in (text, *secret_parts(text)))
        )

    def limits(self, *vendor: Limit) -> tuple[Limit, ...]:
        """The vendor's limits, those by the minute as set."""
        if self.messages_per_minute is None:
            return vendor
        own = Limit(self.messages_per_minute)
        return (own, *(limit for limit in vendor if limit.span != own.span))

    def _texts(self) -> Iterator[str]:
        for name in type(self).model_fields:
            value = getattr(self, name)
            for each in value.values() if isinstance(value, dict) else (value,):
                if isinstance(each, SecretStr):
                    yield each.get_secret_value()


class OverHttp(Shared):
    """A channel that speaks HTTP."""

    proxy: Secret | None = None
    """URL of a proxy, http(s)://[user:password@]host:port; the environment's proxies are not used."""

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not is_http(value.get_secret_value()):
            raise Wrong("代理地址应为 http(s)://主机:端口。", "a proxy is written http(s)://host:port")
        return value


def is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False


def secret_parts(url: str) -> Iterator[str]:
    """The parts of a URL that may be keys: in its query, its path and before its host."""
    if not is_http(url):
        return
    parts = urlsplit(url)
    yield from (
        value for name, value in parse_qsl(parts.query) if name == "key" or len(value) >= SECRET_CHARACTERS
    )
    yield from (segment for segment in parts.path.split("/") if len(segment) >= SECRET_SEGMENT)
    yield from (part for part in (parts.password,) if part)
