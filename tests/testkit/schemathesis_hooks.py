"""What schemathesis cannot know by itself; it imports this module when it runs (`SCHEMATHESIS_HOOKS`)."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/x-ndjson", "text/tab-separated-values", "text/csv")
def text(_: SerializationContext, value: Any) -> bytes:
    """Bodies that are text: what was made up as text is sent as it is."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")
