"""`biaochi rules`."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def rules() -> None:
    """Rule files."""


@rules.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--catalog",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Catalogue folder to hold the rules against; those of the settings by default.",
)
def check(folder: Path | None, folders: tuple[Path, ...]) -> None:
    """Name every fault of the rule files with its line; the running rules are not touched."""
    from service.catalog.publish import check_folders
    from service.evaluate.rulefile import read_rules
    from service.settings import read_settings

    settings = read_settings()
    _, catalog = check_folders(folders or settings.catalog_dirs)
    found = read_rules(folder or settings.rules_dir, catalog)
    click.echo(f"{len(found.rules.rules)} rules, no fault")
