"""`biaochi dashboards`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the JSON is; the shipped grafana/dashboards by default.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with status 1 where a file differs.")
@click.pass_context
def dashboards(ctx: click.Context, folder: Path | None, check: bool) -> None:
    """Write Grafana's dashboards from their code."""
    from service.dashboards.files import differing, write
    from service.shipped import shipped

    folder = folder or shipped("grafana") / "dashboards"
    changed = list(differing(folder)) if check else write(folder)
    for name in changed:
        click.echo(f"{name}: 与代码不一致 differs from its code" if check else f"{name}: 已写入 written")
    ctx.exit(1 if check and changed else 0)
