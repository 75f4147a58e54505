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
def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve while the block runs; gives the base URL. Port 0 takes a free one."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            zh = f"端口 {port} 已被占用，请用 --port 换一个。"
            raise BiaochiError(
                "port_in_use", zh, f"port {port} is taken: choose another with --port."
            ) from error
        server = uvicorn.Server(config(app, host, port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=15)
