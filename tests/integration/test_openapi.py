"""The service does what its OpenAPI document says, whatever it is asked: schemathesis makes up a thousand requests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.store import tokens
from service.store.pool import connection
from tests.testkit.service import BEGIN, FOLDERS, OPERATOR, YI, Running, encoded, overlay, reading

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "tests" / "testkit" / "schemathesis.toml"
FEED, REVIEWED = "jia", "yi"
# An operator may do everything but post readings and review; and what the others are answered otherwise.
RUNS = {
    "operator": ("--exclude-operation-id-regex", "^(post_readings|pass_|return_)"),
    "feed": ("--include-operation-id-regex", "^post_"),
    "reviewer": ("--include-operation-id-regex", "^(pass_|return_|get_draft|list_submissions)"),
}


@pytest.fixture
def lived(running: Running, tmp_path: Path) -> Running:
    """A service with readings, a draft, judged days and an alert, so that what is listed is not always nothing."""
    review, begin = f"feeds: [{{code: {REVIEWED}, review: true}}]", f"evaluate_from: {BEGIN}"
    running.publish(*FOLDERS, overlay(tmp_path / "catalog", feeds=review, catalog=begin))
    draft = running.send(encoded(reading("2018-06-25", 5) | {"region": YI}), feed=REVIEWED)
    assert draft.status_code == 202
    running.post(reading("2018-06-25", 5), reading("2018-06-26", 9, "new_illegal_construction"))
    running.close_days("2018-06-26")
    return running


def authorization(service: Running, role: str) -> str:
    if role != "reviewer":
        return service.headers(OPERATOR if role == "operator" else FEED)["authorization"]
    with connection(service.service.pool) as conn:
        return f"Bearer {tokens.create(conn, 'reviewer', REVIEWED, '', service.clock.now())[1]}"


def schemathesis(service: Running, role: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A run as anybody can start it."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    command = [
        *(program, "--config-file", str(CONFIG), "run", f"{service.url}/openapi.json"),
        *("--max-examples", "5", "--continue-on-failure", *RUNS[role]),
    ]
    more = {
        "SCHEMATHESIS_HOOKS": "tests.testkit.schemathesis_hooks",
        "PYTHONPATH": str(ROOT),
        "TOKEN": authorization(service, role),
    }
    # In a folder of its own, since it keeps its database of examples where it runs.
    environment = {**os.environ, **more}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("role", RUNS)
def test_schemathesis_finds_no_violation(lived: Running, role: str, tmp_path: Path) -> None:
    done = schemathesis(lived, role, tmp_path)
    told = "\n".join(
        line[:300] for line in (done.stdout + done.stderr).splitlines()
    )  # it repeats bodies at length
    assert done.returncode == 0, told[-20_000:]
    assert " passed" in done.stdout.partition("Test cases:")[2], done.stdout[-3000:]
