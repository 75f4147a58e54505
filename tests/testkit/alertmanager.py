"""A real Alertmanager for tests, in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from service.embedded import cache_folder
from tests.testkit.debian import alertmanager_root
from tests.testkit.smtp_sink import free_port

_START_SECONDS = 30
# Debian's program reads its templates here; it is unpacked and not installed, so a copy of it reads them where it runs.
_TEMPLATES = b"/usr/share/prometheus/alertmanager"
_TEMPLATES_HERE = b"./" * (len(_TEMPLATES) // 2)
_CONFIGURATION = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running server."""

    url: str

    def alerts(self) -> list[dict[str, Any]]:
        """What fires, by its API v2."""
        answer = httpx.get(f"{self.url}/api/v2/alerts", trust_env=False, timeout=30)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found


@contextmanager
def alertmanager() -> Iterator[Alertmanager]:
    """A server that answers when the block begins."""
    folder = Path(tempfile.mkdtemp(prefix="biaochi-alertmanager-"))
    program = _copy(alertmanager_root(cache_folder()), folder)
    (folder / "alertmanager.yml").write_text(_CONFIGURATION)
    address = f"127.0.0.1:{free_port()}"
    command = [
        str(program),
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/data",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(f"http://{address}", process, folder / "log")
        yield Alertmanager(f"http://{address}")
    finally:
        process.kill()
        process.wait(timeout=10)
        shutil.rmtree(folder)


def _copy(root: Path, folder: Path) -> Path:
    """The program and its templates, side by side."""
    program = folder / "alertmanager"
    written = (root / "usr/bin/prometheus-alertmanager").read_bytes()
    program.write_bytes(written.replace(_TEMPLATES, _TEMPLATES_HERE))
    program.chmod(0o755)
    for template in (root / "usr/share/prometheus/alertmanager").glob("*.tmpl"):
        shutil.copy(template, folder)
    return program


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/-/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass  # not up yet
        time.sleep(0.05)
    raise TimeoutError(log.read_text())
