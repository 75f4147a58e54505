"""`biaochi serve`: the service."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", help="Address to listen on (BIAOCHI_HTTP_HOST).")
@click.option("--port", type=int, help="Port to listen on (BIAOCHI_HTTP_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Run the service until it is stopped."""
    import uvicorn

    from service import logs
    from service.app import build, prepare_database
    from service.cli.connect import database
    from service.clock import SystemClock
    from service.http.app import create_app
    from service.notify.config import build_channels
    from service.server import config
    from service.settings import channel_settings, read_settings

    settings = read_settings()
    logs.configure(settings.log_level)
    dsn = database(settings)
    prepare_database(settings, dsn)
    clock = SystemClock()
    service = build(settings, dsn, clock, build_channels(channel_settings(settings), clock))
    scheduler = service.scheduler()
    scheduler.start()
    try:
        app = create_app(service.context)
        uvicorn.Server(config(app, host or settings.http_host, port or settings.http_port)).run()
    finally:
        scheduler.stop()
        service.close()
