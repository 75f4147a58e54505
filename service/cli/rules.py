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


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@rules.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--catalog",
    "folders",
    multiple=True,
    type=FOLDER,
    help="Catalogue of tests that name none; that of the settings by default.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def test(files: tuple[Path, ...], folders: tuple[Path, ...], as_json: bool) -> int:
    """Run rule tests: FILES, folders of *_test.yaml, or those beside the rules. 1 where one fails."""
    from service.cli import echo_json, ruletests
    from service.evaluate.ruletestfile import rule_test_files
    from service.settings import read_settings

    settings = read_settings()
    given = files or (settings.rules_dir,)
    paths = [path for one in given for path in (rule_test_files(one) if one.is_dir() else [one])]
    if not paths:
        raise click.UsageError("no rule tests there (*_test.yaml)")
    tested = [ruletests.run_file(path, folders or settings.catalog_dirs) for path in paths]
    if as_json:
        echo_json(ruletests.as_json(tested))
    else:
        for line in ruletests.told(tested):
            click.echo(line)
    return int(any(one.mismatches for one in tested))
