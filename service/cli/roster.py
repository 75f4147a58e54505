"""`biaochi roster`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.group()
def roster() -> None:
    """The roster 花名册: files .yaml or .xlsx (sheets 单位, 人员, 代理), which together are one."""


@roster.command()
@FILES
@click.option(
    "--catalog",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Catalogue folder to hold it against; those of the settings by default.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(files: tuple[Path, ...], folders: tuple[Path, ...], as_json: bool) -> int:
    """Name every fault with its line or cell, and what nobody answers for; publishes nothing."""
    from service.catalog.publish import check_folders
    from service.cli import echo_json, rosters
    from service.clock import SystemClock
    from service.errors import Faulty
    from service.settings import read_settings

    _, catalog = check_folders(folders or read_settings().catalog_dirs)
    today = SystemClock().now().date()
    try:
        found = rosters.checked(files, catalog, today)
    except Faulty as error:
        if not as_json:
            raise
        echo_json(rosters.faults_as_json(error.faults))
        return 1
    if as_json:
        echo_json(rosters.checked_as_json(found))
    else:
        for line in rosters.told(found):
            click.echo(line)
    return 0


@roster.command()
@FILES
def load(files: tuple[Path, ...]) -> None:
    """Publish the files as a new version, unless they say what the newest one says."""
    from service.catalog.publish import load_published
    from service.cli import rosters
    from service.clock import SystemClock
    from service.database import connected
    from service.roster.publish import publish

    now = SystemClock().now()
    with connected() as (_, conn):
        catalog = load_published(conn).catalog
        found = rosters.checked(files, catalog, now.date())
        version, new = publish(conn, found.roster, catalog, at=now, by="cli")
    for line in rosters.told(found):
        click.echo(line)
    click.echo(f"version {version} {'published' if new else 'is current already'}")


@roster.command()
@click.option(
    "--unit", metavar="CODE", help="One unit: its people, what it answers for, and who is above it."
)
@click.option("--indicator", metavar="CODE", help="Who answers for an indicator.")
@click.option("--region", metavar="CODE", help="In this region; that of the catalogue's root by default.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="On this day; today by default.")
@click.option("--full", is_flag=True, help="Mobile numbers, addresses and userids in full.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(
    unit: str | None,
    indicator: str | None,
    region: str | None,
    day: datetime | None,
    full: bool,
    as_json: bool,
) -> None:
    """Show the published roster: its units, one of them, or who answers for an indicator."""
    from service.catalog.publish import load_published
    from service.cli import echo_json, rosters
    from service.clock import SystemClock
    from service.database import connected
    from service.roster.publish import known_unit, load_roster

    if unit is not None and indicator is not None:
        raise click.UsageError("give --unit or --indicator, not both")
    if region is not None and indicator is None:
        raise click.UsageError("--region goes with --indicator")
    with connected() as (_, conn):
        found = load_roster(conn, load_published(conn).catalog)
    view = rosters.View(found.roster, day.date() if day else SystemClock().now().date(), full)
    if indicator is not None:
        told, plain = view.matter(indicator, region or found.roster.catalog.root)
    elif unit is not None:
        told, plain = view.unit(known_unit(found.roster, unit))
    else:
        told, plain = view.units()
    if as_json:
        echo_json({"version": found.version, "on": view.on, **plain})
        return
    for line in told:
        click.echo(line)
