"""An end to every exchange: a receiver that sends a byte now and then would never run into a step's time limit."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Timer
from types import TracebackType
from typing import Any, Self


class Deadline:
    """While the `with` block lasts, the watched connection is cut once the time is up; `passed` tells of it."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def watch(self, ask: Callable[[str], Any] | None) -> None:
        """Watch the socket somebody answers with; None and other answers change nothing."""
        found = ask("socket") if ask else None
        if isinstance(found, socket.socket):
            self._socket = found
            if self.passed:
                self._cut()

    def _cut(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                # Not the TLS socket's own shutdown, which another thread must not call.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
