"""When a rule judges, as rule files say it: a part of the year, months, working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field, field_validator

from service.domain.rules import Active, Span
from service.errors import Fault
from service.yamlfile import Document, Strict, Wrong

_MONTH_DAY: dict[str, Any] = {"pattern": r"^\d{2}-\d{2}$"}
# Any leap year has every day there is.
_DAYS = [date(2000, 1, 1) + timedelta(days=i) for i in range(366)]


class ActiveFile(Strict):
    """Days on which a rule judges; on others its clocks stand still."""

    from_: str = Field(default="01-01", alias="from", json_schema_extra=_MONTH_DAY)
    """First day of the year, as "06-30"; after `to`, the season spans the new year."""
    to: str = Field(default="12-31", json_schema_extra=_MONTH_DAY)
    """Last day of the year, as "12-31"."""
    months: list[Annotated[int, Field(ge=1, le=12)]] = []
    """Months of the year; all where left out."""
    workdays: bool = False
    """Only working days, by the published calendar."""

    @field_validator("from_", "to")
    @classmethod
    def _month_and_day(cls, value: str) -> str:
        try:
            date.fromisoformat(f"2000-{value}")
        except ValueError:
            raise Wrong(
                f'“{value}”不是月日，请加引号写作 "06-30"。',
                f"{value!r} is no month and day: write it as 06-30, in quotes",
            ) from None
        return value


def active_of(entry: ActiveFile) -> Active:
    """The days as a value."""
    return Active(
        _month_day(entry.from_), _month_day(entry.to), tuple(sorted(set(entry.months))), entry.workdays
    )


def active_faults(document: Document, at: tuple[int | str, ...], entry: ActiveFile) -> Iterator[Fault]:
    """A season without a day in it."""
    if not _season(active_of(entry)):
        zh = "from、to 与 months 没有共同的日子，永远不会判定。"
        en = "no day is both between from and to and in one of the months: it could never judge."
        yield document.fault((*at, "months"), "never_active", zh, en)


def outlasts(hold: Span, active: Active) -> bool:
    """Whether a condition would have to hold for longer than the rule judges in a year."""
    return hold.days >= _season(active)


def _season(active: Active) -> int:
    """Days of a year on which the rule judges, working or not."""
    return sum(active.in_season(day) for day in _DAYS)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
