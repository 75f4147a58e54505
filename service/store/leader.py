"""Who runs the scheduled work: whoever holds a session lock."""

from __future__ import annotations

import psycopg

from service.store.pool import APPLICATION
from service.store.queries import load


class Leadership:
    """A PostgreSQL advisory lock on a connection of its own: freed the moment the process dies.

    Between losing the connection and noticing it two processes may both believe they lead; every
    scheduled job is therefore safe to run twice.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._conn: psycopg.Connection | None = None

    def holds(self) -> bool:
        """Whether this process leads; takes the lead where nobody has it."""
        try:
            if self._conn is None:
                self._conn = psycopg.connect(
                    self._dsn,
                    autocommit=True,
                    connect_timeout=5,
                    application_name=f"{APPLICATION} leader",
                    keepalives_idle=10,
                    keepalives_interval=5,
                    keepalives_count=3,
                    tcp_user_timeout=20_000,
                )
            row = self._conn.execute(load("leader")["hold"]).fetchone()
        except psycopg.Error:
            self.resign()
            return False
        return bool(row and row[0])

    def resign(self) -> None:
        """Let others lead."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()
