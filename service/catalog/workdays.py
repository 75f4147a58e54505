"""The published calendar of working days."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from functools import cache

import chinese_calendar
import numpy as np

from service.domain.workdays import WorkCalendar

FIRST_YEAR = 2004
# The State Council publishes a year in the November before it. Until then days must still close:
# Monday to Friday is assumed for this long, and `published_until` says where the assumption begins.
ASSUMED_DAYS = 800


@cache
def china() -> WorkCalendar:
    """Working days in China, make-up days (调休) included, for every year that has been published."""
    first = date(FIRST_YEAR, 1, 1)
    flags: list[bool] = []
    with suppress(NotImplementedError):
        while True:
            flags.append(bool(chinese_calendar.is_workday(first + timedelta(days=len(flags)))))
    published = len(flags)
    flags += [(first + timedelta(days=published + i)).weekday() < 5 for i in range(ASSUMED_DAYS)]
    return WorkCalendar(first, np.array(flags, dtype=bool), first + timedelta(days=published - 1))
