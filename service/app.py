"""The one place where everything is built and connected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import CollectorRegistry, Info

from service import __version__
from service.catalog.publish import CatalogHolder
from service.catalog.workdays import china
from service.charts.studio import Studio
from service.clock import Clock
from service.closing import Closing
from service.domain.due import feed_counts
from service.due.look import DueDesk
from service.due.remind import Reminders
from service.errors import BiaochiError
from service.evaluate.metrics import EvaluationMetrics
from service.evaluate.rulebook import Rulebook
from service.http.body import Bodies
from service.http.context import Context
from service.ingest.metrics import IngestMetrics
from service.ingest.quarantine import QuarantineDesk
from service.ingest.review import Review
from service.ingest.submit import Intake
from service.metrics.domain import Snapshot
from service.notify.channels import Channel
from service.notify.deliver import Delivery
from service.notify.metrics import NotifyMetrics
from service.roster.publish import RosterHolder
from service.scheduler import Job, Scheduler
from service.settings import Settings
from service.store import evaluations, quarantine
from service.store.leader import Leadership
from service.store.pool import Pool, connection, open_pool

log = structlog.get_logger(__name__)
CLOSE_EVERY_SECONDS = 60
DELIVER_EVERY_SECONDS = 5
FRESHEN_EVERY_SECONDS = 10
DUE_EVERY_SECONDS = 60


@dataclass
class Service:
    """A connected service. It runs nothing by itself: the scheduler, the demo or a test drives it."""

    dsn: str
    pool: Pool
    clock: Clock
    registry: CollectorRegistry
    catalogs: CatalogHolder
    rosters: RosterHolder
    rulebook: Rulebook
    closing: Closing
    delivery: Delivery
    reminders: Reminders
    snapshot: Snapshot
    context: Context

    def refresh_rules(self) -> bool:
        """Take over changed rule files, if they are sound."""
        with connection(self.pool) as conn:
            return self.rulebook.refresh(conn, self.catalogs.published().catalog, self.clock.now())

    def first_look(self) -> None:
        """Fill the gauges before the first scrape; where nothing is published yet there is nothing to fill."""
        try:
            self.freshen()
            self.look_due()
        except BiaochiError as error:
            log.warning("not ready yet", code=error.code, reason=error.en)
        try:
            self.context.studio.check()
        except BiaochiError as error:
            log.warning("no charts", code=error.code, reason=error.en)

    def freshen(self) -> None:
        """Take over what other processes published and evaluated, and look whether the rule files are sound."""
        published = self.catalogs.refresh()
        self.rosters.refresh()
        self.rulebook.check(published.catalog)
        with connection(self.pool) as conn:
            self.snapshot.refresh(conn, published)
            last, _ = evaluations.last(conn)
            waiting = quarantine.open_by_feed(conn)
        if last is not None:
            self.closing.metrics.evaluated(last)
        self.context.intake.metrics.declare([source.code for source in published.catalog.sources])
        self.context.intake.metrics.wait({**dict.fromkeys(published.catalog.feed, 0), **waiting})

    def look_due(self) -> None:
        """Fill the gauges of what feeds owe."""
        standing = self.context.due.about(self.clock.now())
        counts = feed_counts(standing.published.layout, standing.found, standing.now)
        self.snapshot.tell_due(standing.published.catalog, counts)

    def close_due(self) -> None:
        """What the scheduler does at every turn: rules, days, gauges."""
        self.refresh_rules()
        self.closing.close_due()
        self.freshen()

    def scheduler(self) -> Scheduler:
        """The scheduled work of a serving process."""
        jobs = [
            Job("close", CLOSE_EVERY_SECONDS, self.close_due, leader_only=True),
            Job("deliver", DELIVER_EVERY_SECONDS, self.delivery.run_once, leader_only=True),
            Job("remind", DUE_EVERY_SECONDS, self.reminders.remind, leader_only=True),
            Job("freshen", FRESHEN_EVERY_SECONDS, self.freshen, leader_only=False),
            Job("due", DUE_EVERY_SECONDS, self.look_due, leader_only=False),
        ]
        return Scheduler(jobs, Leadership(self.dsn), self.registry)

    def close(self) -> None:
        self.pool.close()


def build(settings: Settings, dsn: str, clock: Clock, channels: Mapping[str, Channel]) -> Service:
    """Connect every part. The schema must be up to date (`database.prepare_database`)."""
    registry = CollectorRegistry()
    Info("biaochi_build", "Version of biaochi.", registry=registry).info({"version": __version__})
    pool = open_pool(dsn)
    catalogs = CatalogHolder(pool)
    rosters = RosterHolder(pool, catalogs.published)
    evaluation = EvaluationMetrics(registry)
    ingest = IngestMetrics(registry)
    rulebook = Rulebook(settings.rules_dir, evaluation)
    closing = Closing(
        pool=pool,
        clock=clock,
        published=catalogs.published,
        rulebook=rulebook,
        workdays=china(),
        metrics=evaluation,
        channels=tuple(channels),
        banner=settings.banner,
        collect=timedelta(seconds=settings.collect_seconds),
        most_messages=settings.retroactive_messages,
    )
    snapshot = Snapshot()
    intake = Intake(pool, catalogs.published, ingest)
    due = DueDesk(pool, catalogs.published)
    context = Context(
        pool=pool,
        clock=clock,
        published=catalogs.published,
        roster=rosters.current,
        intake=intake,
        quarantine=QuarantineDesk(intake),
        review=Review(pool, catalogs.published, ingest),
        evaluate=closing.evaluate,
        due=due,
        registry=registry,
        snapshot=snapshot,
        bodies=Bodies(settings.max_body_bytes, settings.max_streamed_bytes, settings.spool_dir),
        studio=Studio(settings.chart_font),
        banner=settings.banner,
    )
    return Service(
        dsn=dsn,
        pool=pool,
        clock=clock,
        registry=registry,
        catalogs=catalogs,
        rosters=rosters,
        rulebook=rulebook,
        closing=closing,
        delivery=Delivery(pool, clock, channels, NotifyMetrics(registry, list(channels))),
        reminders=Reminders(due, clock, tuple(channels), settings.banner),
        snapshot=snapshot,
        context=context,
    )
