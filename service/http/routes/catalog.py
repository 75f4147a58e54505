"""The catalogue as published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from service.http.auth import AnyToken, ServiceDep
from service.http.models.page import Page
from service.http.problem import documented

router = APIRouter(prefix="/v1")
RESOURCES = ("departments", "tasks", "sources", "indicators", "regions", "groups", "feeds", "targets")


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


def _lister(resource: str) -> Callable[..., Page[dict[str, Any]]]:
    def entries(service: ServiceDep, token: AnyToken) -> Page[dict[str, Any]]:
        return Page(items=[asdict(entry) for entry in getattr(service.published().catalog, resource)])

    entries.__name__ = f"list_{resource}"
    entries.__doc__ = f"Every entry of {resource}, in file order."
    return entries


for _resource in RESOURCES:
    router.get(f"/{_resource}", responses=documented(401, 503))(_lister(_resource))
