"""`biaochi due`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.due.look import Standing
    from service.http.models.due import DueOut
    from service.words.labels import Labels, Language

COLUMNS = ("feed", "report", "deadline", "owed", "reported", "zero", "late", "missing", "state", "where")
NAMED_REGIONS = 5


@click.command()
@click.argument("feed", required=False)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The report of this day, or of the week or month it lies in; else all that is open or overdue.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="Language of the table.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object, with every region that lacks something."
)
def due(feed: str | None, day: datetime | None, language: Language, as_json: bool) -> None:
    """What FEED owes, or every feed: reported, zero, late and missing reports, with their deadline.

    Open report days, those due today, and those of the last 31 days with something missing.
    """
    from service.catalog.publish import CatalogHolder
    from service.cli import echo_json
    from service.clock import SystemClock
    from service.database import database, prepare_database
    from service.domain.due import today
    from service.due.look import DueDesk
    from service.http.models.due import DueOut
    from service.settings import read_settings
    from service.store.pool import open_pool
    from service.words.labels import labels

    settings = read_settings()
    dsn = database(settings)
    prepare_database(settings, dsn)
    now = SystemClock().now()
    if day is not None and day.date() > now.date():
        raise click.UsageError(f"--day cannot lie after today ({now.date()})")
    with open_pool(dsn, size=2, wait_seconds=30) as pool:
        desk = DueDesk(pool, CatalogHolder(pool).published)
        standing = desk.on(day.date(), now) if day else desk.about(now)
    if feed is not None:
        standing.published.feed(feed)
    shown = standing.found if day else today(standing.found, standing.now)
    regions = len(standing.published.catalog.regions) if as_json else NAMED_REGIONS
    found = [DueOut.of(each, standing, regions) for each in shown]
    found = [each for each in found if feed in (None, each.feed)]
    if as_json:
        echo_json({"now": standing.now, "items": [each.model_dump(mode="json") for each in found]})
        return
    for line in _told(found, standing, labels(language=language)):
        click.echo(line)


def _told(found: list[DueOut], standing: Standing, words: Labels) -> Iterator[str]:
    from service.cli.tables import table

    if not found:
        yield words["due.nothing"]
        return
    head = [words[f"due.{column}"] for column in COLUMNS]
    yield from table(head, [_row(each, standing, words) for each in found])


def _row(each: DueOut, standing: Standing, words: Labels) -> tuple[str, ...]:
    from service.words import dates

    chinese, year = words.language == "zh", standing.now.year
    span = (dates.span if chinese else dates.span_en)(each.first_day, each.day, year)
    day = (dates.day_and_weekday if chinese else dates.day_and_weekday_en)(each.deadline.date(), year)
    until = words.say("due.until", day=day, hour=words.say("remind.hour", hour=str(each.deadline.hour)))
    counts = map(str, (each.owed, each.reported, each.zero, each.late, each.missing))
    return (each.feed_name, span, until, *counts, words[f"due.state_{each.state}"], _where(each, words))


def _where(each: DueOut, words: Labels) -> str:
    named = words["mark.list"].join(lacking.region_name for lacking in each.lacking)
    if each.missing_regions <= len(each.lacking):
        return named
    return words.say("remind.regions", places=named, count=str(each.missing_regions))
