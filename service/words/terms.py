"""The terms of the message catalogue, each in Chinese and English. Keys are stable: districts override them."""

from __future__ import annotations

from types import MappingProxyType

TERMS = MappingProxyType(
    {
        # lamps
        "lamp.none": ("绿灯", "Green"),
        "lamp.notice": ("提醒", "Notice"),
        "lamp.yellow": ("黄灯", "Yellow"),
        "lamp.orange": ("橙灯", "Orange"),
        "lamp.red": ("红灯", "Red"),
        "lamp.over": ("解除", "Resolved"),
        "lamp.overturned": ("撤销", "Withdrawn"),
        # what a check is called where its rule gives no title
        "title.pace": ("序时滞后", "Behind plan"),
        "title.stall": ("长期无新增", "No progress"),
        "title.rebound": ("防反弹", "Rebound"),
        "title.new_growth": ("控新生", "New occurrences"),
        "title.missing": ("逾期未报", "Report overdue"),
        "title.projection": ("目标预测", "Projection"),
        "title.threshold": ("目标临界", "Close to target"),
        "title.open_age": ("超期未办结", "Open too long"),
        "title.discrepancy": ("数据不一致", "Figures differ"),
        "title.jump": ("存疑待核实", "Implausible change"),
        "title.rank": ("排名靠后", "Low rank"),
        "title.sql": ("专项监测", "Special check"),
        "title.other": ("事项提醒", "Notice"),
        # states of an alert, and of its handling
        "state.pending": ("观察中", "pending"),
        "state.firing": ("亮灯", "firing"),
        "state.resolved": ("解除", "resolved"),
        "handling.open": ("待审签", "open"),
        "handling.released": ("已审签", "released"),
        "handling.acknowledged": ("已签收", "acknowledged"),
        "handling.answered": ("已反馈(待核验)", "answered, to be verified"),
        "handling.verified": ("核验通过", "verified"),
        "handling.closed": ("办结", "closed"),
        "handling.passed_on": ("已转办", "passed on"),
        "handling.returned": ("已退回(非本单位职责)", "returned: not this unit's"),
        "handling.extended": ("延期申请", "extension asked for"),
        "handling.disputed": ("数据异议", "figures disputed"),
        # what happened, and why
        "event.fired": ("亮灯", "fired"),
        "event.worse": ("升灯", "rose"),
        "event.better": ("降灯", "fell"),
        "event.resolved": ("解除", "resolved"),
        "event.overturned": ("已撤销预警", "withdrawn: as known now, it never was"),
        "reason.condition": ("条件变化", "the condition changed"),
        "reason.late_data": ("因补报或更正数据解除", "resolved by late or corrected data"),
        "reason.restated": ("因口径调整重新评估解除", "resolved as the figures were restated"),
        "reason.period_closed": ("年度结束,本项解除", "resolved as the year has closed"),
        "reason.rule_removed": ("规则已停用,本项解除", "resolved as the rule was removed"),
        "reason.rules_changed": ("因预警规则调整解除", "resolved as the rule was changed"),
        "reason.catalog_changed": (
            "因指标目录或任务调整解除",
            "resolved as the catalogue or its targets were changed",
        ),
        "reason.shadow_begun": ("规则转为试运行,本项解除", "resolved as the rule went on trial"),
        "reason.shadow_ended": ("试运行结束,本项解除", "resolved as the trial of the rule ended"),
        # what people say of an alert
        "verdict.accurate": ("准", "accurate"),
        "verdict.inaccurate": ("不准", "inaccurate"),
        # kinds of indicators
        "kind.flow": ("累计", "sum"),
        "kind.mean": ("平均", "mean"),
        "kind.stock": ("存量", "level"),
        "kind.ratio": ("比率", "ratio"),
        "kind.incidence": ("发生数", "occurrences"),
        # what is asked, in a subject
        "act.reply": ("反馈", "reply"),
        "act.verify": ("核实", "verify"),
        "act.report": ("补报", "report"),
        # what a region calls itself
        "place.subdistrict": ("该街道", "The sub-district"),
        "place.township": ("该乡", "The township"),
        "place.town": ("该镇", "The town"),
        "place.area": ("该地区", "The area"),
        "place.community": ("该社区", "The community"),
        "place.village": ("该村", "The village"),
        "place.other": ("当地", "The place"),
        # who is ranked
        "peers.subdistrict": ("{count}个街乡", "{count} sub-districts"),
        "peers.community": ("{count}个社区(村)", "{count} communities"),
        "peers.group": ("{count}个{group}", "{count} {group}"),
        "peers.other": ("{count}个单位", "{count} units"),
        # spans of time
        "time.quarter": ("一季度", "the first quarter"),
        "time.half": ("上半年", "the first half"),
        "time.three_quarters": ("前三季度", "the first three quarters"),
        "time.year": ("年初以来", "the year so far"),
        "time.period": ("期初以来", "the period so far"),
        "time.whole_year": ("全年", "year-end"),
        "time.whole_period": ("期末", "the end of the period"),
        "time.this_week": ("本周", "this week"),
        "time.last_days": ("近{days}天", "the last {days} days"),
        "every.days": ("{n}天", "{n} days"),
        "every.weeks": ("{n}周", "{n} weeks"),
        "every.months": ("{n}个月", "{n} months"),
        "every.years": ("{n}年", "{n} years"),
        "every.two": ("两", "two"),
        # punctuation
        "mark.comma": (",", ", "),
        "mark.semicolon": (";", "; "),
        "mark.stop": ("。", "."),
        "mark.list": ("、", ", "),
        "mark.gap": ("", " "),
        "mark.field": ("  ", "  "),
    }
)
