"""The demo, played once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import on
from tests.testkit.demo import Demo, played


@pytest.fixture(scope="session")
def demo(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A service that has lived through 2018 up to 31 August, and serves on. Tests only read."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE demo TEMPLATE {template}")
    with played(on(server, "demo"), tmp_path_factory.mktemp("demo")) as running:
        yield running
