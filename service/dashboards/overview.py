"""疏整促工作总览: on course? who is slipping? can the figures be trusted? Read in ten seconds."""

from __future__ import annotations

from grafana_foundation_sdk.builders import common as build
from grafana_foundation_sdk.builders import dashboard as board
from grafana_foundation_sdk.builders import stat, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import VariableHide, VariableOption, VariableRefresh

from service.dashboards import expressions, queries
from service.dashboards import labels as say
from service.dashboards.labels import LAMPS
from service.dashboards.panels import (
    POSTGRES,
    PROMETHEUS,
    by_regexp,
    dark_at_zero,
    dashed,
    figure_column,
    fixed,
    instant,
    lamp_column,
    place,
    properties,
    sheet,
    sql,
    tile,
    trend,
    wrapped_column,
)
from service.domain.catalog import Level

UID = "biaochi-overview"
SHARE = "percentunit"


def overview() -> board.Dashboard:
    """The first page: 1920 × 1080 without Grafana's own menus (kiosk)."""
    page = (
        board.Dashboard(say.OVERVIEW)
        .uid(UID)
        .description(say.OVERVIEW_ABOUT)
        .tags([say.FOLDER])
        .timezone("Asia/Shanghai")
        .week_start("monday")
        # Tiles ask for "now", so the range ends now; the trends go back to the newest evaluated day by themselves.
        .time("now-1y", "now")
        .refresh("1m")
        .readonly()
    )
    for variable in (_prometheus(), _postgres(), _region(), _indicator(), _back()):
        page.with_variable(variable)
    panels: tuple[stat.Panel | table.Panel | timeseries.Panel, ...] = (
        *(_standing(), _lamps(), _reported(), _tile()),
        *(_progress(), _alerts(), _completion(), _mean(), _mean_trend()),
    )
    for number, panel in enumerate(panels, start=1):
        page.with_panel(panel.id(number))
    return page


def _prometheus() -> board.DatasourceVariable:
    return board.DatasourceVariable("ds").label(say.VARIABLE_PROMETHEUS).type("prometheus")


def _postgres() -> board.DatasourceVariable:
    return board.DatasourceVariable("pg").label(say.VARIABLE_POSTGRES).type("grafana-postgresql-datasource")


def _asked(name: str, query: str) -> board.QueryVariable:
    """A variable the database fills, unseen, in the order the query gives."""
    variable = board.QueryVariable(name).query(query).datasource(POSTGRES).hide(VariableHide.HIDE_VARIABLE)
    return variable.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)


def _region() -> board.QueryVariable:
    return _asked("region", queries.root_region())


def _indicator() -> board.QueryVariable:
    every = VariableOption(text="All", value="$__all")
    return _asked("indicator", queries.targeted_indicators()).multi(True).include_all(True).current(every)


def _back() -> board.QueryVariable:
    return _asked("back", queries.days_back())


def _standing() -> stat.Panel:
    """Whose overview, how the data are marked, as of when."""
    panel = tile(place(0, 0, 10, 2), names=14, values=30).datasource(POSTGRES)
    panel.text_mode(common.BigValueTextMode.VALUE)
    panel.reduce_options(build.ReduceDataOptions().calcs(["lastNotNull"]).fields("/.*/").values(False))
    return panel.with_target(sql(queries.standing()))


def _lamps() -> stat.Panel:
    """How many matters burn each lamp; a lamp nothing burns stays dark."""
    panel = tile(place(10, 0, 8, 2), names=24, values=34).datasource(PROMETHEUS)
    panel.orientation(common.VizOrientation.VERTICAL).overrides([])
    for level in queries.LIT:
        panel.with_target(instant(expressions.alerts_lit(level), LAMPS[level].word, ref=level.code))
        panel.override_by_name(LAMPS[level].word, dark_at_zero(LAMPS[level].colour))
    return panel


def _reported() -> stat.Panel:
    """k of n sub-districts are in."""
    panel = tile(place(18, 0, 6, 2), names=20, values=34).datasource(POSTGRES)
    panel.orientation(common.VizOrientation.VERTICAL)
    panel.override_by_name(say.REPORTED_MISSING, dark_at_zero(LAMPS[Level.ORANGE].colour))
    return panel.with_target(sql(queries.reported()))


