"""What schemathesis cannot know by itself; it imports this module when it runs (`SCHEMATHESIS_HOOKS`)."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, SerializationContext

TEXTS = ("application/x-ndjson", "text/tab-separated-values", "text/csv")


@schemathesis.serializer(*TEXTS)
def text(_: SerializationContext, value: Any) -> bytes:
    """Bodies that are text: what was made up as text is sent as it is."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(_: HookContext, case: Case[Any]) -> bool:
    """A text is no text of the wrong type: `null` in place of one arrives as a line that says null."""
    return case.media_type not in TEXTS or isinstance(case.body, str)
