"""Runs the benchmark: a table on standard output, `build/bench/evaluate.json`, progress on standard error."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmarks.core import BUILD, Figure, Worker, machine, note, tell
from benchmarks.databases import bench_server, server_versions
from benchmarks.evaluate.life import Cities
from benchmarks.evaluate.memory import in_memory
from benchmarks.evaluate.ranking import ranking
from benchmarks.evaluate.recording import Checks, checks
from benchmarks.evaluate.replaying import replaying
from benchmarks.evaluate.sizes import FULL, QUICK, Sizes

NAME = "evaluate"


@click.command()
@click.option("--quick", is_flag=True, help="Small cities: whether it runs, not how fast.")
@click.option("--keep", is_flag=True, help="Keep the results in benchmarks/results too.")
@click.option("--strict", is_flag=True, help="Exit status 1 where a goal is missed.")
@click.option("--out", type=click.Path(path_type=Path), default=BUILD, help="Folder of the JSON.")
def main(quick: bool, keep: bool, strict: bool, out: Path) -> None:
    """What judging a day costs, and a year of days, beside what it is held against."""
    if quick and keep:
        raise click.UsageError("--quick says nothing worth keeping")
    figures, versions = measure(QUICK if quick else FULL)
    command = " ".join(["make bench-evaluate", *(["ARGS=--keep"] if keep else [])])
    tell(NAME, figures, command=command, versions=versions, folder=out, keep=keep)
    if strict and not all(figure.met for figure in figures):
        sys.exit(1)


def measure(sizes: Sizes) -> tuple[list[Figure], dict[str, str]]:
    """All figures, and what they were measured on."""
    with Worker(Checks, sizes.large) as large:
        figures = in_memory(sizes, large)
        compared = checks(sizes, large)
    with bench_server() as server:
        cities = Cities(server, sizes)
        versions = machine() | server_versions(cities.short)
        figures += cities.live()
        figures += replaying(cities.short, sizes)
        figures += ranking(cities.long, sizes)
    note("done")
    return [*figures, *compared], versions


if __name__ == "__main__":
    main()
