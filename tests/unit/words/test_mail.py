"""Messages as HTML mail: the same words, nothing from outside, nothing that runs."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Level
from service.domain.facts import EventKind, Facts
from service.words.labels import Language, labels
from service.words.lamps import LAMPS
from service.words.mail.html import render, render_list
from service.words.mail.letter import Letter, Shown, letter_of
from service.words.messages import compose
from tests.unit.words import models

EVERY = [
    models.PACE,
    models.STALL,
    models.AIR,
    models.REBOUNDED,
    models.UNREPORTED,
    models.APART,
    models.GROWN,
]
PICTURE = Shown("chart.2018-0702-03@biaochi", "“一绿”走势图")


class Page(HTMLParser):
    """What a mail program makes of a page: its elements, and the text that is seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] != "title":
            self.seen.append(data)

    def every(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


def letter(facts: Facts, language: Language = "zh", picture: Shown | None = None) -> Letter:
    return letter_of(compose(facts, language), facts, labels(language=language), picture)


def page(facts: Facts, language: Language = "zh", picture: Shown | None = None) -> Page:
    subject = compose(facts, language).subject
    return Page(render(letter(facts, language, picture), subject, labels(language=language)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("facts", EVERY, ids=lambda facts: str(facts.check))
def test_every_line_of_the_text_is_in_the_mail(facts: Facts, language: Language) -> None:
    seen = page(facts, language).seen
    assert [line for line in compose(facts, language).text.split("\n") if line not in seen] == []


@pytest.mark.parametrize("facts", EVERY, ids=lambda facts: str(facts.check))
def test_nothing_comes_from_outside_and_nothing_runs(facts: Facts) -> None:
    read = page(facts, picture=PICTURE)
    assert {tag for tag, _ in read.elements} <= {
        "html", "head", "meta", "title", "body", "table", "tr", "td", "th", "span", "strong", "img", "a", "br",
    }  # fmt: skip
    for _, attributes in read.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "url(" not in attributes.get("style", "")
        assert attributes.get("src", "cid:").startswith("cid:")
        assert attributes.get("href", "#").startswith("#")


def test_the_figures_stand_in_a_table_as_the_message_rounds_them() -> None:
    assert dict(letter(models.PACE).figures) == {
        "数据截至": "6月30日",
        "累计完成": "39万平方米",
        "年度任务": "134万平方米",
        "完成率": "29.1%",
        "序时应完成": "49.6%",
        "欠进度": "27.4万平方米",
        "尚差": "95万平方米",
        "后184天日均须完成": "5164平方米",
    }
    air = dict(letter(models.AIR).figures)
    assert air["年度目标"] == "低于58微克/立方米" and air["后184天平均须控制在"] == "58.9微克/立方米以内"
    assert dict(letter(models.REBOUNDED).figures)["8月25日至31日新发现"] == "3户"
    assert letter(models.UNREPORTED).figures == ()


def test_the_picture_is_named_by_its_content_id_and_told_to_who_cannot_see_it() -> None:
    (shown,) = page(models.PACE, picture=PICTURE).every("img")
    assert (shown["src"], shown["alt"]) == (f"cid:{PICTURE.cid}", PICTURE.alt)
    assert page(models.PACE).every("img") == []


@pytest.mark.parametrize("level", list(Level)[1:])
def test_the_bar_has_the_lamps_colour_and_ink_and_paper_are_always_given_together(level: Level) -> None:
    read = page(replace(models.PACE, level=level))
    assert read.every("td")[1]["bgcolor"] == LAMPS[level].field
    for _, attributes in read.elements:
        styles = [style.partition(":")[0] for style in attributes.get("style", "").split(";")]
        assert (
            "color" not in styles
            or "background-color" in styles
            or "src" in attributes
            or "href" in attributes
        )


def test_what_is_over_asks_nothing_and_is_green() -> None:
    over = letter(replace(models.PACE, event=EventKind.RESOLVED))
    assert (over.lamp, over.level, over.ask, over.due) == ("解除", Level.NONE, "", "")


def test_names_are_text_whatever_is_in_them() -> None:
    wild = replace(models.PACE, lead="<script>alert(1)</script>&{{ 7*7 }}", office='"><img src=x>')
    read = page(wild)
    assert read.every("script") == [] and read.every("img") == []
    assert any("<script>alert(1)</script>&{{ 7*7 }}" in text for text in read.seen)


@settings(max_examples=25)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_makes_a_whole_page(name: str, office: str) -> None:
    page(replace(models.PACE, short=name, office=office), picture=Shown("c", name))


# ---- a list


def listed() -> Page:
    over = replace(models.STALL, event=EventKind.RESOLVED, number="2018-0903-09")
    letters = [letter(facts) for facts in (over, *EVERY)]
    return Page(render_list(letters, "区城市管理委事项清单(9月3日)", labels(), closing="联系:区疏整促办"))


def test_a_list_counts_the_lamps_and_names_the_worst_first() -> None:
    seen = listed().seen
    assert seen[:2] == ["区城市管理委事项清单(9月3日)", "橙灯2项,黄灯2项,提醒3项,解除1项"]
    lamps = [text for text in seen if text in ("橙灯", "黄灯", "提醒", "解除")]
    assert lamps == ["橙灯"] * 2 + ["黄灯"] * 2 + ["提醒"] * 3 + ["解除"]
    assert seen[-2:] == ["联系:区疏整促办", "本邮件由平台自动发出。"]


def test_a_list_leads_from_each_row_to_its_paragraph() -> None:
    links = listed().every("a")
    assert {link["href"] for link in links if "href" in link} == {
        f"#{link['id']}" for link in links if "id" in link
    }


def test_a_list_says_of_each_what_it_asks() -> None:
    seen = listed().seen
    for facts in EVERY:
        message = compose(facts)
        assert message.text.split("\n")[0] in seen and (not message.ask or message.ask in seen)


def test_an_empty_list_is_a_page_too() -> None:
    assert Page(render_list([], "今日无事项", labels())).seen[0] == "今日无事项"
