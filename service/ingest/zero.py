"""零报告 for many series in one call: nothing happened, wherever nothing else was reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from service.domain.catalog import SUMMED, Reporting
from service.errors import Fault, Faulty
from service.ingest.formats import Reader
from service.ingest.names import Named
from service.ingest.rows import Parsed, Row
from service.ingest.validate import Desk
from service.sheets.cells import Problem
from service.store import readings
from service.store.pool import Pool, connection

FORMAT = "zero"


@dataclass(frozen=True, slots=True)
class Zero:
    """Nothing happened on a day.

    indicators, regions  codes or names; all of the feed's where there are none
    """

    day: date
    indicators: Sequence[str] = ()
    regions: Sequence[str] = ()
    note: str = ""

    def reader(self, pool: Pool) -> Reader:
        """The call as a body like any other: a row for each series that has not reported the day."""

        def rows(_: BinaryIO, desk: Desk) -> Iterator[Parsed]:
            found = self._rows(pool, desk)
            yield Parsed(found, [], len(found), self.note)

        return Reader(FORMAT, rows)

    def _rows(self, pool: Pool, desk: Desk) -> list[Row]:
        wanted = self._series(desk)
        with connection(pool) as conn:
            known = readings.last_reports(conn, list(wanted), self.day)
        rows = []
        for number, (indicator, region, scope) in wanted.items():
            last = known.get(number)
            if last is not None and last.day == self.day:
                continue
            cumulative = desk.published.series_key[number].reporting_on(self.day) is Reporting.CUMULATIVE
            # Nothing new: a sum stays what it was.
            value = last.value if cumulative and last is not None else 0.0
            where = " ".join(part for part in (indicator, region, scope) if part)
            rows.append(Row(where, self.day, indicator, region, value, scope))
        return rows

    def _series(self, desk: Desk) -> dict[int, tuple[str, str, str]]:
        """The feed's series that are meant, by number; raises `Faulty` where a word is unknown or none is meant."""
        indicators = self._codes(desk, "indicators", self.indicators)
        regions = self._codes(desk, "regions", self.regions)
        found = {
            number: (indicator, region, scope)
            for (indicator, region, scope), number in desk.series_id.items()
            # An air monitor that says nothing measures no clean air.
            if desk.catalog.indicator[indicator].kind in SUMMED
            and (not indicators or indicator in indicators)
            and (not regions or region in regions)
            and desk.catalog.region[region].valid_on(self.day)
        }
        if not found:
            zh = "所选范围内没有可作零报告的指标：零报告只用于逐日计数的指标（如拆除面积、新增数）。"
            en = "nothing here can be nothing: a zero report is for what is counted (flow, incidence)."
            raise Faulty("nothing_counted", [Fault("nothing_counted", "body", "", zh, en)])
        return found

    @staticmethod
    def _codes(desk: Desk, field: str, words: Sequence[str]) -> set[str]:
        codes: set[str] = set()
        faults: list[Fault] = []
        for at, word in enumerate(words):
            code = desk.names.indicator(word) if field == "indicators" else desk.names.region(word)
            if isinstance(code, Problem):
                faults.append(code.at(f"{field}[{at}]"))
            else:
                codes.add(code.indicator if isinstance(code, Named) else code)
        if faults:
            raise Faulty("wrong_body", faults)
        return codes
