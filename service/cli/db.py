"""`biaochi db`: the embedded database server by hand."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from service.embedded import EmbeddedServer, Status

T = TypeVar("T")

_MEGABYTE = 1024 * 1024

name_option = click.option(
    "--name", default="default", show_default=True, help="Which server: each has a data folder of its own."
)


@click.group()
def db() -> None:
    """The embedded PostgreSQL with TimescaleDB. 内置数据库"""


@db.command()
@name_option
def start(name: str) -> None:
    """Start the server; the first time its programs are fetched (about 50 MB)."""
    server = _server(name)
    _or_complain(server.start)
    click.echo(_line(server.status()))


@db.command()
@name_option
def stop(name: str) -> None:
    """Stop the server and wait for its end."""
    server = _server(name)
    _or_complain(server.stop)
    click.echo(_line(server.status()))


@db.command()
@name_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@click.pass_context
def status(ctx: click.Context, name: str, as_json: bool) -> None:
    """Say whether the server runs, where, and how large it is. Exit status 1 if it doesn't run."""
    found = _or_complain(_server(name).status)
    click.echo(json.dumps(asdict(found), default=str) if as_json else _line(found))
    ctx.exit(0 if found.running else 1)


@db.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@name_option
@click.option("--database", default="biaochi", show_default=True)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def psql(ctx: click.Context, name: str, database: str, arguments: tuple[str, ...]) -> None:
    """Open psql as the superuser; ARGUMENTS go to psql."""
    server = _server(name)
    url = _or_complain(lambda: server.dsn(database))
    ctx.exit(
        subprocess.run([server.bin / "psql", *arguments], env=os.environ | _as_environment(url)).returncode
    )


def _as_environment(url: str) -> dict[str, str]:
    """libpq's variables: arguments can be read by every user of the machine, the environment can't."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return {
        "PGHOST": str(parts.hostname),
        "PGPORT": str(parts.port),
        "PGUSER": str(parts.username),
        "PGPASSWORD": str(parts.password),
        "PGDATABASE": parts.path.lstrip("/"),
    }


def _server(name: str) -> EmbeddedServer:
    from service.embedded import EmbeddedServer, cache_folder, data_folder, server_binaries

    try:
        data = data_folder(name)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--name") from None
    return EmbeddedServer(data, _or_complain(lambda: server_binaries(cache_folder())))


def _or_complain(action: Callable[[], T]) -> T:
    """Run it; what goes wrong becomes a sentence and exit status 1."""
    from service.embedded import EmbeddedError

    try:
        return action()
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from None


def _line(found: Status) -> str:
    size = f"{found.size_bytes / _MEGABYTE:.0f} MB"
    where = f"running on 127.0.0.1:{found.port}, process {found.pid}" if found.running else "not running"
    return f"PostgreSQL {found.version}: {where}; {size} in {found.data}"
