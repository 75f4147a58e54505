"""The catalogue as published."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter

from service.http.auth import AnyToken, ServiceDep
from service.http.models import Page
from service.http.problem import documented

router = APIRouter(prefix="/v1")
Resource = Literal["departments", "tasks", "sources", "indicators", "regions", "feeds", "targets"]


@router.get("/catalog", responses=documented(401, 503))
def get_catalog(service: ServiceDep, token: AnyToken) -> dict[str, Any]:
    """Name, version and root of the catalogue in use."""
    published = service.published()
    return {
        "version": published.version,
        "name": published.catalog.name,
        "root": published.catalog.root,
        "evaluate_from": published.catalog.evaluate_from,
    }


@router.get("/{resource}", responses=documented(401, 503))
def list_resource(service: ServiceDep, token: AnyToken, resource: Resource) -> Page[dict[str, Any]]:
    """Every entry of one kind, in file order."""
    return Page(items=[asdict(entry) for entry in getattr(service.published().catalog, resource)])
