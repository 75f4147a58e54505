"""Places in a list, opaque to whoever holds them."""

from __future__ import annotations

import base64
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.http.models.page import from_cursor, row_number, to_cursor

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\0"))


@given(text, text)
def test_a_cursor_gives_its_parts_back(one: str, other: str) -> None:
    assert from_cursor(to_cursor(one), str) == (one,)
    assert from_cursor(to_cursor(one, other), str, str) == (one, other)


@given(st.dates(), st.integers(0, 2**63 - 1))
def test_parts_are_read_as_what_they_mean(day: date, number: int) -> None:
    cursor = to_cursor(day.isoformat(), str(number))
    assert from_cursor(cursor, date.fromisoformat, row_number) == (day, number)


def test_no_cursor_is_the_first_page() -> None:
    assert from_cursor(None, str, str) is None


@given(st.text(max_size=20))
def test_any_text_is_a_place_or_a_clear_error(cursor: str) -> None:
    try:
        found = from_cursor(cursor, str, row_number)
    except Invalid as error:
        assert error.code == "bad_cursor"
    else:
        assert found is not None and len(found) == 2


WRONG = [b"one", b"a\n1\nc", b"\xff\n\xff", b"a\0\n1", b"a\nb", b"a\n-1", b"a\n9223372036854775808"]


@pytest.mark.parametrize("content", WRONG)
def test_a_place_of_another_list_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        from_cursor(base64.urlsafe_b64encode(content).decode(), str, row_number)
