"""`biaochi notify`."""

from __future__ import annotations

import click


@click.group()
def notify() -> None:
    """Channels."""


@notify.command()
@click.argument("channel")
def test(channel: str) -> None:
    """Send a test message over a channel and say what happened."""
    from service.clock import SystemClock
    from service.errors import NotFound
    from service.notify.channels import Outgoing
    from service.notify.config import build_channels
    from service.settings import channel_settings, read_settings

    clock = SystemClock()
    channels = build_channels(channel_settings(read_settings()), clock)
    if channel not in channels:
        known = ", ".join(channels) or "none"
        raise NotFound(
            "no_channel", f"未配置渠道“{channel}”。", f"not a configured channel; configured: {known}."
        )
    now = clock.now()
    text = f"biaochi 标尺测试消息，{now:%Y-%m-%d %H:%M} 发出，收到即表示渠道可用。"
    answer = channels[channel].send(
        Outgoing(0, 1, "【测试】biaochi 标尺", text, f"test-{now.timestamp():.0f}")
    )
    click.echo(f"{channel}: sent ({answer})")
