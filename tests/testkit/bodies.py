"""Bodies as they were read."""

from __future__ import annotations

from service.errors import Fault
from service.ingest.rows import Parsed


def faults_of(parsed: Parsed) -> list[Fault]:
    """Every fault once: of the body as a whole, then of its rows."""
    return list(dict.fromkeys([*parsed.faults, *(fault for row in parsed.broken for fault in row.faults)]))
