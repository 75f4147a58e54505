"""The short notation of series, as promtool reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evaluate.ruletests.notation import MOST_FIGURES, NotationError, contract, expand


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("", []),
        ("3", [3]),
        ("-2+4x3", [-2, 2, 6, 10]),
        ("1-2x4", [1, -1, -3, -5, -7]),
        ("1x4", [1, 1, 1, 1, 1]),
        ("0x0", [0]),
        ("_", [None]),
        ("1 _x3", [1, None, None, None]),
        ("_x0 1", [1]),
        ("4 _x2  5\n6", [4, None, None, 5, 6]),
        (".5 1.5e2 1.5+.5x1", [0.5, 150, 1.5, 2]),
        ("3 0x5 _ 1+1x2", [3, 0, 0, 0, 0, 0, 0, None, 1, 2, 3]),
    ],
)
def test_a_text_is_its_figures(text: str, figures: list[float | None]) -> None:
    assert expand(text) == figures


@pytest.mark.parametrize(
    "text", ["1+1", "_+1x3", "1x", "x3", "one", "1*3", "1x-2", "nan", "inf", "1,2", "1x1.5"]
)
def test_what_is_no_figure_is_named(text: str) -> None:
    with pytest.raises(NotationError, match="is no figure") as raised:
        expand(f"0 {text} 0")
    assert raised.value.part == text and raised.value.zh


def test_a_slip_of_the_finger_is_stopped() -> None:
    assert len(expand(f"0x{MOST_FIGURES - 1}")) == MOST_FIGURES
    for text in (f"0x{MOST_FIGURES}", "0x999999999999", f"_x{MOST_FIGURES}", f"0x{MOST_FIGURES - 1} 0"):
        with pytest.raises(NotationError, match="more than 4000"):
            expand(text)


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ([], "_"),
        ([None, None], "_"),
        ([3.0], "3"),
        ([0.0] * 4, "0x3"),
        ([None, None, 1.0, None, 2.5, 2.5, None], "_x2 1 _ 2.5x1"),
        ([1e-7, -2e20], "1e-07 -2e+20"),
    ],
)
def test_figures_are_written_as_short_as_they_are_read(figures: list[float | None], text: str) -> None:
    assert contract(figures) == text


FIGURES = st.none() | st.sampled_from([0.0, 1.0]) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FIGURES, max_size=30), st.floats(allow_nan=False, allow_infinity=False))
def test_what_was_written_is_read_again(figures: list[float | None], last: float) -> None:
    assert expand(contract([*figures, last])) == [*figures, last]
