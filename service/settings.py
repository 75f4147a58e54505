"""Settings: read once from BIAOCHI_* and secret files. A wrong one names itself and stops the start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from service.errors import BiaochiError
from service.notify.channels.email import EmailSettings
from service.notify.channels.wecom import WecomSettings
from service.notify.config import ChannelSettings, read_channels
from service.shipped import shipped, shipped_catalog
from service.store.pool import is_database_url

PREFIX = "BIAOCHI_"
SECRETS_FOLDER = "/run/secrets"


class Settings(BaseSettings):
    """Everything an operator may set; `BIAOCHI_EMAIL__HOST` sets `email.host`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, secrets_dir=None
    )
    database_url: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    # Of bodies in formats that are read whole, and of those that are read piece by piece.
    max_body_bytes: int = Field(default=64 << 20, ge=1024)
    max_streamed_bytes: int = Field(default=1 << 30, ge=1024)
    # Where large bodies lie while they are read; the system's folder for such by default.
    spool_dir: Path | None = None
    rules_dir: Path = Field(default_factory=lambda: shipped("alert_rules"))
    catalog_dirs: Annotated[tuple[Path, ...], NoDecode] = Field(default_factory=lambda: (shipped_catalog(),))
    banner: str = ""
    # How long nothing more may have come in for closed days before they are judged again.
    collect_seconds: float = Field(default=60.0, ge=0, le=86_400)
    # More messages than this at once, after closed days were judged again, become one summary.
    retroactive_messages: int = Field(default=10, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    # The font of charts; without it one of those systems have.
    chart_font: Path | None = None
    # Lets biaochi_reader log in with it, for Grafana and analysts; without one the role cannot log in.
    reader_password: SecretStr | None = None
    email: EmailSettings | None = None
    wecom: WecomSettings | None = None
    # More channels, any number of each kind, each with its own name.
    channels: Path | None = None

    @field_validator("database_url")
    @classmethod
    def _url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not is_database_url(value.get_secret_value()):
            raise ValueError(
                "not a PostgreSQL URL; characters like %, @ and / in a password are written %25, %40, %2F"
            )
        return value

    @field_validator("spool_dir")
    @classmethod
    def _writable(cls, value: Path | None) -> Path | None:
        if value is not None and not (value.is_dir() and os.access(value, os.W_OK | os.X_OK)):
            raise ValueError("not a folder that can be written to")
        return value

    @field_validator("chart_font")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not (value.is_file() and os.access(value, os.R_OK)):
            raise ValueError("not a file that can be read")
        return value

    @field_validator("catalog_dirs", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(value.split(os.pathsep)) if isinstance(value, str) else value


def channel_settings(settings: Settings) -> dict[str, ChannelSettings]:
    """The channels by name, as configured; raises where one cannot work as it is."""
    named: dict[str, ChannelSettings] = {}
    if settings.email:
        named["email"] = settings.email
    if settings.wecom:
        named["wecom"] = settings.wecom
    if settings.channels is None:
        return named
    more = read_channels(settings.channels)
    if both := named.keys() & more.keys():
        raise _error(
            f"channel {', '.join(sorted(both))} is set in {settings.channels} and in {PREFIX}… as well"
        )
    return named | more


class SettingsError(BiaochiError):
    """A setting that is wrong or unknown."""


def read_settings() -> Settings:
    """The settings of this process; raises `SettingsError` naming every wrong one, never its value."""
    known = set(Settings.model_fields)
    strange = [
        name
        for name in os.environ
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower().partition("__")[0] not in known
    ]
    if strange:
        raise _error(f"unknown settings: {', '.join(sorted(strange))}")
    folder = SECRETS_FOLDER if Path(SECRETS_FOLDER).is_dir() else None
    try:
        return Settings(_secrets_dir=folder)  # type: ignore[call-arg]
    except UnreadableSetting as error:
        field = str(error).partition('"')[2].partition('"')[0]
        raise _error(f'{PREFIX}{field.upper()}…: a list is written as JSON, ["a@b.cn"]') from None
    except ValidationError as error:
        told = [f"{PREFIX}{'__'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise _error("; ".join(told)) from None


def _error(en: str) -> SettingsError:
    return SettingsError("wrong_settings", f"配置有误：{en}", en)
