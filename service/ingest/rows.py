"""A row of a body, whatever format it came in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from service.errors import Fault

SHOWN = 80  # characters of an offending text that a fault repeats
# PostgreSQL keeps no NUL, and UTF-8 knows no half of a surrogate pair; JSON can escape both.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One reading as reported.

    where  place in the body, for faults: `readings[3]`, `sheet 1 row 7`
    value  None takes the reading back (撤回)
    unit   as written; None means the indicator's own
    """

    where: str
    day: date
    indicator: str
    region: str
    value: float | None
    scope: str = ""
    unit: str | None = None
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body holds: its sound rows, the faults of the others, and how many rows there were."""

    rows: list[Row]
    faults: list[Fault]
    count: int
    note: str = ""


def storable(text: str) -> bool:
    """Whether the database can keep this text."""
    return _UNSTORABLE.search(text) is None


def shown(value: object) -> str:
    """An offending value, short enough to be repeated, and fit to be stored with the fault."""
    text = value if isinstance(value, str) else repr(value)
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text if len(text) <= SHOWN else text[:SHOWN] + "…")
