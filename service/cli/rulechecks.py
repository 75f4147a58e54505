"""What `biaochi rules check` does: gathers every fault of the files, and what could never fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from service.catalog.publish import check_folders
from service.errors import Fault, Faulty
from service.evaluate.rulefiles.idle import idle_rules
from service.evaluate.rulefiles.rulefile import read_rules


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rules were read, what is wrong with them, and which could never fire with the catalogue."""

    rules: int
    faults: tuple[Fault, ...] = ()
    idle: tuple[Fault, ...] = ()


def checked(folder: Path, catalog_folders: Sequence[Path]) -> Checked:
    """Everything there is to say of the rule files of a folder, held against a catalogue."""
    try:
        _, catalog = check_folders(catalog_folders)
        found = read_rules(folder, catalog)
    except Faulty as error:
        return Checked(0, tuple(error.faults))
    return Checked(len(found.rules.rules), idle=tuple(idle_rules(found, catalog)))


def tell(found: Checked) -> None:
    """Faults on standard error, as every command tells them; the rest on standard output."""
    if found.faults:
        raise Faulty("wrong_rules", list(found.faults))
    for fault in found.idle:
        click.echo(f"{fault.where}: idle: {fault.zh}\n    {fault.en}")
    idle = f", {len(found.idle)} idle" if found.idle else ""
    click.echo(f"{found.rules} rules, no fault{idle}")


def as_json(found: Checked) -> dict[str, Any]:
    """The same for a script."""
    return {
        "rules": found.rules,
        "faults": [asdict(fault) for fault in found.faults],
        "idle": [asdict(fault) for fault in found.idle],
    }
