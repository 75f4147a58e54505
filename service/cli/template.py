"""`biaochi template`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.argument("feed")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; template_FEED_DAY.xlsx by default.",
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Report day; the next open one by default.")
def template(feed: str, out: Path | None, day: datetime | None) -> None:
    """Write the workbook FEED fills in and uploads."""
    from service.catalog.publish import load_published
    from service.clock import SystemClock
    from service.database import connected
    from service.workbooks.template import make_template

    with connected() as (_, conn):
        published = load_published(conn)
        found = published.feed(feed)
        made = make_template(conn, published, found, SystemClock().now(), day.date() if day else None)
    path = out or Path(made.ascii_name)
    path.write_bytes(made.content)
    click.echo(f"{path}: {found.name}, {made.day}")
