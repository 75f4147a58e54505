"""Every word the dashboards show, as the 区疏整促办 would write it."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.catalog import Level
from service.words.labels import labels


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp's name and its colour in Grafana's palette, which knows both themes."""

    word: str
    colour: str


_COLOURS = {
    Level.RED: "semi-dark-red",
    Level.ORANGE: "semi-dark-orange",
    Level.YELLOW: "semi-dark-yellow",
    Level.NOTICE: "semi-dark-blue",
    Level.NONE: "semi-dark-green",
}
LAMPS = {level: Lamp(labels().lamp(level), colour) for level, colour in _COLOURS.items()}  # worst first
UNLIT = "未亮灯"  # nothing to judge yet: neither good nor bad

NO_DATA = "暂无数据"
BETWEEN = " · "
FOLDER = "标尺"
OVERVIEW = "疏整促工作总览"
OVERVIEW_ABOUT = "各项任务是否达序时、谁在滞后、亮了哪些灯、数据是否可信。所有数字与预警消息、报表一致。"

VARIABLE_PROMETHEUS = "指标库"
VARIABLE_POSTGRES = "数据库"

# Top strip
AS_OF = "截至"
SHADOW = "预警试运行（不亮灯）"  # a district in shadow: a lamp that isn't lit says nothing
DATE_LONG = 'FMYYYY"年"FMMM"月"FMDD"日"'
DATE_SHORT = 'FMMM"月"FMDD"日"'
REPORTED_DUE = "应报街乡"
REPORTED_IN = "实报"
REPORTED_MISSING = "未报"

# Tiles
EXPECTED = "序时进度"
TARGET = "年度目标"
TARGET_IN = "年度目标（{{unit}}）"  # Grafana puts the unit in

# Table of progress
PROGRESS_TABLE = "进度一览"
LAMP = "亮灯"
INDICATOR = "指标"
TO_DATE = "累计"
YEAR_TASK = "年度任务"
NO_TASK = "未下达"
NOTHING = "—"
COMPLETION = "完成率"
LAG = "慢于序时(百分点)"
YEAR_ON_YEAR = "同比"
PROJECTED = "预计全年"
DATA_DAY = "数据日"
OUTDATED = "（未更新）"  # after a data day older than the reporting cycle allows

# Table of alerts
ALERT_TABLE = "亮灯事项"
MATTER = "事项"
SINCE = "起始日"

# Trends
COMPLETION_TREND = "完成率走势（虚线为序时进度，颜色同亮灯）"
MEAN_TREND = "日均（灰）、累计平均（蓝）、年度目标（虚线）"
DAILY = "日均"
MEAN_TO_DATE = "累计平均"
