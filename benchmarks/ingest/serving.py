"""A running service to post to: `biaochi serve` in a process of its own, and what it has held."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.core import BUILD, peak_megabytes
from tests.testkit.demo import environment, free_port

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Serving:
    """A service, a client of it, and its process."""

    client: httpx.Client
    pid: int

    @property
    def megabytes(self) -> float:
        """The most memory the service has held, its children included."""
        return sum(peak_megabytes(pid) for pid in (self.pid, *_children(self.pid)))


@contextmanager
def serve(dsn: str, secret: str) -> Iterator[Serving]:
    """A service that is ready; killed at the end."""
    port = free_port()
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)]
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as spool, (BUILD / "serve.log").open("wb") as log:
        env = {**environment(dsn), "BIAOCHI_SPOOL_DIR": spool}
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        headers = {"authorization": f"Bearer {secret}"}
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", timeout=3600, trust_env=False, headers=headers
            ) as client:
                _wait_until_ready(process, client)
                yield Serving(client, process.pid)
        finally:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_ready(client):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((BUILD / "serve.log").read_text()[-3000:])
        time.sleep(0.05)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _children(pid: int) -> list[int]:
    """Processes it has started and that still run."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(c) for t in tasks for c in (t / "children").read_text().split()]
