"""A real database server for tests and benchmarks, in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.embedded import EmbeddedServer, cache_folder, server_binaries


@contextmanager
def test_server(*, durable: bool = False, within: Path | None = None) -> Iterator[EmbeddedServer]:
    """A started server; `.dsn("postgres")` is its superuser's URL.

    durable  whether it writes as in earnest, or fast and keeps nothing
    within   folder to make its own in; the machine's place for such by default
    """
    folder = Path(tempfile.mkdtemp(prefix="biaochi-test-", dir=within))
    folder.chmod(0o755)  # the server may run as another user
    server = EmbeddedServer(folder / "data", server_binaries(cache_folder()))
    try:
        server.start(durable=durable)
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


# Not a test, whatever pytest thinks of the name.
test_server.__test__ = False  # type: ignore[attr-defined]
