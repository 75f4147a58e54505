"""Words that tables are built of: what a header calls its fields, and what rows of totals are called."""

from __future__ import annotations

import re
from datetime import date

from service.domain.names import plain
from service.domain.units import unit_code
from service.ingest.cells import Cell, read_day, text_of
from service.ingest.names import Names
from service.ingest.parse import ours
from service.ingest.parse.subheads import axes

_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("day", "date", "日期", "填报日期", "统计日期", "数据日期", "时间"),
    "indicator": ("indicator", "指标", "指标名称", "指标代码", "任务指标"),
    "region": ("region", "区域", "区域名称", "区域代码", "街乡", "街乡名称", "街道", "街道名称", "街道乡", "街道(乡)", "街道(地区)",
               "街道乡镇", "地区", "乡镇", "属地", "所属街乡", "所属区域", "subdistrict", "district", "区", "区名", "区县",
               "各区"),
    "scope": ("scope", "范围", "批次", "片区"),
    "value": ("value", "数值", "值", "完成数", "完成量", "完成情况", "填报数", "数量", "数据", "figure"),
    "unit": ("unit", "单位", "计量单位"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "备注", "说明"),
    "": ("序号", "编号", "no", "no.", "#", *ours.COLUMNS),
}  # fmt: skip
_FIELD = {plain(word): name for name, words in _WORDS.items() for word in words}
KEYS = ("day", "indicator", "region")
SUBTOTALS = frozenset(("小计", "subtotal"))
CITY_TOTALS = frozenset(("全市", "全市合计", "全市总计"))
AVERAGES = frozenset(("平均", "平均值", "全市平均", "全区平均", "average", "mean"))
TOTALS = SUBTOTALS | {"合计", "总计", "全区", "全区合计", "全区总计", "总和", "total", "sum"}
# What stands below a table and is no row of it.
_FOOTERS = ("填表", "制表", "填报人", "审核", "负责人", "联系", "电话", "注", "备注", "说明")
_IN_BRACKETS = re.compile(
    r"(?P<name>.+?)\s*[(（\[【]\s*(?:单位\s*[:：]\s*)?(?P<unit>[^()（）\[\]【】]+)[)）\]】]\s*", re.DOTALL
)


def is_value_of(key: str, cell: Cell, names: Names) -> bool:
    """Whether a cell says a day, or names a region or an indicator."""
    if key == "day":
        return isinstance(read_day(cell), date)
    return names.knows(key, text_of(cell))


def field_of(text: str) -> str | None:
    """The field a header means: `region`, `value`…; empty for a column of no interest, None for anything else."""
    return _FIELD.get(plain(text))


def keys_of(text: str) -> tuple[str, ...]:
    """The keys a header names: one; or both axes of the table, in its corner (街乡\\指标); or none."""
    if (word := field_of(text)) is not None:
        return (word,) if word in KEYS else ()
    words = [field_of(part) for part in axes(text)]
    return tuple(dict.fromkeys(w for w in words if w)) if words and all(w in KEYS for w in words) else ()


def split_unit(text: str) -> tuple[str, str | None]:
    """拆除面积（万平方米） is a name and its unit; brackets that hold no unit belong to the name."""
    match = _IN_BRACKETS.fullmatch(text)
    return (match["name"], match["unit"]) if match and unit_code(match["unit"]) else (text, None)


def is_footer(text: str) -> bool:
    """Whether a row that begins so stands below the table: 填报人：…, 注：…."""
    return text.startswith(_FOOTERS) and any(mark in text[:8] for mark in ":：")
