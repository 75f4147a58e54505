"""The service does what its OpenAPI document says, whatever it is asked: schemathesis makes up a thousand requests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testkit.service import OPERATOR, Running, reading

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "tests" / "testkit" / "schemathesis.toml"
FEED = "jia"
# An operator may do everything but post readings; and what a feed is answered otherwise.
RUNS = {
    OPERATOR: ["--exclude-operation-id-regex", "^post_readings"],
    FEED: ["--include-operation-id-regex", "^(post_|.*submission)"],
}


def schemathesis(service: Running, holder: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A run as anybody can start it."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG)),
        *(
            "run",
            f"{service.url}/openapi.json",
            "--max-examples",
            "5",
            "--continue-on-failure",
            *RUNS[holder],
        ),
    ]
    more = {
        "SCHEMATHESIS_HOOKS": "tests.testkit.schemathesis_hooks",
        "PYTHONPATH": str(ROOT),
        "TOKEN": service.headers(holder)["authorization"],
    }
    # In a folder of its own, since it keeps its database of examples where it runs.
    environment = {**os.environ, **more}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def lived(running: Running) -> Running:
    """A service with a reading, a judged day and an alert, so that what is listed is not always nothing."""
    running.post(reading("2018-06-25", 5), reading("2018-06-26", 9, "new_illegal_construction"))
    running.close_days("2018-06-26")
    return running


@pytest.mark.parametrize("holder", RUNS)
def test_schemathesis_finds_no_violation(lived: Running, holder: str, tmp_path: Path) -> None:
    done = schemathesis(lived, holder, tmp_path)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.partition("Test cases:")[2], done.stdout[-3000:]
