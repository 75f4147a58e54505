"""`biaochi serve`: the service."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", help="Address to listen on (BIAOCHI_HTTP_HOST).")
@click.option("--port", type=int, help="Port to listen on (BIAOCHI_HTTP_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Run the service until it is stopped."""
    import signal
    import sys

    import uvicorn

    from service import logs
    from service.app import build
    from service.clock import SystemClock
    from service.database import database, prepare_database
    from service.http.app import create_app
    from service.notify.config import build_channels
    from service.server import config, listening
    from service.settings import channel_settings, read_settings

    # uvicorn raises a signal it has obeyed once more: that must not end the process before the scheduler has ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = read_settings()
    logs.configure(settings.log_level)
    dsn = database(settings)
    prepare_database(settings, dsn)
    clock = SystemClock()
    host, port = host or settings.http_host, settings.http_port if port is None else port
    with listening(host, port) as bound:
        service = build(settings, dsn, clock, build_channels(channel_settings(settings), clock))
        service.first_look()
        scheduler = service.scheduler()
        scheduler.start()
        try:
            uvicorn.Server(config(create_app(service.context), host, port)).run(sockets=[bound])
        finally:
            service.closing.stop()
            scheduler.stop()
            service.close()
