"""A whole service for tests: real database, real HTTP, a clock that is set, receivers for what it sends."""

from __future__ import annotations

import io
import itertools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, LiteralString
from unittest.mock import patch

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from service.app import Service, build
from service.catalog.publish import publish_folders
from service.cli import main
from service.clock import SetClock, beijing
from service.closing import Closed
from service.demo.receivers import MailSink, RobotReceiver
from service.http.app import create_app
from service.notify.channels.email import EmailSettings
from service.notify.channels.wecom import WecomSettings
from service.notify.config import build_channels
from service.server import serving
from service.settings import Settings, channel_settings
from service.shipped import shipped, shipped_catalog
from service.store import tokens
from service.store.pool import connection
from tests.conftest import on

DEMO_CATALOG = Path(__file__).parents[2] / "service" / "demo" / "catalog"
FOLDERS = (shipped_catalog(), DEMO_CATALOG)
OPERATOR = "operator"
_numbers = itertools.count(1)
# 甲街道 has a feed of its own, `jia`, which covers fourteen indicators in this one region.
JIA = "110105998"
YI = "110105999"
# The first day that is judged, a Monday, and the Thursday on which tests begin: 26 June is due, 27 June is not.
BEGIN = date(2018, 6, 25)
NOW = beijing(date(2018, 6, 28), 8)

Reading = dict[str, Any]


def reading(day: str, value: object, indicator: str = "residential_parking_added", **more: object) -> Reading:
    """A reading of 甲街道 as it goes over the wire."""
    return {"day": day, "indicator": indicator, "region": JIA, "value": value, **more}


def encoded(*readings: object, note: str = "") -> bytes:
    """A body of readings; NaN and Infinity stay as Python writes them."""
    content = {"readings": list(readings), **({"note": note} if note else {})}
    return json.dumps(content, ensure_ascii=False).encode()


@dataclass
class Running:
    """A service that answers. Days close only when a test says so."""

    service: Service
    clock: SetClock
    url: str
    client: httpx.Client
    mail: MailSink
    robot: RobotReceiver
    settings: Settings
    _secrets: dict[str, str] = field(default_factory=dict)

    def new_token(self, holder: str) -> str:
        """A fresh token's secret, for a feed or the operator."""
        role: tokens.Role = "operator" if holder == OPERATOR else "feed"
        with connection(self.service.pool) as conn:
            _, secret = tokens.create(
                conn, role, None if role == "operator" else holder, "", self.clock.now()
            )
        return secret

    def headers(self, holder: str) -> dict[str, str]:
        """The holder's authorization, made when it is first asked for."""
        if holder not in self._secrets:
            self._secrets[holder] = self.new_token(holder)
        return {"authorization": f"Bearer {self._secrets[holder]}"}

    def send(self, body: bytes, *, feed: str = "jia", **headers: str) -> httpx.Response:
        """POST a body as it is; headers with underscores for dashes."""
        sent = {"content-type": "application/json", **self.headers(feed)}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/v1/readings", content=body, headers=sent)

    def post(self, *readings: object, feed: str = "jia", note: str = "", **headers: str) -> dict[str, Any]:
        """Post readings that are good; the receipt."""
        answer = self.send(encoded(*readings, note=note), feed=feed, **headers)
        assert answer.status_code in (200, 201), answer.text
        receipt: dict[str, Any] = answer.json()
        assert_adds_up(receipt)
        return receipt

    def get(self, path: str, holder: str = OPERATOR, **query: object) -> Any:
        """What a GET answers, which must succeed."""
        answer = self.client.get(path, params=_text(query), headers=self.headers(holder))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close_days(self, until: str) -> Closed:
        """Set the clock to the cut-off of a day, and close everything that is due by then."""
        self.clock.set(self.service.closing.closes_at(date.fromisoformat(until)))
        return self.service.closing.close_due()

    def alerts(self, *, shadow: bool = False, **wanted: object) -> list[dict[str, Any]]:
        """Live alerts (or those in shadow) with these values, the oldest first."""
        found = self.get("/v1/alerts", limit=1000, shadow=shadow)["items"]
        return [a for a in reversed(found) if all(a[k] == v for k, v in wanted.items())]

    def events(self, alert: str) -> list[dict[str, Any]]:
        """Everything that happened to an alert."""
        found: list[dict[str, Any]] = self.get(f"/v1/alerts/{alert}")["events"]
        return found

    def all(self, sql: LiteralString) -> list[tuple[Any, ...]]:
        """Rows of a query on the service's database."""
        with connection(self.service.pool) as conn:
            return conn.execute(sql).fetchall()

    def one(self, sql: LiteralString) -> Any:
        """The single value of a query."""
        ((value,),) = self.all(sql)
        return value

    def metric(self, name: str, **labels: str) -> float | None:
        """A sample of /metrics; None where there is no such one."""
        for family in text_string_to_metric_families(self.client.get("/metrics").text):
            for sample in family.samples:
                if sample.name == name and sample.labels.items() >= labels.items():
                    return float(sample.value)
        return None

    def publish(self, *folders: Path) -> tuple[int, bool]:
        """Publish a catalogue and take it into use; its version, and whether it is new."""
        with connection(self.service.pool) as conn:
            done = publish_folders(conn, folders, banner="", at=self.clock.now(), by="test")
        self.service.catalogs.refresh()
        return done

    @contextmanager
    def replica(self) -> Iterator[Service]:
        """Another process of the same installation, as far as one process can show it."""
        other = build(self.settings, self.service.dsn, self.clock, {})
        try:
            yield other
        finally:
            other.close()


