"""The `biaochi` command: one module per subcommand, loaded when it is used."""

from __future__ import annotations

import importlib
import json
import sys

import click

from service import __version__
from service.errors import BiaochiError, Faulty

# name: (module, sentence); modules are imported only when their command runs, so that --help is instant.
COMMANDS = {
    "demo": "Play Chaoyang's 2018 with invented daily figures, and go on serving.",
    "serve": "Run the service.",
    "migrate": "Bring the database schema up to date.",
    "db": "Start, stop and look at the embedded database.",
    "catalog": "Check, publish and export the catalogue.",
    "roster": "Check, publish and show the roster (花名册): units, people, who answers for what.",
    "rules": "Check, test, replay, export and explain rules.",
    "due": "What each feed owes, by when, and what is missing.",
    "evaluate": "Evaluate days on command.",
    "quarantine": "List rows that were sent back (退回待改), correct and release them, or dismiss them.",
    "seal": "Seal past days (封账), and list seals.",
    "template": "Write a feed's workbook to fill in.",
    "token": "Make, list and revoke tokens.",
    "notify": "Try a channel.",
    "dashboards": "Write the Grafana dashboards from their code.",
}


class Lazy(click.Group):
    """A group that knows its commands' names and imports them on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"service.cli.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy)
@click.version_option(__version__, prog_name="biaochi")
def group() -> None:
    """biaochi 标尺: a yardstick for city indicators."""


def main() -> None:
    """Exit status 0: all right; 1: something wrong was found; 2: wrong usage."""
    try:
        status = group(prog_name="biaochi", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except Faulty as error:
        for fault in error.faults:
            click.echo(
                f"{fault.where}: {fault.zh}\n    {fault.en}" + (f" ({fault.text})" if fault.text else ""),
                err=True,
            )
        sys.exit(1)
    except BiaochiError as error:
        click.echo(f"{error.zh}\n{error.en}", err=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # no file that somebody named
            raise
        name, why = error.filename, error.strerror
        click.echo(f"{name}：无法读写：{why}。\n{name}: cannot be read or written: {why}.", err=True)
        sys.exit(1)


def echo_json(value: object) -> None:
    """One JSON object on standard output; Chinese stays readable."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
