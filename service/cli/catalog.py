"""`biaochi catalog`."""

from __future__ import annotations

from pathlib import Path

import click

FOLDERS = click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
def catalog() -> None:
    """The catalogue: folders of files, later ones laid over earlier ones. None given: those of the settings."""


@catalog.command()
@FOLDERS
def check(folders: tuple[Path, ...]) -> None:
    """Read the files and name every fault; publishes nothing."""
    from service.catalog.publish import check_folders
    from service.settings import read_settings

    _, found = check_folders(folders or read_settings().catalog_dirs)
    click.echo(
        f"{found.name}: {len(found.indicators)} indicators, {len(found.regions)} regions, "
        f"{len(found.groups)} groups, {len(found.feeds)} feeds, {len(found.series)} series, {len(found.targets)} targets"
    )


@catalog.command()
@FOLDERS
def load(folders: tuple[Path, ...]) -> None:
    """Publish the files as a new version, unless they say what the newest one says."""
    from service.catalog.publish import publish_folders
    from service.clock import SystemClock
    from service.database import connected

    with connected() as (settings, conn):
        version, new = publish_folders(
            conn,
            folders or settings.catalog_dirs,
            banner=settings.banner,
            at=SystemClock().now(),
            by="cli",
        )
    click.echo(f"version {version} {'published' if new else 'is current already'}")


@catalog.command()
def export() -> None:
    """Print the newest published version as one JSON object."""
    from service.cli import echo_json
    from service.database import connected
    from service.errors import NotFound
    from service.store.catalog import current

    with connected() as (_, conn):
        publication = current(conn, "catalog")
    if publication is None:
        raise NotFound("no_catalog", "尚未发布指标目录。", "no catalogue has been published.")
    echo_json({"version": publication.version, **publication.content})
