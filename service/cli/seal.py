"""`biaochi seal`."""

from __future__ import annotations

from datetime import datetime

import click


@click.group()
def seal() -> None:
    """封账: days up to which only operators change figures."""


@seal.command("set")
@click.argument("through", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--note", required=True, help="Why.")
def set_(through: datetime, note: str) -> None:
    """Seal every day up to DAY, from now on; an earlier DAY than before opens what lies between."""
    from service.clock import SystemClock
    from service.database import connected
    from service.ingest import past

    with connected() as (_, conn):
        added = past.seal(conn, through.date(), note, by="cli", at=SystemClock().now())
    click.echo(f"sealed through {added.through}")


@seal.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(as_json: bool) -> None:
    """Every seal, newest first; the newest is in force."""
    from dataclasses import asdict

    from service.cli import echo_json
    from service.database import connected
    from service.store import past

    with connected() as (_, conn):
        found = past.seals(conn)
    if as_json:
        echo_json({"seals": [asdict(s) for s in found]})
        return
    for s in found:
        state = "in force" if s.in_force else "replaced"
        click.echo(f"{s.through}  {state:8}  {s.at:%Y-%m-%d %H:%M}  {s.by}  {s.note}")
