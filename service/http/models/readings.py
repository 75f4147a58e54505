"""Readings and what they come to: progress, evaluations."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Self

from pydantic import BaseModel

from service.http.models.values import Day, Note
from service.store.evaluations import ProgressRow
from service.store.readings import StoredReading


class ReadingOut(BaseModel):
    """A reading as it is now; value null was taken back. figure and unit are as reported where they differ.

    `flags` say what is doubtful of it (存疑待核实): `implausible`, `fall`.
    """

    indicator: str
    region: str
    scope: str
    source: str
    day: date
    value: float | None
    revision: int
    figure: str | None
    unit: str | None
    note: str | None
    submission: str
    flags: list[str]

    @classmethod
    def of(cls, row: StoredReading) -> Self:
        plain = asdict(row)
        plain.pop("series_id")
        return cls(submission=plain.pop("submission_id"), **plain)


class ZeroIn(BaseModel, extra="forbid"):
    """零报告: nothing happened on a day, in these indicators and regions (codes or names), or all of the feed's."""

    day: Day
    indicators: list[str] = []
    regions: list[str] = []
    note: Note = ""


class ProgressOut(BaseModel):
    """A figure's standing as of a day; ratios are shares of 1, null where undefined."""

    indicator: str
    region: str
    scope: str
    as_of: date
    data_day: date | None
    stale: bool
    coverage: float | None
    covered: int
    declared: int
    period_start: date
    period_end: date
    value: float | None
    period_to_date: float | None
    target_code: str | None
    target: float | None
    completion: float | None
    expected: float | None
    lag: float | None
    shortfall: float | None
    to_target: float | None
    required_rate: float | None
    allowed_mean: float | None
    mean_rate: float | None
    recent_rate: float | None
    last_year: float | None
    year_on_year: float | None
    projected: float | None
    met: bool | None

    @classmethod
    def of(cls, row: ProgressRow) -> Self:
        return cls(**asdict(row), coverage=row.coverage)


class EvaluationIn(BaseModel):
    """Evaluate every day up to this one that isn't yet."""

    as_of: Day


class EvaluationOut(BaseModel):
    """What an evaluation did."""

    days: list[date]
    again: list[date]
    events: int
