"""Every query of every panel, asked as Grafana asks it, of a real Prometheus and the real database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from service.clock import BEIJING
from service.dashboards import labels as say
from service.dashboards.labels import LAMPS
from service.dashboards.queries import ALMOST, LIT
from service.domain.catalog import Level
from service.shipped import shipped
from tests.testkit.demo import Demo
from tests.testkit.prometheus import Prometheus, check_metrics, prometheus

pytestmark = pytest.mark.timeout(600)
BOARDS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in shipped("grafana").glob("dashboards/*.json")
}
OVERVIEW = BOARDS["overview"]
QUERIES = [
    pytest.param(board, panel, query, id=f"{name}-{panel['id']}-{query['refId']}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
    for query in panel["targets"]
]
YEAR = (datetime(2018, 1, 1, tzinfo=BEIJING), datetime(2018, 12, 31, 23, 59, tzinfo=BEIJING))
Row = dict[str, Any]


@dataclass(frozen=True)
class Grafana:
    """What Grafana does with a dashboard, as far as queries go. Its range is the last year, as in the files."""

    gauges: Prometheus
    conn: psycopg.Connection[Row]

    def variables(self, board: Row, period: tuple[datetime, datetime] | None = None) -> dict[str, list[str]]:
        """Every value of each variable that asks the database."""
        found: dict[str, list[str]] = {}
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                rows = self.rows(variable["query"], {}, period or last_year())
                found[variable["name"]] = [row.get("__value", next(iter(row.values()))) for row in rows]
        return found

    def ask(self, board: Row, panel: Row, query: Row) -> Iterator[list[Row]]:
        """The answers of a query, one for each value its panel is repeated over."""
        values = self.variables(board)
        first = {name: found[0] for name, found in values.items()}
        period = shifted(last_year(), expand(panel.get("timeShift", "0d"), first))
        for value in values[panel["repeat"]] if "repeat" in panel else [None]:
            chosen = first | ({panel["repeat"]: value} if value else {})
            if "expr" in query:
                yield self.gauges.query(expand(query["expr"], chosen))
            else:
                yield self.rows(query["rawSql"], chosen, period)

    def rows(self, sql: str, values: Mapping[str, str], period: tuple[datetime, datetime]) -> list[Row]:
        begin, end = (f"'{moment.astimezone(UTC).isoformat()}'" for moment in period)
        sql = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {begin} AND {end}", sql)
        sql = sql.replace("$__timeFrom()", begin).replace("$__timeTo()", end)
        return self.conn.execute(expand(sql, values).encode()).fetchall()

    def panel(self, title: str) -> list[Row]:
        """The answer of the overview's one panel with that title."""
        (panel,) = [p for p in OVERVIEW["panels"] if p.get("title") == title]
        (query,) = panel["targets"]
        (answer,) = self.ask(OVERVIEW, panel, query)
        return answer


def expand(text: str, values: Mapping[str, str]) -> str:
    """Variables replaced; an unknown one is a mistake."""
    return re.sub(r"\$\{?([a-z]\w*)\}?", lambda found: values[found[1]], text)


def last_year() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - timedelta(days=365), now


def shifted(period: tuple[datetime, datetime], shift: str) -> tuple[datetime, datetime]:
    back = timedelta(days=int(shift.removesuffix("d")))
    return period[0] - back, period[1] - back


@pytest.fixture(scope="module")
def gauges(demo: Demo) -> Iterator[Prometheus]:
    with prometheus(f"{demo.url}/metrics") as server:
        yield server


@pytest.fixture(scope="module")
def grafana(demo: Demo, gauges: Prometheus) -> Iterator[Grafana]:
    """Reads as the role of Grafana's data source."""
    with psycopg.connect(demo.dsn, autocommit=True, row_factory=dict_row) as conn:
        conn.execute("SET ROLE biaochi_reader")
        conn.execute("SET default_transaction_read_only = on")
        yield Grafana(gauges, conn)


@pytest.mark.parametrize(("board", "panel", "query"), QUERIES)
def test_no_query_fails_and_none_is_empty(grafana: Grafana, board: Row, panel: Row, query: Row) -> None:
    answers = list(grafana.ask(board, panel, query))
    assert answers and all(answers)
    if "rawSql" in query:
        rows = [row for answer in answers for row in answer]
        nothing = [name for name in rows[0] if all(row[name] is None for row in rows)]
        assert not nothing, "columns without any value"


def test_metrics_are_as_prometheus_wants_them(demo: Demo) -> None:
    assert check_metrics(httpx.get(f"{demo.url}/metrics").content) == ""


