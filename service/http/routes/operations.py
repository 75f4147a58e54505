"""For machines that watch the service."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.http.auth import ServiceDep
from service.http.problem import documented
from service.store.pool import ping

router = APIRouter()


@router.head("/metrics", include_in_schema=False, response_class=Response)
@router.get("/metrics", response_class=Response)
def metrics(service: ServiceDep) -> Response:
    """Everything for Prometheus; the domain's part is as of the last evaluation and runs no SQL."""
    body = generate_latest(service.registry) + service.snapshot.body
    return Response(body, media_type=CONTENT_TYPE_LATEST)


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses=documented(503))
def readyz(service: ServiceDep) -> dict[str, str]:
    """The database answers and a catalogue is published: readings can be taken in."""
    ping(service.pool)
    service.published()
    return {"status": "ready"}
