"""Texts that people sent: how much of one is repeated or kept, and what no database can keep."""

from __future__ import annotations

import re

SHOWN = 80  # characters of an offending text that a fault repeats
KEPT = 2000  # characters of a text that are kept of a broken row
# PostgreSQL keeps no NUL, and UTF-8 knows no half of a surrogate pair; JSON can escape both.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether the database can keep this text."""
    return _UNSTORABLE.search(text) is None


def shown(value: object) -> str:
    """An offending value, short enough to be repeated, and fit to be stored with the fault."""
    return _cut(value if isinstance(value, str) else repr(value), SHOWN)


def kept(text: str) -> str:
    """A text of a broken row, fit to be stored with it."""
    return _cut(text, KEPT)


def _cut(text: str, length: int) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text if len(text) <= length else text[:length] + "…")
