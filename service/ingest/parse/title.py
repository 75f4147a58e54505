"""What stands above a table: indicator, region, day and unit, where its header does not say them."""

from __future__ import annotations

import re
from datetime import date

from service.domain.units import unit_code
from service.errors import Fault
from service.ingest.names import Names
from service.ingest.parse.dating import Dating, Texts, days_of
from service.ingest.parse.head import Head, Title
from service.sheets.cells import DAY_IN_PART, Problem, day_without_year, read_day
from service.sheets.sheet import Sheet
from service.texts import shown

_UNIT_OF_SHEET = re.compile(r"(?:计量)?单位\s*[:：]\s*([^)）\]】]+)")
_UNIT_LIST = re.compile(r"[、,，;；\s]+")


class Above:
    """What the title rows, the sheet's name, the request and the feed say where the table doesn't."""

    def __init__(
        self, sheet: Sheet, head: Head, names: Names, texts: Texts, top: Texts, day: date | None
    ) -> None:
        self._sheet, self._head, self._names, self._texts, self._day = sheet, head, names, texts, day
        self._top = top
        # A title of its own may name what nobody knows: then what the sheet's first title names isn't meant.
        self._words = " ".join([*(text for _, text in texts or top), sheet.name])

    def read(self, of: Dating) -> Title:
        return Title(
            indicator=self._one("indicator", self._names.indicators),
            region=self._one("region", self._names.regions),
            day=self._day_of_sheet(of),
            dating=of,
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

    def _day_of_sheet(self, of: Dating) -> date | None:
        """The day the titles name, else the sheet's name, else the request."""
        if self._head.says("day"):
            return None
        cycle, days, filed = self._names.cycle, set[date](), set[date]()
        for texts in (self._texts, self._top, [("", self._sheet.name)]):
            if not days:
                days, more = days_of(texts, of, cycle)
                filed |= more
        if not days and isinstance(named := of.day(self._sheet.name), date):
            days = {named}
        days = days or ({self._day} if self._day else set())
        if len(days) == 1 and (self._day is None or self._day in days):
            return days.pop()
        if not days and filed:
            filed_on = "、".join(map(str, sorted(filed)))
            zh = f"只写了填报日期（{filed_on}），看不出是哪一天的数据：请在表题中写明，如“截至2018年8月31日”，或加一列“日期”。"
            en = f"only the day it was filled in is named ({filed_on}): name the day the figures are of in the title, or add a column."
            self._fault("no_day", zh, en)
        elif not days and (part := self._without_year()):
            zh = f"“{part}”没有年份：请在表题中写明，如“2018年8月31日”。"
            self._fault("no_year", zh, f"{part} is without its year: name it in the title.")
        elif not days:
            zh = "看不出是哪一天的数据：请加一列“日期”，在表题中写明（如 2018年8月31日），或在网址后加 ?day=2018-08-31。"
            en = "which day is this of? Add a column for it, name it in the title, or add ?day=2018-08-31 to the address."
            self._fault("no_day", zh, en)
        else:
            all_ = sorted(days | ({self._day} if self._day else set()))
            zh = f"表题和请求写了不止一天（{'、'.join(map(str, all_))}）：请只写数据所属的那一天，或加一列“日期”。"
            en = f"title and request name more than one day ({', '.join(map(str, all_))}): keep the day the figures are of."
            self._fault("several_days", zh, en)
        return None

    def _without_year(self) -> str:
        """A day above the table, or as the sheet's name, that lacks its year."""
        name = read_day(self._sheet.name)
        if isinstance(name, Problem) and name.code in DAY_IN_PART:
            return self._sheet.name
        texts = [*(text for _, text in (*self._texts, *self._top)), self._sheet.name]
        return next((said for text in texts if (said := day_without_year(text))), "")

    def _unit(self) -> str | None:
        """单位：万平方米 above the table. A unit's office (填报单位：…) is none; of several units it is unclear which is meant."""
        for where, text in (*self._texts, *self._top):
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
