"""Programs, processes and ports of the embedded server."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from service.embedded.errors import failed
from service.embedded.folders import User

# Below the range from which Linux takes the ports of outgoing connections: a port found free stays so.
_PORTS = range(20_000, 32_000)
# SSLRequest of PostgreSQL's protocol, which a server answers with one byte before anybody has to log in.
_ASK_FOR_TLS = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
_POLL_SECONDS = 0.05


class Postmaster(NamedTuple):
    """What postmaster.pid says."""

    pid: int
    port: int
    ready: bool


def read_postmaster(cluster: Path) -> Postmaster | None:
    """The server that last ran on this cluster, dead or alive; None after a clean stop."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return Postmaster(int(lines[0]), int(lines[3]), "".join(lines[7:]).strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):  # the last two while it is being written
        return None


def processes_of(cluster: Path) -> set[int]:
    """Ids of the cluster's server processes: those that stand in its folder, as PostgreSQL's always do.

    A number alone proves nothing: after a crash or restart of the machine it may be another program's.
    """
    return {
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _in(entry, cluster)
    }


def _in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:  # gone, another user's, or dead and not yet buried
        return False


def kill_processes(cluster: Path) -> None:
    """Kill what a dead postmaster left; they would keep a new one from starting."""
    for pid in processes_of(cluster):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As PostgreSQL binds it: connections of an earlier server that are still closing don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether a server speaks there: one killed a moment ago is still a process, and its port still takes connections."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as server:
            server.sendall(_ASK_FOR_TLS)
            return server.recv(1) in (b"S", b"N")
    except OSError:
        return False


def find_port() -> int:
    """A port on 127.0.0.1 on which nothing listens."""
    for port in random.sample(_PORTS, k=100):
        if is_free(port):
            return port
    raise failed("find a port", f"no free port in {_PORTS.start}–{_PORTS.stop}")


def run(action: str, *command: str | Path, user: User | None, seconds: float) -> str:
    """Run one of the server's programs as `user` and return what it printed; EmbeddedError if it fails."""
    identity = {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}
    try:
        done = subprocess.run(
            command,
            cwd="/",  # the caller's folder may be closed to the server's user
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
            **identity,  # type: ignore[call-overload]
        )
    except subprocess.TimeoutExpired:
        raise failed(action, f"no answer within {seconds:g} s") from None
    except subprocess.CalledProcessError as error:
        raise failed(action, " ".join((error.stderr or error.stdout).split())[-500:]) from None
    return str(done.stdout)
