"""Lists, a page at a time."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Generic, TypeVar, overload

from pydantic import BaseModel

from service.errors import Invalid

Item = TypeVar("Item")
First = TypeVar("First")
Second = TypeVar("Second")


class Page(BaseModel, Generic[Item]):
    """Part of a list; pass `cursor` on to get the next, null at the end."""

    items: list[Item]
    cursor: str | None = None


def to_cursor(*parts: str) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


@overload
def from_cursor(cursor: str | None, first: Callable[[str], First], /) -> tuple[First] | None: ...
@overload
def from_cursor(
    cursor: str | None, first: Callable[[str], First], second: Callable[[str], Second], /
) -> tuple[First, Second] | None: ...
def from_cursor(cursor: str | None, /, *meanings: Callable[[str], object]) -> tuple[object, ...] | None:
    """The place a cursor names, each part as its meaning reads it; one that isn't ours is a clear error.

    A meaning raises `ValueError` or `KeyError` where it can make nothing of its part.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = base64.urlsafe_b64decode(padded.encode()).decode().split("\n")
        if not any("\0" in part for part in parts):
            return tuple(meaning(part) for meaning, part in zip(meanings, parts, strict=True))
    except (KeyError, ValueError):  # what is no base64 or no UTF-8 is a ValueError, too
        pass
    zh = "cursor 无效，请从第一页重新开始。"
    raise Invalid("bad_cursor", zh, "this cursor is not valid: begin with the first page.")


def row_number(text: str) -> int:
    """A part of a cursor that numbers a row in the database; `ValueError` for what is no such number."""
    number = int(text)
    if not 0 <= number < 1 << 63:
        raise ValueError(text)
    return number
