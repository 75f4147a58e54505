"""Rows of the quarantine as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.cli.tables import table
from service.store.quarantine import Quarantined

_HEAD = ("编号", "渠道", "位置", "日期", "指标", "区域", "数值", "退回原因", "状态")
_STATES = {"open": "待改", "released": "已更正入库", "dismissed": "已作废"}
_LONGEST = 40  # characters of a reason in a table


def told(rows: Sequence[Quarantined]) -> Iterator[str]:
    """A table of rows."""
    return table(_HEAD, [_line(row) for row in rows])


def _line(row: Quarantined) -> tuple[str, ...]:
    said = [_text(row.said.get(name, "")) for name in ("day", "indicator", "region", "value")]
    reason = row.faults[0]["zh"]
    shown = reason if len(reason) <= _LONGEST else reason[:_LONGEST] + "…"
    return (row.quarantine_id, row.feed, row.place, *said, shown, _STATES[row.state])


def _text(value: object) -> str:
    return "撤回" if value is None else " ".join(str(value).split())


def told_in_full(row: Quarantined) -> Iterator[str]:
    """One row, line by line."""
    yield f"{row.quarantine_id}  {row.feed}  {row.place}  {_STATES[row.state]}"
    yield f"收到：{row.received_at:%Y-%m-%d %H:%M}"
    yield "原文：" + "，".join(f"{name}={_text(value)}" for name, value in row.said.items())
    for fault in row.faults:
        text = f"（{fault['text']}）" if fault["text"] else ""
        yield f"退回原因：{fault['where']}：{fault['zh']}{text}"
    if row.settled_at is not None:
        into = f"，入库为 {row.released_as}" if row.released_as else ""
        yield f"处理：{row.settled_by}，{row.settled_at:%Y-%m-%d %H:%M}{into}。{row.reason}"
