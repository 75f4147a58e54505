"""Places in a list, opaque to whoever holds them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.http.models import from_cursor, to_cursor

parts = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\0")), min_size=1, max_size=3
)


@given(parts)
def test_a_cursor_gives_its_parts_back(given_parts: list[str]) -> None:
    assert from_cursor(to_cursor(*given_parts), len(given_parts)) == given_parts


def test_no_cursor_is_the_first_page() -> None:
    assert from_cursor(None, 2) is None


@given(st.text(max_size=20), st.integers(1, 3))
def test_any_text_is_a_place_or_a_clear_error(text: str, length: int) -> None:
    try:
        found = from_cursor(text, length)
    except Invalid as error:
        assert error.code == "bad_cursor"
    else:
        assert found is not None and len(found) == length


@pytest.mark.parametrize("content", [b"one", b"a\nb\nc", b"\xff\n\xff", b"a\0\nb"])
def test_a_place_of_another_list_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        from_cursor(base64.urlsafe_b64encode(content).decode(), 2)
