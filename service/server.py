"""uvicorn in a thread: for a process that also does something else, like the demo and the tests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from service.errors import BiaochiError


def config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """uvicorn as biaochi runs it: no access log (metrics tell), its lines in our own form."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to the address; a port that is taken is a clear error. Port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
        except OSError as error:
            zh = f"无法监听 {host}:{port}（端口可能已被占用），请用 --port 换一个。"
            en = f"cannot listen on {host}:{port} ({error.strerror}): choose another with --port."
            raise BiaochiError("port_in_use", zh, en) from error
        yield bound


@contextmanager
def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve while the block runs; gives the base URL."""
    with listening(host, port) as bound:
        server = uvicorn.Server(config(app, host, port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield f"http://{host}:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=15)