def _tile() -> stat.Panel:
    """One per indicator with a target: completion in the colour of its lamp, above what is due."""
    panel = tile(place(0, 2, 6, 4), names=22, values=44).datasource(PROMETHEUS)
    panel.repeat("indicator").repeat_direction("h").max_per_row(4)
    panel.orientation(common.VizOrientation.HORIZONTAL).unit(SHARE).decimals(1)
    panel.with_target(instant(expressions.completion(), f"{{{{name}}}}{say.BETWEEN}{{{{lamp}}}}", ref="A"))
    return panel.with_target(instant(expressions.expected(), say.EXPECTED, ref="B"))


def _progress() -> table.Panel:
    columns = (
        (say.LAMP, lamp_column(56)),
        (say.TO_DATE, figure_column(114)),
        (say.YEAR_TASK, figure_column(112)),
        (say.COMPLETION, figure_column(72, SHARE, 1)),
        (say.EXPECTED, figure_column(78, SHARE, 1)),
        (say.LAG, figure_column(126, decimals=1)),
        (say.YEAR_ON_YEAR, figure_column(70, SHARE, 1)),
        (say.PROJECTED, figure_column(114)),
        (say.DATA_DAY, figure_column(70)),
    )
    panel = sheet(say.PROGRESS_TABLE, place(0, 10, 14, 18), columns).datasource(POSTGRES)
    return panel.with_target(sql(queries.progress_table()))


def _alerts() -> table.Panel:
    columns = (
        (say.LAMP, lamp_column(56)),
        (say.MATTER, wrapped_column()),
        (say.SINCE, figure_column(85)),
    )
    panel = sheet(say.ALERT_TABLE, place(14, 10, 10, 9), columns).datasource(POSTGRES)
    return panel.with_target(sql(queries.alert_table()))


def _completion() -> timeseries.Panel:
    """Lines in the colour of their lamp; those on course are not named."""
    panel = trend(say.COMPLETION_TREND, place(14, 19, 5, 9), "$back").datasource(POSTGRES)
    panel.unit(SHARE).decimals(0).min(0).axis_soft_max(1)
    for level, lamp in LAMPS.items():
        width = ("custom.lineWidth", 2 if level is Level.NONE else 4)
        hidden = ("custom.hideFrom", {"legend": level is Level.NONE, "tooltip": False, "viz": False})
        panel.with_override(by_regexp(f"/{lamp.word}$/"), properties(fixed(lamp.colour), width, hidden))
    panel.with_override(by_regexp(f"/^{say.EXPECTED}/"), dashed("text"))
    return panel.with_target(sql(queries.completion_trend(), "time_series"))


def _mean() -> stat.Panel:
    """What is judged by its mean, above its ceiling."""
    panel = tile(place(19, 19, 5, 3), names=18, values=32).datasource(PROMETHEUS)
    panel.orientation(common.VizOrientation.HORIZONTAL).decimals(1)
    panel.with_target(instant(expressions.mean_to_date(), f"{{{{name}}}}{say.BETWEEN}{{{{lamp}}}}", ref="A"))
    return panel.with_target(instant(expressions.mean_target(), say.TARGET_IN, ref="B"))


def _mean_trend() -> timeseries.Panel:
    panel = trend(say.MEAN_TREND, place(19, 22, 5, 6), "$back").datasource(POSTGRES).min(0)
    panel.legend(build.VizLegendOptions().show_legend(False))
    area = (("custom.lineWidth", 1), ("custom.fillOpacity", 25))
    panel.override_by_name(say.DAILY, properties(fixed("#8e8e8e"), *area))
    panel.override_by_name(say.MEAN_TO_DATE, properties(fixed("semi-dark-blue"), ("custom.lineWidth", 4)))
    panel.override_by_name(say.TARGET, dashed("semi-dark-red"))
    return panel.with_target(sql(queries.mean_trend(), "time_series"))
