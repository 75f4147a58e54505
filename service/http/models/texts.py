"""Texts of people's that the API takes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

# PostgreSQL knows no NUL in a text.
PLAIN = r"^[^\x00]*$"
# The same, and something must be said.
SAID = r"^[^\x00]*[^\s\x00][^\x00]*$"

Note = Annotated[str, Field(max_length=1000, pattern=PLAIN)]
Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=SAID)]
# A name in the address of what is asked for, and one that narrows a list.
PathText = Annotated[str, Path(pattern=PLAIN)]
QueryText = Annotated[str | None, Query(pattern=PLAIN)]