def assert_adds_up(receipt: dict[str, Any]) -> None:
    """accepted + unchanged + revised + rejected = rows."""
    parts = [receipt[name] for name in ("accepted", "unchanged", "revised", "rejected")]
    assert min(parts) >= 0
    assert sum(parts) == receipt["rows"]


def counts(receipt: dict[str, Any]) -> tuple[int, int, int, int]:
    """accepted, unchanged, revised, rejected."""
    return receipt["accepted"], receipt["unchanged"], receipt["revised"], receipt["rejected"]


def until_blocked(service: Running, work: Future[Any]) -> None:
    """Wait until something in the service's database waits for a lock; `work` is to bring that about."""
    blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(service.service.dsn, autocommit=True) as conn:
        while conn.execute(blocked).rowcount == 0:
            assert not work.done(), work.result()


def _text(query: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items()}


def overlay(folder: Path, **files: str) -> Path:
    """A catalogue folder to lay over others; `catalog="evaluate_from: 2018-06-18"` writes catalog.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text + "\n", "utf-8")
    return folder


@contextmanager
def service_on(
    dsn: str,
    *,
    folders: Sequence[Path] = (),
    rules: Path | None = None,
    max_body_bytes: int = 1024 * 1024,
    max_streamed_bytes: int = 1 << 30,
    spool_dir: Path | None = None,
    collect_seconds: float = 0,
    retroactive_messages: int = 10,
    now: datetime = NOW,
) -> Iterator[Running]:
    """A service on a migrated database, serving on a free port.

    folders, rules   published before it serves; without them the database has its own
    collect_seconds  for closed days nothing is waited for, unless a test says so
    """
    with MailSink() as mail, RobotReceiver() as robot:
        settings = Settings(
            rules_dir=rules or shipped("alert_rules"),
            max_body_bytes=max_body_bytes,
            max_streamed_bytes=max_streamed_bytes,
            spool_dir=spool_dir,
            collect_seconds=collect_seconds,
            retroactive_messages=retroactive_messages,
            email=EmailSettings(
                host="127.0.0.1", port=mail.port, sender="b@test.invalid", recipients=("o@test.invalid",)
            ),
            wecom=WecomSettings(url=SecretStr(robot.url), messages_per_minute=10_000),
        )
        clock = SetClock(now)
        service = build(settings, dsn, clock, build_channels(channel_settings(settings), clock))
        try:
            if folders:
                with connection(service.pool) as conn:
                    publish_folders(conn, folders, banner="", at=now, by="test")
            if rules or folders:
                service.refresh_rules()
            with (
                serving(create_app(service.context)) as url,
                httpx.Client(base_url=url, timeout=60, trust_env=False, verify=False) as client,
            ):
                yield Running(service, clock, url, client, mail, robot, settings)
        finally:
            service.close()


@contextmanager
def copy_of(server: str, template: str) -> Iterator[str]:
    """URL of a database copied from another, dropped at the end."""
    name = f"copy_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield on(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


def biaochi(*arguments: str) -> tuple[int, str, str]:
    """Run a command in this process: exit status, standard output, standard error."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with patch.object(sys, "argv", ["biaochi", *arguments]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
    return status, out.getvalue(), err.getvalue()
