"""What charts and HTML mail say beside the sentences of messages, in Chinese and English."""

from __future__ import annotations

from types import MappingProxyType

_CHARTS = {
    "chart.actual_flow": ("今年累计", "this year, to date"),
    "chart.actual_period": ("本期累计", "to date"),
    "chart.actual_mean": ("累计平均", "mean to date"),
    "chart.actual_level": ("实际", "actual"),
    "chart.plan": ("序时进度", "plan"),
    "chart.last_year": ("上年同期", "a year before"),
    "chart.allowed": ("今后允许平均", "what the rest may average"),
    "chart.needed": ("今后须达平均", "what the rest must average"),
    "chart.days": ("每日新发现", "found each day"),
    "chart.weeks": ("每周新发现", "found each week"),
    "chart.spans": ("每{days}天新发现", "found in each {days} days"),
    "chart.unreported": ("未报", "not reported"),
    "chart.cleared": ("{day}起已清零", "cleared since {day}"),
    "chart.threshold": ("提醒线{amount}", "lights from {amount} on"),
    "chart.task": ("年度任务{target}", "year's task {target}"),
    "chart.task_period": ("任务{target}", "task {target}"),
    "chart.ceiling": ("年度上限{target}", "year's ceiling {target}"),
    "chart.ceiling_period": ("上限{target}", "ceiling {target}"),
    "chart.none": ("本期暂无数据", "no figure in this period yet"),
    "chart.ten_thousand": ("万{unit}", "{unit}"),
    "chart.alt": ("{name}走势图", "Chart of {name}"),
    "chart.alt_period": ("{first}至{last}", "{first} to {last}"),
}

_MAIL = {
    "mail.figures": ("主要数据", "Figures"),
    "mail.matter": ("事项", "Matter"),
    "mail.figure": ("数据", "Figure"),
    "mail.due": ("期限", "Due"),
    "mail.lamp": ("亮灯", "Lamp"),
    "mail.count": ("{lamp}{count}项", "{count} {lamp}"),
    "mail.automatic": (
        "本邮件由平台自动发出。",
        "This mail was sent automatically.",
    ),
    "mail.data_day": ("数据截至", "Figures as of"),
    "mail.done": ("累计完成", "Done"),
    "mail.found": ("累计新发现", "Found"),
    "mail.mean": ("累计平均", "Mean to date"),
    "mail.latest": ("最新数", "Latest"),
    "mail.task": ("年度任务", "Year's task"),
    "mail.ceiling": ("年度上限", "Year's ceiling"),
    "mail.goal": ("年度目标", "Target"),
    "mail.goal_lt": ("低于{target}", "below {target}"),
    "mail.goal_le": ("不高于{target}", "at most {target}"),
    "mail.goal_gt": ("高于{target}", "above {target}"),
    "mail.goal_ge": ("不低于{target}", "at least {target}"),
    "mail.completion": ("完成率", "Completed"),
    "mail.expected": ("序时应完成", "Due by now"),
    "mail.shortfall": ("欠进度", "Short of plan"),
    "mail.over": ("超进度", "Over plan"),
    "mail.left": ("尚差", "To go"),
    "mail.must": ("后{days}天日均须完成", "Needed a day, {days} days left"),
    "mail.may": ("后{days}天平均须控制在", "Mean of the {days} days left, at most"),
    "mail.within": ("{amount}以内", "{amount}"),
    "mail.year_on_year": ("同比", "On last year"),
    "mail.up": ("上升{percent}", "up {percent}"),
    "mail.down": ("下降{percent}", "down {percent}"),
    "mail.same": ("持平", "the same"),
    "mail.window": ("{span}新发现", "Found {span}"),
    "mail.cleared": ("清零日", "Cleared on"),
    "mail.calm": ("清零后至此前共", "Since then, before"),
    "mail.coverage": ("已报", "Reported"),
    "mail.of": ("{covered}/{declared}", "{covered} of {declared}"),
}

PICTURES = MappingProxyType({**_CHARTS, **_MAIL})
