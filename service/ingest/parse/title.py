"""What stands above a table: indicator, region, day and unit, where its header does not say them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.cells import days_in, years_in
from service.ingest.names import Names
from service.ingest.parse.head import Head, Title
from service.ingest.parse.sheet import Sheet
from service.ingest.rows import shown

_UNIT_OF_SHEET = re.compile(r"(?:计量)?单位\s*[:：]\s*([^)）\]】]+)")
_UNIT_LIST = re.compile(r"[、,，;；\s]+")


class Above:
    """What the title rows, the sheet's name, the request and the feed say where the table doesn't."""

    def __init__(
        self, sheet: Sheet, head: Head, names: Names, texts: list[tuple[str, str]], day: date | None
    ) -> None:
        self._sheet, self._head, self._names, self._texts, self._day = sheet, head, names, texts, day
        self._words = " ".join([*(text for _, text in texts), sheet.name])

    def read(self, year: int | None) -> Title:
        return Title(
            indicator=self._one("indicator", self._names.indicators),
            region=self._one("region", self._names.regions),
            day=self._day_of_sheet(year),
            year=year,
            unit=self._unit(),
        )

    def _one(self, what: str, covered: frozenset[str]) -> str | None:
        """The only one the feed reports, or the only one the title names."""
        if self._head.says(what):
            return None
        found = covered if len(covered) == 1 else self._names.in_title(what, self._words)
        if len(found) == 1:
            return next(iter(found))
        word = {"indicator": "指标", "region": "区域"}[what]
        zh = f"看不出是哪个{word}的数据：请加一列“{word}”，或在表题中写明。"
        self._fault(
            f"no_{what}", zh, f"which {what} is this about? Add a column for it, or name it in the title."
        )
        return None

    def _day_of_sheet(self, year: int | None) -> date | None:
        """The day the titles name, else the sheet's name, else the request."""
        if self._head.says("day"):
            return None
        days = {day for _, text in self._texts for day in days_in(text, year)}
        days = days or set(days_in(self._sheet.name, year)) or ({self._day} if self._day else set())
        if len(days) == 1 and (self._day is None or self._day in days):
            return days.pop()
        if not days:
            zh = "看不出是哪一天的数据：请加一列“日期”，在表题中写明（如 2018年8月31日），或在网址后加 ?day=2018-08-31。"
            en = "which day is this of? Add a column for it, name it in the title, or add ?day=2018-08-31 to the address."
            self._fault("no_day", zh, en)
        else:
            named = sorted(days | ({self._day} if self._day else set()))
            zh = f"表题和请求写了不止一天（{'、'.join(map(str, named))}）：请只写数据所属的那一天，或加一列“日期”。"
            en = f"title and request name more than one day ({', '.join(map(str, named))}): keep the day the figures are of."
            self._fault("several_days", zh, en)
        return None

    def _unit(self) -> str | None:
        """单位：万平方米 above the table. A unit's office (填报单位：…) is none; of several units it is unclear which is meant."""
        for where, text in self._texts:
            match = _UNIT_OF_SHEET.search(text)
            if match is None or (written := match[1].strip()) == "":
                continue
            if unit_code(written):
                return written
            parts = [part for part in _UNIT_LIST.split(written) if part]
            if len(parts) > 1 and all(unit_code(part) for part in parts):
                zh = "表上写了几种单位，分不清各列用哪一种：请在各列表头写明，如“拆除面积（万平方米）”。"
                en = "several units for one table: write each column's unit in its header, like 拆除面积（万平方米）."
                self._head.faults.append(Fault("several_units", where, shown(text), zh, en))
        return None

    def _fault(self, code: str, zh: str, en: str) -> None:
        self._head.faults.append(Fault(code, self._sheet.row_place(self._head.first), "", zh, en))


def year_of(texts: Iterable[str]) -> int | None:
    """The one year that is named."""
    years = {year for text in texts for year in (*years_in(text), *(day.year for day in days_in(text)))}
    return years.pop() if len(years) == 1 else None