def targeted(demo: Demo) -> list[Row]:
    """The district's indicators with a completion."""
    rows = [r for r in demo.summary["progress"] if r["region"] == "110105" and r["completion"] is not None]
    assert len(rows) == 8
    return rows


def worst(demo: Demo, row: Row) -> Level:
    """The worst lamp that burns for a row of progress."""
    where = {key: row[key] for key in ("indicator", "region", "scope")}
    return max((Level[a["level"].upper()] for a in demo.alerts(state="firing", **where)), default=Level.NONE)


def test_there_is_a_tile_for_every_target_and_the_worst_comes_first(demo: Demo, grafana: Grafana) -> None:
    by_lag = sorted(targeted(demo), key=lambda row: -row["lag"])
    shown = grafana.variables(OVERVIEW)["indicator"]
    assert shown[:3] == [row["indicator"] for row in by_lag[:3]]
    assert sorted(shown) == sorted(row["indicator"] for row in by_lag)


def test_tiles_show_what_the_api_tells(demo: Demo, grafana: Grafana) -> None:
    (tile,) = [panel for panel in OVERVIEW["panels"] if panel.get("repeat") == "indicator"]
    completion, expected = tile["targets"]
    rows = {row["indicator"]: row for row in targeted(demo)}
    both = zip(grafana.ask(OVERVIEW, tile, completion), grafana.ask(OVERVIEW, tile, expected), strict=True)
    for (done,), (due,) in both:
        row = rows.pop(done["metric"]["indicator"])
        shown = row["completion"] if row["completion"] >= 1 else min(row["completion"], ALMOST)
        assert float(done["value"][1]) == shown
        assert float(due["value"][1]) == row["expected"]
        assert done["metric"]["lamp"] == LAMPS[worst(demo, row)].word
        assert done["metric"]["name"]
    assert not rows


def test_gauges_hold_the_figures_everybody_knows(gauges: Prometheus) -> None:
    def gauge(name: str, indicator: str) -> float:
        return gauges.value(f'{name}{{indicator="{indicator}", region="110105"}}')

    assert gauge("biaochi_completion_ratio", "residential_parking_added") == 0.983
    assert gauge("biaochi_completion_ratio", "parks_built_renovated") == 0.44
    assert round(gauge("biaochi_lag_ratio", "parks_built_renovated"), 3) == 0.226
    assert gauge("biaochi_period_to_date", "illegal_construction_demolished") == 5_680_000
    assert gauge("biaochi_report_lag_seconds", "pm25_mean") == 0
    day = datetime.fromtimestamp(gauge("biaochi_data_day_timestamp_seconds", "pm25_mean"), BEIJING)
    assert day == datetime(2018, 8, 31, tzinfo=BEIJING)


def test_a_figure_without_target_has_no_completion(gauges: Prometheus) -> None:
    where = '{indicator="wall_openings_rectified", region="110105"}'
    for name in ("target", "completion_ratio", "expected_completion_ratio", "lag_ratio"):
        assert gauges.query(f"biaochi_{name}{where}") == []
    assert gauges.value(f"biaochi_period_to_date{where}") == 1714


