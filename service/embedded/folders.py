"""Where the embedded server's files lie and which user it runs as."""

from __future__ import annotations

import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# PostgreSQL refuses to run as root; the first of these that exists runs it then.
_UNPRIVILEGED = ("biaochi", "nobody")


class User(NamedTuple):
    uid: int
    gid: int


def server_user() -> User | None:
    """The user the server runs as when root starts it; None: as whoever starts it."""
    if os.geteuid() != 0:
        return None
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(entries[name] for name in _UNPRIVILEGED if name in entries)
    return User(entry.pw_uid, entry.pw_gid)


def cache_folder() -> Path:
    """Folder for unpacked packages, shared by all projects; may be deleted while nothing runs."""
    return Path("/var/cache/biaochi") if os.geteuid() == 0 else _xdg("XDG_CACHE_HOME", ".cache") / "biaochi"


def data_folder(name: str = "default") -> Path:
    """Folder of one database server, with everything it knows: `default`, `demo`, …"""
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"not a name for a data folder: {name!r}")
    home = Path("/var/lib") if os.geteuid() == 0 else _xdg("XDG_DATA_HOME", ".local/share")
    return home / "biaochi" / name


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file for the block; waits for whoever holds it, and is freed if the holder dies."""
    make_folder(path.parent)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_folder(path: Path) -> None:
    """The folder with all above it; root's are passable whatever the umask."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                folder.chmod(0o755)


def _xdg(variable: str, default: str) -> Path:
    """A base folder after the XDG specification: relative values are to be ignored."""
    value = Path(os.environ.get(variable, ""))
    return value if value.is_absolute() else Path.home() / default
