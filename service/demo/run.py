"""One run of the demo: database, service, receivers, the play, and what came of it."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TextColumn, TimeElapsedColumn

from service import logs
from service.app import Service, build
from service.catalog.publish import publish_folders
from service.clock import SetClock, beijing
from service.database import database, prepare_database
from service.demo.play import BEGIN, POST_HOUR, Play
from service.demo.post import OPERATOR, Poster, Wallet
from service.demo.receivers import MailSink, RobotReceiver
from service.demo.summary import in_words, summary
from service.embedded import data_folder
from service.errors import BiaochiError
from service.http.app import create_app
from service.notify.channels.email import EmailSettings
from service.notify.channels.wecom import WecomSettings
from service.notify.config import build_channels
from service.roster.publish import check_files
from service.roster.publish import publish as publish_roster
from service.server import serving
from service.settings import Settings, channel_settings, read_settings
from service.shipped import shipped_catalog, shipped_roster
from service.store.pool import connection

BANNER = "演示数据"
NAME = "demo"
PORT = 8000
MESSAGES_PER_MINUTE = 10_000


def run_demo(
    as_of: date,
    *,
    once: bool,
    port: int | None,
    tokens: Path | None,
    print_summary: Callable[[object], None] | None,
) -> None:
    """Play up to a day; then serve on, unless `once`. Everything but the summary goes to standard error."""
    began = time.perf_counter()
    console = Console(stderr=True)
    logs.configure("WARNING")
    # Feeds, service and delivery share this process: hand the interpreter on sooner than after 5 ms.
    sys.setswitchinterval(0.0005)
    settings = read_settings()
    dsn = database(settings, NAME)
    prepare_database(settings, dsn)
    clock = SetClock(beijing(BEGIN, POST_HOUR))
    with MailSink() as mail, RobotReceiver() as robot:
        settings = _with_receivers(settings, mail, robot)
        service = build(settings, dsn, clock, build_channels(channel_settings(settings), clock))
        try:
            _publish(service)
            wallet = Wallet(tokens or data_folder(NAME) / "tokens.json", service.pool, clock)
            operator = wallet.secret(OPERATOR)
            with serving(create_app(service.context), port=_port(port)) as url:
                counts = _play(service, clock, wallet, url, as_of, console)
                service.first_look()
                told = summary(service, as_of, counts, time.perf_counter() - began)
                if print_summary:
                    print_summary(told)
                else:
                    in_words(told, service.catalogs.published().catalog, mail, robot, console)
                if not once:
                    _serve_on(url, operator)
        finally:
            service.close()


def _with_receivers(settings: Settings, mail: MailSink, robot: RobotReceiver) -> Settings:
    """Messages go to the demo's own mail server and robot, and bear its mark."""
    email = EmailSettings(
        host="127.0.0.1", port=mail.port, sender="biaochi@demo.invalid", recipients=("office@demo.invalid",)
    )
    # A year is played in minutes, so the robot takes more than a real one would in a minute.
    wecom = WecomSettings(url=SecretStr(robot.url), messages_per_minute=MESSAGES_PER_MINUTE)
    ours = {"banner": BANNER, "email": email, "wecom": wecom, "channels": None}
    return settings.model_copy(update=ours)


def _publish(service: Service) -> None:
    folders = (shipped_catalog(), Path(__file__).parent / "catalog")
    with connection(service.pool) as conn:
        publish_folders(conn, folders, banner=BANNER, at=service.clock.now(), by="demo")
        catalog = service.catalogs.refresh().catalog
        roster = check_files((shipped_roster(), Path(__file__).parent / "roster" / "people.yaml"), catalog)
        publish_roster(conn, roster, catalog, at=service.clock.now(), by="demo")
    service.rosters.refresh()
    service.refresh_rules()
    if service.rulebook.faults:
        raise BiaochiError("wrong_rules", "规则文件有误。", "; ".join(service.rulebook.faults))


def _port(wanted: int | None) -> int:
    """The wanted port; without a wish the usual one, or 0 (any) where it is taken."""
    if wanted is not None:
        return wanted
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT


def _play(
    service: Service, clock: SetClock, wallet: Wallet, url: str, as_of: date, console: Console
) -> dict[str, int]:
    feeds = [feed.code for feed in service.catalogs.published().catalog.feeds]
    poster = Poster(url, {feed: wallet.secret(feed) for feed in feeds})
    play = Play(service, clock, poster, as_of)
    columns = (TextColumn("[bold]{task.description}"), TextColumn("{task.fields[at]}"), TimeElapsedColumn())
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("2016–2017 历史数据 backfill", at="", total=None)
        rows = 0
        for posted in play.backfill():
            rows += posted
            bar.update(task, at=f"{rows} 行")
        bar.update(task, total=1, completed=1)
        task = bar.add_task("2018 逐日 day by day", at="", total=None)
        for day in play.days():
            bar.update(task, at=day.isoformat())
    poster.close()
    return dict(poster.counts)


def _serve_on(url: str, secret: str) -> None:
    """Say where to look, in lines that can be copied, and wait to be stopped."""
    click.echo(
        f"""
演示数据 · 服务继续运行，按 Ctrl-C 停止 (still serving; Ctrl-C stops it)
演示时钟停在最后一天，此后报送的数据会入库但不再评估 (the demo's clock stands still: what is posted now is stored, not judged)
  指标 metrics   {url}/metrics
  接口 API       {url}/docs
  预警 alerts    curl -H 'Authorization: Bearer {secret}' {url}/v1/alerts
  进度 progress  curl -H 'Authorization: Bearer {secret}' '{url}/v1/progress?region=110105'
  数据库 SQL     .venv/bin/biaochi db psql --name {NAME}
  面板 panel     grafana/dashboards/ (compose.yaml 已配好 Grafana 与 Prometheus)
""",
        err=True,
    )
    stopped = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stopped)
    signal.sigwait(stopped)
    sys.stderr.flush()