def test_alerts_that_fire_are_active_and_no_other_is(demo: Demo, gauges: Prometheus) -> None:
    def key(alert: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(
            alert.get(name) or "" for name in ("rule", "level", "indicator", "region", "scope", "feed")
        )

    active = sorted(key(sample["metric"]) for sample in gauges.query("biaochi_alert_active == 1"))
    assert active == sorted(key(alert) for alert in demo.alerts(state="firing"))
    assert demo.alerts(state="resolved") and not gauges.query('biaochi_alert_active{state="resolved"}')
    assert not gauges.query('biaochi_alert_active{rule="report_missing"}')


def test_lamps_are_counted(demo: Demo, grafana: Grafana) -> None:
    (panel,) = [p for p in OVERVIEW["panels"] if p["targets"][0]["refId"] == Level.RED.code]
    for level, query in zip(LIT, panel["targets"], strict=True):
        ((sample,),) = grafana.ask(OVERVIEW, panel, query)
        assert query["legendFormat"] == LAMPS[level].word
        assert float(sample["value"][1]) == len(demo.alerts(state="firing", level=level.code))


def test_progress_table_agrees_with_the_api_to_the_last_digit(demo: Demo, grafana: Grafana) -> None:
    table = grafana.panel(say.PROGRESS_TABLE)
    rows = [row for row in demo.summary["progress"] if row["region"] == "110105"]
    assert len(table) == len(rows) == 16

    def figures(lamp: str, completion: float | None, *others: float | None) -> tuple[Any, ...]:
        return (lamp, completion, *others)

    shown = [figures(r[say.LAMP], r[say.COMPLETION], r[say.EXPECTED], r[say.YEAR_ON_YEAR]) for r in table]
    told = [figures(lamp_of(demo, r), r["completion"], r["expected"], r["year_on_year"]) for r in rows]
    assert sorted(shown, key=repr) == sorted(told, key=repr)
    parks = next(row for row in table if row[say.INDICATOR] == "新建改造大中小微公园")
    assert (parks[say.TO_DATE], parks[say.YEAR_TASK], parks[say.LAMP]) == ("11个", "25个", "橙灯")
    assert parks[say.LAG] == pytest.approx(22.575342)
    assert parks[say.DATA_DAY] == "8月31日"
    assert table[0][say.LAMP] == "橙灯" and table[0][say.TO_DATE] == "52.36万平方米"


def lamp_of(demo: Demo, row: Row) -> str:
    """Green is for what is judged and burns no lamp."""
    level = worst(demo, row)
    judged = row["completion"] is not None or row["indicator"] == "pm25_mean"
    return LAMPS[level].word if level or judged else say.NOTHING


def test_table_of_alerts_lists_what_fires(demo: Demo, grafana: Grafana) -> None:
    table = grafana.panel(say.ALERT_TABLE)
    firing = demo.alerts(state="firing")
    assert [row[say.LAMP] for row in table] == [
        LAMPS[level].word for level in LIT for alert in firing if alert["level"] == level.code
    ]
    since = [date.fromisoformat(alert["since"]) for alert in firing]
    assert sorted(row[say.SINCE] for row in table) == sorted(f"{day.month}月{day.day}日" for day in since)
    assert not any("【" in row[say.MATTER] for row in table)


def test_demo_data_are_marked_with_their_day(grafana: Grafana) -> None:
    (panel,) = [panel for panel in OVERVIEW["panels"] if panel["id"] == 1]
    (((standing,),),) = (
        (list(row.values()) for row in answer) for answer in grafana.ask(OVERVIEW, panel, panel["targets"][0])
    )
    assert standing == "朝阳区疏整促工作总览 · 演示数据 · 截至2018年8月31日"


def test_trends_end_at_the_newest_evaluated_day(demo: Demo, grafana: Grafana) -> None:
    lines = grafana.panel(say.COMPLETION_TREND)
    last = [row for row in lines if row["time"] == lines[-1]["time"]]
    assert last[0]["time"] == datetime(2018, 8, 31, tzinfo=BEIJING)
    assert last[0]["metric"] == say.EXPECTED and last[0]["value"] == 243 / 365
    assert sorted(row["value"] for row in last[1:]) == sorted(row["completion"] for row in targeted(demo))


def test_mean_trend_tells_days_mean_and_ceiling(demo: Demo, grafana: Grafana) -> None:
    lines = [
        row for row in grafana.panel(say.MEAN_TREND) if row["time"] == datetime(2018, 8, 31, tzinfo=BEIJING)
    ]
    told = {row["metric"]: row["value"] for row in lines}
    assert told.keys() == {say.DAILY, say.MEAN_TO_DATE, say.TARGET}
    assert (told[say.MEAN_TO_DATE], told[say.TARGET]) == (demo.of("pm25_mean")["period_to_date"], 58)


def test_a_range_that_holds_evaluated_days_is_not_shifted(grafana: Grafana) -> None:
    assert grafana.variables(OVERVIEW, YEAR)["back"] == ["0d"]
    (back,) = grafana.variables(OVERVIEW)["back"]
    assert shifted(last_year(), back)[1].astimezone(BEIJING).date() == date(2018, 8, 31)


def test_tables_look_back_with_the_range(grafana: Grafana) -> None:
    (panel,) = [panel for panel in OVERVIEW["panels"] if panel.get("title") == say.PROGRESS_TABLE]
    june = (YEAR[0], datetime(2018, 6, 30, 12, tzinfo=BEIJING))
    told = {row[say.INDICATOR]: row for row in grafana.rows(panel["targets"][0]["rawSql"], {}, june)}
    assert told["PM2.5平均浓度"][say.TO_DATE] == "57微克/立方米"
    assert told["拆除违法建设面积"][say.TO_DATE] == "521.25万平方米"
    assert told["拆除违法建设面积"][say.DATA_DAY] == "6月30日"
