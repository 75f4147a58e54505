"""What runs when. One replica does the work; each keeps its own view fresh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import CollectorRegistry, Gauge

from service.clock import BEIJING
from service.errors import BiaochiError
from service.store.leader import Leadership

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is due again and again. `leader_only` where one replica is enough."""

    name: str
    every_seconds: float
    work: Callable[[], object]
    leader_only: bool


class Scheduler:
    """APScheduler with jobs defined in code; after downtime each job asks the database what is missing."""

    def __init__(self, jobs: list[Job], leadership: Leadership, registry: CollectorRegistry) -> None:
        self._leadership = leadership
        self._leads = Gauge(
            "biaochi_scheduler_leader", "1 where this process runs the scheduled work.", registry=registry
        )
        self._scheduler = BackgroundScheduler(
            timezone=BEIJING,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )
        for job in jobs:
            self._scheduler.add_job(
                self._run, "interval", [job], seconds=job.every_seconds, id=job.name, name=job.name
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for running jobs, then let another replica lead."""
        self._scheduler.shutdown(wait=True)
        self._leadership.resign()
        self._leads.set(0)

    def _run(self, job: Job) -> None:
        """A failing job is logged and tried again at its next turn; it never stops the others."""
        if job.leader_only:
            leads = self._leadership.holds()
            self._leads.set(leads)
            if not leads:
                return
        try:
            job.work()
        except BiaochiError as error:
            log.warning("job put off", job=job.name, code=error.code, reason=error.en)
        except Exception:
            log.exception("job failed", job=job.name)
