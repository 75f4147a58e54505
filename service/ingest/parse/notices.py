"""What a table's sender should know of how it was read, each told once with all its places."""

from __future__ import annotations

from collections.abc import Iterator

from service.errors import Fault
from service.sheets.sheet import Places

_NOTICES = {
    "hidden_rows": ("隐藏的行也已读取：{}。", "hidden rows were taken: {}."),
    "hidden_columns": ("隐藏的列也已读取：{}。", "hidden columns were taken: {}."),
    "totals": ("合计行只作核对，不入库：{}。", "rows of totals were compared, not stored: {}."),
    "total_columns": ("合计列未读取：{}。", "columns of totals were left out: {}."),
    "repeated": ("同一指标、区域和日期已填过同样的数，只计一次（如是不同点位，请合计后填一行）：{}。",
                 "the same figure of the same series and day again, counted once; add up figures of several sites: {}."),
    "averages": ("平均数行未读取：{}。", "rows of averages were left out: {}."),
    "left_out_column": ("以下列未读取（推算数、计划数、文字说明，或与报送方式不同的累计数、当日数）：{}。",
                        "columns left out, as they are worked out, planned, remarks, or not how the figure is reported: {}."),
    "left_out": ("表外说明未读取：{}。", "lines below the table were left out: {}."),
    "not_applicable": ("不适用，未入库：{}。", "not applicable, so not stored: {}."),
    "blank": ("空白按未报处理，未入库：{}。", "blank, so not reported: {}."),
}  # fmt: skip


class Notices:
    """Places of what was read in another way than it may look, or left out."""

    def __init__(self) -> None:
        self._places: dict[str, Places] = {}

    def mention(self, code: str, place: str) -> None:
        """One more place of a notice."""
        self._places.setdefault(code, Places()).add(place)

    def told(self, where: str) -> Iterator[Fault]:
        """Every notice that has a place."""
        for code, (zh, en) in _NOTICES.items():
            if (places := self._places.get(code)) is not None:
                yield Fault(code, where, "", *places.fill(zh, en))
