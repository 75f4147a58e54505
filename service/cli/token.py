"""`biaochi token`."""

from __future__ import annotations

import click


@click.group()
def token() -> None:
    """Tokens: of feeds, to report or to review; of operators; of units, the campaign office and leaders."""


@token.command()
@click.argument("feed", required=False)
@click.option("--reviewer", is_flag=True, help="For whoever passes what others report for FEED.")
@click.option("--operator", is_flag=True, help="An operator's token instead.")
@click.option("--unit", metavar="CODE", help="The token of a responsible unit of the roster instead.")
@click.option("--office", is_flag=True, help="A token of the campaign office instead.")
@click.option("--leader", is_flag=True, help="A leader's token instead.")
@click.option("--note", default="", help="Whose it is.")
def new(
    feed: str | None, reviewer: bool, operator: bool, unit: str | None, office: bool, leader: bool, note: str
) -> None:
    """Make a token for FEED, or another, and print its secret, once."""
    from service.catalog.publish import load_published
    from service.clock import SystemClock
    from service.database import connected
    from service.roster.publish import known_unit, load_roster
    from service.store import tokens

    wanted: dict[tokens.Role, bool] = {
        "feed": feed is not None,
        "operator": operator,
        "unit": unit is not None,
        "office": office,
        "leader": leader,
    }
    roles = [role for role, is_wanted in wanted.items() if is_wanted]
    if len(roles) != 1:
        raise click.UsageError("give one of FEED, --operator, --unit CODE, --office and --leader")
    if reviewer and feed is None:
        raise click.UsageError("--reviewer goes with FEED")
    with connected() as (_, conn):
        if feed is not None:
            load_published(conn).feed(feed)
        if unit is not None:
            known_unit(load_roster(conn, load_published(conn).catalog).roster, unit)
        role = "reviewer" if reviewer else roles[0]
        token_id, secret = tokens.create(conn, role, feed, note, SystemClock().now(), unit=unit)
    click.echo(f"{token_id}: keep this, it is not shown again", err=True)
    click.echo(secret)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(as_json: bool) -> None:
    """Every token ever made, without its secret."""
    from dataclasses import asdict

    from service.cli import echo_json
    from service.database import connected
    from service.store import tokens

    with connected() as (_, conn):
        found = tokens.list_all(conn)
    if as_json:
        echo_json({"tokens": [asdict(t) for t in found]})
        return
    for t in found:
        state = f"revoked {t.revoked_at:%Y-%m-%d}" if t.revoked_at else "valid"
        click.echo(
            f"{t.token_id}  {t.role:8}  {t.feed or t.unit or '-':16}  {t.created_at:%Y-%m-%d}  {state}  {t.note}"
        )


@token.command()
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """From now on it opens nothing."""
    from service.clock import SystemClock
    from service.database import connected
    from service.errors import NotFound
    from service.store import tokens

    with connected() as (_, conn):
        if not tokens.revoke(conn, token_id, SystemClock().now()):
            raise NotFound("no_token", "没有这一令牌，或早已撤销。", "no such token, or revoked already.")
    click.echo(f"{token_id} revoked")
