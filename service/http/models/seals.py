"""Seals (封账)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from service.http.models.values import Day, Reason
from service.store.past import Seal


class SealIn(BaseModel, extra="forbid"):
    """封账: the last day that is sealed, and why."""

    through: Day
    note: Reason


class SealOut(BaseModel):
    """A seal; the newest is in force. `by` is a token's id, or `cli`."""

    through: date
    note: str
    by: str
    at: datetime
    in_force: bool

    @classmethod
    def of(cls, seal: Seal) -> Self:
        return cls(through=seal.through, note=seal.note, by=seal.by, at=seal.at, in_force=seal.in_force)
