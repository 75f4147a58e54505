"""The few kinds of panels the dashboards are made of, in one style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from grafana_foundation_sdk.builders import common as build
from grafana_foundation_sdk.builders import dashboard as board
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog import builder as cog
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DynamicConfigValue,
    FieldColorModeId,
    GridPos,
    MatcherConfig,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

from service.dashboards.labels import LAMPS, NO_DATA, NOTHING

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${ds}")
POSTGRES = DataSourceRef(type_val="grafana-postgresql-datasource", uid="${pg}")
NO_COLOUR = "transparent"

Property = tuple[str, object]
Shape = Literal["table", "time_series"]


class Sql(variants.Dataquery):
    """A query of the PostgreSQL data source, for which the SDK has no class."""

    def __init__(self, sql: str, shape: Shape, ref: str) -> None:
        self._json = {
            "datasource": POSTGRES,
            "editorMode": "code",
            "format": shape,
            "rawQuery": True,
            "rawSql": sql,
            "refId": ref,
        }

    def to_json(self) -> dict[str, object]:
        return dict(self._json)


class _Ready(cog.Builder[variants.Dataquery]):
    """What the SDK's panels want: something that builds a query."""

    def __init__(self, query: variants.Dataquery) -> None:
        self._query = query

    def build(self) -> variants.Dataquery:
        return self._query


def sql(text: str, shape: Shape = "table", ref: str = "A") -> cog.Builder[variants.Dataquery]:
    """A query of the database."""
    return _Ready(Sql(text, shape, ref))


def instant(expr: str, legend: str, ref: str = "A") -> prometheus.Dataquery:
    """A query of the gauges as they stand now; `legend` may hold {{label}}."""
    query = prometheus.Dataquery().expr(expr).instant().legend_format(legend).ref_id(ref)
    return query.datasource(PROMETHEUS)


def place(x: int, y: int, w: int, h: int) -> GridPos:
    """24 columns; a row is 38 pixels high."""
    return GridPos(x=x, y=y, w=w, h=h)


def properties(*pairs: Property) -> list[DynamicConfigValue]:
    """What an override sets."""
    return [DynamicConfigValue(id_val=name, value=value) for name, value in pairs]


def fixed(colour: str) -> Property:
    """One colour, whatever the value."""
    return ("color", {"mode": "fixed", "fixedColor": colour})


def by_regexp(pattern: str) -> MatcherConfig:
    """Fields whose name matches."""
    return MatcherConfig(id_val="byRegexp", options=pattern)


def dark_at_zero(colour: str) -> list[DynamicConfigValue]:
    """A count that is coloured from one on."""
    steps = [Threshold(value=None, color=NO_COLOUR), Threshold(value=1, color=colour)]
    thresholds = board.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps).build()
    return properties(("color", {"mode": "thresholds"}), ("thresholds", thresholds))


def lamp_mapping() -> ValueMap:
    """Lamps written as words get their colour."""
    return ValueMap(
        options={
            lamp.word: ValueMappingResult(color=lamp.colour, index=index)
            for index, lamp in enumerate(LAMPS.values())
        }
    )


def tile(at: GridPos, *, names: int, values: int) -> stat.Panel:
    """Large figures on the colour of their lamp; sizes of names and values in pixels."""
    sizes = build.VizTextDisplayOptions().title_size(names).value_size(values)
    panel = (
        stat.Panel()
        .grid_pos(at)
        .color_mode(common.BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(common.BigValueTextMode.VALUE_AND_NAME)
        .text(sizes)
        .no_value(NO_DATA)
        .reduce_options(build.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))
    )
    return coloured_by_lamp(panel)


def coloured_by_lamp(panel: stat.Panel) -> stat.Panel:
    """Neutral, but for figures whose name ends with a lamp."""
    panel.color_scheme(board.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(NO_COLOUR))
    for lamp in LAMPS.values():
        panel.with_override(by_regexp(f"/{lamp.word}$/"), properties(fixed(lamp.colour)))
    return panel


def sheet(title: str, at: GridPos, columns: Sequence[tuple[str, Sequence[Property]]]) -> table.Panel:
    """A table whose columns (name, properties) have fixed widths and formats."""
    panel = table.Panel().title(title).grid_pos(at).show_header(True).cell_height(common.TableCellHeight.SM)
    panel.filterable(False).no_value(NOTHING)
    for name, pairs in columns:
        panel.override_by_name(name, properties(*pairs))
    return panel


def lamp_column(width: int) -> Sequence[Property]:
    """A cell in the colour of its lamp."""
    cell = common.TableColoredBackgroundCellOptions(mode=common.TableCellBackgroundDisplayMode.BASIC)
    return (
        ("custom.width", width),
        ("custom.align", "center"),
        ("custom.cellOptions", cell),
        ("mappings", [lamp_mapping()]),
        fixed(NO_COLOUR),
    )


def wrapped_column() -> Sequence[Property]:
    """Sentences, on as many lines as they need; Grafana 12 has moved the setting."""
    return (("custom.cellOptions", {"type": "auto", "wrapText": True}), ("custom.wrapText", True))


def figure_column(width: int, unit: str = "", decimals: int | None = None) -> Sequence[Property]:
    """Figures to the right."""
    pairs: list[Property] = [("custom.width", width), ("custom.align", "right")]
    if unit:
        pairs.append(("unit", unit))
    if decimals is not None:
        pairs.append(("decimals", decimals))
    return pairs


def trend(title: str, at: GridPos, shift: str) -> timeseries.Panel:
    """Lines over days. The range is the dashboard's, shifted back by `shift` without saying so."""
    legend = build.VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST)
    return (
        timeseries.Panel()
        .title(title)
        .grid_pos(at)
        .time_shift(shift)
        .hide_time_override(True)
        .legend(legend.placement(common.LegendPlacement.BOTTOM))
        .line_width(2)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(False)
        .no_value(NO_DATA)
    )


def dashed(colour: str) -> list[DynamicConfigValue]:
    """A line that is aimed at, not reached."""
    return properties(
        fixed(colour), ("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}), ("custom.lineWidth", 3)
    )
