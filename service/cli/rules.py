"""`biaochi rules`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import click

from service.clock import BEIJING

# Readings, corrections and submissions an explanation lists, unless it is to list all.
LISTED = 20


@click.group()
def rules() -> None:
    """Rule files."""


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
CATALOG = click.option(
    "--catalog",
    "folders",
    multiple=True,
    type=FOLDER,
    help="Catalogue folder to hold the rules against; those of the settings by default.",
)


@rules.command()
@click.argument("folder", required=False, type=FOLDER)
@CATALOG
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(folder: Path | None, folders: tuple[Path, ...], as_json: bool) -> int:
    """Name every fault of the rule files with its line; the running rules are not touched.

    A sound rule that can never fire with this catalogue is named too, and is no fault.
    """
    from service.cli import echo_json, rulechecks
    from service.settings import read_settings

    settings = read_settings()
    found = rulechecks.checked(folder or settings.rules_dir, folders or settings.catalog_dirs)
    if as_json:
        echo_json(rulechecks.as_json(found))
    else:
        rulechecks.tell(found)
    return int(bool(found.faults))


@rules.command()
@click.argument("folder", required=False, type=FOLDER)
@CATALOG
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File; standard output by default."
)
def export(folder: Path | None, folders: tuple[Path, ...], output: Path | None) -> None:
    """Write equivalent Prometheus alerting rules over the metrics of this service."""
    from service.catalog.publish import check_folders
    from service.evaluate.rulefiles.rulefile import read_rules
    from service.metrics.promrules import prometheus_rules
    from service.settings import read_settings

    settings = read_settings()
    _, catalog = check_folders(folders or settings.catalog_dirs)
    text = prometheus_rules(read_rules(folder or settings.rules_dir, catalog).rules, catalog)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")


@rules.command()
@click.argument("name", required=False, type=click.Choice(("rules", "lamps", "tests", "catalog", "roster")))
@click.option("--write", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write all there.")
def schema(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of file (`rules` by default), or write all of them into a folder."""
    from service.cli.schemas import schema_text, write_schemas

    if folder is None:
        click.echo(schema_text(name or "rules"), nl=False)
        return
    if name is not None:
        raise click.UsageError("--write writes all of them: leave the name out")
    for path in write_schemas(folder):
        click.echo(path)


@rules.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--catalog",
    "folders",
    multiple=True,
    type=FOLDER,
    help="Catalogue of tests that name none; that of the settings by default.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def test(files: tuple[Path, ...], folders: tuple[Path, ...], as_json: bool) -> int:
    """Run rule tests: FILES, folders of *_test.yaml, or those beside the rules. 1 where one fails."""
    from service.cli import echo_json, ruletests
    from service.evaluate.ruletests.ruletestfile import rule_test_files
    from service.settings import read_settings

    settings = read_settings()
    given = files or (settings.rules_dir,)
    paths = [path for one in given for path in (rule_test_files(one) if one.is_dir() else [one])]
    if not paths:
        raise click.UsageError("no rule tests there (*_test.yaml)")
    tested = [ruletests.run_file(path, folders or settings.catalog_dirs) for path in paths]
    if as_json:
        echo_json(ruletests.as_json(tested))
    else:
        for line in ruletests.told(tested):
            click.echo(line)
    return int(any(one.mismatches for one in tested))


DAY = click.DateTime(["%Y-%m-%d"])


