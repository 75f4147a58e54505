"""Work on a workbook in a process of its own, with limits on its memory and time: a hostile file ends only that."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore

import service

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 60
SECONDS = 120
# Each may take a gigabyte; further workbooks wait.
_AT_ONCE = BoundedSemaphore(2)
_OUT_OF_MEMORY = 3  # exit status
_TOO_MUCH = {_OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV}


class Died(Exception):
    """The process had no answer; `too_much` where it came to one of its limits."""

    def __init__(self, *, too_much: bool) -> None:
        super().__init__(too_much)
        self.too_much = too_much


def run_apart(module: str, request: bytes) -> bytes:
    """What a module makes of a request; its `main` calls `answer`."""
    command = [sys.executable, "-P", "-m", module]
    # Nothing of this process's environment, where secrets may be.
    environment = {"PYTHONPATH": str(Path(service.__file__).parents[1]), "PYTHONUTF8": "1"}
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command, input=request, capture_output=True, timeout=SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired:
            raise Died(too_much=True) from None
    if done.returncode != 0:
        raise Died(too_much=done.returncode in _TOO_MUCH)
    return done.stdout


def answer(make: Callable[[bytes], bytes]) -> None:
    """In the process: limit it, and answer standard input on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(make(sys.stdin.buffer.read()))
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
