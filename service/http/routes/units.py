"""The units of the roster in use. Its people are nobody's business here."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from service.domain.roster import Unit, UnitKind
from service.http.auth import AnyToken, ServiceDep
from service.http.models.page import Page
from service.http.problem import documented

router = APIRouter(prefix="/v1")


class UnitOut(BaseModel):
    """A responsible unit: locality 街乡, department 部门, leader 区领导 or office 办公室."""

    code: str
    name: str
    name_en: str
    kind: UnitKind

    @classmethod
    def of(cls, unit: Unit) -> UnitOut:
        return cls(code=unit.code, name=unit.name, name_en=unit.name_en, kind=unit.kind)


@router.get("/units", responses=documented(401, 503))
def list_units(service: ServiceDep, token: AnyToken) -> Page[UnitOut]:
    """Every unit of the roster, in its order; none while no roster was published."""
    return Page(items=[UnitOut.of(unit) for unit in service.roster().roster.units])
