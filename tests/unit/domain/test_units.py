"""Units convert by exact fractions, and only within what they measure."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.units import UNITS, accepted, conversion, convert, unit_code


@pytest.mark.parametrize(
    ("value", "given_in", "stored_in", "result"),
    [
        (521.25, "10k_m2", "m2", 5_212_500.0),
        (55.0, "ha", "m2", 550_000.0),
        (0.1, "10k_m2", "m2", 1_000.0),  # 0.1 * 10000 is exact only from the decimal
        (1.1, "10k_m2", "m2", 11_000.0),  # 1.1 * 10000 = 11000.000000000002 in floats
        (3.0, "mu", "m2", 2_000.0),  # 15 亩 = 1 公顷
        (15.0, "mu", "ha", 1.0),
        (1.5, "km2", "ha", 150.0),
        (0.3, "10k_count", "household", 3_000.0),
        (12.5, "percent", "ratio", 0.125),
        (3.0, "tenth", "percent", 30.0),
        (0.058, "mg_per_m3", "ug_per_m3", 58.0),
        (1.2, "100m_yuan", "10k_yuan", 12_000.0),
    ],
)
def test_a_conversion_is_exact(value: float, given_in: str, stored_in: str, result: float) -> None:
    factor = conversion(given_in, stored_in)
    assert factor is not None
    assert convert(value, factor) == result


@pytest.mark.parametrize(
    "pair", [("m2", "household"), ("ug_per_m3", "m2"), ("percent", "count"), ("yuan", "m2")]
)
def test_what_measures_something_else_does_not_convert(pair: tuple[str, str]) -> None:
    assert conversion(*pair) is None


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("㎡", "m2"),
        (" 万平方米 ", "10k_m2"),
        ("公顷", "ha"),
        ("µg/m³", "ug_per_m3"),
        ("μg/m³", "ug_per_m3"),
        ("％", "percent"),
    ],
)
def test_spellings_people_use_are_known(spelling: str, code: str) -> None:
    assert unit_code(spelling) == code


@pytest.mark.parametrize("spelling", ["", " ", "英亩", "M2", "万万"])
def test_an_unknown_spelling_is_no_unit(spelling: str) -> None:
    assert unit_code(spelling) is None


def test_every_unit_is_known_by_its_code_and_its_chinese_name() -> None:
    assert {unit_code(code) for code in UNITS} == set(UNITS)
    assert all(unit_code(zh) == code for code, zh in UNITS.items() if zh)


def test_accepted_names_the_stored_unit_first_and_nothing_that_does_not_convert() -> None:
    assert accepted("m2") == ("平方米", "万平方米", "公顷", "亩", "万亩", "平方公里")
    assert accepted("ratio") == ("%", "‰", "成")


def test_a_figure_in_the_stored_unit_is_left_as_it_is() -> None:
    assert convert(0.1 + 0.2, Fraction(1)) == 0.1 + 0.2


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_there_and_back_is_the_same_factor(value: int, one: str, other: str) -> None:
    there, back = conversion(one, other), conversion(other, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there * back == 1
        assert convert(float(value), there) == float(value * there)  # rounded once, at the end