class Instant(click.ParamType[datetime]):
    """A moment in ISO 8601; Beijing time where no offset is given, and a bare day stands for its end."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no moment: write 2018-06-30T10:00 or 2018-06-30", param, ctx)
        if len(text) <= len("2018-06-30"):
            moment += timedelta(days=1, microseconds=-1)
        return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


@rules.command()
@click.option("--from", "first", type=DAY, required=True, help="First as-of day.")
@click.option("--to", "last", type=DAY, required=True, help="Last as-of day.")
@click.option("--known-at", type=Instant(), help="Readings as known then; a bare day stands for its end.")
@click.option(
    "--rules", "folder", type=FOLDER, help="Rule files; the published rules of each day by default."
)
@click.option("--catalog", multiple=True, type=FOLDER, help="Catalogue folder; the published one by default.")
@click.option("--compare", type=FOLDER, help="Other rule files: which alerts would be added, removed, moved?")
@click.option("--compare-catalog", multiple=True, type=FOLDER, help="The same for another catalogue.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def replay(
    first: datetime,
    last: datetime,
    known_at: datetime | None,
    folder: Path | None,
    catalog: tuple[Path, ...],
    compare: Path | None,
    compare_catalog: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Show what would have fired. Nothing is written, nobody is notified."""
    from service.catalog.workdays import FIRST_YEAR
    from service.cli import echo_json, replays
    from service.clock import SystemClock
    from service.database import connected
    from service.evaluate.compare import compare as compare_replays

    if last < first:
        raise click.UsageError("--to lies before --from")
    if last.date() > SystemClock().now().date():
        raise click.UsageError("--to lies after today")
    # A day looks back a year, and the calendar of working days begins with FIRST_YEAR.
    if first.year <= FIRST_YEAR:
        raise click.UsageError(f"--from lies before {FIRST_YEAR + 1}-01-01")
    asked = replays.Asked(first.date(), last.date(), known_at, folder, catalog)
    other = replace(asked, rules=compare or folder, catalog=compare_catalog or catalog)
    with connected() as (_, conn):
        found = replays.replayed(conn, asked, _count_months())
        against = None if other == asked else replays.replayed(conn, other, _count_months())
    differences = None if against is None else compare_replays(found, against)
    if as_json:
        echo_json(replays.as_json(found, differences))
        return
    for line in [
        *replays.told(found),
        *(replays.told_differences(differences) if differences is not None else ()),
    ]:
        click.echo(line)


@rules.command()
@click.option(
    "--export",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the marked alerts into this folder, as rule tests (RULE_marked_test.yaml).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def marks(folder: Path | None, as_json: bool) -> int:
    """How often people found each rule right (准) or wrong (不准). 1 where a marked alert cannot be exported."""
    from service.cli import echo_json
    from service.cli import marks as told
    from service.database import connected
    from service.store import marks as store

    with connected() as (settings, conn):
        tallies = store.tally(conn)
        exported = told.export(conn, settings.rules_dir, folder) if folder else told.Exported()
    if as_json:
        echo_json(told.as_json(tallies, exported))
    else:
        for line in told.told(tallies, exported):
            click.echo(line)
    for alert in exported.left_out:
        click.echo(f"{alert.alert_id}: not exported, {alert.why}", err=True)
    return int(bool(exported.left_out))


def _count_months() -> Callable[[date], None]:
    """A word on standard error at the end of each month: long work shows progress, to those who watch."""

    def done(day: date) -> None:
        if sys.stderr.isatty() and (day + timedelta(days=1)).day == 1:
            click.echo(f"judged up to {day}", err=True)

    return done


@rules.command()
@click.argument("alert")
@click.option("--as-of", type=DAY, help="A day of the episode; by default the day it was last lit or moved.")
@click.option("--event", type=click.IntRange(min=1), help="Number of one of its events, from 1.")
@click.option("--all", "everything", is_flag=True, help="Every reading, correction and submission behind it.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="Chinese by default.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(
    alert: str,
    as_of: datetime | None,
    event: int | None,
    everything: bool,
    language: Literal["zh", "en"],
    as_json: bool,
) -> None:
    """Show what ALERT rests on: the formula with its numbers, readings, corrections, submissions, the rule."""
    from service.cli import echo_json, explanations
    from service.database import connected
    from service.explain.explain import explain as explained
    from service.explain.explanation import Asked
    from service.http.models.explaining import ExplanationOut

    limit = None if everything else LISTED
    asked = Asked(event, as_of.date() if as_of else None, limit=limit)
    with connected() as (_, conn):
        found = explained(conn, alert, asked)
    if as_json:
        echo_json(ExplanationOut.of(found, language).model_dump(mode="json"))
        return
    for line in explanations.told(found, language, limit):
        click.echo(line)
