"""`biaochi demo`: Chaoyang's 2018, played through the real service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.option("--once", is_flag=True, help="Stop when the last day is played, instead of serving on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2018-08-31",
    show_default=True,
    help="Last day to play, in 2018.",
)
@click.option(
    "--tokens",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File the demo keeps its tokens in; beside its database by default.",
)
@click.option("--port", type=int, help="Port to serve on; 8000, or a free one where that is taken.")
def demo(once: bool, as_json: bool, as_of: datetime, port: int | None, tokens: Path | None) -> None:
    """Play 2018 day by day: feeds post, days close, alerts go out. All daily figures are invented."""
    from service.cli import echo_json
    from service.demo.run import run_demo

    day = as_of.date()
    if day.year != 2018:
        raise click.BadParameter("the demo plays 2018 only / 演示只有2018年", param_hint="--as-of")
    run_demo(day, once=once, port=port, tokens=tokens, print_summary=echo_json if as_json else None)
