"""Rounding for people."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.words.numbers import (
    allowance_down,
    percent,
    points,
    quantity,
    quantity_en,
    rate_up,
    times,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (0.983, "98.3%"),
        (390 / 1340, "29.1%"),  # 0.29104
        (0.44, "44.0%"),
        (0.9994, "99.9%"),
        (0.9996, "99.9%"),  # would round to 100.0
        (0.9999999999999999, "99.9%"),
        (1.0, "100%"),
        (1.0004, "100%"),
        (1.032, "103.2%"),
        (0.0, "0.0%"),
        (-0.0001, "0.0%"),  # no sign on nothing
        (-0.149, "-14.9%"),
        (0.2845, "28.5%"),  # a half goes up, though the float lies below 0.2845
        (0.0005, "0.1%"),
    ],
)
def test_percentages(ratio: float, said: str) -> None:
    assert percent(ratio) == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (181 / 365 - 390 / 1340, "20.5"),  # 0.49589 − 0.29104 = 0.20485
        (0.0, "0.0"),
        (-0.3172, "-31.7"),
        (-0.0004, "0.0"),
        (0.10005, "10.0"),  # 10.005
        (0.1005, "10.1"),  # 10.05: half up
    ],
)
def test_points(ratio: float, said: str) -> None:
    assert points(ratio) == said


@pytest.mark.parametrize(
    ("value", "unit", "precision", "said"),
    [
        (390_000.0, "平方米", 0, "39万平方米"),
        (5_212_500.0, "平方米", 0, "521.25万平方米"),
        (8_710_234.0, "平方米", 0, "871.02万平方米"),  # 871.0234
        (10_050.0, "平方米", 0, "1.01万平方米"),  # 1.005: half up
        (5164.0, "平方米", 0, "5164平方米"),
        (9999.4, "平方米", 0, "9999平方米"),
        (9999.6, "平方米", 0, "1万平方米"),  # 10000 once rounded
        (-390_000.0, "平方米", 0, "-39万平方米"),
        (1966.0, "个", 0, "1966个"),
        (17_000.0, "个", 0, "17000个"),
        (57.0, "微克/立方米", 1, "57微克/立方米"),
        (58.25, "微克/立方米", 1, "58.3微克/立方米"),
        (39.5, "万平方米", 2, "39.5万平方米"),
        (-0.2, "个", 0, "0个"),
    ],
)
def test_quantities(value: float, unit: str, precision: int, said: str) -> None:
    assert quantity(value, unit, precision) == said


def test_a_figure_that_was_worked_out_has_one_decimal_of_ten_thousand() -> None:
    # 1,340,000 · 181/365 = 664,493; less 390,000 is 274,493
    assert quantity(1_340_000 * 181 / 365, "平方米", 0, digits=1) == "66.4万平方米"
    assert quantity(1_340_000 * 181 / 365 - 390_000, "平方米", 0, digits=1) == "27.4万平方米"


@pytest.mark.parametrize(
    ("value", "unit", "precision", "said"),
    [
        (390_000.0, "平方米", 0, "390,000 m²"),
        (58.9, "微克/立方米", 1, "58.9 µg/m³"),
        (1966.0, "个", 0, "1,966"),
        (12.5, "%", 1, "12.5%"),
        (100.0, "个", 0, "100"),
        (-0.2, "个", 0, "0"),
    ],
)
def test_quantities_in_english(value: float, unit: str, precision: int, said: str) -> None:
    assert quantity_en(value, unit, precision) == said


def test_an_allowance_goes_down_and_a_rate_up() -> None:
    assert allowance_down((58 * 365 - 57 * 181) / 184) == "58.9"  # 10853/184 = 58.98
    assert rate_up(950_000 / 184, 0) == "5164"  # 5163.04
    assert rate_up(5163.0, 0) == "5163"
    assert rate_up(0.2787, 1) == "0.3"


def test_times() -> None:
    assert times((950_000 / 184) / (390_000 / 181)) == "2.4倍"  # 5163.04/2154.70 = 2.396
    assert times(2.0) == "2倍"
    assert times(1234.56) == "1235倍"


@given(finite)
def test_a_hundred_percent_is_shown_only_where_it_is_reached(ratio: float) -> None:
    shown = Decimal(percent(ratio).removesuffix("%"))
    assert (shown >= 100) == (ratio >= 1)


@given(finite)
def test_an_allowance_is_never_above_its_value(value: float) -> None:
    assert Decimal(allowance_down(value)) <= Decimal(repr(value))


@given(finite, st.integers(0, 6))
def test_a_rate_is_never_below_its_value(value: float, precision: int) -> None:
    assert Decimal(rate_up(value, precision)) >= Decimal(repr(value))


@given(finite, st.sampled_from(["平方米", "个", "%", "微克/立方米"]), st.integers(0, 6))
def test_a_quantity_is_plain_digits_and_its_unit(value: float, unit: str, precision: int) -> None:
    text = quantity(value, unit, precision)
    digits = text.removesuffix(unit).removesuffix("万")
    assert digits == digits.strip() and set(digits) <= set("-.0123456789") and digits not in ("-0", "")
