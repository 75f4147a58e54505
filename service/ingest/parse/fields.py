"""Words that tables are built of: what a header calls its fields, and what rows of totals are called."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from service.domain.names import plain
from service.domain.units import unit_code
from service.ingest.names import Names
from service.ingest.parse import ours
from service.ingest.parse.subheads import axes
from service.sheets.cells import DAY_IN_PART, Cell, days_in, read_day, text_of

_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("day", "date", "日期", "统计日期", "数据日期", "时间", "统计时间", "数据时间", "年月日"),
    "indicator": ("indicator", "指标", "指标名称", "指标代码", "任务指标", "统计指标", "考核指标", "项目"),
    "region": ("region", "区域", "区域名称", "区域代码", "街乡", "街乡名称", "街乡代码", "街道", "街道名称", "街道代码",
               "街道乡", "街道(乡)", "街道(地区)", "街乡(地区)", "街(乡)", "街道乡镇", "街道、乡", "街道、乡镇", "街镇", "镇街",
               "地区", "乡镇", "属地", "属地街乡", "属地单位", "各街乡", "所在街乡", "所属街乡", "所属区域", "行政区域",
               "行政区划代码", "区划代码", "街道办事处", "地区办事处", "填报单位", "报送单位", "上报单位", "单位名称",
               "subdistrict", "district", "区", "区名", "区县", "各区"),
    "scope": ("scope", "范围", "批次", "片区"),
    "value": ("value", "数值", "值", "完成数", "完成量", "完成情况", "填报数", "数量", "数据", "figure"),
    "unit": ("unit", "单位", "计量单位"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "备注", "说明"),
    "": ("序号", "编号", "项次", "行次", "排序", "顺序号", "no", "no.", "#", *ours.COLUMNS),
}  # fmt: skip
# Columns about a row: whom to ask, how it goes, when it was filled in (mostly the morning after). Left out, and told.
_REMARKS = frozenset(map(plain, (
    "联系人", "联系电话", "电话", "手机", "填报人", "填表人", "审核人", "经办人", "负责人", "责任人", "主管领导", "责任单位",
    "责任部门", "牵头单位", "配合单位", "情况说明", "备注说明", "进展情况", "工作进展", "存在问题", "下一步工作", "下一步措施",
    "整改措施", "填报日期", "填报时间", "填表日期", "上报日期", "上报时间", "报送日期", "报送时间",
)))  # fmt: skip
_FIELD = {plain(word): name for name, words in _WORDS.items() for word in words}
KEYS = ("day", "indicator", "region")
SUBTOTALS = frozenset(("小计", "subtotal"))
CITY_TOTALS = frozenset(("全市", "全市合计", "全市总计"))
AVERAGES = frozenset(("平均", "平均值", "全市平均", "全区平均", "average", "mean"))
TOTALS = SUBTOTALS | {"合计", "总计", "全区", "全区合计", "全区总计", "总和", "total", "sum"}
# What stands below a table and is no row of it.
_FOOTERS = (
    "填表", "制表", "填报", "报送", "上报", "统计", "打印", "审核", "审批", "复核", "经办", "负责人", "单位负责人", "主管", "分管",
    "领导", "签字", "联系", "电话", "手机", "盖章", "(盖章", "(公章", "注", "备注", "说明", "截至", "数据截至",
)  # fmt: skip
_SIGNED = frozenset(map(plain, (
    "填报人", "填表人", "制表人", "审核人", "审批人", "复核人", "经办人", "负责人", "单位负责人", "主管领导", "分管领导",
    "联系人", "联系电话", "签字", "盖章",
)))  # fmt: skip
_IN_BRACKETS = re.compile(
    r"(?P<name>.+?)\s*[(（\[【]\s*(?:单位\s*[:：]\s*)?(?P<unit>[^()（）\[\]【】]+)[)）\]】]\s*", re.DOTALL
)
_TOTALLED = re.compile(r"(.*?)(小计|合计|总计|subtotal|total)")
_LONGEST = 40  # characters of a header that names a field


# Of these a title may speak too: 填报单位 | 区城市管理委.
WEAK = frozenset(map(plain, ("填报单位", "报送单位", "上报单位", "单位名称")))


def is_value_of(key: str, cell: Cell, names: Names) -> bool:
    """Whether a cell says a day, or names a region or an indicator."""
    if key == "day":
        day = read_day(cell)
        return isinstance(day, date) or day.code in DAY_IN_PART or bool(days_in(text_of(cell)))
    return names.knows(key, text_of(cell))


def field_of(text: str) -> str | None:
    """The field a header means: `region`, `value`…; empty for a column of no interest, None for anything else."""
    if len(text) > _LONGEST:
        return None
    return _FIELD.get(plain(text))


@lru_cache(4096)
def keys_of(text: str) -> tuple[str, ...]:
    """The keys a header names: one; or both axes of the table, in its corner (街乡\\指标); or none."""
    if len(text) > _LONGEST:
        return ()
    if (word := field_of(text)) is not None:
        return (word,) if word in KEYS else ()
    words = [field_of(part) for part in axes(text)]
    return tuple(dict.fromkeys(w for w in words if w)) if words and all(w in KEYS for w in words) else ()


def split_unit(text: str) -> tuple[str, str | None]:
    """拆除面积（万平方米） is a name and its unit; brackets that hold no unit belong to the name."""
    match = _IN_BRACKETS.fullmatch(text)
    return (match["name"], match["unit"]) if match and unit_code(match["unit"]) else (text, None)


def is_remark(text: str) -> bool:
    """Whether a header is that of words about a row, which are never reported."""
    return plain(text) in _REMARKS


def is_footer(text: str) -> bool:
    """Whether a row that begins so stands below the table: 填报人：…, 联 系 电 话, （盖章）, 注：…."""
    words = plain(text)
    return words in _SIGNED or (words.startswith(_FOOTERS) and (":" in words[:10] or words[0] == "("))


def totalled(text: str) -> tuple[str, bool] | None:
    """What a word for a total is of (街道 in 街道小计; nothing in 合计), and whether of a part; None where it is no total."""
    words = plain(text)
    if words in TOTALS:
        return "", words in SUBTOTALS
    match = _TOTALLED.fullmatch(words)
    return (match[1], match[2] in SUBTOTALS) if match else None
