"""What the running service hands to its routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from prometheus_client import CollectorRegistry

from service.catalog.publish import Published
from service.charts.studio import Studio
from service.clock import Clock
from service.due.look import DueDesk
from service.http.body import Bodies
from service.ingest.quarantine import QuarantineDesk
from service.ingest.review import Review
from service.ingest.submit import Intake
from service.metrics.domain import Snapshot
from service.roster.publish import PublishedRoster
from service.store.pool import Pool


class Evaluated(Protocol):
    """Days judged for the first time, days judged again, events written."""

    @property
    def days(self) -> tuple[date, ...]: ...
    @property
    def again(self) -> tuple[date, ...]: ...
    @property
    def events(self) -> int: ...


@dataclass(frozen=True)
class Context:
    """Everything a route may use.

    banner  a mark everything people read bears (演示数据); empty in earnest
    """

    pool: Pool
    clock: Clock
    published: Callable[[], Published]
    roster: Callable[[], PublishedRoster]
    intake: Intake
    quarantine: QuarantineDesk
    review: Review
    evaluate: Callable[[date], Evaluated]
    due: DueDesk
    registry: CollectorRegistry
    snapshot: Snapshot
    bodies: Bodies
    studio: Studio
    banner: str
