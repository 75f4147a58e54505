"""Texts and days that the API takes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator, Field

from service.yamlfile import Wrong

# PostgreSQL knows no NUL in a text.
PLAIN = r"^[^\x00]*$"
# The same, and something must be said.
SAID = r"^[^\x00]*[^\s\x00][^\x00]*$"

Note = Annotated[str, Field(max_length=1000, pattern=PLAIN)]
Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=SAID)]
# A name in the address of what is asked for, and one that narrows a list.
PathText = Annotated[str, Path(pattern=PLAIN)]
QueryText = Annotated[str | None, Query(pattern=PLAIN)]


def _written_out(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return value
    raise Wrong("应为日期，写作 2018-08-31。", "write the day as 2018-08-31")


# A day that is asked for. Left to itself, pydantic takes numbers for seconds since 1970: 20180831 would be a day of 1970.
Day = Annotated[date, BeforeValidator(_written_out)]
