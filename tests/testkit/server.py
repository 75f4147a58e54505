"""A real database server for tests: fast, in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.embedded import EmbeddedServer, cache_folder, server_binaries


@contextmanager
def test_server() -> Iterator[EmbeddedServer]:
    """A started server that keeps nothing; `.dsn("postgres")` is its superuser's URL."""
    folder = Path(tempfile.mkdtemp(prefix="biaochi-test-"))
    folder.chmod(0o755)  # the server may run as another user
    server = EmbeddedServer(folder / "data", server_binaries(cache_folder()))
    try:
        server.start(durable=False)
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


# Not a test, whatever pytest thinks of the name.
test_server.__test__ = False  # type: ignore[attr-defined]
