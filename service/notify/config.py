"""Which channels there are."""

from __future__ import annotations

from dataclasses import dataclass

from service.clock import Clock
from service.notify.channels import Channel
from service.notify.channels.email import EmailChannel, EmailSettings
from service.notify.channels.wecom import WecomChannel, WecomSettings


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """The channels' settings; None where a channel is not used."""

    email: EmailSettings | None = None
    wecom: WecomSettings | None = None


def build_channels(settings: ChannelSettings, clock: Clock) -> dict[str, Channel]:
    """The configured channels by name. Nothing is connected before the first message."""
    channels: list[Channel] = []
    if settings.email:
        channels.append(EmailChannel(settings.email, clock))
    if settings.wecom:
        channels.append(WecomChannel(settings.wecom))
    return {channel.name: channel for channel in channels}
