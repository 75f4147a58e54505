"""Text fits its bytes, and tells no secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notify.text import (
    CUT,
    HIDDEN,
    fit,
    fit_lines,
    mobiles_and_others,
    one_line,
    redact,
    truncate_bytes,
)

CUT_BYTES = len(CUT.encode())
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@given(st.text(), st.integers(min_value=0, max_value=300))
def test_cut_text_fits_and_is_whole_characters(text: str, limit: int) -> None:
    cut = truncate_bytes(text, limit)
    assert len(cut.encode()) <= limit
    if len(text.encode()) <= limit:
        assert cut == text
    elif limit >= len(CUT.encode()):
        assert cut.endswith(CUT)
        assert text.startswith(cut.removesuffix(CUT))


@given(st.text(alphabet="标a𠀀é", min_size=30), st.integers(min_value=30, max_value=200))
def test_cutting_wastes_less_than_one_character(text: str, limit: int) -> None:
    if len(text.encode()) > limit:
        assert len(truncate_bytes(text, limit).encode()) > limit - 4


def test_a_chinese_text_is_cut_between_characters() -> None:
    # The ending takes 3 + 6·3 = 21 bytes; 30 − 21 = 9 bytes are three characters.
    assert len(CUT.encode()) == 21
    assert truncate_bytes("欠进度二十七点四万平方米", 30) == f"欠进度{CUT}"
    assert truncate_bytes("欠进度二十七点四万平方米", 29) == f"欠进{CUT}"


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY} failed",
        f"https://host/send?debug=1&KEY={KEY}&x=1",
        f'{{"access_token": "{KEY}"}}',
        f"https://robot:{KEY}@host/send",
        f"password={KEY}",
        f"send%3Fkey%3D{KEY}",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    assert KEY not in redact(text)
    assert HIDDEN in redact(text)


@pytest.mark.parametrize("form", ["p@ss/word+1", "p%40ss%2Fword%2B1", "cEBzcy93b3JkKzE="])
def test_a_known_secret_is_hidden_in_every_form(form: str) -> None:
    assert redact(f"535 {form} is wrong", "p@ss/word+1") == f"535 {HIDDEN} is wrong"


def test_no_secret_hides_nothing() -> None:
    assert redact("errcode 93000 invalid webhook url", "") == "errcode 93000 invalid webhook url"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_answer_becomes_a_line_that_can_be_stored(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 300
    assert line.encode().decode() == line
    assert not any(ord(c) < 32 for c in line)


@given(st.text(), st.integers(min_value=CUT_BYTES, max_value=300))
def test_a_fitted_text_fits_and_one_that_fits_is_left_alone(text: str, limit: int) -> None:
    for fitted in (fit(text, limit), fit_lines(text, limit)):
        assert len(fitted.encode()) <= limit
        assert fitted == text or CUT in fitted


def test_a_fitted_text_keeps_its_last_two_lines() -> None:
    text = "标题\n" + "欠" * 100 + "\n数据：甲\n编号：7"
    # \n数据：甲 is 13 bytes, \n编号：7 is 11: 24 of 100, and 76 are left for the rest.
    assert fit(text, 100) == truncate_bytes("标题\n" + "欠" * 100, 76) + "\n数据：甲\n编号：7"
    # Of 60 bytes only one of them gets its third.
    assert fit(text, 60).endswith(CUT + "\n编号：7")
    assert fit("欠" * 100, 60) == truncate_bytes("欠" * 100, 60)


def test_numbers_are_told_from_names() -> None:
    given = ("13800000001", "+85291234567", "100234", "zhangsan", "@all", "１３８００００００００１")
    assert mobiles_and_others(given) == (["13800000001", "+85291234567"], list(given[2:]))
