"""The embedded server, really started, stopped and killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from service.cli.db import db
from service.embedded import EmbeddedError, EmbeddedServer, cache_folder, server_binaries
from service.embedded.folders import data_folder
from service.embedded.process import processes_of, wait_until
from tests.testkit.server import test_server


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedServer]:
    with test_server() as server:
        yield server


@pytest.fixture
def stopped() -> Iterator[EmbeddedServer]:
    """A server with a cluster that doesn't run."""
    with test_server() as server:
        server.stop()
        yield server


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def kill(server: EmbeddedServer) -> None:
    """Kill the postmaster as a machine without memory would."""
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not server.status().running, 10)


def test_second_start_leaves_the_server_as_it_is(running: EmbeddedServer) -> None:
    before = running.status()
    assert running.start() == running.dsn("postgres")
    assert running.status().pid == before.pid


def test_programs_are_found_at_once_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = server_binaries(cache_folder())
    monkeypatch.setenv("PATH", "")  # no apt, no patchelf: nothing can be fetched or fitted
    assert server_binaries(cache_folder()) == first


def test_hypertables_can_be_made(running: EmbeddedServer) -> None:
    url = running.dsn("postgres")
    execute(url, "CREATE EXTENSION IF NOT EXISTS timescaledb")
    execute(url, "CREATE TABLE reading (day date NOT NULL, value float8)")
    execute(url, "SELECT create_hypertable('reading', by_range('day', interval '3 months'))")
    execute(url, "INSERT INTO reading VALUES ('2025-01-01', 1), ('2025-07-01', 2)")
    assert execute(url, "SELECT count(*) FROM show_chunks('reading')") == [(2,)]


def test_server_speaks_beijing_time_and_sums_its_pages(running: EmbeddedServer) -> None:
    assert execute(running.dsn("postgres"), "SHOW timezone") == [("Asia/Shanghai",)]
    assert execute(running.dsn("postgres"), "SHOW data_checksums") == [("on",)]


def test_wrong_password_is_refused(running: EmbeddedServer) -> None:
    url = running.dsn("postgres").replace(running.password(), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_data_and_password_are_closed_to_others(running: EmbeddedServer) -> None:
    assert stat.S_IMODE(running.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((running.data / "superuser-password").stat().st_mode) == 0o600


def test_committed_rows_survive_a_killed_server(stopped: EmbeddedServer) -> None:
    url = stopped.start()
    execute(url, "CREATE TABLE kept (n int)")
    execute(url, "INSERT INTO kept VALUES (1), (2)")
    kill(stopped)
    assert execute(stopped.start(), "SELECT sum(n) FROM kept") == [(3,)]
    stopped.stop("immediate")


def test_start_right_after_a_kill_returns_a_server_that_answers(stopped: EmbeddedServer) -> None:
    for _ in range(3):
        stopped.start(durable=False)
        pid = stopped.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert execute(stopped.start(durable=False), "SELECT 1") == [(1,)]


def test_durable_server_syncs_what_it_commits(stopped: EmbeddedServer) -> None:
    url = stopped.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert execute(url, f"SHOW {setting}") == [("on",)]


def test_strangers_process_with_the_old_number_is_no_obstacle(stopped: EmbeddedServer) -> None:
    # As after a restart of the machine: the pid file is there, the number is somebody else's.
    cluster = stopped.cluster
    (cluster / "postmaster.pid").write_text(
        f"{os.getpid()}\n{cluster}\n1700000000\n5432\n\n127.0.0.1\n\nready\n"
    )
    assert execute(stopped.start(durable=False), "SELECT 1") == [(1,)]


def test_port_stays_and_gives_way_when_taken(stopped: EmbeddedServer) -> None:
    first = int((stopped.data / "port").read_text())
    stopped.start(durable=False)
    assert stopped.status().port == first
    stopped.stop()
    with socket.create_server(("127.0.0.1", first)):
        stopped.start(durable=False)
        assert stopped.status().port != first


def test_many_starts_at_once_make_one_server(stopped: EmbeddedServer) -> None:
    urls: list[str] = []
    starters = [threading.Thread(target=lambda: urls.append(stopped.start(durable=False))) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len(urls) == 4 and len(set(urls)) == 1


def test_server_outlives_its_starter_and_holds_none_of_its_pipes(stopped: EmbeddedServer) -> None:
    code = (
        "import sys, pathlib; from service.embedded import EmbeddedServer\n"
        "EmbeddedServer(*map(pathlib.Path, sys.argv[1:])).start(durable=False)"
    )
    # run() returns only when the pipe's last holder has closed it; the time limit is the test.
    command = [sys.executable, "-c", code, str(stopped.data), str(stopped.bin)]
    subprocess.run(command, stdout=subprocess.PIPE, timeout=30, check=True)
    pid = stopped.status().pid
    assert pid is not None and os.getsid(pid) == pid


def test_failed_start_says_what_the_server_said(stopped: EmbeddedServer) -> None:
    (stopped.cluster / "postgresql.conf").write_text("max_connections = many\n")
    with pytest.raises(EmbeddedError, match=r"server\.log.*max_connections"):
        stopped.start()


def test_stopped_server_has_no_address_and_no_processes(stopped: EmbeddedServer) -> None:
    stopped.stop()
    assert not stopped.status().running
    assert not processes_of(stopped.cluster)
    with pytest.raises(EmbeddedError, match="biaochi db start"):
        stopped.dsn("postgres")


@pytest.mark.parametrize("name", ["../x", "", "a/b"])
def test_name_with_a_path_in_it_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        data_folder(name)


@pytest.fixture
def homes(monkeypatch: pytest.MonkeyPatch, stopped: EmbeddedServer) -> Path:
    """The command's own data folders beside the stopped server's."""
    folder = stopped.data.parent / "homes"
    monkeypatch.setattr("service.embedded.data_folder", lambda name: folder / name)
    return folder


def test_commands_start_ask_and_stop(homes: Path) -> None:
    def call(*arguments: str, exit_code: int = 0) -> str:
        result = CliRunner().invoke(db, [arguments[0], "--name", "cli", *arguments[1:]])
        assert result.exit_code == exit_code, result.output
        return result.output

    call("status", exit_code=1)
    assert "not running" in call("psql", exit_code=1)
    try:
        assert "running on 127.0.0.1:" in call("start")
        status = json.loads(call("status", "--json"))
        assert status["running"] and status["data"] == str(homes / "cli")
        call("psql", "--database", "postgres", "-c", "SELECT 1")
        call("psql", "--database", "postgres", "-c", "SELECT wrong", exit_code=1)
    finally:
        assert "not running" in call("stop")


def test_command_refuses_a_name_that_is_a_path() -> None:
    result = CliRunner().invoke(db, ["status", "--name", "../other"])
    assert result.exit_code == 2
    assert "--name" in result.output
