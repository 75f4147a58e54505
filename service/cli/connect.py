"""From settings to a database and a service, for commands that need them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.app import prepare_database
from service.settings import Settings, read_settings
from service.store.migrate import ensure_database
from service.store.pool import Connection, connection, open_pool

DATABASE = "biaochi"


def database(settings: Settings, name: str = "default") -> str:
    """The configured database, or the embedded server's (started if it isn't running)."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    from service.embedded import EmbeddedServer, cache_folder, data_folder, server_binaries

    server = EmbeddedServer(data_folder(name), server_binaries(cache_folder()))
    superuser = server.start()
    ensure_database(superuser, DATABASE)
    return server.dsn(DATABASE)


@contextmanager
def connected() -> Iterator[tuple[Settings, Connection]]:
    """Settings, and a connection to an up-to-date database."""
    settings = read_settings()
    dsn = database(settings)
    prepare_database(settings, dsn)
    with open_pool(dsn, size=2, wait_seconds=30) as pool, connection(pool) as conn:
        yield settings, conn
