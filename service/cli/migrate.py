"""`biaochi migrate`."""

from __future__ import annotations

import click


@click.command()
def migrate() -> None:
    """Apply the migrations that are missing; safe to run anywhere, any number of times."""
    from service.database import database, prepare_database
    from service.settings import read_settings

    settings = read_settings()
    applied = prepare_database(settings, database(settings))
    for name in applied:
        click.echo(name)
    click.echo(f"{len(applied)} applied" if applied else "up to date", err=True)
