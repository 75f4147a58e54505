"""A real Prometheus for tests and benchmarks: scrapes one target, in a folder that is gone afterwards."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

from service.embedded import cache_folder
from tests.testkit.debian import prometheus_bin

_START_SECONDS = 30
_CONFIGURATION = """\
global: {{scrape_interval: {every}s, scrape_timeout: {every}s, evaluation_interval: {every}s}}
rule_files: [rules-*.yml]
scrape_configs:
  - job_name: biaochi
    metrics_path: {path}
    static_configs: [{{targets: ["{target}"]}}]
"""
# Loopback needs no proxy, whatever the machine's settings.
_open = build_opener(ProxyHandler({})).open


class QueryFailed(AssertionError):
    """Prometheus refused an expression."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server."""

    url: str
    _process: subprocess.Popen[bytes]

    def metrics(self) -> str:
        """What it tells of itself."""
        with _open(f"{self.url}/metrics", timeout=30) as answer:
            text: str = answer.read().decode()
        return text

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It stands still for the block."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def query(self, expr: str) -> list[dict[str, Any]]:
        """Samples of an instant query: [{"metric": {label: value}, "value": [time, text]}, …]."""
        body = urlencode({"query": expr}).encode()
        try:
            with _open(f"{self.url}/api/v1/query", body, timeout=30) as answer:
                result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
                return result
        except HTTPError as error:
            raise QueryFailed(f"{error.read().decode()}: {expr}") from None

    def value(self, expr: str) -> float:
        """The figure of an expression that gives exactly one."""
        (sample,) = self.query(expr)
        return float(sample["value"][1])

    def wait_until_scraped(self) -> None:
        """Return once the target was scraped since the call."""
        began, deadline = time.time(), time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            up = self._answers(f"timestamp(up == 1) > {began}")
            if up:
                return
            time.sleep(0.1)
        raise TimeoutError(f"{self.url} has not scraped its target for {_START_SECONDS} seconds")

    def _answers(self, expr: str) -> bool:
        try:
            return bool(self.query(expr))
        except (URLError, ConnectionError, QueryFailed):
            return False  # not up yet


@contextmanager
def prometheus(target: str, *, rules: str = "", every: int = 1) -> Iterator[Prometheus]:
    """A server that has scraped `target` (the URL of a /metrics page) when the block begins.

    rules  a rule file's text
    every  seconds from scrape to scrape and from evaluation to evaluation
    """
    program = prometheus_bin(cache_folder()) / "prometheus"
    folder = Path(tempfile.mkdtemp(prefix="biaochi-prometheus-"))
    address = f"127.0.0.1:{_free_port()}"
    parts = urlsplit(target)
    configuration = _CONFIGURATION.format(path=parts.path, target=parts.netloc, every=every)
    (folder / "prometheus.yml").write_text(configuration)
    if rules:
        (folder / "rules-all.yml").write_text(rules)
    command = [
        str(program),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        server = Prometheus(f"http://{address}", process)
        server.wait_until_scraped()
        yield server
    finally:
        process.kill()
        process.wait(timeout=10)
        shutil.rmtree(folder)


def check_metrics(body: bytes) -> str:
    """What promtool finds to criticise in a /metrics page; nothing if all is well."""
    command = [str(prometheus_bin(cache_folder()) / "promtool"), "check", "metrics"]
    done = subprocess.run(command, input=body, capture_output=True, timeout=60)
    return (done.stdout + done.stderr).decode()


def check_rules(path: Path) -> str:
    """What promtool finds to criticise in a rule file; nothing if all is well."""
    return _promtool("check", "rules", "--lint=all", "--lint-fatal", str(path))


def failing_rules(path: Path) -> str:
    """How the unit tests of a file fail; nothing if they pass."""
    return _promtool("test", "rules", str(path))


def _promtool(*arguments: str) -> str:
    command = [str(prometheus_bin(cache_folder()) / "promtool"), *arguments]
    done = subprocess.run(command, capture_output=True, timeout=100)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
