"""What came of a run of the demo."""

from __future__ import annotations

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from service.app import Service
from service.demo.receivers import MailSink, RobotReceiver
from service.domain.catalog import Catalog
from service.http.models.alerts import AlertOut, NotificationOut
from service.http.models.readings import ProgressOut
from service.store import alerts, evaluations
from service.store.pool import connection

SHOWN_MESSAGES = 3
LAMPS = {"notice": "提醒", "yellow": "黄灯", "orange": "橙灯", "red": "红灯"}
STATES = {"firing": "亮灯", "resolved": "解除"}


def summary(service: Service, as_of: date, readings: dict[str, int], seconds: float) -> dict[str, Any]:
    """Everything as one JSON-ready object; alerts and notifications are all the database has."""
    with connection(service.pool) as conn:
        progress = evaluations.read_progress(conn, as_of)
        found = alerts.list_alerts(conn, limit=100_000)
        messages = alerts.notifications(conn, limit=100_000)
    return {
        "as_of": as_of.isoformat(),
        "readings": readings,
        "progress": [ProgressOut.of(row).model_dump(mode="json") for row in progress],
        "alerts": [AlertOut.of(row).model_dump(mode="json") for row in reversed(found)],
        "notifications": [NotificationOut.of(row).model_dump(mode="json") for row in messages],
        "seconds": round(seconds, 1),
    }


def in_words(
    told: dict[str, Any], catalog: Catalog, mail: MailSink, robot: RobotReceiver, console: Console
) -> None:
    """The same for somebody who watches: the district's figures, the alerts, what arrived."""
    console.print(_progress_table(told, catalog))
    console.print(_alert_table(told))
    counts = told["readings"]
    console.print(
        f"报送：新增{counts['accepted']}行，无变化{counts['unchanged']}行，"
        f"更正{counts['revised']}行，退回{counts['rejected']}行。"
        f"本次送达：邮件{len(mail.messages)}封，企业微信机器人{len(robot.texts)}条，最近几条：",
        highlight=False,
    )
    for text in robot.texts[-SHOWN_MESSAGES:]:
        console.print(f"\n{text}", markup=False, highlight=False)
    console.print(f"\n用时{told['seconds']}秒。", highlight=False)


def _progress_table(told: dict[str, Any], catalog: Catalog) -> Table:
    table = Table(title=f"演示数据　截至{told['as_of']}　朝阳区年度任务")
    table.add_column("指标")
    for name in ("累计", "年度任务", "完成率", "序时进度", "慢于(百分点)"):
        table.add_column(name, justify="right")
    for row in told["progress"]:
        if row["target"] is not None:
            indicator = catalog.indicator[row["indicator"]]
            table.add_row(
                (indicator.short or indicator.name).replace("{scope}", row["scope"]),
                f"{row['period_to_date']:.10g}"
                if indicator.precision == 0
                else f"{row['period_to_date']:.1f}",
                f"{row['target']:.10g}",
                _percent(row["completion"]),
                _percent(row["expected"]),
                "" if row["lag"] is None else f"{row['lag'] * 100:.1f}",
            )
    return table


def _alert_table(told: dict[str, Any]) -> Table:
    table = Table("编号", "状态", "灯", title="预警")
    table.add_column("标题", overflow="fold")
    table.add_column("起始", no_wrap=True)
    for alert in told["alerts"]:
        table.add_row(
            alert["id"], STATES[alert["state"]], LAMPS[alert["level"]], alert["subject"], alert["since"]
        )
    return table


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
