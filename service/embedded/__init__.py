"""biaochi's own PostgreSQL with TimescaleDB, from Debian's signed packages: no Docker, nothing installed.

`EmbeddedServer(data_folder("default"), server_binaries(cache_folder())).start()` is all there is to it.
"""

from __future__ import annotations

from service.embedded.binaries import server_binaries
from service.embedded.errors import EmbeddedError
from service.embedded.folders import cache_folder, data_folder
from service.embedded.server import EmbeddedServer, Status

__all__ = ["EmbeddedError", "EmbeddedServer", "Status", "cache_folder", "data_folder", "server_binaries"]
