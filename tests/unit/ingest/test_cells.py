"""Cells as people write them: what reads as a figure or a day, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.units import UNITS
from service.sheets.cells import Empty, Figure, Problem, days_in, read_day, read_figure, read_month

FULL_WIDTH = str.maketrans("0123456789.,-%", "０１２３４５６７８９．，－％")
SPELLINGS = [zh for zh in UNITS.values() if zh] + ["㎡", "万㎡", "m²", "µg/m³", "％", "ha"]
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
days = st.dates(date(1000, 1, 1))


def written(value: float, *, grouped: bool) -> str:
    """All digits, without an exponent."""
    return format(Decimal(repr(value)), ",f" if grouped else "f")


def problem(cell: str | float) -> str:
    found = read_figure(cell)
    assert isinstance(found, Problem)
    return found.code


@given(
    numbers,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", " ", "　"]),
    st.none() | st.sampled_from(SPELLINGS),
)
def test_a_number_reads_back_exactly_however_it_is_written(
    value: float, grouped: bool, full_width: bool, space: str, unit: str | None
) -> None:
    text = written(value, grouped=grouped)
    text = text.translate(FULL_WIDTH) if full_width else text
    assert read_figure(f" {text}{space}{unit or ''} ") == Figure(value, unit)


@given(numbers)
def test_a_number_of_a_workbook_is_itself(value: float) -> None:
    assert read_figure(value) == Figure(value)


@given(st.text(max_size=12))
def test_any_text_is_a_figure_empty_or_a_problem_told_in_both_languages(text: str) -> None:
    found = read_figure(text)
    if isinstance(found, Problem):
        assert found.zh.endswith("。") and found.en.endswith(".")
    assert isinstance(found, Figure | Empty | Problem)
    assert isinstance(read_day(text), date | Problem)


@pytest.mark.parametrize(
    ("cell", "figure"),
    [
        ("1,966", Figure(1966.0)),
        ("1，966", Figure(1966.0)),
        ("157个", Figure(157.0, "个")),
        ("12.5万㎡", Figure(12.5, "万㎡")),
        ("１２３", Figure(123.0)),
        ("8.31", Figure(8.31)),
        ("3.4%", Figure(3.4, "%")),
        ("−2", Figure(-2.0)),
        ("0", Figure(0.0)),
        ("零报告", Figure(0.0)),
        ("撤回", Figure(None)),
    ],
)
def test_what_clerks_write_is_a_figure(cell: str, figure: Figure) -> None:
    assert read_figure(cell) == figure


@pytest.mark.parametrize("cell", [None, "", "  ", "\t\u3000"])
def test_a_blank_cell_is_not_reported(cell: str | None) -> None:
    assert read_figure(cell) is Empty.BLANK


@pytest.mark.parametrize("cell", ["/", "／", "—", "——", "－", "无", "不适用", " N/A "])
def test_not_applicable_is_neither_zero_nor_blank(cell: str) -> None:
    assert read_figure(cell) is Empty.NOT_APPLICABLE


@pytest.mark.parametrize(
    "cell",
    ["约120", "12-15", "1.2.3", "1 966", "(12)", "（12）", "1,96", "12,3456", "5.", ".5", "1e5", "1.23E+05", "0x10",
     "nan", "inf", "1_000", "十二", "12大大", "12%5", "5个月", "2018-08-31", "8月31日", "12 个 左右", "TRUE", "-", "+", "٣"],
)  # fmt: skip
def test_anything_else_is_refused_and_not_guessed(cell: str) -> None:
    assert problem(cell) == "not_a_number"


def test_a_dash_alone_asks_what_is_meant() -> None:
    found = read_figure("-")
    assert isinstance(found, Problem)
    assert "填 0" in found.zh and "填“/”" in found.zh


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("#N/A", "error_cell"),
        ("#DIV/0!", "error_cell"),
        ("=SUM(B2:B9)", "no_result"),
        ("1\0", "bad_character"),
    ],
)
def test_a_formula_without_a_result_is_named(cell: str, code: str) -> None:
    assert problem(cell) == code


@given(days, st.sampled_from(["{:%Y-%m-%d}", "{:%Y/%m/%d}", "{0.year:04}/{0.month}/{0.day}", "{:%Y.%m.%d}", "{:%Y%m%d}",
                              "{0.year:04}年{0.month}月{0.day}日", "{:%Y年%m月%d号}", "{:%Y-%m-%d} 00:00:00"]))  # fmt: skip
def test_a_day_reads_back_however_it_is_written(day: date, form: str) -> None:
    text = form.format(day) if day.year >= 1000 else day.isoformat()
    assert read_day(text) == day
    assert read_day(text.translate(FULL_WIDTH)) == day


def test_a_number_of_eight_digits_is_a_day() -> None:
    assert read_day(20180831.0) == date(2018, 8, 31)


def test_a_day_without_its_year_takes_that_of_its_sheet() -> None:
    assert read_day("8月31日", 2018) == date(2018, 8, 31)
    found = read_day("8月31日")
    assert isinstance(found, Problem) and found.code == "no_year"


@pytest.mark.parametrize("cell", ["8.31", 8.31, "８．３１", "8月31日"])
def test_a_day_without_its_year_is_of_the_year_that_is_named(cell: str | float) -> None:
    assert read_day(cell, 2018) == date(2018, 8, 31)
    found = read_day(cell)
    assert isinstance(found, Problem) and found.code == "no_year"


def test_the_thirtieth_of_a_column_of_numbers_looks_like_the_third() -> None:
    found = read_day(8.3, 2018)
    assert isinstance(found, Problem) and found.code == "ambiguous_day"
    assert "8月3日" in found.zh and "8月30日" in found.zh
    assert (read_day(8.4, 2018), read_day("8.03", 2018)) == (date(2018, 8, 4), date(2018, 8, 3))


def test_a_day_of_the_month_that_is_named() -> None:
    assert read_day("31日", 2018, 8) == date(2018, 8, 31)
    assert [read_day(cell, 2018, 9).code for cell in ("31日", "0日")] == ["bad_day", "bad_day"]  # type: ignore[union-attr]
    found = read_day("31日", 2018)
    assert isinstance(found, Problem) and found.code == "no_month"


def test_a_month_is_its_last_day() -> None:
    assert read_month("2018年2月") == read_month("2月份", 2018) == date(2018, 2, 28)
    assert read_month("12月", 2018) == date(2018, 12, 31)
    assert read_month("13月", 2018) is read_month("2月") is read_month("2018年") is None


@pytest.mark.parametrize(
    "cell",
    ["", None, "18/8/31", "31/8/2018", "2018-8/31", "2018-02-30", "2018-13-01", "2018-08-31 12:00:00",
     "2018-08-31T00:00:00", "13.31", 8.0, 43343.0, "昨天", "2018年8月", "0000-01-01"],
)  # fmt: skip
def test_what_is_no_day_is_refused(cell: str | float | None) -> None:
    found = read_day(cell, 2018)
    assert isinstance(found, Problem) and found.code in ("bad_day", "no_such_day")


def test_a_serial_number_is_told_which_day_it_would_be() -> None:
    found = read_day(43343.0)
    assert isinstance(found, Problem) and "2018-08-31" in found.zh


def test_a_title_names_its_days() -> None:
    assert days_in("朝阳区2018年拆违台账（截至8月31日）", 2018) == [date(2018, 8, 31)]
    assert days_in("2018年8月1日至8月31日", 2018) == [date(2018, 8, 1), date(2018, 8, 31)]
    assert days_in("2018年8月台账 110105001", 2018) == []
