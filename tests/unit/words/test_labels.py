"""One catalogue, in two languages; a district may change every word of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from service.domain.catalog import Kind, Level
from service.domain.facts import EventKind, Reason
from service.domain.rules import CHECK_TYPES
from service.words.labels import CATALOGUE, Language, labels
from service.words.messages import compose
from tests.unit.words import models

# Never said: colour warnings, and words that belong to other trades.
NEVER = (
    "应完成率",
    "差额",
    "色预警",
    "预测值",
    "较昨日",
    "断报",
    "待核。",
    "修订",
    "升级",
    "静默",
    "领导驾驶舱",
    "动态清零",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_the_domain_can_be_has_a_word(language: Language) -> None:
    words = labels(language=language)
    assert all(words.lamp(level) for level in Level)
    assert all(words.event(event) for event in EventKind)
    assert all(words.reason(reason) for reason in Reason)
    assert all(words.kind(kind) for kind in Kind)
    assert all(words.title(check) != words["title.other"] for check in CHECK_TYPES)
    assert all(words.trouble(check) != words["trouble.other"] for check in CHECK_TYPES)
    assert words.title("unheard_of") == words["title.other"]


def test_the_lamps_and_titles_are_those_of_the_office() -> None:
    words = labels()
    assert [words.lamp(level) for level in Level] == ["绿灯", "提醒", "黄灯", "橙灯", "红灯"]
    assert words.title("pace") == "序时滞后" and words.title("missing") == "逾期未报"


def test_both_languages_fill_in_only_what_the_other_knows() -> None:
    for key, texts in CATALOGUE.items():
        zh, en = (set(re.findall(r"\{(\w+)\}", text)) for text in texts)
        assert zh >= en, f"{key} in English knows more than in Chinese"


def test_no_word_is_one_the_office_never_uses() -> None:
    for key, (zh, _) in CATALOGUE.items():
        assert not [word for word in NEVER if word in zh], key


def test_punctuation_is_that_of_the_model_messages() -> None:
    for key, (zh, _) in CATALOGUE.items():
        assert not set(zh) & set("，：；（）"), key


def test_states_and_steps_of_handling_have_words() -> None:
    words = labels()
    assert words.state("pending") == "观察中" and words.handling("answered") == "已反馈(待核验)"


def test_a_district_says_it_its_own_way() -> None:
    own = {"lamp.orange": "橙牌", "missing.hour": "16时", "lag.name": "时序进度"}
    assert compose(models.PACE, overrides=own).text.startswith(
        "【橙牌|序时滞后】“一绿”第二批试点拆迁腾退慢于时序进度20.5个百分点\n"
    )
    assert "9月3日(周一)16时前补报" in compose(models.UNREPORTED, overrides=own).text


def test_an_unknown_label_is_refused_with_a_guess() -> None:
    with pytest.raises(ValueError, match=r"no label 'lamp.ornage'; did you mean 'lamp.orange'"):
        labels({"lamp.ornage": "橙牌"})


def test_an_unknown_place_in_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'ask.pace' knows no \{when\}; it has \['due'\]"):
        labels({"ask.pace": "请{when}前反馈"})


def test_braces_in_a_name_are_left_alone() -> None:
    assert (
        "】{points}慢于序时进度20.5个百分点" in compose(replace(models.PACE, short="{points}", scope="")).text
    )
