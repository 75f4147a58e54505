"""A rule's own words: figures as placeholders, clauses without a figure left out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.catalog import Kind, Level
from service.domain.facts import EventKind, Facts, Figures
from service.words.messages import compose
from service.words.messages.template import PLACEHOLDERS, unknown_places
from tests.unit.words.samples import GREENBELT, JUNE_30, facts

FACTS = replace(
    facts("pace", "序时滞后", Level.ORANGE, GREENBELT, JUNE_30, JUNE_30.replace(month=7, day=2)),
    indicator="拆迁腾退面积",
    short="拆迁腾退",
    kind=Kind.FLOW,
    unit="平方米",
    lead="区农委",
    reply_due=JUNE_30.replace(month=7, day=5),
    since=JUNE_30.replace(month=5, day=10),
    held_days=52,
)


def said(facts: Facts, *, summary: str = "", description: str = "", runbook: str = "") -> list[str]:
    own = replace(facts, summary=summary, description=description, runbook=runbook)
    return compose(own).text.splitlines()


def test_a_summary_takes_the_place_of_the_headline_and_of_the_subject() -> None:
    own = replace(FACTS, summary="{short}慢了{lag},尚差{to_target}")
    message = compose(own)
    assert message.text.splitlines()[0] == "【橙灯|序时滞后】拆迁腾退慢了20.5个百分点,尚差95万平方米"
    assert message.subject == "【橙灯】拆迁腾退慢了20.5个百分点,尚差95万平方米(截至6月30日),请7月5日前反馈"


def test_a_description_takes_the_place_of_the_figures_and_leaves_the_rest() -> None:
    lines = said(FACTS, description="截至{data_day}完成{to_date}（{completion}），每天须{required_rate}。")
    assert lines[1:3] == [
        "截至6月30日完成39万平方米（29.1%），每天须5164平方米。",
        "5月10日起持续滞后,已52天。",
    ]
    assert lines[3].startswith("牵头:区农委") and lines[4].startswith("请今日签收")


def test_since_when_is_not_said_twice() -> None:
    lines = said(FACTS, description="{since}以来滞后{held_days}天。")
    assert lines[1] == "5月10日以来滞后52天。" and lines[2].startswith("牵头")


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("完成{to_date},{year_on_year},尚差{to_target}。", "完成39万平方米,尚差95万平方米。"),
        ("完成{to_date}；{year_on_year}。", "完成39万平方米。"),
        ("{year_on_year}。完成{to_date}。", "完成39万平方米。"),
        ("{year_on_year}\n完成{to_date}", "完成39万平方米"),
        ("完成1,340万平方米中的{to_date}", "完成1,340万平方米中的39万平方米"),
    ],
)
def test_a_clause_with_an_unknown_figure_is_left_out(template: str, line: str) -> None:
    assert said(FACTS, description=template)[1] == line


def test_a_template_that_cannot_say_anything_leaves_the_check_its_words() -> None:
    assert said(FACTS, summary="{year_on_year}", description="{year_on_year}。") == said(FACTS)


def test_once_it_is_over_the_check_tells_it() -> None:
    over = replace(FACTS, event=EventKind.RESOLVED, previous_level=Level.ORANGE, level=Level.NONE)
    assert said(over, summary="{short}慢了", description="慢了。") == said(over)


def test_templates_are_chinese() -> None:
    own = replace(FACTS, summary="慢了", description="慢了。")
    assert compose(own, "en") == compose(FACTS, "en")


def test_the_runbook_is_named() -> None:
    assert "查看:https://example.org/pace" in said(FACTS, runbook="https://example.org/pace")
    assert not any(line.startswith("查看") for line in said(FACTS))


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_without_figures_nothing_is_invented(name: str) -> None:
    """Only the calendar and the lamp are always known."""
    bare = facts("pace", "", Level.NOTICE, Figures(), JUNE_30, JUNE_30)
    line = said(replace(bare, region=""), description=f"甲{{{name}}}")[1:2]
    always = {"level", "as_of", "since", "held_days"}
    assert any("甲" in text for text in line) is (name in always)


def test_what_is_no_placeholder_is_found() -> None:
    assert list(unknown_places("{region}{regoin}{ region }{")) == ["regoin", " region ", "{"]
    assert not list(unknown_places("没有"))


def test_the_placeholders_are_documented() -> None:
    text = (Path(__file__).parents[3] / "docs/rules.md").read_text("utf-8")
    table = text.split("| placeholder |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (`\{.*?) \|", table, re.M)
    assert [name for row in rows for name in re.findall(r"`\{(\w+)\}`", row)] == list(PLACEHOLDERS)
