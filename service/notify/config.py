"""Which channels there are: two from the environment, any number from a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from service.clock import Clock
from service.notify.channels import Channel
from service.notify.channels.alertmanager import AlertmanagerChannel, AlertmanagerSettings
from service.notify.channels.dingtalk import DingtalkChannel, DingtalkSettings
from service.notify.channels.email import EmailChannel, EmailSettings
from service.notify.channels.feishu import FeishuChannel, FeishuSettings
from service.notify.channels.webhook import WebhookChannel, WebhookSettings
from service.notify.channels.wecom import WecomChannel, WecomSettings
from service.notify.channels.wecom_app import WecomAppChannel, WecomAppSettings
from service.yamlfile import Strict, read

ChannelSettings = (
    EmailSettings
    | WecomSettings
    | WecomAppSettings
    | DingtalkSettings
    | FeishuSettings
    | WebhookSettings
    | AlertmanagerSettings
)
# A channel's name stands in routes, metrics and records.
Name = Annotated[str, StringConstraints(pattern=r"^\w[\w-]{0,39}$")]

_BUILD: dict[type, Callable[[str, Any, Clock], Channel]] = {
    EmailSettings: EmailChannel,
    WecomSettings: WecomChannel,
    WecomAppSettings: WecomAppChannel,
    DingtalkSettings: DingtalkChannel,
    FeishuSettings: FeishuChannel,
    WebhookSettings: WebhookChannel,
    AlertmanagerSettings: AlertmanagerChannel,
}


class ChannelFile(Strict):
    """Channels by name."""

    channels: dict[Name, Annotated[ChannelSettings, Field(discriminator="kind")]]


def read_channels(path: Path) -> dict[str, ChannelSettings]:
    """The channels of a file; `Faulty` names every fault by line and column, never a value."""
    return dict(read(path).into(ChannelFile).channels)


def build_channels(settings: Mapping[str, ChannelSettings], clock: Clock) -> dict[str, Channel]:
    """The channels by name. Nothing is connected before the first message."""
    return {name: _BUILD[type(each)](name, each, clock) for name, each in settings.items()}
