"""A cluster for the embedded server: how it is made, and the settings it runs with."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from service.embedded.folders import User, make_folder
from service.embedded.process import run

SUPERUSER = "postgres"
_INITDB_SECONDS = 120
_LOCALE = ("-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # TCP only: a socket's path would have to be short, and is one more thing to guard.
    "unix_socket_directories": "",
    "shared_preload_libraries": "timescaledb",
    "timescaledb.license": "apache",
    "timescaledb.telemetry_level": "off",
    # Its scheduler has nothing to do here (retention is our own job) and keeps templates from being copied.
    "timescaledb.max_background_workers": "0",
    "timezone": "Asia/Shanghai",
    "jit": "off",  # its compiler isn't unpacked
    "max_connections": "100",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
}
# A crash may cost everything: for servers that are thrown away.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def settings(port: int, *, durable: bool) -> dict[str, str]:
    """Server settings; a durable server keeps PostgreSQL's own fsync, synchronous_commit and so on."""
    return _SETTINGS | {"port": str(port)} | ({} if durable else _CARELESS)


def create(data: Path, binaries: Path, *, user: User | None, durable: bool) -> None:
    """Make `data/cluster` and `data/superuser-password`; complete or not at all."""
    password, fresh = data / "superuser-password", data / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    write_private(password, secrets.token_urlsafe(32), user)
    run(
        "initdb",
        *(binaries / "initdb", "-D", fresh, "-U", SUPERUSER, "--pwfile", password, "-A", "scram-sha-256"),
        *("--data-checksums", *_LOCALE, *(() if durable else ("--no-sync",))),
        user=user,
        seconds=_INITDB_SECONDS,
    )
    fresh.rename(data / "cluster")


def write_private(path: Path, text: str, user: User | None) -> None:
    """Write a file that only the server's user can read, never readable for others in between."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if user is not None:
        os.chown(path, user.uid, user.gid)


def make_private_folder(path: Path, user: User | None) -> None:
    """The folder, open to the server's user only; those above it stay passable."""
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(path, user.uid, user.gid)
