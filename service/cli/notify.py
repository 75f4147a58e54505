"""`biaochi notify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.notify.channels import Channel


@click.group()
def notify() -> None:
    """Channels."""


@notify.command(name="list")
def list_() -> None:
    """Name the configured channels and how many messages each may send."""
    for name, channel in _channels().items():
        limits = ", ".join(f"{each.messages} in {each.span.total_seconds():g} s" for each in channel.limits)
        click.echo(f"{name}: {type(channel).__name__.removesuffix('Channel')}, {limits or 'no limit'}")


@notify.command()
@click.argument("channel")
@click.option("--to", multiple=True, help="Somebody to send it to, or to mention; may be repeated.")
def test(channel: str, to: tuple[str, ...]) -> None:
    """Send a test message over a channel and say what happened."""
    from service.clock import SystemClock
    from service.errors import NotFound
    from service.notify.channels import Outgoing

    channels = _channels()
    if channel not in channels:
        known = ", ".join(channels) or "none"
        raise NotFound(
            "no_channel", f"未配置渠道“{channel}”。", f"not a configured channel; configured: {known}."
        )
    now = SystemClock().now()
    number = f"test-{now.timestamp():.0f}"
    text = f"biaochi 标尺测试消息，{now:%Y-%m-%d %H:%M} 发出，收到即表示渠道可用。\n编号：{number}"
    subject = "【测试】biaochi 标尺"
    taken = channels[channel].send(
        Outgoing(0, 1, subject, text, number, to, markdown=f"**{subject}**\n{text}")
    )
    click.echo(f"{channel}: sent ({taken})")
    if taken.missed:
        raise SystemExit(1)


def _channels() -> dict[str, Channel]:
    from service.clock import SystemClock
    from service.notify.config import build_channels
    from service.settings import channel_settings, read_settings

    return build_channels(channel_settings(read_settings()), SystemClock())
