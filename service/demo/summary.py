"""What came of a run of the demo."""

from __future__ import annotations

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from service.app import Service
from service.demo.receivers import MailSink, RobotReceiver
from service.http.models import AlertOut, NotificationOut, ProgressOut
from service.store import alerts, evaluations
from service.store.pool import connection

SHOWN_MESSAGES = 4


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


def in_words(told: dict[str, Any], mail: MailSink, robot: RobotReceiver, console: Console) -> None:
    """The same for somebody who watches: the district's figures, the alerts, what arrived."""
    console.print(_progress_table(told))
    console.print(_alert_table(told))
    console.print(f"报送 readings {told['readings']}", highlight=False)
    console.print(
        f"收到 received: 邮件 {len(mail.messages)} 封，企业微信机器人 {len(robot.texts)} 条；最近几条："
    )
    for text in robot.texts[-SHOWN_MESSAGES:]:
        console.print(f"\n{text}", markup=False, highlight=False)
    console.print(f"\n用时 {told['seconds']} 秒", highlight=False)


def _progress_table(told: dict[str, Any]) -> Table:
    table = Table(
        "指标 indicator", "范围", "累计 to date", "年度任务 target", "完成", "序时", "慢于", "数据日"
    )
    for row in told["progress"]:
        if row["target"] is not None:
            table.add_row(
                row["indicator"],
                row["scope"],
                _number(row["period_to_date"]),
                _number(row["target"]),
                _percent(row["completion"]),
                _percent(row["expected"]),
                _percent(row["lag"]),
                row["data_day"] or "",
            )
    table.title = f"演示数据 截至 {told['as_of']}"
    return table


def _alert_table(told: dict[str, Any]) -> Table:
    table = Table("编号 id", "状态", "灯", "标题 subject", "自 since", "解除 resolved")
    for alert in told["alerts"]:
        table.add_row(
            alert["id"],
            alert["state"],
            alert["level"],
            alert["subject"],
            alert["since"],
            alert["resolved"] or "",
        )
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
