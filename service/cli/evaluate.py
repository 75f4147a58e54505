"""`biaochi evaluate`."""

from __future__ import annotations

from datetime import datetime

import click


@click.command()
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day to evaluate; the last due one by default."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def evaluate(as_of: datetime | None, as_json: bool) -> None:
    """Evaluate every day that isn't yet, and again what has changed since."""
    from service import logs
    from service.app import build
    from service.cli import echo_json
    from service.clock import SystemClock
    from service.database import database, prepare_database
    from service.notify.config import build_channels
    from service.settings import channel_settings, read_settings

    settings = read_settings()
    logs.configure(settings.log_level)  # to standard error: standard output is the answer's
    dsn = database(settings)
    prepare_database(settings, dsn)
    clock = SystemClock()
    service = build(settings, dsn, clock, build_channels(channel_settings(settings), clock))
    try:
        service.refresh_rules()
        day = as_of.date() if as_of else service.closing.last_due(clock.now())
        done = service.closing.evaluate(min(day, clock.now().date()))
    finally:
        service.close()
    if as_json:
        echo_json({"days": done.days, "again": done.again, "events": done.events})
    else:
        click.echo(f"{len(done.days)} days evaluated, {len(done.again)} again, {done.events} events")
