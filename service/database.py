"""Which database there is, and bringing it up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.embedded import EmbeddedServer, cache_folder, data_folder, server_binaries
from service.settings import Settings, read_settings
from service.shipped import shipped
from service.store.migrate import admit_reader, ensure_database, migrate, read_migrations
from service.store.pool import Connection, Pool, connection, open_pool

DATABASE = "biaochi"


def database(settings: Settings, name: str = "default") -> str:
    """The configured database, or the embedded server's (started if it isn't running)."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    server = EmbeddedServer(data_folder(name), server_binaries(cache_folder()))
    superuser = server.start()
    ensure_database(superuser, DATABASE)
    return server.dsn(DATABASE)


def prepare_database(settings: Settings, dsn: str) -> tuple[str, ...]:
    """Bring the schema up to date and let the reader in; names of the migrations applied."""
    with open_pool(dsn, size=2, wait_seconds=30) as pool, connection(pool) as conn:
        applied = migrate(conn, read_migrations(shipped("migrations")))
        if settings.reader_password is not None:
            admit_reader(conn, settings.reader_password.get_secret_value())
    return applied


@contextmanager
def pooled() -> Iterator[tuple[Settings, Pool]]:
    """The settings of this process, and connections to an up-to-date database."""
    settings = read_settings()
    dsn = database(settings)
    prepare_database(settings, dsn)
    with open_pool(dsn, size=2, wait_seconds=30) as pool:
        yield settings, pool


@contextmanager
def connected() -> Iterator[tuple[Settings, Connection]]:
    """The settings of this process, and a connection to an up-to-date database."""
    with pooled() as (settings, pool), connection(pool) as conn:
        yield settings, conn
