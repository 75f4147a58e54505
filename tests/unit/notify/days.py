"""The day these tests play on, and a message of that day."""

from __future__ import annotations

from datetime import date

from service.notify.channels import Outgoing

DAY = date(2018, 7, 2)
TEXT = "【橙灯|序时滞后】“一绿”第二批试点拆迁腾退慢于序时进度20.5个百分点\n欠进度27.4万平方米。"
MESSAGE = Outgoing(7, 1, "【橙灯】“一绿”第二批拆迁腾退慢于序时20.5个百分点", TEXT, "7.1530497100.000000")
