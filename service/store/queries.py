"""Named queries, kept as SQL in `sql/*.sql`.

A file is a list of queries; each begins with `-- name: some_name` and a sentence on what it does.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def parse(text: str) -> dict[str, str]:
    """Queries of a file by name; a name given twice is an error."""
    parts = _NAME.split(text)[1:]
    names = parts[::2]
    if len(set(names)) != len(names):
        raise ValueError(f"query named twice: {sorted({n for n in names if names.count(n) > 1})}")
    return {name: body.strip() for name, body in zip(names, parts[1::2], strict=True)}


@cache
def load(file: str) -> dict[str, LiteralString]:
    """The queries of `sql/<file>.sql`; they come from the package, so they are literal."""
    text = (files("service.store") / "sql" / f"{file}.sql").read_text("utf-8")
    return parse(text)
