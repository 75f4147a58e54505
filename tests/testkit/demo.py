"""The demo as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg


@dataclass(frozen=True)
class Lived:
    """What a demo has lived through so far."""

    clocks: set[tuple[Any, ...]]
    alerts: set[tuple[Any, ...]]

    @classmethod
    def of(cls, conn: psycopg.Connection) -> Self:
        return cls(
            set(conn.execute("SELECT as_of, key, since FROM biaochi.alert_clock").fetchall()),
            set(conn.execute("SELECT alert_id, since, fired FROM biaochi.alert").fetchall()),
        )


NOTHING = Lived(set(), set())


@dataclass(frozen=True)
class Demo:
    """A demo that has been played and goes on serving.

    summary  what it printed with --json
    tokens   secrets by feed, and the operator's
    killed   what had been lived when it was killed on its way
    first    what it printed when it came to the end for the first time
    """

    url: str
    dsn: str
    summary: dict[str, Any]
    tokens: dict[str, str]
    killed: Lived = NOTHING
    first: dict[str, Any] = field(default_factory=dict)

    def of(self, indicator: str, region: str = "110105") -> dict[str, Any]:
        """The progress row of an indicator."""
        (row,) = [
            r for r in self.summary["progress"] if r["indicator"] == indicator and r["region"] == region
        ]
        found: dict[str, Any] = row
        return found

    def alerts(self, **wanted: object) -> list[dict[str, Any]]:
        """Alerts with these values."""
        return [a for a in self.summary["alerts"] if all(a[k] == v for k, v in wanted.items())]


def command(*arguments: str) -> list[str]:
    """The demo's command line, in this interpreter."""
    return [sys.executable, "-c", "from service.cli import main; main()", "demo", *arguments]


def environment(dsn: str) -> dict[str, str]:
    """What the demo sees: this database, and no setting of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BIAOCHI_")}
    return {**clean, "BIAOCHI_DATABASE_URL": dsn}


def play_once(dsn: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Play to the end and return the summary."""
    done = subprocess.run(
        command("--once", "--json", "--port", "0", "--tokens", str(folder / "tokens.json"), *arguments),
        env=environment(dsn),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


@contextmanager
def playing(dsn: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A demo at play; killed at the end if it still runs."""
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            command("--json", "--tokens", str(folder / "tokens.json"), *arguments),
            env=environment(dsn),
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def played(dsn: str, folder: Path) -> Iterator[Demo]:
    """A demo that has reached its last day and serves on; asked to stop at the end."""
    port = free_port()
    with playing(dsn, folder, "--port", str(port)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "demo.log").read_text()[-3000:]
        tokens = json.loads((folder / "tokens.json").read_text())
        yield Demo(f"http://127.0.0.1:{port}", dsn, json.loads(line), tokens)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def free_port() -> int:
    """A loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
