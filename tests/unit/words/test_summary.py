"""One message in place of many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.domain.catalog import Level
from service.domain.facts import EventKind, Restated, Summary
from service.words.messages import compose_summary
from tests.unit.words import models

RISEN = replace(models.PACE, event=EventKind.WORSE, previous_level=Level.YELLOW)
OVER = replace(models.REBOUNDED, event=EventKind.RESOLVED, previous_level=Level.ORANGE)
SUMMARY = Summary(
    restated=(Restated("拆违填报", "按新口径\n计入临时建筑"),),
    first=date(2018, 3, 1),
    last=date(2018, 6, 30),
    issued_on=date(2018, 7, 2),
    opened=0,
    ended=1,
    changed=1,
    past=4,
    overturned=2,
    alerts=(RISEN, OVER),
    office="区疏整促办",
)
TEXT = f"""\
【口径调整】3月1日至6月30日数据按新口径重新评估:解除1项,升降灯1项
报送:拆违填报  事由:按新口径 计入临时建筑
另有往期预警4项补记,撤销原预警2项。
“一绿”第二批试点拆迁腾退(序时滞后):由黄灯升为橙灯,编号{models.PACE.number}
甲街道群租房(防反弹):橙灯解除,编号{models.REBOUNDED.number}
逐项情况见平台预警列表。
联系:区疏整促办"""


def test_a_restatement_says_whose_why_and_what_came_of_it() -> None:
    message = compose_summary(SUMMARY)
    assert message.text == TEXT
    assert message.subject == TEXT.splitlines()[0]


def test_late_figures_say_why_they_are_told_together() -> None:
    text = compose_summary(replace(SUMMARY, restated=())).text
    assert text.startswith("【追溯汇总】") and "合并为一条通知" in text and "事由" not in text


def test_what_changed_nothing_that_is_lit_says_so() -> None:
    quiet = replace(SUMMARY, ended=0, changed=0, alerts=())
    assert "在亮预警无变化" in compose_summary(quiet).subject


def test_a_long_note_is_cut() -> None:
    text = compose_summary(replace(SUMMARY, restated=(Restated("甲", "长" * 5000),))).text
    assert len(text) < 1000 and "…" in text


def test_the_banner_comes_first_and_last() -> None:
    message = compose_summary(replace(SUMMARY, banner="演示数据"))
    assert message.subject.startswith("【演示数据】【口径调整】")
    assert message.text.splitlines()[-1] == "演示数据,非真实情况"


@pytest.mark.parametrize("summary", [SUMMARY, replace(SUMMARY, restated=())])
def test_it_can_be_read_in_english(summary: Summary) -> None:
    text = compose_summary(summary, "en").text
    assert "1 resolved" in text and "4 past alerts" in text and "{" not in text
