"""What is asked of rows in quarantine, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field, StrictFloat, StrictInt, StrictStr, model_validator

from service.http.models.submissions import FaultOut, ReceiptOut
from service.http.models.values import PLAIN, Reason
from service.store.quarantine import Quarantined, State
from service.texts import KEPT
from service.yamlfile import Wrong

Written = Annotated[StrictStr, Field(max_length=KEPT, pattern=PLAIN)]


def _cell(value: object) -> object:
    """Refuse what is none, in one sentence: a union says of each of its members why it is not that one."""
    if isinstance(value, str) and len(value) <= KEPT and "\0" not in value:
        return value
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    zh = f"应为文本（最多 {KEPT} 个字符，不含空字符）、数字或 null。"
    raise Wrong(zh, f"text (of {KEPT} characters at most, without NUL), a number, or null")


# A name or the text of a cell, a number, or null for nothing.
Cell = Annotated[Written | StrictInt | StrictFloat | None, BeforeValidator(_cell)]


class QuarantinedOut(BaseModel):
    """A row that could not be stored. `said` is what it said, field by field, in its own words where they mean nothing.

    `reason` says why it was dismissed, or what was corrected; `released_as` is the submission it was stored by.
    """

    id: str
    feed: str
    submission: str
    received_at: datetime
    where: str
    said: dict[str, Any]
    errors: list[FaultOut]
    state: State
    reason: str
    settled_by: str | None
    settled_at: datetime | None
    released_as: str | None

    @classmethod
    def of(cls, row: Quarantined) -> Self:
        return cls(
            id=row.quarantine_id,
            feed=row.feed,
            submission=row.submission_id,
            received_at=row.received_at,
            where=row.place,
            said=row.said,
            errors=[FaultOut(**fault) for fault in row.faults],
            state=row.state,
            reason=row.reason,
            settled_by=row.settled_by,
            settled_at=row.settled_at,
            released_as=row.released_as,
        )


class CorrectionIn(BaseModel, extra="forbid"):
    """What is meant instead of what was said. A field that isn't given stays; value null takes the reading back."""

    day: Cell = None
    indicator: Cell = None
    region: Cell = None
    scope: Cell = None
    value: Cell = None
    unit: Cell = None
    source: Cell = None
    note: Cell = None
    reporting: Cell = None

    def given(self) -> dict[str, object]:
        """The fields that are corrected."""
        return self.model_dump(exclude_unset=True)


class DismissalIn(BaseModel, extra="forbid"):
    """Why the row is not to be stored."""

    reason: Reason


class ChoiceIn(BaseModel, extra="forbid"):
    """Rows: by their ids, or the open ones of a submission; `said` narrows these to those that said just this."""

    ids: list[Written] = Field(default=[], max_length=1000)
    submission: Written | None = None
    said: dict[Written, Written] = {}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.ids) == (self.submission is not None) or (self.ids and self.said):
            raise Wrong(
                "ids 与 submission 二者只写其一；said 与 submission 同用。",
                "give either `ids`, or a `submission` and, if need be, what its rows `said`",
            )
        return self


class ReleaseOfManyIn(ChoiceIn):
    """Rows, and what is corrected of each of them."""

    corrected: CorrectionIn = CorrectionIn()


class DismissalOfManyIn(ChoiceIn, DismissalIn):
    """Rows, and why they are not to be stored."""


class SettledOut(BaseModel):
    """Rows that were settled; and the receipt of those that were stored."""

    rows: list[str]
    receipt: ReceiptOut | None
