"""`biaochi quarantine`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from service.ingest.quarantine import QuarantineDesk
    from service.store.pool import Connection
    from service.store.quarantine import Chosen
    from service.store.tokens import Token

STATES = ("open", "released", "dismissed", "all")
FIELDS = ("day", "indicator", "region", "scope", "value", "unit", "source", "note", "reporting")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Which rows, and who answers for it."""
    for add in (
        click.argument("ids", nargs=-1),
        click.option("--submission", help="The open rows of a submission, instead of IDS."),
        click.option(
            "--said", multiple=True, metavar="FIELD=TEXT", help="Of these only those that said just this."
        ),
        click.option("--by", help="The token that answers for it; the only operator's, unless it is said."),
        _json,
    ):
        command = add(command)
    return command


@click.group()
def quarantine() -> None:
    """Rows of partial submissions that were sent back (退回待改)."""


@quarantine.command("list")
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True)
@click.option("--feed", help="Of this feed only.")
@click.option("--submission", help="Of this submission only.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@_json
def list_(state: str, feed: str | None, submission: str | None, limit: int, as_json: bool) -> None:
    """Rows that wait, those of the newest submission first."""
    from typing import cast

    from service.cli import echo_json
    from service.cli.sentback import told
    from service.database import connected
    from service.store import quarantine as store

    wanted = store.Wanted(None if state == "all" else cast(store.State, state), feed, submission)
    with connected() as (_, conn):
        found = store.list_newest(conn, wanted, limit=limit)
        waiting = sum(store.open_by_feed(conn).values())
    if as_json:
        echo_json({"quarantine": [asdict(row) for row in found], "open": waiting})
        return
    for line in told(found):
        click.echo(line)
    click.echo(f"共{len(found)}行；全部待改{waiting}行。", err=True)


@quarantine.command()
@click.argument("row")
@_json
def show(row: str, as_json: bool) -> None:
    """One row: what it said, what is wrong with it, what became of it."""
    from service.cli import echo_json
    from service.cli.sentback import told_in_full
    from service.database import connected
    from service.errors import NotFound
    from service.store import quarantine as store

    with connected() as (_, conn):
        found = store.get(conn, row)
    if found is None:
        raise NotFound(
            "no_quarantined_row", f"没有这一退回待改行（{row}）。", f"there is no such row: {row}."
        )
    if as_json:
        echo_json(asdict(found))
        return
    for line in told_in_full(found):
        click.echo(line)


@quarantine.command()
@_choosing
@click.option(
    "--set", "corrected", multiple=True, metavar="FIELD=TEXT", help="What is meant instead of what was said."
)
@click.option("--confirm", is_flag=True, help="Days that were judged long ago may change.")
def release(
    ids: tuple[str, ...],
    submission: str | None,
    said: tuple[str, ...],
    by: str | None,
    as_json: bool,
    corrected: tuple[str, ...],
    confirm: bool,
) -> None:
    """Store rows with what is corrected of them: all of them, or none.

    biaochi quarantine release --submission sub_… --said region=金站乡 --set region=金盏乡
    """
    from service.cli import echo_json
    from service.clock import SystemClock
    from service.ingest.submit import Terms

    chosen, correction = _chosen(ids, submission, said), _fields(corrected, "--set")
    if unknown := correction.keys() - set(FIELDS):
        raise click.UsageError(f"unknown field {min(unknown)}; known are {', '.join(FIELDS)}")
    with _desk(by) as (desk, token):
        done = desk.release(
            chosen, correction, token=token, at=SystemClock().now(), terms=Terms(confirm=confirm)
        )
    s = done.receipt.submission
    if as_json:
        echo_json(
            {
                "rows": done.ids,
                "submission": s.submission_id,
                "accepted": s.accepted,
                "unchanged": s.unchanged,
                "revised": s.revised,
            }
        )
        return
    outcome = "已更正，待审核" if s.state == "draft" else "已更正入库"
    counted = f"新增{s.accepted}行，无变化{s.unchanged}行，更正{s.revised}行"
    click.echo(f"{outcome}{len(done.ids)}行（{s.submission_id}）：{counted}。")


@quarantine.command()
@_choosing
@click.option("--reason", required=True, help="Why they are not to be stored.")
def dismiss(
    ids: tuple[str, ...],
    submission: str | None,
    said: tuple[str, ...],
    by: str | None,
    as_json: bool,
    reason: str,
) -> None:
    """Put rows away, with a reason. They stay on record."""
    from service.cli import echo_json
    from service.clock import SystemClock

    chosen = _chosen(ids, submission, said)
    with _desk(by) as (desk, token):
        done = desk.dismiss(chosen, reason, token=token, at=SystemClock().now())
    if as_json:
        echo_json({"rows": done})
        return
    click.echo(f"已作废{len(done)}行。")


def _chosen(ids: tuple[str, ...], submission: str | None, said: tuple[str, ...]) -> Chosen:
    from service.store.quarantine import Chosen

    if bool(ids) == (submission is not None):
        raise click.UsageError("give either IDS or --submission")
    if ids and said:
        raise click.UsageError("--said goes with --submission")
    return Chosen(ids, submission, _fields(said, "--said"))


def _fields(texts: tuple[str, ...], option: str) -> dict[str, Any]:
    pairs = [text.partition("=") for text in texts]
    if wrong := next((text for text, (_, sign, _) in zip(texts, pairs, strict=True) if not sign), None):
        raise click.UsageError(f"{option} {wrong}: write FIELD=TEXT, like region=金盏乡")
    return {name.strip(): text for name, _, text in pairs}


@contextmanager
def _desk(by: str | None) -> Iterator[tuple[QuarantineDesk, Token]]:
    """Where rows are settled, and the token that answers for it."""
    from prometheus_client import CollectorRegistry

    from service.catalog.publish import load_published
    from service.database import pooled
    from service.ingest.metrics import IngestMetrics
    from service.ingest.quarantine import QuarantineDesk
    from service.ingest.submit import Intake
    from service.store.pool import connection

    with pooled() as (_, pool):
        with connection(pool) as conn:
            token, published = _token(conn, by), load_published(conn)
        yield QuarantineDesk(Intake(pool, lambda: published, IngestMetrics(CollectorRegistry()))), token


def _token(conn: Connection, by: str | None) -> Token:
    from service.errors import Invalid
    from service.store import tokens

    valid = [t for t in tokens.list_all(conn) if t.revoked_at is None and t.role in ("feed", "operator")]
    operators = [t for t in valid if t.role == "operator"]
    found = [t for t in valid if t.token_id == by] if by is not None else operators
    if len(found) == 1:
        return found[0]
    known = ", ".join(t.token_id for t in operators)
    zh = "请用 --by 写明由哪一令牌负责" + (
        f"，运维令牌有：{known}。" if known else "；可用 biaochi token new --operator 新建。"
    )
    en = "say with --by which token answers for it" + (
        f"; operators' are {known}." if known else "; `biaochi token new --operator` makes one."
    )
    raise Invalid("no_token", zh, en)
