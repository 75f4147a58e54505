"""Commands that work on a database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service import database
from service.store import tokens
from service.store.pool import open_pool
from tests.testkit.demo import environment
from tests.testkit.service import FOLDERS, biaochi, copy_of, overlay


@pytest.fixture
def configured(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A migrated database that the commands' settings name; nothing is published in it."""
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", database)
    return database


@pytest.fixture
def with_catalog(server: str, published: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with a catalogue."""
    with copy_of(server, published) as dsn:
        monkeypatch.setenv("BIAOCHI_DATABASE_URL", dsn)
        yield dsn


def test_migrate_brings_a_database_up_to_date_once(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with copy_of(server, "template0") as dsn:
        monkeypatch.setenv("BIAOCHI_DATABASE_URL", dsn)
        status, out, _ = biaochi("migrate")
        assert (status, out.splitlines()[0]) == (0, "0001_catalog.sql")
        assert biaochi("migrate") == (0, "", "up to date\n")


def test_a_database_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "open_pool", lambda dsn, **_: open_pool(dsn, size=1, wait_seconds=0.1))
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/none")
    status, out, err = biaochi("migrate")
    assert (status, out) == (1, "")
    assert "database cannot be reached" in err and "hunter2" not in err


def test_load_publishes_once_and_export_prints_it(configured: str, tmp_path: Path) -> None:
    folders = [str(folder) for folder in FOLDERS]
    assert biaochi("catalog", "load", *folders)[:2] == (0, "version 1 published\n")
    assert biaochi("catalog", "load", *folders)[:2] == (0, "version 1 is current already\n")
    more = overlay(tmp_path, targets="targets: [{code: T014, value: 2100}]")
    assert biaochi("catalog", "load", *folders, str(more))[:2] == (0, "version 2 published\n")
    status, out, _ = biaochi("catalog", "export")
    assert (status, json.loads(out)["version"]) == (0, 2)


def test_export_without_a_catalogue_is_1(configured: str) -> None:
    status, out, err = biaochi("catalog", "export")
    assert (status, out, "尚未发布" in err) == (1, "", True)


def test_a_token_is_shown_once_and_alone_on_standard_output(with_catalog: str) -> None:
    status, out, err = biaochi("token", "new", "jia", "--note", "张三")
    secret = out.strip()
    assert (status, out.count("\n"), secret.startswith(tokens.PREFIX)) == (0, 1, True)
    token_id = err.partition(":")[0]
    with psycopg.connect(with_catalog) as conn:
        found = tokens.find(conn, secret)
    assert found is not None
    assert (found.token_id, found.feed, found.note) == (token_id, "jia", "张三")
    _, listed, _ = biaochi("token", "list", "--json")
    (row,) = [t for t in json.loads(listed)["tokens"] if t["token_id"] == token_id]
    assert (row["role"], row["revoked_at"]) == ("feed", None)
    assert secret not in listed


def test_a_revoked_token_is_listed_as_revoked_and_opens_nothing(with_catalog: str) -> None:
    _, out, err = biaochi("token", "new", "--operator")
    token_id = err.partition(":")[0]
    assert biaochi("token", "revoke", token_id)[0] == 0
    assert token_id in biaochi("token", "list")[1]
    assert "revoked" in next(line for line in biaochi("token", "list")[1].splitlines() if token_id in line)
    with psycopg.connect(with_catalog) as conn:
        assert tokens.find(conn, out.strip()) is None
    assert biaochi("token", "revoke", token_id)[0] == 1
    assert biaochi("token", "revoke", "tok_none")[0] == 1


def test_a_token_for_no_feed_is_1_and_names_those_there_are(with_catalog: str) -> None:
    status, out, err = biaochi("token", "new", "jai")
    assert (status, out) == (1, "")
    assert "jia" in err


def test_evaluate_prints_json_and_nothing_else_on_standard_output(with_catalog: str) -> None:
    """In a process of its own: it sets up logging."""
    command = [sys.executable, "-c", "from service.cli import main; main()", "evaluate"]
    done = subprocess.run(
        [*command, "--as-of", "2018-06-25", "--json"],
        env=environment(with_catalog),
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert (told["days"], told["again"]) == (["2018-06-25"], [])
