"""The embedded server: start, stop, ask. It outlives the process that started it."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.embedded.cluster import SUPERUSER, create, make_private_folder, settings, write_private
from service.embedded.errors import EmbeddedError, failed, not_running
from service.embedded.folders import User, locked, server_user
from service.embedded.process import (
    Postmaster,
    answers,
    find_port,
    is_free,
    kill_processes,
    processes_of,
    read_postmaster,
    run,
    wait_until,
)

# Recovery after a crash replays up to max_wal_size; minutes on a slow disk.
_START_SECONDS = 600
_STOP_SECONDS = 120
# A postmaster's children notice its death by themselves, unless in the middle of something.
_ORPHAN_SECONDS = 5

StopMode = Literal["smart", "fast", "immediate"]


@dataclass(frozen=True, slots=True)
class Status:
    """`pid` and `port` are None where the server isn't running; `size_bytes` is the data folder's."""

    running: bool
    pid: int | None
    port: int | None
    version: str
    data: Path
    size_bytes: int


@dataclass(frozen=True)
class EmbeddedServer:
    """PostgreSQL with TimescaleDB on 127.0.0.1, its data in `data`, its programs in `bin`.

    `data` holds the cluster, its log, its port and the superuser's password, and is closed to everyone but
    the server's user.
    """

    data: Path
    bin: Path

    @property
    def cluster(self) -> Path:
        return self.data / "cluster"

    def start(self, durable: bool = True) -> str:
        """Start the server, make its cluster before that if there is none, and wait until it answers.

        Returns the URL of the superuser's database. One that runs already is left as it is; one that was
        killed recovers first. `durable=False` is for data that may be lost. Callers at the same time wait
        for each other. EmbeddedError tells what the server said.
        """
        try:
            return self._start(durable)
        except OSError as error:
            detail = f"{error.strerror or error}: {error.filename or self.data}"
            raise failed("start", f"{detail}; XDG_DATA_HOME chooses another place for the data") from error

    def _start(self, durable: bool) -> str:
        user = self._user()
        make_private_folder(self.data, user)
        with locked(self.data / "lock"):
            if not self.cluster.exists():
                create(self.data, self.bin, user=user, durable=durable)
            if not self._serves():
                self._clear_remains()
                self._launch(user, durable)
        return self.dsn(SUPERUSER)

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server and wait for its end; nothing happens if it isn't running."""
        if not self.cluster.exists():
            return
        with locked(self.data / "lock"):
            if self._running():
                self._pg_ctl("stop", "-m", mode, user=self._user(), seconds=_STOP_SECONDS)

    def status(self) -> Status:
        """How the server is; starts and changes nothing."""
        postmaster = self._running()
        version = run(
            "ask for the version", self.bin / "postgres", "--version", user=self._user(), seconds=30
        )
        return Status(
            running=postmaster is not None,
            pid=postmaster.pid if postmaster else None,
            port=postmaster.port if postmaster else None,
            version=version.split()[2],
            data=self.data,
            size_bytes=_size(self.data),
        )

    def dsn(self, database: str) -> str:
        """The URL of a database on the running server, with the superuser's password in it: a secret."""
        if (postmaster := self._running()) is None:
            raise not_running(str(self.data))
        return f"postgresql://{SUPERUSER}:{self.password()}@127.0.0.1:{postmaster.port}/{database}"

    def password(self) -> str:
        """The superuser's password: made at random with the cluster."""
        return (self.data / "superuser-password").read_text()

    def _user(self) -> User | None:
        """The user that owns the data already, so that a user added later doesn't lock the server out."""
        if os.geteuid() == 0 and self.cluster.exists():
            owner = self.cluster.stat()
            return User(owner.st_uid, owner.st_gid)
        return server_user()

    def _running(self) -> Postmaster | None:
        postmaster = read_postmaster(self.cluster)
        if postmaster and postmaster.pid in processes_of(self.cluster.resolve()):
            return postmaster
        return None

    def _serves(self) -> bool:
        """Whether a server runs and answers; one that is still starting or recovering is waited for."""

        def answers_or_ended() -> bool:
            postmaster = self._running()
            return postmaster is None or (postmaster.ready and answers(postmaster.port))

        if not wait_until(answers_or_ended, _START_SECONDS):
            raise failed("start", f"a server is there but does not answer, see {self.data / 'server.log'}")
        return self._running() is not None

    def _clear_remains(self) -> None:
        """After a kill: nothing of the old server may live, and its pid file is no obstacle any more.

        PostgreSQL takes a pid file seriously if any process has that number, a dead one that nobody has
        buried or, after a restart of the machine, a stranger. We know that it is none of ours.
        """
        cluster = self.cluster.resolve()
        if not wait_until(lambda: not processes_of(cluster), _ORPHAN_SECONDS):
            kill_processes(cluster)
            wait_until(lambda: not processes_of(cluster), _ORPHAN_SECONDS)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, user: User | None, durable: bool) -> None:
        port = self._port(user)
        options = shlex.join(f"--{name}={value}" for name, value in settings(port, durable=durable).items())
        log = self.data / "server.log"
        try:
            self._pg_ctl("start", "-l", log, "-o", options, user=user, seconds=_START_SECONDS)
        except EmbeddedError:
            last_words = log.read_text(errors="replace")[-500:] if log.exists() else ""
            raise failed("start", f"see {log}: {' '.join(last_words.split())}") from None

    def _port(self, user: User | None) -> int:
        """The port of last time, so that addresses written down stay right; another if it is taken."""
        file = self.data / "port"
        if file.exists() and is_free(port := int(file.read_text())):
            return port
        port = find_port()
        write_private(file, str(port), user)
        return port

    def _pg_ctl(self, *arguments: str | Path, user: User | None, seconds: int) -> None:
        # pg_ctl starts the server in a session of its own with all its output in the log.
        program = (self.bin / "pg_ctl", "-D", self.cluster, "-w", "-t", str(seconds), "-s")
        run(str(arguments[0]), *program, *arguments, user=user, seconds=seconds + 10)


def _size(folder: Path) -> int:
    """Bytes in the files below; those that vanish while being counted don't count."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total
