"""Runs the benchmark: a table on standard output, `build/bench/ingest.json`, progress on standard error."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmarks.core import BUILD, Figure, machine, note, tell
from benchmarks.databases import bench_server, server_versions
from benchmarks.ingest.bodies import FULL, QUICK, Sizes, World
from benchmarks.ingest.posting import batches, large_body, singles
from benchmarks.ingest.serving import serve

NAME = "ingest"


@click.command()
@click.option("--quick", is_flag=True, help="Small bodies: whether it runs, not how fast.")
@click.option("--keep", is_flag=True, help="Keep the results in benchmarks/results too.")
@click.option("--strict", is_flag=True, help="Exit status 1 where a goal is missed.")
@click.option("--out", type=click.Path(path_type=Path), default=BUILD, help="Folder of the JSON.")
def main(quick: bool, keep: bool, strict: bool, out: Path) -> None:
    """What taking readings in costs: a huge body, usual ones, single readings."""
    if quick and keep:
        raise click.UsageError("--quick says nothing worth keeping")
    figures, versions = measure(QUICK if quick else FULL)
    command = " ".join(["make bench-ingest", *(["ARGS=--keep"] if keep else [])])
    tell(NAME, figures, command=command, versions=versions, folder=out, keep=keep)
    if strict and not all(figure.met for figure in figures):
        sys.exit(1)


def measure(sizes: Sizes) -> tuple[list[Figure], dict[str, str]]:
    """All figures, and what they were measured on."""
    with bench_server() as server:
        world = World(server)
        versions = machine() | server_versions(world.dsn)
        with serve(world.dsn, world.secret) as serving:
            figures = singles(serving, world, sizes)
            figures += batches(serving, world, sizes)
        with serve(world.dsn, world.secret) as serving:  # its memory is that of the one body
            figures += large_body(serving, world, sizes)
    note("done")
    return figures, versions


if __name__ == "__main__":
    main()
